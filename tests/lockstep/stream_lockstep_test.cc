// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "stream_bench.h"
#include "support/sim.h"

namespace holdfast::lockstep {
namespace {

/// Fails with the first ten differences and the seed that makes them again.
void expect_clean(StreamBench& bench, std::uint64_t seed) {
  const auto problems = bench.accounts();
  for (std::size_t i = 0; i < problems.size() && i < 10; ++i) ADD_FAILURE() << problems[i];
  EXPECT_TRUE(problems.empty()) << problems.size() << " differences; HOLDFAST_SEED=" << seed;
}

void print_figures(const char* name, StreamBench& bench) {
  const Scoreboard& board = bench.scoreboard();
  std::printf("figure: %s: %llu packets compared, %llu of them passed, %zu differences\n", name,
              static_cast<unsigned long long>(board.compared()),
              static_cast<unsigned long long>(board.compared_ok()), board.differences().size());
  for (const auto& [reason, count] : board.reasons()) {
    std::printf("  %-16s %llu\n", std::string(name_of(reason)).c_str(),
                static_cast<unsigned long long>(count));
  }
}

/// Six SAs each way on four paths, random traffic in both directions at once, with bindings that
/// change and SAs that come and go meanwhile.
void lockstep(unsigned width_bits, std::uint64_t seed, std::size_t packets_each_way,
              sim::Fault = sim::Fault::kNone, unsigned source_percent = 0,
              unsigned sink_percent = 0) {
  StreamBench bench(width_bits, seed);
  for (const Direction direction : kDirections) {
    bench.streams().set_pauses(direction, source_percent, sink_percent);
  }
  for (std::uint16_t path = 0; path < 4; ++path) bench.rebind(path);
  for (std::uint16_t row = 0; row < 12; ++row) {
    bench.add_sa(row, row / 2 % 4, row % 2 == 0 ? Direction::kInbound : Direction::kOutbound);
  }
  std::size_t rounds = 0;
  bench.run(packets_each_way, [&] {
    const auto row = static_cast<std::uint16_t>(bench.traffic().random()() % 12);
    if (++rounds % 7 == 0) {
      bench.replace_sa(row, row / 2 % 4, row % 2 == 0 ? Direction::kInbound : Direction::kOutbound);
    } else {
      bench.rebind(static_cast<std::uint16_t>(row % 4));
    }
  });
  print_figures(width_bits == 128 ? "lockstep 128" : "lockstep 64", bench);
  expect_clean(bench, seed);
}

// HOLDFAST_LOCKSTEP_PACKETS: packets in all, for ./dev bench --long.
std::size_t packets_or(std::size_t fallback) {
  const char* text = std::getenv("HOLDFAST_LOCKSTEP_PACKETS");
  return text ? std::strtoull(text, nullptr, 0) : fallback;
}

TEST(StreamLockstep, EveryPacketLikeTheModelAt128Bits) {
  lockstep(128, test::seed_or(1), packets_or(20'000) / 2);
}

TEST(StreamLockstep, EveryPacketLikeTheModelAt64Bits) { lockstep(64, test::seed_or(2), 1'000); }

TEST(StreamLockstep, EveryPacketLikeTheModelWhileSourcesIdleAndSinksStall) {
  lockstep(128, test::seed_or(3), 600, sim::Fault::kNone, 60, 20);
  lockstep(128, test::seed_or(4), 600, sim::Fault::kNone, 10, 70);
}

TEST(StreamLockstep, EveryLengthFrom20To300PassesInBothDirections) {
  const std::uint64_t seed = test::seed_or(5);
  StreamBench bench(128, seed, {0, 0, 0, 0});
  bench.rebind(0);
  for (std::uint16_t row = 0; row < 8; ++row) {
    bench.add_sa(row, 0, row % 2 == 0 ? Direction::kInbound : Direction::kOutbound);
  }
  bench.run(2'000);
  std::size_t missing = 0;
  for (std::size_t length = 40; length <= 300; ++length) {
    missing += bench.scoreboard().lengths().count(length) == 0;
  }
  EXPECT_EQ(missing, 0u);
  expect_clean(bench, seed);
}

// 10,000 swaps of one binding under full load: every packet carries one committed binding whole
// (the model compares each byte with the binding of the generation that the card reports), no
// sequence number comes twice, no packet is lost.
TEST(StreamLockstep, BindingsSwapUnderFullLoad) {
  const std::uint64_t seed = test::seed_or(6);
  StreamBench bench(128, seed, {0, 0, 0, 0});
  bench.rebind(0);
  for (std::uint16_t row = 0; row < 4; ++row) {
    bench.add_sa(row, 0, row % 2 == 0 ? Direction::kInbound : Direction::kOutbound);
  }
  const std::size_t swaps = std::min<std::size_t>(packets_or(1'000), 10'000);
  std::size_t done = 0;
  while (done < swaps) {
    bench.run(400, [&] {
      for (int i = 0; i < 4 && done < swaps; ++i, ++done) bench.rebind(0);
    });
  }
  const Scoreboard& board = bench.scoreboard();
  const std::uint64_t lost = board.compared() - board.compared_ok();
  std::printf(
      "figure: %zu binding swaps under load: %zu packets with a mixed binding, %llu repeated"
      " sequence numbers, %llu of %llu packets lost\n",
      done, board.differences().size(),
      static_cast<unsigned long long>(board.repeated_sequence_numbers()),
      static_cast<unsigned long long>(lost), static_cast<unsigned long long>(board.compared()));
  EXPECT_EQ(lost, 0u);
  expect_clean(bench, seed);
}

}  // namespace
}  // namespace holdfast::lockstep

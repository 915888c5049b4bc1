// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "lockstep_run.h"
#include "stream_bench.h"

namespace holdfast::lockstep {
namespace {

constexpr TrafficMix kNoFaults{0, 0, 0, 0, 0, 0, 0};

void lockstep(unsigned width_bits, std::uint64_t seed, std::size_t packets_each_way,
              unsigned source_percent = 0, unsigned sink_percent = 0) {
  StreamBench bench(width_bits, seed);
  for (const Direction direction : kDirections) {
    bench.streams().set_pauses(direction, source_percent, sink_percent);
  }
  run_with_changes(bench, packets_each_way);
  print_figures("lockstep at the ports, " + std::to_string(width_bits) + " bits", bench);
  expect_clean(bench);
}

TEST(StreamLockstep, EveryPacketLikeTheModelAt128Bits) {
  lockstep(128, seed_of_run(1), packets_or(20'000) / 2);
}

TEST(StreamLockstep, EveryPacketLikeTheModelAt64Bits) {
  lockstep(64, seed_of_run(2), packets_or(20'000) / 20);
}

TEST(StreamLockstep, EveryPacketLikeTheModelWhileSourcesIdleAndSinksStall) {
  lockstep(128, seed_of_run(3), 600, 60, 20);
  lockstep(128, seed_of_run(4), 600, 10, 70);
}

TEST(StreamLockstep, EveryLengthFrom20To300PassesInBothDirections) {
  const std::uint64_t seed = seed_of_run(5);
  StreamBench bench(128, seed, kNoFaults);
  add_sas(bench, 24, 1);  // so many that some take IPv4 inside, whatever the seed
  bench.run(2'000);
  std::size_t missing = 0;
  for (const Direction direction : kDirections) {
    for (std::size_t length = 20; length <= 300; ++length) {
      missing += bench.scoreboard().lengths(direction).count(length) == 0;
    }
  }
  EXPECT_EQ(missing, 0u);
  expect_clean(bench);
}

// Every packet carries one committed binding whole (the model compares each byte with the binding
// of the generation that the card reports), no sequence number comes twice, no packet is lost.
TEST(StreamLockstep, BindingsSwapUnderFullLoad) {
  const std::uint64_t seed = seed_of_run(6);
  StreamBench bench(128, seed, kNoFaults);
  EXPECT_EQ(swap_under_load(bench, std::min<std::size_t>(packets_or(1'000), 10'000)), 0u);
  expect_clean(bench);
}

}  // namespace
}  // namespace holdfast::lockstep

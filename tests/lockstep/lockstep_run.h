// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "bench.h"
#include "support/sim.h"

namespace holdfast::lockstep {

/// HOLDFAST_LOCKSTEP_PACKETS: packets of the large runs, else `fallback`.
inline std::size_t packets_or(std::size_t fallback) {
  const char* text = std::getenv("HOLDFAST_LOCKSTEP_PACKETS");
  return text ? std::strtoull(text, nullptr, 0) : fallback;
}

/// Seed of one run of a test; the driver refuses keys that it has seen, so that no two runs in one
/// program may share theirs.
inline std::uint64_t seed_of_run(unsigned run) { return test::seed_or(1) * 1000 + run; }

/// Fails with the first ten problems and the seed that makes them again.
inline void expect_clean(Bench& bench) {
  const auto problems = bench.accounts();
  for (std::size_t i = 0; i < problems.size() && i < 10; ++i) ADD_FAILURE() << problems[i];
  EXPECT_TRUE(problems.empty()) << problems.size()
                                << " problems; HOLDFAST_SEED=" << test::seed_or(1);
}

inline void print_figures(const std::string& name, Bench& bench) {
  const Scoreboard& board = bench.scoreboard();
  std::printf("figure: %s: %llu packets compared, %llu of them passed, %zu differences\n",
              name.c_str(), static_cast<unsigned long long>(board.compared()),
              static_cast<unsigned long long>(board.compared_ok()), board.differences().size());
  for (const auto& [reason, count] : board.reasons()) {
    std::printf("  %-16s %llu\n", std::string(name_of(reason)).c_str(),
                static_cast<unsigned long long>(count));
  }
}

/// Even rows are inbound, odd rows outbound; two neighbours share a path.
inline Direction direction_of(std::uint16_t row) {
  return row % 2 == 0 ? Direction::kInbound : Direction::kOutbound;
}
inline std::uint16_t path_of(std::uint16_t row, std::uint16_t num_paths) {
  return static_cast<std::uint16_t>(row / 2 % num_paths);
}

inline void add_sas(Bench& bench, std::uint16_t num_sas, std::uint16_t num_paths) {
  for (std::uint16_t path = 0; path < num_paths; ++path) bench.rebind(path);
  for (std::uint16_t row = 0; row < num_sas; ++row) {
    bench.add_sa(row, path_of(row, num_paths), direction_of(row));
  }
}

/// Paths with random byte credits, spent, gained and spent again; the last write lifts them all.
inline void run_with_credits(Bench& bench, std::size_t rounds, std::uint16_t num_paths) {
  auto& random = bench.traffic().random();
  for (std::size_t round = 0; round < rounds; ++round) {
    for (std::uint16_t path = 0; path < num_paths; ++path) {
      const bool is_written = round == 0 || random() % 3 == 0;
      if (is_written) bench.rebind(path, static_cast<std::uint32_t>(random() % 8'000));
    }
    bench.run_limited(24);
  }
  for (std::uint16_t path = 0; path < num_paths; ++path) bench.rebind(path);
  bench.drain();
}

/// Six SAs each way on four paths, random traffic in both directions at once, with bindings that
/// change, SAs that move to another path, and SAs that come and go meanwhile.
inline void run_with_changes(Bench& bench, std::size_t packets_each_way) {
  constexpr std::uint16_t kSas = 12, kPaths = 4;
  add_sas(bench, kSas, kPaths);
  run_with_credits(bench, packets_each_way / 400 + 2, kPaths);
  EXPECT_GT(bench.scoreboard().reasons().count(DropReason::kCredit), 0u);
  std::size_t rounds = 0;
  bench.run(packets_each_way, [&] {
    const auto row = static_cast<std::uint16_t>(bench.traffic().random()() % kSas);
    if (++rounds % 7 == 0) {
      bench.replace_sa(row, path_of(row, kPaths), direction_of(row));
    } else if (rounds % 5 == 0) {
      bench.move_sa(row, static_cast<std::uint16_t>(bench.traffic().random()() % kPaths));
    } else {
      bench.rebind(static_cast<std::uint16_t>(row % kPaths));
    }
  });
  EXPECT_GT(bench.fences_passed(), 0u);
}

/// Rebinds path 0 `swaps` times while four SAs carry traffic, and returns packets that were lost.
inline std::uint64_t swap_under_load(Bench& bench, std::size_t swaps) {
  add_sas(bench, 4, 1);
  std::size_t done = 0;
  while (done < swaps) {
    bench.run(400, [&] {
      for (int i = 0; i < 4 && done < swaps; ++i, ++done) bench.rebind(0);
    });
  }
  const Scoreboard& board = bench.scoreboard();
  const std::uint64_t lost = board.compared() - board.compared_ok();
  std::printf(
      "figure: %zu binding swaps under load: %zu packets with a mixed binding, %llu repeated "
      "sequence numbers, %llu of %llu packets lost\n",
      done, board.differences().size(),
      static_cast<unsigned long long>(board.repeated_sequence_numbers()),
      static_cast<unsigned long long>(lost), static_cast<unsigned long long>(board.compared()));
  return lost;
}

}  // namespace holdfast::lockstep

// SPDX-License-Identifier: Apache-2.0
// The pipeline while something moves under it: sad_walk, with sad_rows and sad_ram below.
#include <gtest/gtest.h>

#include <cstdio>

#include "Vsad_model.h"
#include "sad_bench.h"

namespace holdfast::test {
namespace {

using Bench = SadBench<Vsad_model>;
constexpr std::uint32_t kSpi = 0xC0FFEE00;

TEST(SadWalk, MovedAndReboundPacketsShowOneWholeBinding) {
  // Two SAs under queries every cycle; their path is rewritten and they are moved, again and
  // again. Every ticket must show a row as it was written once.
  Bench bench;
  std::vector<PathRow> by_generation(1);
  const auto write = [&](unsigned index, std::uint64_t n) {
    by_generation.push_back(PathRow::made_from(n));
    Command c;
    c.op = Op::kWritePath;
    c.path_index = index;
    c.path = by_generation.back();
    return c;
  };
  bench.must(write(0, 1000));
  bench.must(write(1, 1001));
  bench.must(add_sa(2, 0x2222));
  bench.must(add_sa(3, 0x3333, true));
  unsigned num_commits = 0, num_moves = 0;
  for (unsigned round = 0; round < 400; ++round) {
    if (round % 3 == 2) {
      Command move;
      move.op = Op::kMoveSa;
      move.sa_index = 2 + round % 2;
      move.path_index = round / 2 % 2;
      bench.start(move);
      by_generation.emplace_back();  // a generation without a row
      ++num_moves;
    } else {
      bench.start(write(round % 2, 2000 + round));
      ++num_commits;
    }
    do {
      if (bench.in_queries.size() < 4) bench.in_queries.push_back({0x2222, 50});
      if (bench.out_queries.size() < 4) bench.out_queries.push_back({3, 10, false, {}, {}});
      bench.sim.step();
    } while (bench.is_busy());
    ASSERT_EQ(bench.result().code, Code::kOk);
    ASSERT_EQ(bench.result().generation, by_generation.size() - 1);
  }
  bench.drain();
  unsigned num_mixed = 0;
  for (const auto* tickets : {&bench.in_tickets, &bench.out_tickets}) {
    for (const Ticket& ticket : *tickets) {
      ASSERT_EQ(ticket.reason, Reason::kNone);
      ASSERT_LT(ticket.path.generation, by_generation.size());
      num_mixed += !ticket.path.same_binding(by_generation[ticket.path.generation]);
    }
  }
  std::printf("figure: %u path swaps and %u moves under %zu queries: mixed bindings %u\n",
              num_commits, num_moves, bench.in_tickets.size() + bench.out_tickets.size(),
              num_mixed);
  EXPECT_EQ(num_mixed, 0u);
  EXPECT_GT(bench.in_tickets.size(), 1000u);
}

TEST(SadWalk, OtherSasMissNothingWhileOneComesAndGoes) {
  Bench bench;
  bench.write_path(0);
  for (unsigned i = 0; i < 15; ++i) bench.must(add_sa(i, 0x1000 + 0x11 * i));
  std::uint64_t num_queries = 0;
  for (unsigned round = 0; round < 100; ++round) {
    for (const Command& c : {add_sa(15, 0x9000 + round), [] {
                               Command d;
                               d.op = Op::kDeleteSa;
                               d.sa_index = 15;
                               return d;
                             }()}) {
      bench.start(c);
      do {
        if (bench.in_queries.size() < 2) {
          bench.in_queries.push_back(
              {0x1000 + 0x11 * static_cast<std::uint32_t>(num_queries++ % 15), 5});
        }
        bench.sim.step();
      } while (bench.is_busy());
      ASSERT_EQ(bench.result().code, Code::kOk);
    }
  }
  bench.drain();
  std::uint64_t num_missed = 0;
  for (const Ticket& ticket : bench.in_tickets) num_missed += ticket.reason != Reason::kNone;
  std::printf("figure: 100 adds and deletes under %zu queries of others: missed %llu\n",
              bench.in_tickets.size(), static_cast<unsigned long long>(num_missed));
  EXPECT_EQ(num_missed, 0u);
}

TEST(SadWalk, QueryAnswersOfOneMomentWhileTheWindowMoves) {
  // A query at each distance from an update that jumps. What it says must be right either before
  // or after the update: a row that is newer than the top would let `seen` through.
  for (int distance = -8; distance <= 8; ++distance) {
    struct Probe {
      std::uint32_t wire;
      bool before, after;
    };
    // Window 1024, top 2000, seen 2000, 1500 and 1010. The update takes 2500 (bits 2001 to 2500
    // are cleared): it shares its bit with 1476, and 1500 lies left of 2500 - 1023 no more.
    for (const Probe& probe :
         {Probe{1010, false, false}, Probe{1500, false, false}, Probe{1476, true, false},
          Probe{1477, true, true}, Probe{2500, true, false}, Probe{2000, false, false},
          Probe{2499, true, true}, Probe{1400, true, false}}) {
      Bench bench;
      bench.write_path(0);
      Command c = add_sa(3, kSpi);
      c.row.replay_window = 1024;
      bench.must(c);
      for (std::uint32_t wire : {1010u, 1500u, 2000u}) {
        ASSERT_EQ(bench.receive({kSpi, wire}), Reason::kNone);
      }
      const std::size_t had = bench.in_tickets.size();
      if (distance < 0) {
        bench.in_queries.push_back({kSpi, probe.wire});
        bench.sim.step(static_cast<unsigned>(-distance));
        bench.in_updates.push_back({3, 1, 2500, true, 10});
      } else {
        bench.in_updates.push_back({3, 1, 2500, true, 10});
        if (distance) bench.sim.step(static_cast<unsigned>(distance));
        bench.in_queries.push_back({kSpi, probe.wire});
      }
      bench.drain();
      ASSERT_EQ(bench.in_tickets.size(), had + 1);
      const bool passed = bench.in_tickets.back().reason == Reason::kNone;
      EXPECT_TRUE(passed == probe.before || passed == probe.after)
          << "wire " << probe.wire << " at " << distance;
      if (distance == -8) {
        EXPECT_EQ(passed, probe.before) << probe.wire;
      } else if (distance == 8) {
        EXPECT_EQ(passed, probe.after) << probe.wire;
      }
    }
  }
}

}  // namespace
}  // namespace holdfast::test

// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "Vsad_model.h"
#include "sad_bench.h"

namespace holdfast::test {
namespace {

using Bench = SadBench<Vsad_model>;

Command delete_sa(unsigned sa_index) {
  Command c;
  c.op = Op::kDeleteSa;
  c.sa_index = sa_index;
  return c;
}

TEST(SadInFlight, DeleteWaitsForThePacketsOfItsDirection) {
  for (const bool is_outbound : {false, true}) {
    Bench bench;
    bench.is_auto_done = false;
    bench.write_path(0);
    bench.must(add_sa(2, 0x2222, is_outbound));
    bench.must(add_sa(3, 0x3333, is_outbound));
    bench.must(add_sa(4, 0x4444, !is_outbound));
    const auto ask = [&](unsigned sa_index, std::uint32_t spi) {
      return is_outbound ? bench.query(OutQuery{sa_index, 1, false, {}, {}})
                         : bench.query(InQuery{spi, 1});
    };
    unsigned& dones = is_outbound ? bench.out_dones : bench.in_dones;
    ASSERT_EQ(ask(2, 0x2222)->reason, Reason::kNone);
    ASSERT_EQ(ask(3, 0x3333)->reason, Reason::kNone);
    // One of the other direction, which never ends.
    if (is_outbound) {
      ASSERT_EQ(bench.query(InQuery{0x4444, 1})->reason, Reason::kNone);
    } else {
      ASSERT_EQ(bench.query(OutQuery{4, 1, false, {}, {}})->reason, Reason::kNone);
    }
    bench.start(delete_sa(2));
    bench.sim.step(200);
    EXPECT_TRUE(bench.is_busy());
    // It is gone at once for those that come later.
    EXPECT_EQ(ask(2, 0x2222)->reason, Reason::kNoSa);
    // The row is still there: the card may need nothing of it, but nobody else gets it.
    ++dones;
    bench.sim.step(50);
    EXPECT_TRUE(bench.is_busy());  // a packet accepted before is still in flight
    ++dones;
    EXPECT_TRUE(bench.sim.run_until([&] { return !bench.is_busy(); }, 50));
    EXPECT_EQ(bench.result().code, Code::kOk);
    EXPECT_EQ(bench.do_sa(Op::kReadSa, 2).code, Code::kEmpty);
    EXPECT_EQ(ask(3, 0x3333)->sa_index, 3u);
  }
}

TEST(SadInFlight, UpdateDuringDeleteIsStale) {
  Bench bench;
  bench.is_auto_done = false;
  bench.write_path(0);
  bench.must(add_sa(2, 0x2222));
  const auto ticket = bench.query(InQuery{0x2222, 5});
  bench.start(delete_sa(2));
  bench.sim.step(50);
  EXPECT_TRUE(bench.is_busy());
  EXPECT_EQ(bench.update({2, ticket->row.epoch, 5, true, 100})->reason, Reason::kStale);
  ++bench.in_dones;
  EXPECT_TRUE(bench.sim.run_until([&] { return !bench.is_busy(); }, 50));
}

TEST(SadInFlight, DeleteAtEveryMomentOfAQueryIsCleanAndLeavesNothing) {
  for (unsigned offset = 0; offset < 30; ++offset) {
    Bench bench;
    bench.write_path(0);
    Command c = add_sa(2, 0x2222);
    c.lifetime.hard_packets = 100;
    bench.must(c);
    for (unsigned i = 0; i < 40; ++i) bench.in_queries.push_back({0x2222, 1 + i});
    bench.sim.step(offset);
    bench.start(delete_sa(2));
    ASSERT_TRUE(bench.sim.run_until([&] { return !bench.is_busy(); }, 1000));
    bench.drain();
    ASSERT_EQ(bench.in_tickets.size(), 40u);
    bool is_gone = false;
    for (const Ticket& ticket : bench.in_tickets) {
      EXPECT_TRUE(!is_gone || ticket.reason == Reason::kNoSa) << offset;
      is_gone = is_gone || ticket.reason == Reason::kNoSa;
      // All of the key or nothing of it.
      EXPECT_EQ(ticket.key, is_gone ? Key{} : c.key);
      EXPECT_EQ(ticket.sa_index, is_gone ? 0xFFFFu : 2u);
    }
    EXPECT_TRUE(is_gone);
    // The next owner starts from zero and is the next epoch.
    bench.must(add_sa(2, 0x4444));
    const auto ticket = bench.query(InQuery{0x4444, 1});
    EXPECT_EQ(ticket->reason, Reason::kNone);
    EXPECT_EQ(ticket->row.epoch, 2u);
    EXPECT_EQ(bench.do_sa(Op::kReadSa, 2).packets, 0u);
  }
}

TEST(SadInFlight, FenceIsTheOldestGenerationInFlight) {
  Bench bench;
  bench.is_auto_done = false;
  const auto fence = [&] {
    bench.sim.step(6);
    return bench.sim.top().drain_fence_o;
  };
  EXPECT_EQ(fence(), 0u);
  bench.write_path(0);     // 1
  EXPECT_EQ(fence(), 1u);  // idle: the current one
  bench.must(add_sa(2, 0x2222));
  bench.must(add_sa(3, 0x3333, true));
  bench.query(InQuery{0x2222, 1});
  bench.write_path(0);  // 2
  EXPECT_EQ(fence(), 1u);
  bench.query(InQuery{0x2222, 2});
  bench.write_path(1);  // 3
  bench.query(OutQuery{3, 1, false, {}, {}});
  EXPECT_EQ(fence(), 1u);
  ++bench.in_dones;
  EXPECT_EQ(fence(), 2u);
  ++bench.in_dones;
  EXPECT_EQ(fence(), 3u);
  bench.write_path(1);  // 4
  EXPECT_EQ(fence(), 3u);
  bench.do_sa(Op::kMoveSa, 2, 1);  // 5
  EXPECT_EQ(fence(), 3u);
  ++bench.out_dones;
  EXPECT_EQ(fence(), 5u);
  // A packet that is dropped is in flight too, until its completion is written.
  EXPECT_EQ(bench.query(InQuery{0x9999, 1})->reason, Reason::kNoSa);
  bench.write_path(0);  // 6
  EXPECT_EQ(fence(), 5u);
  ++bench.in_dones;
  EXPECT_EQ(fence(), 6u);
}

TEST(SadInFlight, FenceNeverRunsAheadNorBack) {
  Bench bench;
  bench.is_auto_done = false;
  std::mt19937_64 random(seed_or(3));
  bench.write_path(0);
  bench.must(add_sa(2, 0x2222));
  bench.must(add_sa(3, 0x3333, true));
  // Expected lower bound: generation at the time a query was offered; upper: when its ticket came.
  std::deque<std::uint32_t> in_flight[2];
  std::size_t seen[2] = {0, 0};
  std::uint32_t last_fence = 0;
  for (unsigned i = 0; i < 20000; ++i) {
    if (random() % 8 == 0 && bench.in_queries.empty()) bench.in_queries.push_back({0x2222, 1});
    if (random() % 8 == 0 && bench.out_queries.empty()) {
      bench.out_queries.push_back({3, 1, false, {}, {}});
    }
    if (!bench.is_busy() && random() % 16 == 0) {
      Command c;
      c.op = Op::kWritePath;
      c.path = PathRow::made_from(i);
      bench.start(c);
    } else {
      bench.sim.step();
    }
    const std::vector<Ticket>* tickets[2] = {&bench.in_tickets, &bench.out_tickets};
    unsigned* dones[2] = {&bench.in_dones, &bench.out_dones};
    for (unsigned d = 0; d < 2; ++d) {
      for (; seen[d] < tickets[d]->size(); ++seen[d]) {
        // Path 0 is the only one: the row's generation is the card's.
        in_flight[d].push_back((*tickets[d])[seen[d]].path.generation);
      }
      if (!in_flight[d].empty() && *dones[d] == 0 && random() % 10 == 0) {
        ++*dones[d];
        bench.sim.step();
        in_flight[d].pop_front();
      }
    }
    const std::uint32_t fence = bench.sim.top().drain_fence_o;
    ASSERT_GE(fence, last_fence) << "at " << i;
    last_fence = fence;
    for (const auto& queue : in_flight) {
      ASSERT_TRUE(queue.empty() || fence <= queue.front()) << "at " << i;
    }
  }
  EXPECT_GT(bench.in_tickets.size(), 1000u);
}

TEST(SadInFlight, QueriesWaitAt256InFlight) {
  Bench bench;
  bench.is_auto_done = false;
  bench.write_path(0);
  bench.must(add_sa(2, 0x2222));
  for (unsigned i = 0; i < 300; ++i) bench.in_queries.push_back({0x2222, 1});
  bench.sim.step(1000);
  EXPECT_EQ(bench.in_tickets.size(), 256u);
  // The other direction and commands are not held up.
  EXPECT_EQ(bench.query(OutQuery{9, 1, false, {}, {}})->reason, Reason::kNoSa);
  EXPECT_EQ(bench.do_sa(Op::kReadSa, 2).code, Code::kOk);
  bench.in_dones = 10;
  bench.sim.step(100);
  EXPECT_EQ(bench.in_tickets.size(), 266u);
}

}  // namespace
}  // namespace holdfast::test

// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstdio>

#include "Vsad_model.h"
#include "sad_bench.h"

namespace holdfast::test {
namespace {

using Bench = SadBench<Vsad_model>;

TEST(SadSweep, NothingIsAcceptedBeforeItIsOver) {
  Bench bench(false);
  EXPECT_FALSE(bench.sim.top().swept_o);
  bench.in_queries.push_back({0x1234, 1});
  bench.out_queries.push_back({0, 1, false, {}, {}});
  bench.in_updates.push_back({0, 0, 1, true, 1});
  Command c;
  c.op = static_cast<Op>(9);  // not_swept comes before bad_op
  EXPECT_EQ(bench.command(c).code, Code::kNotSwept);
  c.op = Op::kReadSa;
  EXPECT_EQ(bench.command(c).code, Code::kNotSwept);
  EXPECT_FALSE(bench.sim.top().swept_o);
  EXPECT_EQ(bench.in_queries.size() + bench.out_queries.size() + bench.in_updates.size(), 3u);
  EXPECT_EQ(bench.sim.top().sweep_cycles_o, 0u);
  ASSERT_TRUE(bench.sim.run_until([&] { return bench.sim.top().swept_o != 0; }, 100));
  bench.drain();
  EXPECT_EQ(bench.in_tickets.at(0).reason, Reason::kNoSa);
  EXPECT_EQ(bench.out_tickets.at(0).reason, Reason::kNoSa);
  EXPECT_EQ(bench.verdicts.at(0).reason, Reason::kStale);
  std::printf("figure: sweep %u cycles for 16 SAs and 8 paths\n", bench.sim.top().sweep_cycles_o);
  EXPECT_EQ(bench.sim.top().sweep_cycles_o, 16u);
}

// Packets go on; a command would change what is about to be reset.
TEST(SadSweep, CommandsWaitForTheRestOfTheCard) {
  Bench bench;
  bench.write_path(0);
  bench.must(add_sa(1, 0x1234));
  bench.sim.top().card_swept_i = 0;
  Command c;
  c.op = Op::kWritePath;
  EXPECT_EQ(bench.command(c).code, Code::kNotSwept);
  EXPECT_EQ(bench.do_sa(Op::kDeleteSa, 1).code, Code::kNotSwept);
  EXPECT_EQ(bench.sim.top().generation_o, 1u);
  EXPECT_EQ(bench.receive({0x1234, 1}), Reason::kNone);
  bench.sim.top().card_swept_i = 1;
  EXPECT_EQ(bench.do_sa(Op::kDeleteSa, 1).code, Code::kOk);
}

TEST(SadSweep, ResetLeavesNothing) {
  Bench bench;
  for (unsigned i = 0; i < 8; ++i) bench.write_path(i, PathRow::made_from(77 + i));
  for (unsigned i = 0; i < 16; ++i) {
    Command c = add_sa(i, 0x3000 + i, i % 2);
    c.lifetime.hard_packets = 1;
    bench.must(c);
    if (i % 2) {
      bench.query(OutQuery{i, 1, false, {}, {}});
    } else {
      bench.receive({0x3000 + i, 7});
    }
  }
  // Reset with tickets waiting and a packet in flight.
  bench.is_auto_done = false;
  bench.sink_pause = 100;
  bench.in_queries.push_back({0x3000, 8});
  bench.out_queries.push_back({1, 1, false, {}, {}});
  bench.sim.step(20);
  EXPECT_TRUE(bench.sim.top().in_ticket_valid_o);
  bench.sim.reset();
  bench.sim.top().eval();
  EXPECT_FALSE(bench.sim.top().in_ticket_valid_o);
  EXPECT_FALSE(bench.sim.top().swept_o);
  bench.sink_pause = 0;
  bench.is_auto_done = true;
  ASSERT_TRUE(bench.sim.run_until([&] { return bench.sim.top().swept_o != 0; }, 100));
  bench.in_tickets.clear();
  EXPECT_EQ(bench.sim.top().generation_o, 0u);
  EXPECT_EQ(bench.sim.top().drain_fence_o, 0u);
  // The port of the ticket shows what lies in the FIFO: no key.
  const Ticket waiting = Ticket::load(bench.sim.top().in_ticket_o);
  EXPECT_EQ(waiting.key, Key{});
  for (unsigned i = 0; i < 16; ++i) {
    EXPECT_EQ(bench.do_sa(Op::kReadSa, i).code, Code::kEmpty);
    EXPECT_EQ(bench.query(InQuery{0x3000 + i, 9})->reason, Reason::kNoSa);
    EXPECT_EQ(bench.query(OutQuery{i, 1, false, {}, {}})->reason, Reason::kNoSa);
  }
  for (unsigned i = 0; i < 8; ++i) EXPECT_EQ(bench.do_sa(Op::kReadPath, 0, i).code, Code::kEmpty);
  EXPECT_TRUE(bench.events.size() <= 16);
  // A new SA in an old row has nothing of it.
  bench.write_path(0);
  bench.must(add_sa(0, 0x3000));
  const auto ticket = bench.query(InQuery{0x3000, 7});
  EXPECT_EQ(ticket->reason, Reason::kNone);
  EXPECT_EQ(ticket->row.epoch, 1u);
  for (std::uint32_t i = 1; i <= 3; ++i) EXPECT_EQ(bench.receive({0x3000, i}), Reason::kNone);
}

}  // namespace
}  // namespace holdfast::test

// SPDX-License-Identifier: Apache-2.0
// Rows that come and go: what delete and reset leave in them, and what they leave alone.
#include <gtest/gtest.h>

#include <array>

#include "Vsad_model.h"
#include "Vsad_model___024root.h"
#include "sad_bench.h"
#include "support/state.h"

namespace holdfast::test {
namespace {

using Bench = SadBench<Vsad_model>;

Command add_secret_sa() {
  Command c = add_sa(2, 0x2222);
  c.key = {0xA1B2C3D4E5F60718, 0x1928374655647382, 0xCAFEF00DDEADBEE5, 0x8BADF00D0BADCAFE};
  return c;
}

/// Words of the key and of its subkey that are anywhere in the model.
std::size_t count_keys(Bench& bench) {
  std::memset(&bench.sim.top().command_i, 0, sizeof(bench.sim.top().command_i));
  bench.sim.step(20);
  const Key key = add_secret_sa().key;
  const Bits128 subkey = Bench::subkey_of(key);
  std::vector<std::uint64_t> secrets(key.begin(), key.end());
  secrets.insert(secrets.end(), {subkey.high, subkey.low});
  // The port and the stand-in's copy are the bench's.
  std::memset(&bench.sim.top().subkey_i, 0, sizeof(bench.sim.top().subkey_i));
  bench.sim.step(2);
  return count_secrets(state_of(bench.sim.top()), secrets);
}

TEST(SadRows, DeleteLeavesNoKeyInTheRow) {
  Bench bench;
  bench.write_path(0);
  bench.must(add_secret_sa());
  EXPECT_GE(count_keys(bench), 6u) << "the search finds nothing";
  EXPECT_EQ(bench.do_sa(Op::kDeleteSa, 2).code, Code::kOk);
  EXPECT_EQ(count_keys(bench), 0u) << "of an SA that was never used";
}

TEST(SadRows, DeleteLeavesNoKeyInTickets) {
  Bench bench;
  bench.write_path(0);
  for (const unsigned tickets : {1u, 3u, 8u, 20u}) {
    Command add = add_secret_sa();
    add.row.is_outbound = tickets == 3;
    bench.must(add);
    for (std::uint32_t i = 1; i <= tickets; ++i) {
      if (add.row.is_outbound)
        EXPECT_EQ(bench.query(OutQuery{2, 10, false, {}, {}})->key, add.key);
      else
        EXPECT_EQ(bench.query(InQuery{0x2222, i})->key, add.key);
    }
    EXPECT_EQ(bench.do_sa(Op::kDeleteSa, 2).code, Code::kOk);
    EXPECT_EQ(count_keys(bench), 0u) << tickets << " tickets";
  }
}

TEST(SadRows, DeleteAfterReadLeavesNoKeyInReadRegister) {
  Bench bench;
  bench.write_path(0);
  bench.must(add_secret_sa());
  EXPECT_EQ(bench.do_sa(Op::kReadSa, 2).code, Code::kOk);
  EXPECT_EQ(bench.do_sa(Op::kDeleteSa, 2).code, Code::kOk);
  EXPECT_EQ(count_keys(bench), 0u);
}

TEST(SadRows, ResetInTheMiddleOfAddForgetsTheKey) {
  Bench bench;
  bench.write_path(0);
  bench.subkey_cycles = 1000;
  bench.start(add_secret_sa());
  bench.sim.step(50);
  ASSERT_TRUE(bench.is_busy());
  EXPECT_GE(count_keys(bench), 4u) << "the search finds nothing";
  bench.sim.reset();
  EXPECT_EQ(count_keys(bench), 0u);
}

// Numbers of living SAs stay consecutive and are charged once, while another row changes its owner
// beside queries in every cycle: a command that writes in the cycle of a packet would lose one.
TEST(SadRows, AddsAndDeletesUnderWritersLoseNoState) {
  constexpr unsigned kNumSas = 8;
  Bench bench;
  bench.source_pause = 20;
  bench.write_path(0);
  for (unsigned i = 0; i < kNumSas; ++i) bench.must(add_sa(i, 0x1000 + i, true));
  Command remove;
  remove.op = Op::kDeleteSa;
  remove.sa_index = 15;
  unsigned num_queries = 0;
  for (unsigned round = 0; round < 300; ++round) {
    for (const Command& c : {add_sa(15, 0x9000 + round, round % 2), remove}) {
      bench.start(c);
      do {
        while (bench.out_queries.size() < 4)
          bench.out_queries.push_back({num_queries++ % kNumSas, 10, false, {}, {}});
        bench.sim.step();
      } while (bench.is_busy());
      ASSERT_EQ(bench.result().code, Code::kOk) << "round " << round;
    }
  }
  bench.drain();
  ASSERT_EQ(bench.out_tickets.size(), num_queries);
  std::array<std::uint64_t, kNumSas> next;
  next.fill(1);
  for (const Ticket& ticket : bench.out_tickets) {
    ASSERT_EQ(ticket.reason, Reason::kNone);
    ASSERT_EQ(ticket.seq, next[ticket.sa_index]++);
  }
  for (unsigned i = 0; i < kNumSas; ++i) {
    const CommandResult row = bench.do_sa(Op::kReadSa, i);
    EXPECT_EQ(row.seq, next[i]);
    EXPECT_EQ(row.packets, next[i] - 1);
    EXPECT_EQ(row.bytes, 10 * row.packets);
  }
}

}  // namespace
}  // namespace holdfast::test

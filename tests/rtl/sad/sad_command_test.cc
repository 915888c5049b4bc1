// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstdio>

#include "Vsad_model.h"
#include "sad_bench.h"

namespace holdfast::test {
namespace {

using Bench = SadBench<Vsad_model>;  // 16 SAs, 8 paths, window up to 1024

bool subkey_port_is_clear(Bench& bench) {
  PackedReader r(bench.sim.top().subkey_key_o, 256);
  for (unsigned i = 0; i < 4; ++i) {
    if (r.get(64) != 0) return false;
  }
  return true;
}

TEST(SadCommand, AddedSaIsWhatTheTicketsShow) {
  Bench bench;
  const PathRow path = PathRow::made_from(0x1234567);
  EXPECT_EQ(bench.write_path(5, path).generation, 1u);
  Command c = add_sa(7, 0xDEADBEEF);
  c.path_index = 5;
  c.first_seq = 42;
  c.row.suite = 3;
  c.row.has_esn = true;
  c.row.replay_window = 1000;
  c.row.df = 2;
  c.row.copy_dscp = true;
  c.row.dscp = 0x2A;
  c.row.has_ecn = true;
  c.row.selector = {true, {1, 2}, {3, 4}, 128, 64};
  c.row.path_index = 0xFFFF;  // ignored, as the next
  c.row.epoch = 0x77;
  bench.must(c);
  const auto in = bench.query(InQuery{0xDEADBEEF, 42});
  ASSERT_EQ(in->reason, Reason::kNone);
  EXPECT_EQ(in->sa_index, 7u);
  EXPECT_EQ(in->seq, 42u);
  StaticRow row = c.row;
  row.path_index = 5;
  row.epoch = 1;
  EXPECT_EQ(in->row, row);
  EXPECT_TRUE(in->path.same_binding(path));
  EXPECT_EQ(in->path.generation, 1u);
  EXPECT_EQ(in->key, c.key);
  EXPECT_EQ(in->salt, c.salt);
  EXPECT_EQ(in->subkey, Bench::subkey_of(c.key));

  Command out = add_sa(8, 0x12345678, true);
  out.path_index = 5;
  out.row.replay_window = 0;  // is not looked at outbound
  bench.must(out);
  const auto ticket = bench.query(OutQuery{8, 100, false, {}, {}});
  ASSERT_EQ(ticket->reason, Reason::kNone);
  EXPECT_EQ(ticket->seq, 1u);
  EXPECT_EQ(ticket->row.spi, 0x12345678u);
  EXPECT_EQ(ticket->key, out.key);
  EXPECT_EQ(ticket->subkey, Bench::subkey_of(out.key));
}

TEST(SadCommand, KeysShowInTicketsOnlyAndNotAfterTheCommand) {
  Bench bench;
  bench.write_path(0);
  bench.must(add_sa(1, 0x1001));
  EXPECT_TRUE(subkey_port_is_clear(bench));
  EXPECT_EQ(bench.command(add_sa(1, 0x1002)).code, Code::kIndexInUse);
  EXPECT_TRUE(subkey_port_is_clear(bench));  // a refused command forgets its key too
  const auto dropped = bench.query(InQuery{0x1001, 0});
  ASSERT_EQ(dropped->reason, Reason::kReplayEarly);
  EXPECT_EQ(dropped->key, Key{});
  EXPECT_EQ(dropped->subkey, Bits128{});
  EXPECT_EQ(dropped->salt, 0u);
  EXPECT_EQ(dropped->sa_index, 1u);
}

// sad_operands.
TEST(SadCommand, EveryResultIsReachedInItsOrder) {
  Bench bench;
  bench.write_path(0);
  const auto expect = [&](const Command& c, Code code) {
    EXPECT_EQ(bench.command(c).code, code) << "op " << static_cast<unsigned>(c.op);
  };
  Command none;
  expect(none, Code::kOk);
  none.op = static_cast<Op>(7);
  expect(none, Code::kBadOp);
  none.op = static_cast<Op>(15);
  expect(none, Code::kBadOp);

  // All that can be wrong with an add at once; then repaired one by one, in the order.
  bench.must(add_sa(3, 0x5000));
  bench.must(add_sa(4, 0x6000, true));
  Command c = add_sa(16, 0x80);
  c.path_index = 8;
  c.row.suite = 4;
  c.row.replay_window = 31;
  c.first_seq = 0;
  c.row.selector.source_bits = 33;
  expect(c, Code::kBadIndex);
  c.sa_index = 3;
  expect(c, Code::kBadIndex);
  c.path_index = 7;
  expect(c, Code::kIndexInUse);
  c.sa_index = 5;
  expect(c, Code::kEmpty);  // no such path yet
  c.path_index = 0;
  c.row.spi = 0x5000;
  expect(c, Code::kSpiInUse);
  c.row.spi = 0xFF;
  expect(c, Code::kBadSpi);
  c.row.spi = 0;
  expect(c, Code::kBadSpi);
  c.row.spi = 0x100;
  for (unsigned suite : {0u, 4u, 15u}) {
    c.row.suite = suite;
    expect(c, Code::kBadSuite);
  }
  c.row.suite = 3;
  for (unsigned window : {0u, 31u, 1025u, 0xFFFFu}) {
    c.row.replay_window = window;
    expect(c, Code::kBadWindow);
  }
  c.row.replay_window = 1024;
  expect(c, Code::kBadSequence);
  c.first_seq = 0x100000000;
  expect(c, Code::kBadSequence);
  c.first_seq = 0xFFFFFFFF;
  expect(c, Code::kBadSelector);
  c.row.selector.source_bits = 32;
  c.row.selector.destination_bits = 33;
  expect(c, Code::kBadSelector);
  c.row.selector.is_ipv6 = true;
  c.row.selector.destination_bits = 129;
  expect(c, Code::kBadSelector);
  c.row.selector.destination_bits = 128;
  expect(c, Code::kOk);
  // The SPI of an outbound SA is the peer's: it may equal any other.
  Command out = add_sa(6, 0x5000, true);
  out.row.has_esn = true;
  out.first_seq = ~std::uint64_t{0};
  expect(out, Code::kOk);
  expect(add_sa(7, 0x6000), Code::kOk);  // in use outbound only
  expect(add_sa(8, 0x6000), Code::kSpiInUse);

  const auto op = [&](Op o, unsigned sa, unsigned path) { return bench.do_sa(o, sa, path).code; };
  for (Op o : {Op::kDeleteSa, Op::kReadSa, Op::kMoveSa}) {
    EXPECT_EQ(op(o, 16, 0), Code::kBadIndex);
    EXPECT_EQ(op(o, 0x8003, 0), Code::kBadIndex);
    EXPECT_EQ(op(o, 15, 0), Code::kEmpty);
  }
  EXPECT_EQ(op(Op::kMoveSa, 3, 8), Code::kBadIndex);
  EXPECT_EQ(op(Op::kMoveSa, 3, 7), Code::kEmpty);
  for (Op o : {Op::kWritePath, Op::kReadPath}) EXPECT_EQ(op(o, 0, 8), Code::kBadIndex);
  EXPECT_EQ(op(Op::kReadPath, 0, 7), Code::kEmpty);
  EXPECT_EQ(op(Op::kReadPath, 0xFFFF, 0), Code::kOk);  // looks at no SA
}

TEST(SadCommand, RefusedCommandsChangeNothing) {
  Bench bench;
  bench.write_path(0, PathRow::made_from(9));
  bench.must(add_sa(3, 0x5000));
  ASSERT_EQ(bench.receive({0x5000, 10}), Reason::kNone);
  const Command again = add_sa(3, 0x7777, true);
  EXPECT_EQ(bench.command(again).code, Code::kIndexInUse);
  Command bad = add_sa(4, 0x8888);
  bad.row.suite = 0;
  EXPECT_EQ(bench.command(bad).code, Code::kBadSuite);
  EXPECT_EQ(bench.do_sa(Op::kMoveSa, 3, 6).code, Code::kEmpty);
  EXPECT_EQ(bench.sim.top().generation_o, 1u);
  EXPECT_EQ(bench.query(InQuery{0x7777, 1})->reason, Reason::kNoSa);
  EXPECT_EQ(bench.query(InQuery{0x8888, 1})->reason, Reason::kNoSa);
  EXPECT_EQ(bench.do_sa(Op::kReadSa, 4).code, Code::kEmpty);
  const auto ticket = bench.query(InQuery{0x5000, 11});
  EXPECT_EQ(ticket->reason, Reason::kNone);
  EXPECT_EQ(ticket->row.epoch, 1u);
  EXPECT_EQ(bench.query(InQuery{0x5000, 10})->reason, Reason::kReplayEarly);
}

TEST(SadCommand, StartWhileBusyIsIgnored) {
  Bench bench;
  bench.write_path(0);
  bench.start(add_sa(2, 0x2222));
  ASSERT_TRUE(bench.is_busy());
  bench.start(add_sa(3, 0x3333));
  ASSERT_TRUE(bench.sim.run_until([&] { return !bench.is_busy(); }, 1000));
  bench.sim.step(30);
  EXPECT_FALSE(bench.is_busy());
  EXPECT_EQ(bench.query(InQuery{0x2222, 1})->reason, Reason::kNone);
  EXPECT_EQ(bench.query(InQuery{0x3333, 1})->reason, Reason::kNoSa);
}

TEST(SadCommand, ReadTellsStateAndWhereTheSaIs) {
  Bench bench;
  bench.write_path(0);
  bench.write_path(6, PathRow::made_from(3));
  Command in = add_sa(3, 0x5000);
  in.first_seq = 100;
  bench.must(in);
  Command out = add_sa(4, 0x6000, true);
  out.first_seq = 500;
  out.path_index = 6;
  bench.must(out);
  CommandResult r = bench.do_sa(Op::kReadSa, 3);
  EXPECT_EQ(r.seq, 99u);  // nothing authenticated yet
  EXPECT_EQ(r.last_used, 0u);
  EXPECT_FALSE(r.is_outbound);
  ASSERT_EQ(bench.receive({0x5000, 120}, 1000), Reason::kNone);
  ASSERT_EQ(bench.receive({0x5000, 110}, 500), Reason::kNone);
  r = bench.do_sa(Op::kReadSa, 3);
  EXPECT_EQ(r.seq, 120u);
  EXPECT_EQ(r.bytes, 1500u);
  EXPECT_EQ(r.packets, 2u);
  EXPECT_GT(r.last_used, 0u);
  EXPECT_LT(r.last_used, bench.sim.cycle());
  EXPECT_EQ(bench.query(OutQuery{4, 77, false, {}, {}})->seq, 500u);
  const std::uint64_t last_used = r.last_used;
  r = bench.do_sa(Op::kReadSa, 4);
  EXPECT_EQ(r.seq, 501u);  // the next one
  EXPECT_EQ(r.bytes, 77u);
  EXPECT_EQ(r.packets, 1u);
  EXPECT_GT(r.last_used, last_used);
  EXPECT_EQ(r.path_index, 6u);
  EXPECT_TRUE(r.is_outbound);
  EXPECT_EQ(r.generation, 2u);
}

TEST(SadCommand, GenerationRisesByOneWithEachCommit) {
  Bench bench;
  EXPECT_EQ(bench.sim.top().generation_o, 0u);
  EXPECT_EQ(bench.write_path(1).generation, 1u);
  EXPECT_EQ(bench.write_path(2).generation, 2u);
  Command c = add_sa(3, 0x5000);
  c.path_index = 1;
  EXPECT_EQ(bench.must(c).generation, 2u);  // no commit
  EXPECT_EQ(bench.do_sa(Op::kMoveSa, 3, 2).generation, 3u);
  EXPECT_EQ(bench.sim.top().generation_o, 3u);
  // The row keeps the generation of its own commit.
  EXPECT_EQ(bench.do_sa(Op::kReadPath, 0, 1).generation, 1u);
  EXPECT_EQ(bench.do_sa(Op::kReadPath, 0, 2).generation, 2u);
  EXPECT_EQ(bench.query(InQuery{0x5000, 1})->path.generation, 2u);
  EXPECT_EQ(bench.do_sa(Op::kReadSa, 3).path_index, 2u);
  EXPECT_EQ(bench.write_path(1).generation, 4u);
}

TEST(SadCommand, TakesAKnownNumberOfCycles) {
  Bench bench;
  bench.write_path(0);
  std::printf("figure: write_path %llu cycles\n",
              static_cast<unsigned long long>(bench.command_cycles));
  bench.subkey_cycles = 1;
  bench.must(add_sa(1, 0x1000));
  std::printf("figure: add_sa inbound %llu cycles and the subkey's\n",
              static_cast<unsigned long long>(bench.command_cycles - 1));
  bench.must(add_sa(2, 0x1000, true));
  std::printf("figure: add_sa outbound %llu cycles and the subkey's\n",
              static_cast<unsigned long long>(bench.command_cycles - 1));
  bench.do_sa(Op::kReadSa, 1);
  std::printf("figure: read_sa %llu cycles\n",
              static_cast<unsigned long long>(bench.command_cycles));
  bench.do_sa(Op::kMoveSa, 1, 0);
  std::printf("figure: move_sa %llu cycles\n",
              static_cast<unsigned long long>(bench.command_cycles));
  bench.do_sa(Op::kDeleteSa, 1);
  std::printf("figure: delete_sa %llu cycles with nothing in flight\n",
              static_cast<unsigned long long>(bench.command_cycles));
  EXPECT_LE(bench.command_cycles, 30u);
  bench.do_sa(Op::kReadSa, 100);
  EXPECT_LE(bench.command_cycles, 2u);  // refused by its operands
}

}  // namespace
}  // namespace holdfast::test

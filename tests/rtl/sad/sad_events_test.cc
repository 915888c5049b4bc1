// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "Vsad_model.h"
#include "sad_bench.h"

namespace holdfast::test {
namespace {

using Bench = SadBench<Vsad_model>;

TEST(SadEvents, OnePacketMayRaiseTwoLowestKindFirst) {
  Bench bench;
  bench.write_path(0);
  Command c = add_sa(3, 0x3333, true);
  c.first_seq = 0xFFFFFFFF;
  c.lifetime.soft_packets = 1;
  bench.must(c);
  bench.query(OutQuery{3, 1, false, {}, {}});
  bench.sim.step(5);
  ASSERT_EQ(bench.events.size(), 2u);
  EXPECT_EQ(bench.events[0].kind, Kind::kSoftLifetime);
  EXPECT_EQ(bench.events[1].kind, Kind::kSequence);
  EXPECT_EQ(bench.events[0].seq, 0xFFFFFFFFu);
}

TEST(SadEvents, WhatDoesNotFitIsCountedAndStopsNoPacket) {
  Bench bench;
  bench.takes_events = false;
  bench.write_path(0);
  // Each owner of a row raises two events with its one packet.
  constexpr unsigned kOwners = 40;
  for (unsigned i = 0; i < kOwners; ++i) {
    Command c = add_sa(i % 16, 0x3000 + i, true);
    c.first_seq = 0xFFFFFFFF;
    c.lifetime.soft_packets = 1;
    bench.must(c);
    EXPECT_EQ(bench.query(OutQuery{i % 16, 1, false, {}, {}})->reason, Reason::kNone);
    EXPECT_EQ(bench.do_sa(Op::kDeleteSa, i % 16).code, Code::kOk);
  }
  EXPECT_TRUE(bench.events.empty());
  bench.takes_events = true;
  bench.sim.step(100);
  EXPECT_EQ(bench.events.size() + bench.num_lost, 2 * kOwners);
  EXPECT_GT(bench.num_lost, 0u);
  EXPECT_GE(bench.events.size(), 2 * 16u);
  // Nothing waits any more: the next one comes through.
  Command c = add_sa(1, 0x9000, true);
  c.lifetime.soft_packets = 1;
  bench.must(c);
  const std::size_t had = bench.events.size();
  bench.query(OutQuery{1, 1, false, {}, {}});
  bench.sim.step(5);
  EXPECT_EQ(bench.events.size(), had + 1);
}

}  // namespace
}  // namespace holdfast::test

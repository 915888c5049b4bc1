// SPDX-License-Identifier: Apache-2.0
// When requests may leave; their form is checked by the root complex in every test.
#include <gtest/gtest.h>

#include "dma_bench.h"

namespace holdfast::test {
namespace {

TEST(DmaRequest, NothingLeavesWithoutBusMastering) {
  DmaBench bench({}, 5);
  bench.root.is_bus_master = false;
  bench.start();
  for (unsigned i = 0; i < 10; ++i) ASSERT_TRUE(bench.submit(0, i % 2, 300, 5));
  bench.ring(0);
  bench.sim.step(2000);
  EXPECT_EQ(bench.root.num_reads(), 0u);
  bench.root.is_bus_master = true;
  // Off again in the middle: what was taken stays where it is.
  ASSERT_TRUE(bench.sim.run_until([&] { return bench.num_completed(0) == 3; }, 5000));
  EXPECT_TRUE(bench.drain());
  bench.expect_idle();
}

TEST(DmaRequest, BusMasteringOffInTheMiddleKeepsEverything) {
  DmaBench bench({}, 8);
  // What was offered may not be taken back: a write of 8 beats may just have begun.
  bench.root.bus_master_grace_cycles = 12;
  for (auto& queue : bench.queues) queue.irq_enable = true;
  bench.start();
  for (unsigned round = 0; round < 40; ++round) {
    for (unsigned q = 0; q < kNumQueues; ++q) {
      ASSERT_TRUE(bench.submit(q, round % 2, 700, round));
      bench.ring(q);
    }
    bench.sim.step(bench.random() % 300);
    bench.root.is_bus_master = false;
    bench.sim.step(12);
    const auto before = bench.root.num_reads() + bench.root.num_writes();
    bench.sim.step(200);
    EXPECT_EQ(bench.root.num_reads() + bench.root.num_writes(), before);
    bench.root.is_bus_master = true;
    ASSERT_TRUE(bench.drain());
  }
  bench.expect_idle();
}

TEST(DmaRequest, NothingIsReadBeforeMemoriesAreSwept) {
  DmaBench bench({}, 6);
  bench.is_swept = false;
  bench.start();
  ASSERT_TRUE(bench.submit(0, false, 300, 5));
  bench.ring(0);
  bench.sim.step(2000);
  EXPECT_EQ(bench.root.num_reads(), 0u);
  bench.is_swept = true;
  EXPECT_TRUE(bench.drain());
  bench.expect_idle();
}

}  // namespace
}  // namespace holdfast::test

// SPDX-License-Identifier: Apache-2.0
// When an interrupt is due.
#include <gtest/gtest.h>

#include "interrupts.h"

namespace holdfast::test {
namespace {

TEST(DmaModeration, ModerationByCountAndByTime) {
  BenchSetup setup;
  setup.cycles_per_us = 10;
  DmaBench bench(setup, 2);
  enable_interrupts(bench, 8, 100);
  bench.start();
  send(bench, 0, 7);
  bench.sim.step(500);
  EXPECT_EQ(bench.messages[0], 0u);
  bench.sim.step(600);  // 100 microseconds after the first
  EXPECT_EQ(bench.messages[0], 1u);
  send(bench, 0, 8);
  bench.sim.step(20);
  EXPECT_EQ(bench.messages[0], 2u);
  bench.sim.step(2000);
  EXPECT_EQ(bench.messages[0], 2u);
  bench.expect_idle();
}

TEST(DmaModeration, DisabledOrWithoutVectorSendsNone) {
  DmaBench bench({}, 3);
  enable_interrupts(bench, 1, 0);
  bench.queues[0].irq_enable = false;
  bench.queues[1].vector_index = 8;
  bench.start();
  send(bench, 0, 5);
  send(bench, 1, 5);
  bench.sim.step(100);
  EXPECT_EQ(bench.pulses.interrupts, 0u);
  EXPECT_EQ(bench.msix_pending(), 0u);
}

}  // namespace
}  // namespace holdfast::test

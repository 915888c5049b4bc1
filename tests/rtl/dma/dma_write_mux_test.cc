// SPDX-License-Identifier: Apache-2.0
// All kinds of writes at once.
#include <gtest/gtest.h>

#include "interrupts.h"

namespace holdfast::test {
namespace {

TEST(DmaWriteMux, MessagesAndEventsAmongPackets) {
  BenchSetup setup;
  setup.link.write_stall_percent = 40;
  setup.pipeline = {30, 30, 0, 50};
  DmaBench bench(setup, seed_or(6));
  enable_interrupts(bench, 3, 5);
  bench.event_ring = {.enable = true,
                      .base = 0x3000'0000,
                      .log2 = 4,
                      .vector_index = 7,
                      .irq_enable = true,
                      .consumer = 0};
  bench.start();
  for (unsigned round = 0; round < 40; ++round) {
    for (unsigned q = 0; q < kNumQueues; ++q) {
      ASSERT_TRUE(bench.submit(q, bench.random() % 2, 1 + unsigned(bench.random() % 600), round));
      bench.ring(q);
      bench.consume(q);
    }
    bench.event_ring.consumer = static_cast<std::uint16_t>(bench.events.size());
    bench.raise_event(2, round, round + 1000);
    bench.sim.step(bench.random() % 200);
    bench.msix[round % 4].is_masked = bench.random() % 2;
  }
  ASSERT_TRUE(bench.drain());
  bench.sim.step(200);
  ASSERT_EQ(bench.events.size(), 40u);
  for (unsigned i = 0; i < 40; ++i) EXPECT_EQ(bench.events[i].sa_index, i);
  EXPECT_GT(bench.messages[7], 0u);
  EXPECT_EQ(bench.pulses.events, 40u);
  bench.expect_idle();
}

}  // namespace
}  // namespace holdfast::test

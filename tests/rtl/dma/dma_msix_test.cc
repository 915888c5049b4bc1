// SPDX-License-Identifier: Apache-2.0
// Messages, masks and pending bits (PCIe 3.0, 6.8.2).
#include <gtest/gtest.h>

#include "interrupts.h"

namespace holdfast::test {
namespace {

TEST(DmaMsix, OnePacketOneMessageAfterItsCompletion) {
  DmaBench bench({}, 1);
  enable_interrupts(bench, 1, 0);
  bench.start();
  for (unsigned i = 1; i <= 5; ++i) {
    ASSERT_TRUE(bench.submit(2, true, 64, 0));
    bench.ring(2);
    ASSERT_TRUE(bench.sim.run_until([&] { return bench.messages[2] == i; }, 2000));
    EXPECT_EQ(bench.num_completed(2), i);
  }
  EXPECT_EQ(bench.messages[0] + bench.messages[1] + bench.messages[3], 0u);
  EXPECT_EQ(bench.pulses.interrupts, 5u);
  bench.expect_idle();
}

TEST(DmaMsix, MaskedVectorSetsItsPendingBit) {
  struct Case {
    const char* name;
    void (*mask)(DmaBench&, bool);
  };
  constexpr Case kCases[] = {
      {"entry", [](DmaBench& bench, bool is_masked) { bench.msix[3].is_masked = is_masked; }},
      {"function", [](DmaBench& bench, bool is_masked) { bench.msix_mask = is_masked; }},
      {"off", [](DmaBench& bench, bool is_masked) { bench.msix_en = !is_masked; }},
  };
  for (const Case& by : kCases) {
    SCOPED_TRACE(by.name);
    DmaBench bench({}, 4);
    enable_interrupts(bench, 1, 0);
    by.mask(bench, true);
    bench.start();
    send(bench, 3, 6);
    bench.sim.step(50);
    EXPECT_EQ(bench.pulses.interrupts, 0u);
    EXPECT_EQ(bench.msix_pending(), 1u << 3);
    by.mask(bench, false);
    ASSERT_TRUE(bench.sim.run_until([&] { return bench.messages[3] == 1; }, 50));
    bench.sim.step(50);
    EXPECT_EQ(bench.messages[3], 1u) << "all requests of a masked time are one message";
    EXPECT_EQ(bench.msix_pending(), 0u);
    bench.expect_idle();
  }
}

TEST(DmaMsix, QueuesMayShareAVector) {
  DmaBench bench({}, 5);
  enable_interrupts(bench, 1, 0);
  for (auto& queue : bench.queues) queue.vector_index = 5;
  bench.start();
  for (unsigned q = 0; q < kNumQueues; ++q) send(bench, q, 3);
  bench.sim.step(100);
  EXPECT_GE(bench.messages[5], 1u);
  EXPECT_EQ(bench.messages[5], bench.pulses.interrupts);
}

}  // namespace
}  // namespace holdfast::test

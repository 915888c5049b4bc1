// SPDX-License-Identifier: Apache-2.0
// Who waits for whom.
#include <gtest/gtest.h>

#include "dma_bench.h"

namespace holdfast::test {
namespace {

TEST(DmaOrder, DirectionsDoNotWaitForEachOtherInDifferentQueues) {
  BenchSetup setup;
  setup.inbound_latency = 3000;
  DmaBench bench(setup, 4);
  bench.start();
  for (unsigned i = 0; i < 4; ++i) ASSERT_TRUE(bench.submit(0, false, 900, 0));
  for (unsigned i = 0; i < 40; ++i) ASSERT_TRUE(bench.submit(1, true, 64, 0));

  bench.ring(0);
  bench.ring(1);
  EXPECT_TRUE(bench.sim.run_until([&] { return bench.num_completed(1) == 40; }, 2500));
  EXPECT_EQ(bench.num_completed(0), 0u);
  // Within one queue they do.
  ASSERT_TRUE(bench.submit(2, false, 64, 0));
  ASSERT_TRUE(bench.submit(2, true, 64, 0));
  bench.ring(2);
  bench.sim.step(500);
  EXPECT_EQ(bench.num_completed(2), 0u);
  EXPECT_TRUE(bench.drain());
  bench.expect_idle();
}

}  // namespace
}  // namespace holdfast::test

// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "dma_bench.h"

namespace holdfast::test {
namespace {

TEST(Dma, OnePacketEachWay) {
  DmaBench bench({}, 1);
  bench.start();
  ASSERT_TRUE(bench.submit(0, false, 120, 0));
  ASSERT_TRUE(bench.submit(0, true, 64, 0));
  bench.ring(0);
  EXPECT_TRUE(bench.drain(5000));
  bench.expect_idle();
}

}  // namespace
}  // namespace holdfast::test

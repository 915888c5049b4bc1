// SPDX-License-Identifier: Apache-2.0
// Results against the window; data and entries are checked by the bench in every test.
#include <gtest/gtest.h>

#include "dma_bench.h"

namespace holdfast::test {
namespace {

TEST(DmaPacketWrite, ResultThatDoesNotFitTheWindowIsDiscarded) {
  DmaBench bench({}, 3);
  bench.transform = [](bool, const Bytes& bytes) {
    Result result;
    result.bytes.assign(bytes.size() + 64, 0x77);
    return result;
  };
  bench.start();
  // The first result ends with the window's last byte; then one byte behind it in three ways; the
  // last buffer begins in front of the window, though the packet in it does not.
  const QueueConfig& queue = bench.queues[0];
  const std::uint64_t end = queue.window_limit + 1;
  const Descriptor descriptors[] = {{end - 128, 64, 0, 0, 1},
                                    {end - 192, 65, 64, 0, 0},
                                    {end - 64, 64, 0, 0, 1},
                                    {end - 128, 65, 0, 0, 1},
                                    {queue.window_base - 64, 50, 64, 0, 0}};
  for (const Descriptor& descriptor : descriptors) {
    ASSERT_TRUE(bench.submit(0, descriptor));
    bench.ring(0);
    EXPECT_TRUE(bench.drain());
  }
  EXPECT_EQ(bench.packet(0, 0).reason, DropReason::kNone);
  EXPECT_EQ(bench.packet(0, 1).reason, DropReason::kNone);
  EXPECT_EQ(bench.packet(0, 2).reason, DropReason::kDmaWindow);
  EXPECT_EQ(bench.packet(0, 3).reason, DropReason::kDmaWindow);
  EXPECT_EQ(bench.packet(0, 4).reason, DropReason::kDmaWindow);
  bench.expect_idle();
}

}  // namespace
}  // namespace holdfast::test

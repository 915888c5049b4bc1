// SPDX-License-Identifier: Apache-2.0
// Which descriptors are refused, and with which reason: the first of bad_descriptor, too_long,
// dma_window that applies.
#include <gtest/gtest.h>

#include "dma_bench.h"

namespace holdfast::test {
namespace {

constexpr std::uint64_t kTop = ~std::uint64_t{0};
constexpr std::uint64_t kBase = 0x4000'0000, kLimit = 0x4000'FFFF;

struct DescriptorCase {
  const char* name;
  Descriptor descriptor;
  DropReason expected;
  std::uint64_t window_base = kBase, window_limit = kLimit;
};
const DescriptorCase kCases[] = {
    {"whole window", {kBase, 9230, 0, 0, 0}, DropReason::kNone},
    {"one byte, the first", {kBase, 1, 0, 0, 7}, DropReason::kNone},
    {"one byte, the last", {kBase, 1, 0xFFFF, 0, 1}, DropReason::kNone},
    {"length 0", {kBase, 0, 0, 0, 0}, DropReason::kBadDescriptor},
    {"length 0 outside", {0, 0, 0, 0, 1}, DropReason::kBadDescriptor},
    {"lowest reserved flag", {kBase, 100, 0, 0, 0x0008}, DropReason::kBadDescriptor},
    {"highest reserved flag", {kBase, 100, 0, 0, 0x8001}, DropReason::kBadDescriptor},
    {"buffer not aligned", {kBase + 32, 100, 0, 0, 0}, DropReason::kBadDescriptor},
    {"too long as well", {kBase + 1, 9231, 0, 0, 0}, DropReason::kBadDescriptor},
    {"too long", {kBase, 9231, 0, 0, 0}, DropReason::kTooLong},
    {"longest field", {kBase, 65535, 0, 0, 1}, DropReason::kTooLong},
    {"too long and outside", {0, 9231, 0, 0, 1}, DropReason::kTooLong},
    {"in front", {kBase - 64, 64, 0, 0, 0}, DropReason::kDmaWindow},
    {"last byte behind", {kBase, 2, 0xFFFF, 0, 0}, DropReason::kDmaWindow},
    {"behind", {kLimit + 1, 64, 0, 0, 0}, DropReason::kDmaWindow},
    {"same low half elsewhere", {kBase + (1ull << 32), 64, 0, 0, 0}, DropReason::kDmaWindow},
    {"last byte of all memory", {kTop - 63, 64, 0, 0, 0}, DropReason::kNone, kTop - 63, kTop},
    {"end wraps", {kTop - 63, 65, 0, 0, 0}, DropReason::kDmaWindow, 0, kTop},
    {"start wraps", {kTop - 63, 64, 64, 0, 0}, DropReason::kDmaWindow, 0, kTop},
    {"window upside down", {kBase, 64, 0, 0, 0}, DropReason::kDmaWindow, kLimit, kBase},
};

TEST(DmaTake, FirstReasonThatApplies) {
  for (const DescriptorCase& test : kCases) {
    SCOPED_TRACE(test.name);
    DmaBench bench({}, 1);
    bench.queues[0].window_base = test.window_base;
    bench.queues[0].window_limit = test.window_limit;
    bench.transform = [](bool, const Bytes& bytes) {
      Result result;
      result.bytes = bytes;
      return result;
    };
    bench.start(1);
    for (unsigned i = 0; i < 3; ++i) {
      ASSERT_TRUE(bench.submit(0, test.descriptor));
      EXPECT_EQ(bench.packet(0, i).refusal, test.expected);
      bench.ring(0);
      ASSERT_TRUE(bench.drain());
    }
    EXPECT_EQ(bench.packet(0, 0).reason, test.expected);
    EXPECT_EQ(bench.pulses.retired[test.descriptor.flags & 1], 3u);
    EXPECT_EQ(bench.pulses.bytes_in, 3u * test.descriptor.length);
    bench.expect_idle();
  }
}

TEST(DmaTake, QueuesTakeTurns) {
  DmaBench bench({}, 2);
  bench.start();
  for (unsigned q = 0; q < kNumQueues; ++q) {
    for (unsigned i = 0; i < 30; ++i) ASSERT_TRUE(bench.submit(q, i % 2, 1500, 0));
    bench.ring(q);
  }
  ASSERT_TRUE(bench.sim.run_until([&] { return bench.num_completed(2) == 20; }, 50'000));
  for (unsigned q = 0; q < kNumQueues; ++q) {
    EXPECT_GE(bench.num_completed(q), 18u);
    EXPECT_LE(bench.num_completed(q), 22u);
  }
  EXPECT_TRUE(bench.drain());
}

}  // namespace
}  // namespace holdfast::test

// SPDX-License-Identifier: Apache-2.0
#include "offload/trap_queue.h"

#include <gtest/gtest.h>

namespace holdfast::offload {
namespace {

using std::chrono::seconds;
const TimePoint kStart{std::chrono::hours(1)};

TEST(TrapQueue, HoldsTheFirstFewOfEachPolicy) {
  TrapQueue traps(seconds(30));
  for (std::uint8_t i = 0; i < TrapQueue::kMaxPackets; ++i)
    EXPECT_TRUE(traps.hold(1, Bytes{i}, kStart));
  EXPECT_FALSE(traps.hold(1, Bytes{99}, kStart));
  EXPECT_TRUE(traps.hold(2, Bytes{50}, kStart));
  EXPECT_EQ(traps.size(), TrapQueue::kMaxPackets + 1);
  for (std::uint8_t i = 0; i < TrapQueue::kMaxPackets; ++i)
    EXPECT_EQ(traps.take().packet, Bytes{i});
  EXPECT_EQ(traps.take().policy_id, 2u);
  EXPECT_TRUE(traps.hold(1, Bytes{1}, kStart));
}

TEST(TrapQueue, IsBoundedInBytes) {
  TrapQueue traps(seconds(30));
  const Bytes packet(9000);
  std::uint32_t policy = 0;
  while (traps.hold(policy, packet, kStart)) ++policy;
  EXPECT_EQ(policy, TrapQueue::kMaxBytes / packet.size());
}

TEST(TrapQueue, AsksOnceUntilItIsSettledOrLate) {
  TrapQueue traps(seconds(30));
  EXPECT_TRUE(traps.must_acquire(1, kStart));
  EXPECT_FALSE(traps.must_acquire(1, kStart + seconds(29)));
  EXPECT_TRUE(traps.must_acquire(2, kStart));
  EXPECT_TRUE(traps.must_acquire(1, kStart + seconds(30)));
  traps.settle(1);
  EXPECT_TRUE(traps.must_acquire(1, kStart + seconds(31)));
}

TEST(TrapQueue, GivesUpWhatIsTooOld) {
  TrapQueue traps(seconds(30));
  traps.hold(1, Bytes{1}, kStart);
  traps.hold(1, Bytes{2}, kStart + seconds(10));
  EXPECT_EQ(traps.expire(kStart + seconds(29)), 0u);
  EXPECT_EQ(traps.expire(kStart + seconds(30)), 1u);
  EXPECT_EQ(traps.take().packet, Bytes{2});
}

}  // namespace
}  // namespace holdfast::offload

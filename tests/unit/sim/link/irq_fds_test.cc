// SPDX-License-Identifier: Apache-2.0
#include "link/irq_fds.h"

#include <gtest/gtest.h>

#include <array>
#include <cerrno>

#include "unit/sim/link/wire_bench.h"

namespace holdfast::link {
namespace {

using namespace holdfast::test;
using vfio_user::kActionTrigger;
using vfio_user::kDataBool;
using vfio_user::kDataEventfd;
using vfio_user::kDataNone;

constexpr std::uint32_t kAssign = kDataEventfd | kActionTrigger;

TEST(IrqFds, SignalsTheVectorsThatHaveOne) {
  IrqFds irqs(4);
  const OwnedFd a = event_file(), b = event_file();
  EXPECT_EQ(irqs.set(irq_set(kAssign, 1, 2), {}, copies_of({&a, &b})), 0);
  EXPECT_FALSE(irqs.is_assigned(0));
  EXPECT_TRUE(irqs.is_assigned(2));
  irqs.signal(0);
  irqs.signal(1);
  irqs.signal(2);
  irqs.signal(2);
  EXPECT_EQ(take_signals(a), 1u);
  EXPECT_EQ(take_signals(b), 2u);
  EXPECT_EQ(irqs.set(irq_set(kAssign, 1, 1), {}, {}), 0);  // taken away
  EXPECT_FALSE(irqs.is_assigned(1));
  EXPECT_EQ(irqs.set(irq_set(kDataNone | kActionTrigger, 0, 0), {}, {}), 0);  // all
  EXPECT_FALSE(irqs.is_assigned(2));
}

TEST(IrqFds, TheClientMayTrigger) {
  IrqFds irqs(2);
  const OwnedFd a = event_file(), b = event_file();
  ASSERT_EQ(irqs.set(irq_set(kAssign, 0, 2), {}, copies_of({&a, &b})), 0);
  EXPECT_EQ(irqs.set(irq_set(kDataNone | kActionTrigger, 0, 2), {}, {}), 0);
  EXPECT_EQ(take_signals(a), 1u);
  EXPECT_EQ(take_signals(b), 1u);
  const std::array<std::uint8_t, 2> second{0, 1};
  EXPECT_EQ(irqs.set(irq_set(kDataBool | kActionTrigger, 0, 2), second, {}), 0);
  EXPECT_EQ(take_signals(a), 0u);
  EXPECT_EQ(take_signals(b), 1u);
}

TEST(IrqFds, RefusesWhatIsWrong) {
  IrqFds irqs(4);
  const OwnedFd good = event_file();
  const auto set = [&](std::uint32_t flags, std::uint32_t start, std::uint32_t count,
                       unsigned num_fds, std::size_t num_data = 0) {
    std::vector<OwnedFd> fds;
    for (unsigned i = 0; i < num_fds; ++i) fds.push_back(std::move(copies_of({&good})[0]));
    return irqs.set(irq_set(flags, start, count), Bytes(num_data), std::move(fds));
  };
  EXPECT_EQ(set(kAssign, 0, 2, 1), EINVAL) << "a descriptor is missing";
  EXPECT_EQ(set(kAssign, 0, 1, 2), EINVAL);
  EXPECT_EQ(set(kAssign, 0, 0, 1), EINVAL);
  EXPECT_EQ(set(kAssign, 4, 1, 1), EINVAL);
  EXPECT_EQ(set(kAssign, 3, 2, 2), EINVAL);
  EXPECT_EQ(set(kAssign, 1, ~0u, 0), EINVAL);
  EXPECT_EQ(set(kAssign, ~0u, 2, 2), EINVAL);
  EXPECT_EQ(set(kAssign, 0, 1, 1, 4), EINVAL) << "data beside descriptors";
  EXPECT_EQ(set(kDataBool | kActionTrigger, 0, 2, 0, 1), EINVAL);
  EXPECT_EQ(set(kDataBool | kActionTrigger, 0, 2, 0, 3), EINVAL);
  EXPECT_EQ(set(kDataBool | kActionTrigger, 0, ~0u, 0, 3), EINVAL);
  EXPECT_EQ(set(kDataNone | kActionTrigger, 0, 1, 1), EINVAL);
  EXPECT_EQ(set(kDataNone | kDataBool | kActionTrigger, 0, 1, 0), EINVAL);
  EXPECT_EQ(set(kActionTrigger, 0, 1, 0), EINVAL);
  EXPECT_EQ(set(kDataNone | vfio_user::kActionMask, 0, 1, 0), ENOTSUP);
  EXPECT_EQ(set(kDataNone | kActionTrigger | vfio_user::kActionMask, 0, 1, 0), EINVAL);
  EXPECT_FALSE(irqs.is_assigned(0));
}

TEST(IrqFds, TakesEventfdsOnly) {
  IrqFds irqs(1);
  const OwnedFd memory = memory_file(4096);
  EXPECT_EQ(irqs.set(irq_set(kAssign, 0, 1), {}, copies_of({&memory})), EINVAL);
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe(ends.data()), 0);
  const OwnedFd reader(ends[0]), writer(ends[1]);
  EXPECT_EQ(irqs.set(irq_set(kAssign, 0, 1), {}, copies_of({&writer})), EINVAL);
}

TEST(IrqFds, ACounterThatIsFullBlocksNobody) {
  IrqFds irqs(1);
  const OwnedFd full(eventfd(0, EFD_CLOEXEC));  // as one that blocks
  ASSERT_EQ(irqs.set(irq_set(kAssign, 0, 1), {}, copies_of({&full})), 0);
  const std::uint64_t most = ~std::uint64_t{0} - 1;
  ASSERT_EQ(write(full.get(), &most, sizeof most), 8);
  irqs.signal(0);
  EXPECT_EQ(take_signals(full), most);
}

TEST(IrqFds, KindsThatTheCardHasNoneOfMayBeSwitchedOff) {
  IrqFds irqs(4);
  vfio_user::IrqSet off = irq_set(kDataNone | kActionTrigger, 0, 0);
  const OwnedFd kept = event_file();
  ASSERT_EQ(irqs.set(irq_set(kAssign, 0, 1), {}, copies_of({&kept})), 0);
  for (const std::uint32_t index : {0u, 1u, 3u, 4u}) {
    off.index = index;
    off.count = 0;
    EXPECT_EQ(irqs.set(off, {}, {}), 0);
    off.count = 1;
    EXPECT_EQ(irqs.set(off, {}, {}), EINVAL);
  }
  EXPECT_TRUE(irqs.is_assigned(0));
  off.index = 5;
  EXPECT_EQ(irqs.set(off, {}, {}), EINVAL);
}

}  // namespace
}  // namespace holdfast::link

// SPDX-License-Identifier: Apache-2.0
// MSI-X: messages, masks, moderation.
#include <chrono>

#include "unit/driver/card_suite.h"

namespace holdfast::test {
namespace {

using std::chrono::microseconds;

TEST_P(CardSuite, ACompletionInterrupts) {
  install_sas();
  open_queue({.vector = 1});
  EXPECT_FALSE(io().wait_irq(1, microseconds(5)));
  submit(inner4(), kDescriptorOutbound);
  EXPECT_TRUE(io().wait_irq(1, microseconds(1000)));
  Completion completion;
  EXPECT_EQ(queue_->poll({&completion, 1}), 1u);  // it was there before its interrupt
  in_use_.clear();
  EXPECT_FALSE(io().wait_irq(1, microseconds(5)));  // once
  EXPECT_EQ(card().counters().interrupts, 1u);
}

TEST_P(CardSuite, WithoutAVectorNothingInterrupts) {
  start();
  send(inner4());
  for (unsigned vector = 0; vector < card().info().num_vectors; ++vector)
    EXPECT_FALSE(io().wait_irq(vector, microseconds(2)));
  EXPECT_EQ(card().counters().interrupts, 0u);
}

TEST_P(CardSuite, InterruptsAreModeratedByNumber) {
  install_sas();
  open_queue({.vector = 0, .moderation_packets = 4, .moderation_us = 60'000});
  for (unsigned i = 0; i < 3; ++i) submit(inner4(), kDescriptorOutbound);
  EXPECT_EQ(take(3).size(), 3u);
  EXPECT_FALSE(io().wait_irq(0, microseconds(5)));
  submit(inner4(), kDescriptorOutbound);
  EXPECT_TRUE(io().wait_irq(0, microseconds(1000)));
  EXPECT_EQ(take(1).size(), 1u);
  EXPECT_EQ(card().counters().interrupts, 1u);
}

TEST_P(CardSuite, InterruptsAreModeratedByTime) {
  install_sas();
  open_queue({.vector = 0, .moderation_packets = 100, .moderation_us = 20});
  submit(inner4(), kDescriptorOutbound);
  submit(inner4(), kDescriptorOutbound);
  EXPECT_TRUE(io().wait_irq(0, microseconds(1000)));
  EXPECT_EQ(take(2).size(), 2u);
  EXPECT_EQ(card().counters().interrupts, 1u);
}

TEST_P(CardSuite, AMaskedVectorIsPending) {
  if (!io().owns_msix_table()) GTEST_SKIP() << "the system owns the MSI-X table";
  install_sas();
  open_queue({.vector = 2});
  io().write_csr(csr::kMsixControl(2), csr::kMsixControlMask.mask());
  EXPECT_EQ(reason(send(inner4())), "none");
  EXPECT_EQ(reason(send(inner4())), "none");
  EXPECT_FALSE(io().wait_irq(2, microseconds(5)));
  EXPECT_EQ(csr::kMsixPendingValue.get(io().read_csr(csr::kMsixPending)), 1u << 2);
  io().write_csr(csr::kMsixControl(2), 0);
  EXPECT_TRUE(io().wait_irq(2, microseconds(100)));
  EXPECT_EQ(io().read_csr(csr::kMsixPending), 0u);
  EXPECT_FALSE(io().wait_irq(2, microseconds(5)));
}

TEST_P(CardSuite, AnEventInterrupts) {
  ASSERT_TRUE(card().open_events(4, 3));
  io().read_csr(CsrOffset{csr::kBar0Bytes - 4});
  EXPECT_TRUE(io().wait_irq(3, microseconds(1000)));
  EXPECT_TRUE(card().poll_event());
  card().take_errors();
}

}  // namespace
}  // namespace holdfast::test

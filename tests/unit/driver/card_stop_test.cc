// SPDX-License-Identifier: Apache-2.0
// Queues that start, stop, and are stopped.
#include "unit/driver/card_suite.h"

namespace holdfast::test {
namespace {

TEST_P(CardSuite, OpeningAQueueInTheWrongWay) {
  const auto pool = BufferPool::create(card(), 2);
  ASSERT_TRUE(pool);
  const DmaRegion window = pool->region();
  const auto code = [&](unsigned index, const QueueConfig& config, const DmaRegion& region) {
    const auto queue = card().open_queue(index, config, region);
    return queue ? ErrorCode::kIo : queue.error().code;
  };
  EXPECT_EQ(code(card().info().num_queues, {}, window), ErrorCode::kBadValue);
  EXPECT_EQ(code(0, {.sq_log2 = 2}, window), ErrorCode::kBadValue);
  EXPECT_EQ(code(0, {.sq_log2 = 16}, window), ErrorCode::kBadValue);
  EXPECT_EQ(code(0, {.cq_log2 = 2}, window), ErrorCode::kBadValue);
  EXPECT_EQ(code(0, {.cq_log2 = 16}, window), ErrorCode::kBadValue);
  EXPECT_EQ(code(0, {.vector = card().info().num_vectors}, window), ErrorCode::kBadValue);
  EXPECT_EQ(code(0, {}, DmaRegion{{}, window.iova}), ErrorCode::kBadValue);
  auto queue = card().open_queue(0, {.sq_log2 = 15, .cq_log2 = 15}, window);
  ASSERT_TRUE(queue);
  EXPECT_EQ((*queue)->cause(), QueueCause::kNone);
  EXPECT_EQ(code(0, {}, window), ErrorCode::kInUse);
}

TEST_P(CardSuite, AQueueCanBeClosedAndOpenedAgain) {
  install_sas();
  for (unsigned i = 0; i < 4; ++i) {
    open_queue({.sq_log2 = 3 + i % 2, .cq_log2 = 4 - i % 2});
    for (unsigned k = 0; k < 3 + i; ++k) EXPECT_EQ(reason(send(inner4())), "none");
    queue_.reset();
    EXPECT_EQ(csr::kQueuesStatusRunning.get(io().read_csr(csr::kQueuesStatus(0))), 0u);
    EXPECT_EQ(csr::kQueuesStatusCause.get(io().read_csr(csr::kQueuesStatus(0))),
              static_cast<std::uint32_t>(QueueCause::kHostStop));
  }
  EXPECT_EQ(card().take_errors(), 0u);
}

TEST_P(CardSuite, ARingThatIsUsedAgainShowsNothingOld) {
  install_sas();
  const QueueConfig small{.sq_log2 = 3, .cq_log2 = 3};
  open_queue(small);
  for (unsigned i = 0; i < 3; ++i) EXPECT_EQ(reason(send(inner4())), "none");
  queue_.reset();
  open_queue(small);
  io().write_csr(csr::kQueuesControl(0), 0);  // so that nothing new comes
  for (unsigned i = 0; i < 100; ++i) io().poll();
  submit(inner4(), kDescriptorOutbound);
  for (unsigned i = 0; i < 100; ++i) io().poll();
  Completion completion;
  EXPECT_EQ(queue_->poll({&completion, 1}), 0u);
}

TEST_P(CardSuite, AQueueIsClosedWithPacketsUnderWay) {
  install_sas();
  open_queue({.sq_log2 = 5, .cq_log2 = 3});
  for (unsigned i = 0; i < 32; ++i) submit(inner4(), kDescriptorOutbound);
  queue_.reset();
  in_use_.clear();
  EXPECT_EQ(csr::kQueuesStatusRunning.get(io().read_csr(csr::kQueuesStatus(0))), 0u);
  open_queue();
  EXPECT_EQ(reason(send(inner4())), "none");
}

TEST_P(CardSuite, ADoorbellBeyondTheRingStopsTheQueue) {
  install_sas();
  open_queue({.sq_log2 = 3, .cq_log2 = 3});
  io().write_csr(csr::kDoorbellSqProducer(0), 9);
  for (unsigned i = 0; i < 100; ++i) io().poll();
  EXPECT_EQ(queue_->cause(), QueueCause::kDoorbell);
  EXPECT_EQ(csr::kQueuesStatusRunning.get(io().read_csr(csr::kQueuesStatus(0))), 0u);
  EXPECT_EQ(card().take_errors(), csr::kControlErrorQueueStopped.mask());
  // A new rise of enable is needed, and gives a good queue.
  io().write_csr(csr::kDoorbellSqProducer(0), 0);
  io().write_csr(csr::kQueuesControl(0), csr::kQueuesControlEnable.mask());
  EXPECT_EQ(csr::kQueuesStatusRunning.get(io().read_csr(csr::kQueuesStatus(0))), 0u);
  queue_.reset();
  open_queue();
  EXPECT_EQ(reason(send(inner4())), "none");
}

TEST_P(CardSuite, ACompletionDoorbellThatIsAheadStopsTheQueue) {
  start();
  io().write_csr(csr::kDoorbellCqConsumer(0), 1);
  for (unsigned i = 0; i < 100; ++i) io().poll();
  EXPECT_EQ(queue_->cause(), QueueCause::kDoorbell);
  EXPECT_EQ(card().take_errors(), csr::kControlErrorQueueStopped.mask());
}

TEST_P(CardSuite, AQueueWithAWrongBaseDoesNotStart) {
  io().write_csr(csr::kQueuesSqBaseLo(0), 32);
  io().write_csr(csr::kQueuesSize(0),
                 csr::kQueuesSizeSqLog2.set(3) | csr::kQueuesSizeCqLog2.set(3));
  io().write_csr(csr::kQueuesControl(0), csr::kQueuesControlEnable.mask());
  for (unsigned i = 0; i < 100; ++i) io().poll();
  const std::uint32_t status = io().read_csr(csr::kQueuesStatus(0));
  EXPECT_EQ(csr::kQueuesStatusRunning.get(status), 0u);
  EXPECT_EQ(csr::kQueuesStatusCause.get(status),
            static_cast<std::uint32_t>(QueueCause::kBadConfig));
  EXPECT_EQ(card().take_errors(), csr::kControlErrorQueueStopped.mask());
  io().write_csr(csr::kQueuesControl(0), 0);
}

}  // namespace
}  // namespace holdfast::test

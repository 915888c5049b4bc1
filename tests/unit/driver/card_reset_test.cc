// SPDX-License-Identifier: Apache-2.0
// What a reset takes, and what it leaves.
#include "unit/driver/card_suite.h"

namespace holdfast::test {
namespace {

TEST_P(CardSuite, AResetLosesKeysPathsAndQueues) {
  start();
  EXPECT_EQ(reason(send(inner4())), "none");
  ASSERT_TRUE(card().reset());
  EXPECT_EQ(card().query_sa(kOutbound).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(card().query_sa(kInbound).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(card().move_sa(kOutbound, kPath0).error().code, ErrorCode::kNotFound);
  const Descriptor descriptor{to_number(pool_->region().iova), 60, 0, 2, kDescriptorOutbound};
  const Status status = queue_->submit({&descriptor, 1});
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::kRefused);
  Completion completion;
  EXPECT_EQ(queue_->poll({&completion, 1}), 0u);
  EXPECT_EQ(csr::kQueuesStatusRunning.get(io().read_csr(csr::kQueuesStatus(0))), 0u);
  queue_.reset();  // must not disturb the next one
  open_queue();
  EXPECT_EQ(reason(send(inner4())), "no_sa");
}

TEST_P(CardSuite, AnOldQueueMayEndAfterANewOneBegan) {
  start();
  const std::unique_ptr<Queue> old = std::move(queue_);
  ASSERT_TRUE(card().reset());
  install_sas();
  open_queue();
  const_cast<std::unique_ptr<Queue>&>(old).reset();
  EXPECT_EQ(reason(send(inner4())), "none");
}

TEST_P(CardSuite, AResetDisables) {
  start();
  ASSERT_TRUE(card().reset());
  install_sas();
  auto queue = card().open_queue(0, {}, pool_->region());
  ASSERT_TRUE(queue);
  queue_ = std::move(*queue);
  EXPECT_EQ(reason(send(inner4())), "disabled");
}

TEST_P(CardSuite, AResetWithPacketsUnderWay) {
  start();
  for (unsigned i = 0; i < 20; ++i) submit(inner4(1000), kDescriptorOutbound);
  ASSERT_TRUE(card().reset());
  queue_.reset();
  in_use_.clear();
  pool_.reset();
  install_sas();
  open_queue();
  EXPECT_EQ(at_peer(send(inner4()).bytes).bytes, inner4());
}

TEST_P(CardSuite, EventsAreOpenedAnewAfterAReset) {
  ASSERT_TRUE(card().open_events(2, std::nullopt));
  io().read_csr(CsrOffset{csr::kBar0Bytes - 4});
  EXPECT_EQ(take_events(1).size(), 1u);
  ASSERT_TRUE(card().reset());
  EXPECT_FALSE(card().poll_event());
  ASSERT_TRUE(card().open_events(3, std::nullopt));
  io().read_csr(CsrOffset{csr::kBar0Bytes - 4});
  EXPECT_EQ(take_events(1).size(), 1u);
  card().take_errors();
}

TEST_P(CardSuite, AFunctionLevelResetAndANewStart) {
  start();
  EXPECT_EQ(reason(send(inner4())), "none");
  queue_.reset();
  io().reset();
  auto card = Card::open(io());
  ASSERT_TRUE(card) << card.error().text();
  card_ = std::move(*card);
  pool_.reset();
  start();
  EXPECT_EQ(at_peer(send(inner4()).bytes).bytes, inner4());
}

}  // namespace
}  // namespace holdfast::test

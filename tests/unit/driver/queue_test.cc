// SPDX-License-Identifier: Apache-2.0
// What takes too many packets for a simulated card; the rest is in card_queue_test.cc.
#include <gtest/gtest.h>

#include "holdfast/buffer_pool.h"
#include "model/soft_card.h"

namespace holdfast {
namespace {

TEST(Queue, IndicesWrapAtSixteenBits) {
  model::SoftCard io{model::Limits{}};
  auto card = Card::open(io).value();
  auto pool = BufferPool::create(*card, 1).value();
  auto queue = card->open_queue(0, {.sq_log2 = 4, .cq_log2 = 3}, pool.region()).value();
  const Descriptor nothing{to_number(pool.region().iova), 0, 0, kNoSa, 0};
  const std::vector<Descriptor> burst(7, nothing);
  std::array<Completion, 8> completions;
  std::uint16_t expected = 0;
  for (unsigned i = 0; i < 150'000 / 7; ++i) {
    ASSERT_TRUE(queue->submit(burst));
    ASSERT_EQ(queue->poll(completions), 7u) << expected;
    for (unsigned k = 0; k < 7; ++k) ASSERT_EQ(completions[k].index, expected++);
    ASSERT_EQ(queue->poll(completions), 0u);
    ASSERT_EQ(queue->in_flight(), 0u);
  }
  EXPECT_EQ(card->take_errors(), 0u);
}

}  // namespace
}  // namespace holdfast

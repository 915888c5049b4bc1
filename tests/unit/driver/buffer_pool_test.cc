// SPDX-License-Identifier: Apache-2.0
#include "holdfast/buffer_pool.h"

#include <gtest/gtest.h>

#include <set>

#include "model/soft_card.h"

namespace holdfast {
namespace {

class BufferPoolTest : public ::testing::Test {
 protected:
  model::SoftCard io_{model::Limits{}};
  std::unique_ptr<Card> card_ = std::move(Card::open(io_).value());
};

TEST_F(BufferPoolTest, BuffersAreAlignedApartAndLargeEnough) {
  static_assert(BufferPool::kBufferBytes >= kMaxWireBytes + kEthernetBytes);
  static_assert(BufferPool::kBufferBytes % kBufferAlignment == 0);
  auto pool = BufferPool::create(*card_, 5).value();
  EXPECT_EQ(pool.num_free(), 5u);
  const std::uint64_t first = to_number(pool.region().iova);
  std::set<std::uint64_t> seen;
  for (int i = 0; i < 5; ++i) {
    const Buffer buffer = pool.take().value();
    const std::uint64_t offset = to_number(buffer.iova) - first;
    EXPECT_EQ(to_number(buffer.iova) % kBufferAlignment, 0u);
    EXPECT_EQ(buffer.bytes.data(), pool.region().bytes.data() + offset);
    EXPECT_EQ(buffer.bytes.size(), BufferPool::kBufferBytes);
    EXPECT_LE(offset + buffer.bytes.size(), pool.region().bytes.size());
    EXPECT_TRUE(seen.insert(offset / BufferPool::kBufferBytes).second);
  }
  EXPECT_FALSE(pool.take());
}

TEST_F(BufferPoolTest, ABufferThatCameBackIsGivenAgain) {
  auto pool = BufferPool::create(*card_, 1).value();
  const Buffer buffer = pool.take().value();
  pool.give_back(buffer);
  EXPECT_EQ(pool.take()->iova, buffer.iova);
}

TEST_F(BufferPoolTest, RefusesNoBuffers) {
  EXPECT_EQ(BufferPool::create(*card_, 0).error().code, ErrorCode::kBadValue);
}

using BufferPoolDeathTest = BufferPoolTest;

TEST_F(BufferPoolDeathTest, WhatIsNotOfThePoolStopsTheProgram) {
  auto pool = BufferPool::create(*card_, 2).value();
  Buffer buffer = pool.take().value();
  EXPECT_DEATH(pool.give_back({buffer.bytes, Iova{to_number(buffer.iova) + 64}}), "contract");
  EXPECT_DEATH(pool.give_back({buffer.bytes, Iova{0}}), "contract");
  pool.give_back(buffer);
  EXPECT_DEATH(pool.give_back(buffer), "contract");
}

}  // namespace
}  // namespace holdfast

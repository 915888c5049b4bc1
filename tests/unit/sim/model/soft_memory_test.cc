// SPDX-License-Identifier: Apache-2.0
#include "model/soft_memory.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace holdfast::model {
namespace {

TEST(SoftMemory, RegionsAreAlignedZeroedAndApart) {
  SoftMemory memory;
  const DmaRegion a = memory.map(100).value();
  const DmaRegion b = memory.map(5000).value();
  EXPECT_EQ(a.bytes.size(), 100u);
  EXPECT_EQ(to_number(a.iova) % 4096, 0u);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(b.bytes.data()) % 4096, 0u);
  EXPECT_TRUE(std::ranges::all_of(b.bytes, [](std::uint8_t byte) { return byte == 0; }));
  EXPECT_GT(to_number(b.iova), to_number(a.iova) + 4096);
  EXPECT_FALSE(memory.map(0));
}

TEST(SoftMemory, TheCardReachesMappedPagesOnly) {
  SoftMemory memory;
  const DmaRegion a = memory.map(4096).value();
  memory.map(4096).value();
  const std::uint64_t iova = to_number(a.iova);
  ASSERT_TRUE(memory.at(iova + 4, 16));
  EXPECT_EQ(memory.at(iova + 4, 16)->data(), a.bytes.data() + 4);
  EXPECT_TRUE(memory.at(iova, 4096));
  EXPECT_FALSE(memory.at(iova, 4097));
  EXPECT_FALSE(memory.at(iova + 4090, 16));
  EXPECT_FALSE(memory.at(iova - 1, 1));
  EXPECT_FALSE(memory.at(iova + 4096, 1));
  EXPECT_FALSE(memory.at(0, 1));
  EXPECT_FALSE(memory.at(~std::uint64_t{0}, 2));
}

}  // namespace
}  // namespace holdfast::model

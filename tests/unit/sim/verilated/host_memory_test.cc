// SPDX-License-Identifier: Apache-2.0
#include "verilated/host_memory.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace holdfast::sim {
namespace {

TEST(HostMemory, MapsZeroedPagesBelowAndAbove4Gib) {
  HostMemory memory;
  const DmaRegion first = memory.map(100).value();
  const DmaRegion second = memory.map(5000).value();
  EXPECT_EQ(first.bytes.size(), 100u);
  EXPECT_LT(to_number(first.iova), 1ull << 32);
  EXPECT_GE(to_number(second.iova), 1ull << 32);
  for (const DmaRegion& region : {first, second}) {
    EXPECT_EQ(to_number(region.iova) % 4096, 0u);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(region.bytes.data()) % 4096, 0u);
    EXPECT_EQ(region.bytes[99], 0);
  }
  EXPECT_FALSE(memory.map(0));
}

TEST(HostMemory, ReachesOnlyWhatIsMapped) {
  HostMemory memory(HostMemory::Placement::kBelow4Gib);
  const DmaRegion region = memory.map(8192).value();
  memory.map(4096).value();
  std::array<std::uint8_t, 8> bytes{1, 2, 3, 4, 5, 6, 7, 8};
  const std::uint64_t end = to_number(region.iova) + 8192;
  EXPECT_TRUE(memory.write(end - 8, bytes));
  EXPECT_EQ(region.bytes[8191], 8);
  EXPECT_FALSE(memory.write(end - 7, bytes)) << "the last byte is beyond";
  EXPECT_FALSE(memory.read(end, bytes)) << "a page lies between regions";
  EXPECT_FALSE(memory.read(to_number(region.iova) - 1, bytes));
}

TEST(HostMemory, TakesMemoryOfTheCaller) {
  HostMemory memory;
  std::array<std::uint8_t, 4096> mine{};
  EXPECT_TRUE(memory.attach(Iova{0x5000}, mine));
  EXPECT_FALSE(memory.attach(Iova{0x5FFF}, mine));
  const std::array<std::uint8_t, 2> bytes{1, 2};
  EXPECT_TRUE(memory.write(0x5001, bytes));
  EXPECT_EQ(mine[2], 2);
  EXPECT_TRUE(memory.detach(Iova{0x5000}));
  EXPECT_FALSE(memory.detach(Iova{0x5000}));
  EXPECT_FALSE(memory.write(0x5001, bytes));
}

TEST(HostMemory, WritesEveryByteOfAnyLength) {
  HostMemory memory;
  for (std::size_t size = 0; size <= 130; ++size) {
    std::array<std::uint8_t, 4096> mine{}, expected{};
    ASSERT_TRUE(memory.attach(Iova{0x5000}, mine));
    std::vector<std::uint8_t> bytes(size);
    for (std::size_t i = 0; i < size; ++i) {
      bytes[i] = static_cast<std::uint8_t>(i + 1);
      expected[4 + i] = bytes[i];
    }
    ASSERT_TRUE(memory.write(0x5004, bytes));
    ASSERT_EQ(mine, expected) << size;
    ASSERT_TRUE(memory.detach(Iova{0x5000}));
  }
}

}  // namespace
}  // namespace holdfast::sim

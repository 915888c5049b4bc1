// SPDX-License-Identifier: Apache-2.0
#include "model/soft_memory.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "holdfast/layout.h"

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

TEST(SoftMemory, TakesMemoryOfTheCaller) {
  SoftMemory memory;
  std::array<std::uint8_t, 4096> low{}, high{};
  EXPECT_TRUE(memory.attach(Iova{0x9000}, high));
  EXPECT_TRUE(memory.attach(Iova{0x5000}, low));
  EXPECT_FALSE(memory.attach(Iova{0x4001}, low)) << "its last byte is the first of another";
  EXPECT_FALSE(memory.attach(Iova{0x5FFF}, low));
  EXPECT_TRUE(memory.attach(Iova{0x4000}, low)) << "regions may touch";
  ASSERT_TRUE(memory.at(0x5010, 8));
  EXPECT_EQ(memory.at(0x5010, 8)->data(), low.data() + 0x10);
  EXPECT_EQ(memory.at(0x9000, 1)->data(), high.data());
  EXPECT_TRUE(memory.detach(Iova{0x5000}));
  EXPECT_FALSE(memory.at(0x5010, 8));
  EXPECT_FALSE(memory.detach(Iova{0x5000}));
}

TEST(SoftMemory, KeepsItsOwnMemory) {
  SoftMemory memory;
  const DmaRegion own = memory.map(4096).value();
  std::array<std::uint8_t, 4096> mine{};
  EXPECT_FALSE(memory.attach(own.iova, mine));
  EXPECT_FALSE(memory.detach(own.iova));
  EXPECT_TRUE(memory.at(to_number(own.iova), 4096));
}

TEST(SoftMemory, AnEntryIsWrittenWhole) {
  Event event{};
  event.flags = 1;
  event.kind = 2;
  event.peer_address[15] = 3;
  std::array<std::uint8_t, sizeof event> bytes{};
  write_entry(std::span<std::uint8_t>(bytes), event);
  EXPECT_EQ(std::memcmp(bytes.data(), &event, sizeof event), 0);
}

}  // namespace
}  // namespace holdfast::model

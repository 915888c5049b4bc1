// SPDX-License-Identifier: Apache-2.0
#include "net/checksum.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <random>

#include "unit/host/net/flow_packets.h"

namespace holdfast::net {
namespace {

TEST(Checksum, TheExampleOfRfc1071) {
  const Bytes bytes{0x00, 0x01, 0xF2, 0x03, 0xF4, 0xF5, 0xF6, 0xF7};  // section 3
  EXPECT_EQ(sum16(bytes), 0xDDF2);
  EXPECT_EQ(checksum_of(sum16(bytes)), 0x220D);
}

TEST(Checksum, AnOddByteIsTheUpperHalf) {
  EXPECT_EQ(sum16(Bytes{0x12}), 0x1200);
  EXPECT_EQ(sum16(Bytes{0x12, 0x34, 0x56}), 0x1234 + 0x5600);
  EXPECT_EQ(sum16({}), 0);
}

TEST(Checksum, EveryLengthIsAsSummedByWords) {
  const char* text = std::getenv("HOLDFAST_SEED");
  const unsigned seed = text == nullptr ? 1 : static_cast<unsigned>(std::strtoul(text, nullptr, 0));
  SCOPED_TRACE("HOLDFAST_SEED=" + std::to_string(seed));
  std::mt19937 random(seed);
  for (std::size_t size = 0; size < 300; ++size) {
    Bytes bytes(size);
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random() % 4 == 0 ? 0xFF : random());
    EXPECT_EQ(sum16(bytes) ^ 0xFFFFu, test::internet_checksum(bytes)) << size;
  }
}

TEST(Checksum, SumsCanBeAdded) {
  const Bytes all{1, 2, 3, 4, 0xFF, 0xFE, 7};
  EXPECT_EQ(sum16(ByteView(all).subspan(4), sum16(ByteView(all).first(4))), sum16(all));
  EXPECT_EQ(sum16(Bytes(65'534, 0xFF)), 0xFFFF);
}

TEST(Checksum, IsNeverNone) {
  EXPECT_EQ(checksum_of(0xFFFF), 0xFFFF);
  EXPECT_EQ(checksum_of(0), 0xFFFF);
  EXPECT_EQ(checksum_of(1), 0xFFFE);
}

}  // namespace
}  // namespace holdfast::net

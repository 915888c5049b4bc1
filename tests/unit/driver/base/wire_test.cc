// SPDX-License-Identifier: Apache-2.0
#include "base/wire.h"

#include <gtest/gtest.h>

#include <limits>

#include "base/hex.h"

namespace holdfast {
namespace {

TEST(WireReader, ReadsNetworkByteOrder) {
  const Bytes bytes = *parse_hex("0102030405060708090a0b0c0d0e0f1011");
  WireReader reader(bytes);
  EXPECT_EQ(reader.u8(), 0x01u);
  EXPECT_EQ(reader.u16(), 0x0203u);
  EXPECT_EQ(reader.u32(), 0x04050607u);
  EXPECT_EQ(reader.u64(), 0x08090a0b0c0d0e0fu);
  EXPECT_EQ(reader.left(), 2u);
  EXPECT_TRUE(reader.ok());
  EXPECT_FALSE(reader.is_done());
  EXPECT_EQ(hex(reader.rest()), "1011");
  EXPECT_TRUE(reader.is_done());
}

TEST(WireReader, LooksAtTheCallersBytes) {
  const Bytes bytes = {1, 2, 3};
  WireReader reader(bytes);
  reader.u8();
  EXPECT_EQ(reader.take(2).data(), bytes.data() + 1);
}

TEST(WireReader, FailsForGoodBeyondTheEnd) {
  const Bytes bytes = {0xff, 0xff, 0xff};
  for (const int width : {4, 8}) {
    WireReader reader(bytes);
    EXPECT_EQ(width == 4 ? reader.u32() : reader.u64(), 0u);
    EXPECT_FALSE(reader.ok());
    EXPECT_EQ(reader.left(), 0u);
    EXPECT_EQ(reader.u8(), 0u);
    EXPECT_TRUE(reader.rest().empty());
    EXPECT_FALSE(reader.ok());
    EXPECT_FALSE(reader.is_done());
  }
}

TEST(WireReader, TakesNoMoreThanThereIs) {
  const Bytes bytes = {1, 2, 3};
  for (const std::size_t size : {std::size_t{4}, std::numeric_limits<std::size_t>::max()}) {
    WireReader reader(bytes);
    EXPECT_TRUE(reader.take(size).empty());
    EXPECT_FALSE(reader.ok());
  }
  WireReader reader(bytes);
  EXPECT_EQ(reader.take(3).size(), 3u);
  EXPECT_TRUE(reader.take(0).empty());
  EXPECT_TRUE(reader.is_done());
}

TEST(WireReader, EmptyBytesAreDoneAtOnce) {
  EXPECT_TRUE(WireReader({}).is_done());
  WireReader reader({});
  EXPECT_EQ(reader.u8(), 0u);
  EXPECT_FALSE(reader.ok());
}

TEST(WireWriter, WritesNetworkByteOrder) {
  WireWriter writer;
  writer.u8(0x01);
  writer.u16(0x0203);
  writer.u32(0x04050607);
  writer.u64(0x08090a0b0c0d0e0f);
  const Bytes more = {0x10, 0x11};
  writer.append(more);
  EXPECT_EQ(writer.size(), 17u);
  EXPECT_EQ(hex(writer.view()), "0102030405060708090a0b0c0d0e0f1011");
  EXPECT_EQ(hex(writer.take()), "0102030405060708090a0b0c0d0e0f1011");
}

TEST(WireWriter, OverwritesWithinWhatIsWritten) {
  WireWriter writer;
  writer.u64(0);
  writer.put_u16(0, 0x0102);
  writer.put_u32(4, 0x03040506);
  EXPECT_EQ(hex(writer.view()), "0102000003040506");
  writer.put_u16(6, 0x0708);
  EXPECT_EQ(hex(writer.view()), "0102000003040708");
}

TEST(WireWriterDeathTest, StopsACallerThatOverwritesBeyondTheEnd) {
  WireWriter writer;
  EXPECT_DEATH(writer.put_u16(0, 1), "contract");
  writer.u32(0);
  EXPECT_DEATH(writer.put_u16(3, 1), "contract");
  EXPECT_DEATH(writer.put_u32(1, 1), "contract");
  EXPECT_DEATH(writer.put_u16(std::numeric_limits<std::size_t>::max(), 1), "contract");
}

}  // namespace
}  // namespace holdfast

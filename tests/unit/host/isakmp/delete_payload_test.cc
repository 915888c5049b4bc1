// SPDX-License-Identifier: Apache-2.0
#include "isakmp/payloads.h"
#include "wire_text.h"

namespace holdfast::isakmp {
namespace {

/// RFC 2408, 3.15: two ESP SAs, and one ISAKMP SA by its cookies.
const Bytes kEspDelete = wire("00000001 03 04 0002 0a0b0c0d 1a1b1c1d");
const Bytes kIsakmpDelete = wire("00000001 01 10 0001 0102030405060708 1112131415161718");

Bytes with_byte(const Bytes& body, std::size_t offset, int value) {
  Bytes bytes = body;
  bytes.at(offset) = static_cast<std::uint8_t>(value);
  return bytes;
}

TEST(Delete, ReadsBothKinds) {
  const Delete esp = parse_delete(kEspDelete).value();
  EXPECT_EQ(esp, (Delete{Protocol::kEsp, {wire("0a0b0c0d"), wire("1a1b1c1d")}}));
  EXPECT_EQ(hex(write_delete(esp)), hex(kEspDelete));
  const Delete isakmp = parse_delete(kIsakmpDelete).value();
  EXPECT_EQ(isakmp, (Delete{Protocol::kIsakmp, {wire("01020304050607081112131415161718")}}));
  EXPECT_EQ(hex(write_delete(isakmp)), hex(kIsakmpDelete));
}

TEST(Delete, RefusesEachTruncation) {
  for (const Bytes& body : {kEspDelete, kIsakmpDelete}) {
    expect_truncations_refused(parse_delete, body, body.size());
    for (std::size_t size = 0; size < body.size(); ++size)
      expect_refused(parse_delete, ByteView(body).first(size), ErrorCode::kTruncated);
  }
}

TEST(Delete, RefusesWrongCounts) {
  expect_refused(parse_delete, with_byte(kEspDelete, 7, 0), ErrorCode::kBadFormat);
  expect_refused(parse_delete, wire("00000001 03 04 0000"), ErrorCode::kBadFormat);
  expect_refused(parse_delete, with_byte(kEspDelete, 7, 1), ErrorCode::kBadFormat);
  expect_refused(parse_delete, with_byte(kEspDelete, 7, 3), ErrorCode::kTruncated);
  expect_refused(parse_delete, with_byte(kEspDelete, 6, 0xff), ErrorCode::kTruncated);
  expect_refused(parse_delete, joined(kEspDelete, Bytes{0}), ErrorCode::kBadFormat);
}

TEST(Delete, RefusesWrongSpiSizes) {
  expect_refused(parse_delete, with_byte(kEspDelete, 5, 0), ErrorCode::kBadFormat);
  expect_refused(parse_delete, with_byte(kEspDelete, 5, 3), ErrorCode::kBadFormat);
  expect_refused(parse_delete, with_byte(kEspDelete, 5, 5), ErrorCode::kTruncated);
  expect_refused(parse_delete, with_byte(kEspDelete, 5, 255), ErrorCode::kTruncated);
  // Fits what is there, and not the protocol.
  expect_refused(parse_delete, wire("00000001 03 02 0002 01020304"), ErrorCode::kBadFormat);
  expect_refused(parse_delete, wire("00000001 03 08 0001 0102030405060708"), ErrorCode::kBadFormat);
  expect_refused(parse_delete, wire("00000001 01 04 0001 01020304"), ErrorCode::kBadFormat);
  // No bytes at all, however often.
  expect_refused(parse_delete, wire("00000001 03 00 ffff"), ErrorCode::kBadFormat);
  expect_refused(parse_delete, wire("00000001 03 00 0000"), ErrorCode::kBadFormat);
}

TEST(Delete, RefusesOtherDoisAndProtocols) {
  EXPECT_EQ(*parse_delete(with_byte(kEspDelete, 3, 0)), *parse_delete(kEspDelete));
  expect_refused(parse_delete, with_byte(kEspDelete, 3, 2), ErrorCode::kUnsupported);
  for (const int protocol : {0, 5, 255})
    expect_refused(parse_delete, with_byte(kEspDelete, 4, protocol), ErrorCode::kUnsupported);
}

TEST(Delete, SaysLengthBeforeMeaning) {
  expect_refused(parse_delete, wire("00000009 09 04 0003 0a0b0c0d"), ErrorCode::kTruncated);
}

TEST(Delete, AsManyAsAMessageHolds) {
  Delete many{Protocol::kEsp, {}};
  for (int i = 0; i < 16000; ++i) many.spis.push_back(wire("0a0b0c0d"));
  EXPECT_EQ(parse_delete(write_delete(many)).value(), many);
}

TEST(DeleteDeathTest, StopsACallerWhoseDeleteCannotBeRead) {
  EXPECT_DEATH(write_delete({Protocol::kEsp, {}}), "contract");
  EXPECT_DEATH(write_delete({Protocol::kEsp, {wire("0102")}}), "contract");
  EXPECT_DEATH(write_delete({Protocol::kIsakmp, {wire("01020304")}}), "contract");
  EXPECT_DEATH(write_delete({Protocol::kEsp, {wire("01020304"), wire("0102")}}), "contract");
  EXPECT_DEATH(write_delete({Protocol{9}, {wire("01020304")}}), "contract");
}

}  // namespace
}  // namespace holdfast::isakmp

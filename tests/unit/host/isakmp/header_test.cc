// SPDX-License-Identifier: Apache-2.0
#include "isakmp/header.h"

#include "messages.h"

namespace holdfast::isakmp {
namespace {

/// RFC 2408, 3.1, all fields different.
const Bytes kHeader = wire("0102030405060708 1112131415161718 05 10 20 01 21222324 0000001c");

constexpr Cookie kInitiator = {1, 2, 3, 4, 5, 6, 7, 8};
constexpr Cookie kResponder = {0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18};

/// `kHeader` with `num_bytes` behind it and `length` in its length field.
Bytes datagram_of(std::size_t num_bytes, std::uint32_t length) {
  WireWriter writer;
  writer.append(kHeader);
  writer.append(Bytes(num_bytes, 0));
  writer.put_u32(24, length);
  return writer.take();
}

TEST(Header, ReadsEachField) {
  const Header header = parse_header(kHeader).value();
  EXPECT_EQ(header.initiator_cookie, kInitiator);
  EXPECT_EQ(header.responder_cookie, kResponder);
  EXPECT_EQ(header.next_payload, PayloadType::kIdentification);
  EXPECT_EQ(header.version, 0x10);
  EXPECT_EQ(header.exchange, ExchangeType::kQuickMode);
  EXPECT_EQ(header.flags, kFlagEncrypted);
  EXPECT_TRUE(header.is_encrypted());
  EXPECT_EQ(header.message_id, 0x21222324u);
  EXPECT_EQ(header.length, 28u);
}

TEST(Header, ReadsWhatIkeScanSends) {
  const Header header = parse_header(ike_scan_message()).value();
  EXPECT_EQ(header.responder_cookie, Cookie{});
  EXPECT_EQ(header.next_payload, PayloadType::kSa);
  EXPECT_EQ(header.exchange, ExchangeType::kMainMode);
  EXPECT_FALSE(header.is_encrypted());
  EXPECT_EQ(header.message_id, 0u);
}

TEST(Header, WritesWhatItReads) {
  WireWriter writer;
  write_header(writer, parse_header(kHeader).value());
  EXPECT_EQ(hex(writer.view()), hex(kHeader));
}

TEST(Header, RefusesEachTruncation) {
  expect_truncations_refused(parse_header, kHeader, kHeader.size());
  for (std::size_t size = 0; size < kHeaderBytes; ++size)
    expect_refused(parse_header, ByteView(kHeader).first(size), ErrorCode::kTruncated);
}

TEST(Header, WantsTheLengthOfTheDatagram) {
  EXPECT_TRUE(parse_header(datagram_of(100, 128)));
  for (const std::uint32_t length : {0u, 1u, 27u, 28u, 127u, 129u, 0x7fffffffu, 0xffffffffu})
    expect_refused(parse_header, datagram_of(100, length), ErrorCode::kBadFormat);
}

TEST(Header, RefusesEachCutOfALongerDatagram) {
  expect_truncations_refused(parse_header, ike_scan_message(), ike_scan_message().size());
}

TEST(Header, RefusesOtherVersions) {
  for (const int version : {0x00, 0x01, 0x0f, 0x11, 0x1f, 0x20, 0xff}) {
    Bytes other = kHeader;
    other[17] = static_cast<std::uint8_t>(version);
    expect_refused(parse_header, other, ErrorCode::kUnsupported);
  }
}

TEST(Header, SaysLengthBeforeVersion) {
  Bytes other = datagram_of(4, 28);
  other[17] = 0x20;
  expect_refused(parse_header, other, ErrorCode::kBadFormat);
}

TEST(Header, LeavesTheMeaningOfTypesAndFlagsToTheExchange) {
  Bytes other = kHeader;
  other[16] = 0xfe, other[18] = 0xfd, other[19] = 0xfc;
  const Header header = parse_header(other).value();
  EXPECT_EQ(header.next_payload, PayloadType{0xfe});
  EXPECT_EQ(header.exchange, ExchangeType{0xfd});
  EXPECT_EQ(header.flags, 0xfc);
}

}  // namespace
}  // namespace holdfast::isakmp

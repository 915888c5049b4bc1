// SPDX-License-Identifier: Apache-2.0
#include "isakmp/payloads.h"
#include "wire_text.h"

namespace holdfast::isakmp {
namespace {

/// Asks for an address and DNS, then the answer (draft-dukes-ike-mode-cfg-02, 3.3).
const Bytes kRequest = wire("01 00 1234 00010000 00030000");
const Bytes kReply = wire("02 00 1234 00010004 0a010002 00030004 0a010001");

TEST(ConfigPayload, AsksAndAnswers) {
  using namespace config_attribute;
  const auto request = parse_config_payload(kRequest).value();
  EXPECT_EQ(
      request,
      (ConfigPayload{ConfigType::kRequest,
                     0x1234,
                     {Attribute::of_bytes(kIp4Address, {}), Attribute::of_bytes(kIp4Dns, {})}}));
  EXPECT_EQ(hex(write_config_payload(request)), hex(kRequest));
  const auto reply = parse_config_payload(kReply).value();
  EXPECT_EQ(reply, (ConfigPayload{ConfigType::kReply,
                                  0x1234,
                                  {Attribute::of_bytes(kIp4Address, wire("0a010002")),
                                   Attribute::of_bytes(kIp4Dns, wire("0a010001"))}}));
  EXPECT_EQ(hex(write_config_payload(reply)), hex(kReply));
}

TEST(ConfigPayload, RefusesEachTruncation) {
  for (std::size_t size = 0; size < kReply.size(); ++size) {
    const Bytes shorter = exactly(ByteView(kReply).first(size));
    if (size == 4 || size == 12)  // between two attributes
      EXPECT_TRUE(parse_config_payload(shorter)) << size;
    else
      expect_refused(parse_config_payload, shorter, ErrorCode::kTruncated);
  }
}

TEST(ConfigPayload, RefusesAttributesPastTheEnd) {
  expect_refused(parse_config_payload, wire("02 00 1234 00010005 0a010002"), ErrorCode::kTruncated);
  expect_refused(parse_config_payload, wire("02 00 1234 0001ffff 0a010002"), ErrorCode::kTruncated);
}

TEST(ConfigPayload, RefusesOtherTypes) {
  for (int type = 0; type < 256; ++type) {
    Bytes body = kRequest;
    body[0] = static_cast<std::uint8_t>(type);
    if (type >= 1 && type <= 4)
      EXPECT_TRUE(parse_config_payload(body)) << type;
    else
      expect_refused(parse_config_payload, body, ErrorCode::kBadFormat);
  }
}

TEST(ConfigPayload, IgnoresTheReservedByte) {
  Bytes body = kRequest;
  body[1] = 0xff;
  EXPECT_EQ(*parse_config_payload(body), *parse_config_payload(kRequest));
}

TEST(ConfigPayload, AtMostSixtyFourAttributes) {
  Bytes body = wire("01 00 0000");
  for (int i = 0; i < 64; ++i) body = joined(body, wire("00010000"));
  EXPECT_TRUE(parse_config_payload(body));
  expect_refused(parse_config_payload, joined(body, wire("00010000")), ErrorCode::kBadFormat);
}

}  // namespace
}  // namespace holdfast::isakmp

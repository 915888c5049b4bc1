// SPDX-License-Identifier: Apache-2.0
#include <set>

#include "isakmp/payloads.h"
#include "wire_text.h"

namespace holdfast::isakmp {
namespace {

/// R-U-THERE (RFC 3706, 5.3): DOI, ISAKMP, both cookies, 36136, sequence number.
const Bytes kAreYouThere = wire("00000001 01 10 8d28 0102030405060708 1112131415161718 00000005");
constexpr std::size_t kHead = 8, kSpi = 16;

TEST(Notification, ReadsAreYouThere) {
  const auto notification = parse_notification(kAreYouThere).value();
  EXPECT_EQ(notification.protocol, Protocol::kIsakmp);
  EXPECT_EQ(hex(notification.spi), "01020304050607081112131415161718");
  EXPECT_EQ(notification.type, NotifyType::kDpdAreYouThere);
  EXPECT_EQ(hex(notification.data), "00000005");
  EXPECT_EQ(hex(write_notification(notification)), hex(kAreYouThere));
}

TEST(Notification, NeedsNeitherSpiNorData) {
  const Bytes body = wire("00000001 01 00 000e");
  const auto notification = parse_notification(body).value();
  EXPECT_EQ(notification, (Notification{Protocol::kIsakmp, {}, NotifyType::kNoProposalChosen, {}}));
  EXPECT_EQ(hex(write_notification(notification)), hex(body));
}

TEST(Notification, RefusesEachTruncation) {
  expect_truncations_refused(parse_notification, kAreYouThere, kHead + kSpi);
  for (std::size_t size = 0; size < kHead + kSpi; ++size)
    expect_refused(parse_notification, ByteView(kAreYouThere).first(size), ErrorCode::kTruncated);
}

TEST(Notification, RefusesAnSpiSizePastTheEnd) {
  for (const int size : {21, 22, 255}) {
    Bytes body = kAreYouThere;
    body[5] = static_cast<std::uint8_t>(size);
    expect_refused(parse_notification, body, ErrorCode::kTruncated);
  }
}

TEST(Notification, ASmallerSpiSizeLeavesMoreData) {
  Bytes body = kAreYouThere;
  body[5] = 0;
  EXPECT_EQ(parse_notification(body)->data.size(), 20u);
  body[5] = 20;
  EXPECT_TRUE(parse_notification(body)->data.empty());
}

TEST(Notification, TakesTheDoisOfIpsecAndIsakmp) {
  Bytes body = kAreYouThere;
  body[3] = 0;
  EXPECT_EQ(*parse_notification(body), *parse_notification(kAreYouThere));
  body[3] = 2;
  expect_refused(parse_notification, body, ErrorCode::kUnsupported);
  body[3] = 1, body[0] = 1;
  expect_refused(parse_notification, body, ErrorCode::kUnsupported);
}

TEST(Notification, KeepsTypesThatItDoesNotKnow) {
  const auto notification = parse_notification(wire("00000001 03 04 9c40 01020304 aa")).value();
  EXPECT_EQ(notification.type, NotifyType{40000});
  EXPECT_EQ(notification.protocol, Protocol::kEsp);
  EXPECT_EQ(name_of(notification.type), "unknown");
}

TEST(Notification, TypesHaveTheNamesAndNumbersOfTheStandards) {
  const std::pair<int, std::string_view> expected[] = {// RFC 2408, 3.14.1
                                                       {1, "INVALID-PAYLOAD-TYPE"},
                                                       {2, "DOI-NOT-SUPPORTED"},
                                                       {4, "INVALID-COOKIE"},
                                                       {7, "INVALID-EXCHANGE-TYPE"},
                                                       {9, "INVALID-MESSAGE-ID"},
                                                       {11, "INVALID-SPI"},
                                                       {14, "NO-PROPOSAL-CHOSEN"},
                                                       {16, "PAYLOAD-MALFORMED"},
                                                       {18, "INVALID-ID-INFORMATION"},
                                                       {20, "INVALID-CERTIFICATE"},
                                                       {23, "INVALID-HASH-INFORMATION"},
                                                       {24, "AUTHENTICATION-FAILED"},
                                                       {25, "INVALID-SIGNATURE"},
                                                       {29, "UNSUPPORTED-EXCHANGE-TYPE"},
                                                       {30, "UNEQUAL-PAYLOAD-LENGTHS"},
                                                       {16384, "CONNECTED"},
                                                       // RFC 2407, 4.6.3
                                                       {24576, "RESPONDER-LIFETIME"},
                                                       {24577, "REPLAY-STATUS"},
                                                       {24578, "INITIAL-CONTACT"},
                                                       // RFC 3706, 5.2
                                                       {36136, "R-U-THERE"},
                                                       {36137, "R-U-THERE-ACK"}};
  for (const auto& [value, name] : expected)
    EXPECT_EQ(name_of(static_cast<NotifyType>(value)), name);
}

TEST(Notification, NoTwoTypesShareAName) {
  std::set<std::string_view> names;
  int num_named = 0;
  for (int value = 0; value <= 0xffff; ++value) {
    const auto name = name_of(static_cast<NotifyType>(value));
    if (name == "unknown") continue;
    ++num_named;
    names.insert(name);
  }
  EXPECT_EQ(num_named, 40);
  EXPECT_EQ(names.size(), 40u);
}

TEST(NotificationDeathTest, StopsACallerWithAnSpiThatIsTooLong) {
  EXPECT_DEATH(write_notification({Protocol::kEsp, Bytes(256, 0), NotifyType::kInvalidSpi, {}}),
               "contract");
}

}  // namespace
}  // namespace holdfast::isakmp

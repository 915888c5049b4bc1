// SPDX-License-Identifier: Apache-2.0
#include "isakmp/sa_payload.h"

#include "messages.h"

namespace holdfast::isakmp {
namespace {

/// Quick Mode: ESP with two transforms, then IPComp in the same proposal number, then ESP alone.
const Bytes kQuickModeSa = wire(
    "00000001 00000001"
    "02 00 0028 01 03 04 02 0a0b0c0d"
    "03 00 0010 01 14 0000 80060080 80040001"
    "00 00 000c 02 14 0000 80060100"
    "02 00 0012 01 04 02 01 0102"
    "00 00 0008 01 03 0000"
    "00 00 0014 02 03 04 01 0a0b0c0e"
    "00 00 0008 01 14 0000");

SaPayload quick_mode_sa() {
  SaPayload sa;
  const Transform aes128{1,
                         20,
                         {Attribute::of(phase2::kKeyLength, 128),
                          Attribute::of(phase2::kEncapsulation, phase2::kTunnel)}};
  const Transform aes256{2, 20, {Attribute::of(phase2::kKeyLength, 256)}};
  sa.proposals = {{1, Protocol::kEsp, wire("0a0b0c0d"), {aes128, aes256}},
                  {1, Protocol::kIpcomp, wire("0102"), {{1, 3, {}}}},
                  {2, Protocol::kEsp, wire("0a0b0c0e"), {{1, 20, {}}}}};
  return sa;
}

constexpr std::size_t kFirstProposal = 8;
constexpr std::size_t kFirstTransform = kFirstProposal + 12;

/// `kQuickModeSa` with another byte at `offset`.
Bytes with_byte(std::size_t offset, int value) {
  Bytes bytes = kQuickModeSa;
  bytes.at(offset) = static_cast<std::uint8_t>(value);
  return bytes;
}

/// A phase 1 SA with `num_transforms` transforms; the count field says `announced`.
Bytes with_transforms(std::size_t num_transforms, std::uint8_t announced) {
  PayloadWriter transforms;
  for (std::size_t i = 0; i < num_transforms; ++i)
    transforms.add(PayloadType::kTransform, wire("01010000"));
  PayloadWriter proposals;
  proposals.add(PayloadType::kProposal, joined(Bytes{1, 1, 0, announced}, transforms.view()));
  return joined(wire("0000000100000001"), proposals.view());
}

TEST(SaPayload, ReadsWhatIkeScanSends) {
  const Bytes message = ike_scan_message();
  const auto payloads =
      parse_payloads(PayloadType::kSa, ByteView(message).subspan(kHeaderBytes), Padding::kRefused);
  const auto sa = parse_sa(payloads->at(0).body);
  ASSERT_TRUE(sa) << sa.error().text();
  SaPayload expected;
  expected.proposals = {
      {1,
       Protocol::kIsakmp,
       {},
       {{1,
         phase1::kTransformKeyIke,
         {Attribute::of(phase1::kEncryption, 7), Attribute::of(phase1::kHash, 4),
          Attribute::of(phase1::kAuthentication, phase1::kAuthPsk),
          Attribute::of(phase1::kGroup, 14), Attribute::of(phase1::kKeyLength, 256),
          Attribute::of(phase1::kLifeType, kLifeSeconds),
          Attribute::of_u32(phase1::kLifeDuration, 28800)}}}}};
  EXPECT_EQ(*sa, expected);
  EXPECT_EQ(hex(write_sa(*sa)), hex(payloads->at(0).body));
}

TEST(SaPayload, ReadsEightTransformsOfIkeScan) {
  const Bytes message = ike_scan_default_message();
  const auto payloads =
      parse_payloads(PayloadType::kSa, ByteView(message).subspan(kHeaderBytes), Padding::kRefused);
  const auto sa = parse_sa(payloads->at(0).body).value();
  ASSERT_EQ(sa.proposals.size(), 1u);
  ASSERT_EQ(sa.proposals[0].transforms.size(), 8u);
  EXPECT_EQ(sa.proposals[0].transforms[7].number, 8);
  EXPECT_EQ(hex(write_sa(sa)), hex(payloads->at(0).body));
}

TEST(SaPayload, ReadsSeveralProposalsWithSpis) {
  EXPECT_EQ(parse_sa(kQuickModeSa).value(), quick_mode_sa());
  EXPECT_EQ(hex(write_sa(quick_mode_sa())), hex(kQuickModeSa));
}

TEST(SaPayload, RefusesEachTruncation) {
  expect_truncations_refused(parse_sa, kQuickModeSa, kQuickModeSa.size());
}

TEST(SaPayload, RefusesBytesBehindTheProposals) {
  expect_refused(parse_sa, joined(kQuickModeSa, Bytes{0}), ErrorCode::kBadFormat);
}

TEST(SaPayload, RefusesOtherDoisAndSituations) {
  for (const int doi : {0, 2, 255})
    expect_refused(parse_sa, with_byte(3, doi), ErrorCode::kUnsupported);
  for (const int situation : {0, 2, 3, 4})  // RFC 2407, 4.2.2: secrecy; 4.2.3: integrity
    expect_refused(parse_sa, with_byte(7, situation), ErrorCode::kUnsupported);
}

TEST(SaPayload, RefusesWrongLengthsOfProposals) {
  for (const int length : {0, 1, 3, 4, 7, 0x27, 0x29, 0xff})
    EXPECT_FALSE(parse_sa(with_byte(kFirstProposal + 3, length))) << length;
  EXPECT_FALSE(parse_sa(with_byte(kFirstProposal + 2, 0xff)));
  expect_refused(parse_sa, with_byte(kFirstProposal + 3, 0), ErrorCode::kBadFormat);
  expect_refused(parse_sa, with_byte(kFirstProposal + 3, 0xff), ErrorCode::kTruncated);
}

TEST(SaPayload, RefusesWrongLengthsOfTransforms) {
  for (const int length : {0, 1, 3, 4, 7, 0x0f, 0x11, 0xff})
    EXPECT_FALSE(parse_sa(with_byte(kFirstTransform + 3, length))) << length;
  expect_refused(parse_sa, with_byte(kFirstTransform + 3, 0), ErrorCode::kBadFormat);
  expect_refused(parse_sa, with_byte(kFirstTransform + 2, 0xff), ErrorCode::kTruncated);
}

TEST(SaPayload, RefusesWrongCountsOfTransforms) {
  for (const int number : {0, 1, 3, 255})
    expect_refused(parse_sa, with_byte(kFirstProposal + 7, number), ErrorCode::kBadFormat);
}

TEST(SaPayload, RefusesWrongSpiSizes) {
  for (const int size : {0, 2, 3, 5, 8, 16, 255})
    EXPECT_FALSE(parse_sa(with_byte(kFirstProposal + 6, size))) << size;
  expect_refused(parse_sa, with_byte(kFirstProposal + 6, 0), ErrorCode::kBadFormat);
  expect_refused(parse_sa, with_byte(kFirstProposal + 6, 255), ErrorCode::kTruncated);
}

TEST(SaPayload, SpiSizesFitTheirProtocol) {
  for (std::size_t size = 0; size < 256; ++size) {
    EXPECT_EQ(is_spi_size(Protocol::kIsakmp, size), size <= 16);
    EXPECT_EQ(is_spi_size(Protocol::kEsp, size), size == 4);
    EXPECT_EQ(is_spi_size(Protocol::kAh, size), size == 4);
    EXPECT_EQ(is_spi_size(Protocol::kIpcomp, size), size == 2 || size == 4);
    EXPECT_TRUE(is_spi_size(Protocol{9}, size));
  }
}

TEST(SaPayload, RefusesOtherPayloadsInTheRow) {
  // A transform among the proposals, and a proposal among the transforms.
  expect_refused(parse_sa, with_byte(kFirstProposal, 3), ErrorCode::kBadFormat);
  expect_refused(parse_sa, with_byte(kFirstTransform, 2), ErrorCode::kBadFormat);
  // The row ends too early.
  expect_refused(parse_sa, with_byte(kFirstProposal, 0), ErrorCode::kBadFormat);
  expect_refused(parse_sa, with_byte(kFirstTransform, 0), ErrorCode::kBadFormat);
}

TEST(SaPayload, RefusesNoProposalAndNoTransform) {
  expect_refused(parse_sa, wire("0000000100000001"), ErrorCode::kTruncated);
  expect_refused(parse_sa, with_transforms(0, 0), ErrorCode::kTruncated);
}

TEST(SaPayload, AtMost255Transforms) {
  const auto sa = parse_sa(with_transforms(255, 255));
  ASSERT_TRUE(sa) << sa.error().text();
  EXPECT_EQ(sa->proposals[0].transforms.size(), 255u);
  expect_refused(parse_sa, with_transforms(256, 255), ErrorCode::kBadFormat);
  expect_refused(parse_sa, with_transforms(256, 0), ErrorCode::kBadFormat);
}

TEST(SaPayload, AtMost32Proposals) {
  for (const std::size_t number : {32, 33}) {
    PayloadWriter proposals;
    for (std::size_t i = 0; i < number; ++i)
      proposals.add(PayloadType::kProposal, wire("01 01 00 01  00 00 0008 01 01 0000"));
    const Bytes body = joined(wire("0000000100000001"), proposals.view());
    EXPECT_EQ(parse_sa(body).has_value(), number == 32);
    if (number > 32) expect_refused(parse_sa, body, ErrorCode::kBadFormat);
  }
}

TEST(SaPayload, RefusesAttributesThatDoNotFitTheTransform) {
  // The life duration of the first transform of kQuickModeSa: a length for two bytes too many.
  const Bytes body =
      wire("00000001 00000001  00 00 0014 01 01 00 01  00 00 000c 01 01 0000 000c0002");
  expect_refused(parse_sa, body, ErrorCode::kTruncated);
}

TEST(SaPayload, KeepsProtocolsThatItDoesNotKnow) {
  const Bytes body =
      wire("00000001 00000001  00 00 0013 01 09 03 01 010203  00 00 0008 01 01 0000");
  const auto sa = parse_sa(body).value();
  EXPECT_EQ(sa.proposals[0].protocol, Protocol{9});
  EXPECT_EQ(hex(write_sa(sa)), hex(body));
}

TEST(SaPayloadDeathTest, StopsACallerWhoseSaCannotBeRead) {
  EXPECT_DEATH(write_sa({}), "contract");
  SaPayload sa;
  sa.proposals = {{1, Protocol::kEsp, wire("01020304"), {}}};
  EXPECT_DEATH(write_sa(sa), "contract");
  sa.proposals = {{1, Protocol::kEsp, wire("0102"), {{1, 20, {}}}}};
  EXPECT_DEATH(write_sa(sa), "contract");
  sa.proposals = std::vector<Proposal>(33, {1, Protocol::kIsakmp, {}, {{1, 1, {}}}});
  EXPECT_DEATH(write_sa(sa), "contract");
}

}  // namespace
}  // namespace holdfast::isakmp

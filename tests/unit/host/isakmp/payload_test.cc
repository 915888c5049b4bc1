// SPDX-License-Identifier: Apache-2.0
#include "isakmp/payload.h"

#include "messages.h"

namespace holdfast::isakmp {
namespace {

/// NONCE "aabbcc", Vendor ID without a body, type 77 "dd".
const Bytes kChain = wire("0d 00 0007 aabbcc  4d 00 0004  00 00 0005 dd");

Result<std::vector<Payload>> parse_nonce_chain(ByteView bytes) {
  return parse_payloads(PayloadType::kNonce, bytes, Padding::kRefused);
}

TEST(Payloads, AreReadInOrderAndBorrowed) {
  const auto payloads = parse_nonce_chain(kChain).value();
  ASSERT_EQ(payloads.size(), 3u);
  EXPECT_EQ(payloads[0].type, PayloadType::kNonce);
  EXPECT_EQ(hex(payloads[0].body), "aabbcc");
  EXPECT_EQ(hex(payloads[0].whole), "0d000007aabbcc");
  EXPECT_EQ(payloads[0].whole.data(), kChain.data());
  EXPECT_EQ(payloads[1].type, PayloadType::kVendorId);
  EXPECT_TRUE(payloads[1].body.empty());
  EXPECT_EQ(payloads[2].type, PayloadType{77});
  EXPECT_EQ(hex(payloads[2].body), "dd");
}

TEST(Payloads, AreFoundByType) {
  const Bytes bytes = wire("0d 00 0005 01  0a 00 0005 02  00 00 0005 03");
  const auto payloads = parse_payloads(PayloadType::kVendorId, bytes, Padding::kRefused).value();
  EXPECT_EQ(hex(find(payloads, PayloadType::kVendorId)->body), "01");
  EXPECT_EQ(hex(find(payloads, PayloadType::kNonce)->body), "03");
  EXPECT_EQ(find(payloads, PayloadType::kHash), nullptr);
  EXPECT_EQ(count(payloads, PayloadType::kVendorId), 2u);
  EXPECT_EQ(count(payloads, PayloadType::kNonce), 1u);
  EXPECT_EQ(count(payloads, PayloadType::kHash), 0u);
}

TEST(Payloads, ReadWhatIkeScanSends) {
  const Bytes message = ike_scan_message();
  const auto payloads =
      parse_payloads(PayloadType::kSa, ByteView(message).subspan(kHeaderBytes), Padding::kRefused);
  ASSERT_TRUE(payloads) << payloads.error().text();
  ASSERT_EQ(payloads->size(), 2u);
  EXPECT_EQ(payloads->at(0).body.size(), 0x38u);
  EXPECT_EQ(hex(find(*payloads, PayloadType::kVendorId)->body), "4a131c81070358455c5728f20e95452f");
}

TEST(Payloads, NoneAtAll) {
  EXPECT_TRUE(parse_payloads(PayloadType::kNone, {}, Padding::kRefused)->empty());
  const Bytes one = {0};
  EXPECT_FALSE(parse_payloads(PayloadType::kNone, one, Padding::kRefused));
  EXPECT_TRUE(parse_payloads(PayloadType::kNone, one, Padding::kAllowed));
  expect_refused(parse_nonce_chain, {}, ErrorCode::kTruncated);
}

TEST(Payloads, RefuseEachTruncation) {
  expect_truncations_refused(parse_nonce_chain, kChain, kChain.size());
  for (std::size_t size = 0; size < kChain.size(); ++size)
    expect_refused(parse_nonce_chain, ByteView(kChain).first(size), ErrorCode::kTruncated);
}

TEST(Payloads, RefuseALengthBelowFour) {
  // A length of 0 must not read the same payload for ever: each is of type 10 again.
  for (const char* text : {"0a 00 0000 01", "0a 00 0001 01", "0a 00 0002 01", "0a 00 0003 01"})
    expect_refused(parse_nonce_chain, wire(text), ErrorCode::kBadFormat);
  // The same in the second of two.
  for (const char* length : {"0000", "0001", "0002", "0003"})
    expect_refused(parse_nonce_chain,
                   wire("0a 00 0005 01  0a 00" + std::string(length) + "01020304"),
                   ErrorCode::kBadFormat);
}

TEST(Payloads, RefuseALengthPastTheEnd) {
  for (const char* text : {"00 00 0006 01", "00 00 7fff 01", "00 00 ffff 01"})
    expect_refused(parse_nonce_chain, wire(text), ErrorCode::kTruncated);
}

TEST(Payloads, RefuseALengthThatIsTooSmallForTheChain) {
  // The rest is read as the next payload, or left over behind the last one.
  expect_refused(parse_nonce_chain, wire("0d 00 0006 aabbcc  00 00 0004"), ErrorCode::kBadFormat);
  expect_refused(parse_nonce_chain, wire("00 00 0006 aabbcc"), ErrorCode::kBadFormat);
}

TEST(Payloads, RefuseAReservedByteThatIsSet) {
  expect_refused(parse_nonce_chain, wire("00 01 0005 aa"), ErrorCode::kBadFormat);
  expect_refused(parse_nonce_chain, wire("00 80 0005 aa"), ErrorCode::kBadFormat);
}

TEST(Payloads, PaddingIsForEncryptedMessagesOnly) {
  for (std::size_t size = 1; size <= 16; ++size) {
    const Bytes padded = joined(kChain, Bytes(size, 0xff));
    expect_refused(parse_nonce_chain, padded, ErrorCode::kBadFormat);
    const auto payloads = parse_payloads(PayloadType::kNonce, padded, Padding::kAllowed);
    ASSERT_TRUE(payloads);
    EXPECT_EQ(payloads->size(), 3u);
  }
}

TEST(Payloads, AtMostSixtyFour) {
  for (const std::size_t number : {64, 65, 1000}) {
    PayloadWriter writer;
    for (std::size_t i = 0; i < number; ++i) writer.add(PayloadType::kNonce, {});
    const auto payloads = parse_nonce_chain(writer.view());
    ASSERT_EQ(payloads.has_value(), number <= 64);
    if (payloads)
      EXPECT_EQ(payloads->size(), number);
    else
      EXPECT_EQ(payloads.error().code, ErrorCode::kBadFormat);
  }
}

TEST(Payloads, AChainThatNeverSaysItsEnd) {
  // 65,532 bytes of payloads that each announce another.
  Bytes bytes;
  while (bytes.size() < 65532) bytes = joined(bytes, wire("0a 00 0004"));
  expect_refused(parse_nonce_chain, bytes, ErrorCode::kBadFormat);
  expect_refused(parse_nonce_chain, ByteView(bytes).first(252), ErrorCode::kTruncated);
}

TEST(Payloads, AnErrorNamesThePayload) {
  const auto payloads = parse_nonce_chain(wire("0d 00 0004  00 00 0009"));
  ASSERT_FALSE(payloads);
  EXPECT_EQ(payloads.error().place, "payload 2 (type 13)");
}

TEST(PayloadWriter, ChainsPayloads) {
  PayloadWriter writer;
  EXPECT_EQ(writer.first(), PayloadType::kNone);
  writer.add(PayloadType::kNonce, wire("aabbcc"));
  EXPECT_EQ(writer.last_offset(), 0u);
  writer.add(PayloadType::kVendorId, {});
  EXPECT_EQ(writer.last_offset(), 7u);
  writer.add(PayloadType{77}, wire("dd"));
  EXPECT_EQ(writer.last_offset(), 11u);
  EXPECT_EQ(writer.first(), PayloadType::kNonce);
  EXPECT_EQ(writer.size(), kChain.size());
  EXPECT_EQ(hex(writer.view()), hex(kChain));
}

TEST(PayloadWriter, TakesTheLongestBodyAndNoLonger) {
  PayloadWriter writer;
  const Bytes body(0x10000 - 4, 0x55);
  writer.add(PayloadType::kNonce, ByteView(body).first(0xffff - 4));
  EXPECT_EQ(parse_nonce_chain(writer.view())->at(0).body.size(), 0xffffu - 4);
  EXPECT_DEATH(writer.add(PayloadType::kNonce, body), "contract");
  EXPECT_DEATH(writer.add(PayloadType::kNone, {}), "contract");
}

TEST(Message, HasItsLengthAndFirstPayload) {
  Header header;
  header.initiator_cookie = {1, 2, 3, 4, 5, 6, 7, 8};
  PayloadWriter payloads;
  payloads.add(PayloadType::kHash, wire("0102"));
  const Bytes message = write_message(header, payloads);
  EXPECT_EQ(hex(message),
            "0102030405060708000000000000000008100200000000000000002200000006"
            "0102");
  EXPECT_EQ(parse_header(message)->length, message.size());
}

TEST(Message, MayBeEmpty) {
  const Bytes message = write_message({}, {});
  EXPECT_EQ(message.size(), kHeaderBytes);
  EXPECT_EQ(parse_header(message)->next_payload, PayloadType::kNone);
}

}  // namespace
}  // namespace holdfast::isakmp

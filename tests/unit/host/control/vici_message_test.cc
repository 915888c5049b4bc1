// SPDX-License-Identifier: Apache-2.0
#include "control/vici_message.h"

#include <gmock/gmock.h>

#include "base/hex.h"
#include "unit/host/control/vici_text.h"

namespace holdfast::control {
namespace {

ByteView bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::string reason(std::string_view hex_body) {
  const auto message = decode_message(*parse_hex(hex_body));
  return message ? text_of(*message) : message.error().sentence;
}

// Frames between swanctl 5.9.8 and its own daemon, as a proxy saw them.
TEST(ViciMessage, FramesAsSeen) {
  EXPECT_EQ(hex(*write_packet(PacketType::kRegister, "list-sa", {})), "0000000903076c6973742d7361");
  EXPECT_EQ(hex(*write_packet(PacketType::kConfirm, "", {})), "0000000105");
  EXPECT_EQ(hex(*write_packet(PacketType::kUnknownCommand, "", {})), "0000000102");
  EXPECT_EQ(hex(*write_packet(PacketType::kRequest, "get-conns", {})),
            "0000000b00096765742d636f6e6e73");
  Section conns;
  conns.add_list("conns", {"m"});
  EXPECT_EQ(hex(*write_packet(PacketType::kResponse, "", *encode_message(conns))),
            "0000000d010405636f6e6e730500016d06");
  Section rekey;
  rekey.add("success", "no");
  rekey.add("matches", "0");
  rekey.add("errmsg", "no matching SAs to rekey found");
  const auto frame = write_packet(PacketType::kResponse, "", *encode_message(rekey));
  EXPECT_THAT(hex(*frame), testing::StartsWith("00000042"
                                               "0103077375636365737300026e6f"
                                               "03076d61746368657300013003066572726d7367001e6e6f20"
                                               "6d"));
  EXPECT_EQ(frame->size(), 4u + 0x42u);
}

TEST(ViciMessage, RequestAsSeen) {
  const Bytes frame = *parse_hex(
      "000b6c6f61642d73686172656403026964"
      "00016b03047479706500"
      "03696b6503046461746100"
      "0201ff04066f776e65727305000267770"
      "6");
  const auto packet = parse_packet(frame);
  ASSERT_TRUE(packet);
  EXPECT_EQ(packet->type, PacketType::kRequest);
  EXPECT_EQ(packet->name, "load-shared");
  const auto message = decode_message(packet->body);
  ASSERT_TRUE(message) << message.error().text();
  EXPECT_EQ(message->value_or("data", ""), "\x01\xff");
  EXPECT_EQ(text_of(*message), "id=k type=ike data=\x01\xff owners=[gw]");
}

TEST(ViciMessage, KeepsOrderAndNesting) {
  Section message;
  message.add("a", "1");
  Section& outer = message.add_section("outer");
  outer.add_list("empty", {});
  outer.add_section("").add("b", std::string("\0x", 2));
  message.add("a", "2");
  message.add_list("items", {"x", "", "y"});
  const auto again = decode_message(*encode_message(message));
  ASSERT_TRUE(again);
  EXPECT_EQ(text_of(*again), text_of(message));
  EXPECT_EQ(*encode_message(*again), *encode_message(message));
}

TEST(ViciMessage, OpenSectionsCloseAtTheEnd) {
  EXPECT_EQ(reason("010161"
                   "010162"
                   "03016300"
                   "0164"),
            "a { b { c=d } }");
}

TEST(ViciMessage, RefusesBadBodies) {
  EXPECT_EQ(reason("02"), "the end of no section");
  EXPECT_EQ(reason("0101610202"), "the end of no section");
  EXPECT_EQ(reason("05000161"), "an item or end of no list");
  EXPECT_EQ(reason("06"), "an item or end of no list");
  EXPECT_EQ(reason("04016103016200"
                   "0163"),
            "something else than items inside a list");
  EXPECT_EQ(reason("040161010162"), "something else than items inside a list");
  EXPECT_EQ(reason("040161040162"), "something else than items inside a list");
  EXPECT_EQ(reason("04016102"), "something else than items inside a list");
  EXPECT_EQ(reason("040161"), "a list does not end");
  EXPECT_EQ(reason("00"), "an element of unknown type");
  EXPECT_EQ(reason("07"), "an element of unknown type");
  EXPECT_EQ(reason("030161000262"), "a name or value is cut off");
  EXPECT_EQ(reason("0301610000"
                   "0305"),
            "a name or value is cut off");
  EXPECT_EQ(reason("01"), "a name or value is cut off");
  EXPECT_EQ(reason("030161"
                   "00"),
            "a name or value is cut off");
  EXPECT_EQ(reason("0401610500"), "a name or value is cut off");
}

TEST(ViciMessage, DepthIsBounded) {
  Bytes body;
  for (std::size_t i = 0; i < kMaxDepth; ++i) body.insert(body.end(), {1, 0});
  EXPECT_TRUE(decode_message(body));
  body.insert(body.end(), {1, 0});
  const auto message = decode_message(body);
  ASSERT_FALSE(message);
  EXPECT_EQ(message.error().code, ErrorCode::kBadValue);
}

TEST(ViciMessage, SizesOfNamesAndValues) {
  const auto encodes = [](std::size_t name, std::size_t value) {
    Section message;
    message.add(std::string(name, 'n'), std::string(value, 'v'));
    const auto body = encode_message(message);
    return body && text_of(*decode_message(*body)) == text_of(message);
  };
  EXPECT_TRUE(encodes(kMaxNameBytes, kMaxValueBytes));
  EXPECT_TRUE(encodes(0, 0));
  EXPECT_FALSE(encodes(kMaxNameBytes + 1, 0));
  EXPECT_FALSE(encodes(1, kMaxValueBytes + 1));
  Section list;
  list.add_list("l", {std::string(kMaxValueBytes + 1, 'v')});
  EXPECT_FALSE(encode_message(list));
}

TEST(ViciMessage, Packets) {
  EXPECT_FALSE(parse_packet({}));
  EXPECT_FALSE(parse_packet(bytes_of(std::string_view("\x00", 1))));
  EXPECT_FALSE(parse_packet(bytes_of(std::string_view("\x00\x05nope", 6))));
  EXPECT_FALSE(parse_packet(bytes_of("\x08")));
  EXPECT_TRUE(parse_packet(bytes_of("\x05")));
  const auto empty = parse_packet(bytes_of(std::string_view("\x00\x00", 2)));
  ASSERT_TRUE(empty);
  EXPECT_EQ(empty->name, "");
}

TEST(ViciMessage, PacketSizeIsBounded) {
  EXPECT_TRUE(write_packet(PacketType::kResponse, "", Bytes(kMaxPacketBytes - 1)));
  EXPECT_FALSE(write_packet(PacketType::kResponse, "", Bytes(kMaxPacketBytes)));
  EXPECT_FALSE(write_packet(PacketType::kEvent, std::string(256, 'e'), {}));
}

}  // namespace
}  // namespace holdfast::control

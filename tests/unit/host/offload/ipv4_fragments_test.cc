// SPDX-License-Identifier: Apache-2.0
#include "offload/ipv4_fragments.h"

#include <gtest/gtest.h>

#include "support/packets.h"

namespace holdfast::offload {
namespace {

using test::address;
using test::get16;
using test::Packet;
using test::put16;

Packet packet_of(std::size_t bytes) {
  return test::ip_packet_of(address("10.1.0.1"), address("10.2.0.1"), bytes);
}

/// Checks each fragment by itself, and returns the payload that they make together.
Packet reassembled(const std::vector<Bytes>& fragments, std::size_t max_bytes,
                   bool is_last_part = true, std::size_t first_offset = 0) {
  Packet payload;
  for (std::size_t i = 0; i < fragments.size(); ++i) {
    const Packet& each = fragments[i];
    const std::size_t header = std::size_t{4} * (each[0] & 15);
    EXPECT_LE(each.size(), max_bytes);
    EXPECT_EQ(get16(each, 2), each.size());
    EXPECT_EQ(get16(each, 4), 0x1234u);  // identification of the original
    EXPECT_EQ(test::internet_checksum(std::span(each).first(header)), 0u);
    const bool has_more = (get16(each, 6) & 0x2000) != 0;
    EXPECT_EQ(has_more, i + 1 < fragments.size() || !is_last_part);
    EXPECT_EQ((get16(each, 6) & 0x1FFFu) * 8, first_offset + payload.size());
    payload.insert(payload.end(), each.begin() + static_cast<std::ptrdiff_t>(header), each.end());
  }
  return payload;
}

TEST(Ipv4Fragments, TogetherTheyAreThePacket) {
  for (const std::size_t bytes : {101u, 576u, 1447u, 1500u, 8999u})
    for (const std::size_t max : {28u, 68u, 75u, 100u}) {
      const Packet packet = packet_of(bytes);
      const auto fragments = fragment_ipv4(packet, max);
      const Packet payload = reassembled(fragments, max);
      EXPECT_TRUE(std::equal(payload.begin(), payload.end(), packet.begin() + 20, packet.end()));
      const std::size_t room = (max - 20) / 8 * 8;  // of each but the last
      EXPECT_EQ(fragments.size(), 1 + (bytes - max + room - 1) / room) << bytes << " by " << max;
    }
}

TEST(Ipv4Fragments, AFragmentIsCutFurther) {
  Packet packet = packet_of(420);
  put16(packet, 6, 0x2000 | 50);  // more follow, at 400
  const auto fragments = fragment_ipv4(packet, 220);
  EXPECT_EQ(fragments.size(), 2u);
  EXPECT_EQ(reassembled(fragments, 220, false, 400).size(), 400u);
}

TEST(Ipv4Fragments, OnlyCopiedOptionsAreInLaterOnes) {
  Packet packet = packet_of(500);
  // Timestamp (not copied, RFC 791, 3.1), no-operation, router alert (copied, RFC 2113, 2.1), end.
  const Packet options{68, 4, 5, 0, 1, 148, 4, 0, 0, 0, 0, 0};
  packet.insert(packet.begin() + 20, options.begin(), options.end());
  packet[0] = 0x48;
  put16(packet, 2, 512);
  test::fix_ipv4_checksum(packet);
  const auto fragments = fragment_ipv4(packet, 200);
  ASSERT_GE(fragments.size(), 3u);
  EXPECT_EQ(fragments[0][0], 0x48);
  EXPECT_TRUE(std::equal(options.begin(), options.end(), fragments[0].begin() + 20));
  for (std::size_t i = 1; i < fragments.size(); ++i) {
    EXPECT_EQ(fragments[i][0], 0x46);
    EXPECT_TRUE(std::equal(options.begin() + 5, options.begin() + 9, fragments[i].begin() + 20));
  }
  const Packet payload = reassembled(fragments, 200);
  EXPECT_TRUE(std::equal(payload.begin(), payload.end(), packet.begin() + 32, packet.end()));
}

TEST(Ipv4Fragments, BrokenOptionsAreNoTrap) {
  for (const int length : {0, 1, 5, 255}) {
    Packet packet = packet_of(200);
    const Packet options{148, static_cast<std::uint8_t>(length), 0, 0};
    packet.insert(packet.begin() + 20, options.begin(), options.end());
    packet[0] = 0x46;
    put16(packet, 2, 204);
    const auto fragments = fragment_ipv4(packet, 100);
    ASSERT_EQ(fragments.size(), 3u);
    EXPECT_EQ(fragments[1][0], 0x45);
  }
}

TEST(Ipv4Fragments, WhatCannotBeCutIsNot) {
  EXPECT_TRUE(fragment_ipv4(packet_of(100), 27).empty());
  Packet last = packet_of(420);
  put16(last, 6, 0x1FFF);  // ends beyond 65,535
  EXPECT_TRUE(fragment_ipv4(last, 100).empty());
}

}  // namespace
}  // namespace holdfast::offload

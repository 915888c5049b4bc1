// SPDX-License-Identifier: Apache-2.0
#include "net/super_packet.h"

#include <gtest/gtest.h>

#include "unit/host/net/flow_packets.h"

namespace holdfast::net {
namespace {

using test::flow_packet;
using test::FlowPacket;
using test::Packet;

/// As the kernel gives it: one packet of all the payload, at its checksum that of the
/// pseudo-header.
struct Whole {
  explicit Whole(const FlowPacket& flow, std::size_t segment_bytes) : packet(flow_packet(flow)) {
    const std::size_t upper = flow.is_ipv6 ? 40 : 20;
    header.flags = VnetHeader::kNeedsChecksum;
    header.kind = !flow.is_tcp   ? VnetHeader::kUdp
                  : flow.is_ipv6 ? VnetHeader::kTcp6
                                 : VnetHeader::kTcp4;
    header.segment_bytes = static_cast<std::uint16_t>(segment_bytes);
    header.checksum_start = static_cast<std::uint16_t>(upper);
    header.checksum_offset = flow.is_tcp ? 16 : 6;
    const Packet rest(packet.begin() + static_cast<std::ptrdiff_t>(upper), packet.end());
    const std::size_t length_only = rest.size();
    const unsigned pseudo =
        test::upper_checksum(test::flow_source(flow.is_ipv6), test::flow_destination(flow.is_ipv6),
                             flow.is_tcp ? 6 : 17, Packet(length_only)) ^
        0xFFFFu;
    test::put16(packet, upper + header.checksum_offset, pseudo);
  }
  std::vector<Packet> cut(std::size_t most = 2000) const {
    std::vector<Packet> segments;
    SuperPacket super_packet;
    if (!super_packet.start(packet, header, most)) return segments;
    while (super_packet.has_more()) {
      Packet segment(most);
      segment.resize(super_packet.next(segment));
      segments.push_back(segment);
    }
    return segments;
  }
  Packet packet;
  VnetHeader header;
};

TEST(SuperPacket, EachSegmentIsAPacketOfItsOwn) {
  for (const bool is_ipv6 : {false, true})
    for (const bool is_tcp : {false, true}) {
      const FlowPacket flow{.is_ipv6 = is_ipv6,
                            .is_tcp = is_tcp,
                            .payload_bytes = 4321,
                            .flags = test::kAck | test::kPsh | test::kFin};
      const auto segments = Whole(flow, 1000).cut();
      ASSERT_EQ(segments.size(), 5u);
      const Packet whole = flow_packet(flow);
      const std::size_t upper = is_ipv6 ? 40 : 20, header_bytes = upper + (is_tcp ? 32 : 8);
      Packet payload(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(header_bytes));
      for (std::size_t i = 0; i < segments.size(); ++i) {
        const Packet& segment = segments[i];
        EXPECT_TRUE(test::are_checksums_right(segment)) << i;
        EXPECT_EQ(segment.size(), header_bytes + (i == 4 ? 321 : 1000));
        if (is_ipv6) {
          EXPECT_EQ(test::get16(segment, 4), segment.size() - 40);
        } else {
          EXPECT_EQ(test::get16(segment, 2), segment.size());
          EXPECT_EQ(test::get16(segment, 4), 100 + i);
        }
        if (is_tcp) {
          EXPECT_EQ(test::get16(segment, upper + 4) << 16 | test::get16(segment, upper + 6),
                    1'000'000 + 1000 * i);
          EXPECT_EQ(segment[upper + 13], i == 4 ? flow.flags : test::kAck);
        } else {
          EXPECT_EQ(test::get16(segment, upper + 4), segment.size() - upper);
        }
        payload.insert(payload.end(), segment.begin() + static_cast<std::ptrdiff_t>(header_bytes),
                       segment.end());
      }
      EXPECT_EQ(payload, whole);
    }
}

/// RFC 3168, 6.1.2: the receiver answers one CWR, which is on the first new segment.
TEST(SuperPacket, CwrIsOnTheFirstAlone) {
  Whole whole({.payload_bytes = 3000, .flags = test::kAck | test::kCwr | test::kEce}, 1000);
  whole.header.kind |= VnetHeader::kEcn;
  const auto segments = whole.cut();
  ASSERT_EQ(segments.size(), 3u);
  EXPECT_EQ(segments[0][33], test::kAck | test::kCwr | test::kEce);
  EXPECT_EQ(segments[1][33], test::kAck | test::kEce);
  EXPECT_EQ(segments[2][33], test::kAck | test::kEce);
  for (const Packet& segment : segments) EXPECT_TRUE(test::are_checksums_right(segment));
}

TEST(SuperPacket, TheIdentificationWraps) {
  const auto segments = Whole({.payload_bytes = 3000, .id = 0xFFFF}, 1000).cut();
  ASSERT_EQ(segments.size(), 3u);
  EXPECT_EQ(test::get16(segments[1], 4), 0u);
  EXPECT_EQ(test::get16(segments[2], 4), 1u);
}

TEST(SuperPacket, WhatIsNotAsItSaysIsRefused) {
  const FlowPacket flow{.payload_bytes = 3000};
  const auto refused = [&](auto change, std::size_t most = 2000) {
    Whole whole(flow, 1000);
    change(whole);
    return whole.cut(most).empty();
  };
  EXPECT_FALSE(refused([](Whole&) {}));
  EXPECT_TRUE(refused([](Whole& w) { w.header.flags = 0; }));
  EXPECT_TRUE(refused([](Whole& w) { w.header.kind = 3; }));  // UDP fragments
  EXPECT_TRUE(refused([](Whole& w) { w.header.kind = VnetHeader::kUdp; }));
  EXPECT_TRUE(refused([](Whole& w) { w.header.segment_bytes = 0; }));
  EXPECT_TRUE(refused([](Whole& w) { w.header.checksum_offset = 6; }));
  EXPECT_TRUE(refused([](Whole& w) { w.header.checksum_start = 0; }));
  EXPECT_TRUE(refused([](Whole& w) { w.header.checksum_start = 3060; }));
  EXPECT_TRUE(refused([](Whole& w) { w.header.checksum_start = 65'535; }));
  EXPECT_TRUE(refused([](Whole& w) { w.packet.pop_back(); }));
  EXPECT_TRUE(refused([](Whole& w) { w.packet[32] = 0x40; }));  // a TCP header of 16 bytes
  EXPECT_TRUE(refused([](Whole& w) { w.packet.resize(10); }));
  EXPECT_TRUE(refused([](Whole& w) { w.packet.clear(); }));
  EXPECT_TRUE(refused([](Whole&) {}, 1051));
  EXPECT_FALSE(refused([](Whole&) {}, 1052));
}

TEST(SuperPacket, AMissingChecksumIsMade) {
  for (const bool is_ipv6 : {false, true})
    for (const bool is_tcp : {false, true}) {
      const FlowPacket flow{.is_ipv6 = is_ipv6, .is_tcp = is_tcp, .payload_bytes = 777};
      Whole whole(flow, 1000);
      EXPECT_FALSE(test::are_checksums_right(whole.packet));
      EXPECT_TRUE(complete_checksum(whole.packet, whole.header));
      EXPECT_EQ(whole.packet, flow_packet(flow));
    }
}

TEST(SuperPacket, NoChecksumIsMadeWhereNoneIsWanted) {
  Packet packet = flow_packet({});
  packet[36] ^= 1;
  const Packet before = packet;
  VnetHeader header;
  header.checksum_start = 20;
  header.checksum_offset = 16;
  EXPECT_TRUE(complete_checksum(packet, header));
  EXPECT_EQ(packet, before);
  header.flags = VnetHeader::kNeedsChecksum;
  header.checksum_start = static_cast<std::uint16_t>(packet.size() - 17);
  EXPECT_FALSE(complete_checksum(packet, header));
  EXPECT_EQ(packet, before);
}

}  // namespace
}  // namespace holdfast::net

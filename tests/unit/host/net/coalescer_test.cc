// SPDX-License-Identifier: Apache-2.0
// Joining packets, and cutting them again: super_packet_test.cc has what only that does.
#include "net/coalescer.h"

#include <gtest/gtest.h>

#include "unit/host/net/flow_packets.h"

namespace holdfast::net {
namespace {

using test::flow_of;
using test::flow_packet;
using test::FlowPacket;
using test::Packet;

class CoalescerTest : public ::testing::Test {
 protected:
  struct Emitted {
    Packet packet;
    VnetHeader header;
    unsigned count;
  };

  CoalescerTest()
      : coalescer_([this](ByteView packet, const VnetHeader& header, unsigned count) {
          emitted_.push_back({{packet.begin(), packet.end()}, header, count});
        }) {
    coalescer_.allow_udp(true);
  }

  /// How many packets became one each, in the order in which they left.
  std::vector<unsigned> counts_of(const std::vector<Packet>& packets) {
    emitted_.clear();
    for (const Packet& packet : packets) EXPECT_TRUE(coalescer_.take(packet));
    coalescer_.flush();
    std::vector<unsigned> counts;
    for (const Emitted& emitted : emitted_) counts.push_back(emitted.count);
    return counts;
  }
  /// What left, cut again.
  std::vector<Packet> cut() {
    std::vector<Packet> packets;
    for (const Emitted& emitted : emitted_) {
      if (emitted.count == 1) {
        packets.push_back(emitted.packet);
        continue;
      }
      SuperPacket super_packet;
      EXPECT_TRUE(super_packet.start(emitted.packet, emitted.header, 2000));
      while (super_packet.has_more()) {
        Packet segment(2000);
        segment.resize(super_packet.next(segment));
        packets.push_back(segment);
      }
    }
    return packets;
  }
  /// A second packet that differs from what would follow is not joined.
  void expect_apart(const FlowPacket& first, const FlowPacket& second) {
    const std::vector<Packet> packets{flow_packet(first), flow_packet(second)};
    EXPECT_EQ(counts_of(packets), (std::vector<unsigned>{1, 1}));
    EXPECT_EQ(cut(), packets);
  }
  static FlowPacket next_of(const FlowPacket& first) {
    FlowPacket next = first;
    next.seq += static_cast<std::uint32_t>(first.payload_bytes);
    ++next.id;
    return next;
  }

  Coalescer coalescer_;
  std::vector<Emitted> emitted_;
};

TEST_F(CoalescerTest, WhatIsJoinedIsCutIntoTheSame) {
  for (const bool is_ipv6 : {false, true})
    for (const bool is_tcp : {false, true})
      for (const std::size_t last : {std::size_t{1}, std::size_t{999}, std::size_t{1000}})
        for (const std::size_t size : {std::size_t{1000}, std::size_t{1001}, std::size_t{1360}}) {
          const auto packets =
              flow_of({.is_ipv6 = is_ipv6, .is_tcp = is_tcp, .payload_bytes = size}, 20, last);
          EXPECT_EQ(counts_of(packets), std::vector<unsigned>{20});
          EXPECT_EQ(cut(), packets) << is_ipv6 << is_tcp << last << ' ' << size;
        }
}

TEST_F(CoalescerTest, NumbersMayWrap) {
  FlowPacket first{.seq = 0xFFFFFF00, .id = 0xFFFE};
  const auto packets = flow_of(first, 5, 1000);
  EXPECT_EQ(counts_of(packets), std::vector<unsigned>{5});
  EXPECT_EQ(cut(), packets);
}

TEST_F(CoalescerTest, TheKernelIsToldWhatItIs) {
  ASSERT_EQ(counts_of(flow_of({}, 3, 7)), std::vector<unsigned>{3});
  const Emitted& tcp = emitted_[0];
  EXPECT_EQ(tcp.header.flags, VnetHeader::kNeedsChecksum);
  EXPECT_EQ(tcp.header.kind, VnetHeader::kTcp4);
  EXPECT_EQ(tcp.header.header_bytes, 52);
  EXPECT_EQ(tcp.header.segment_bytes, 1000);
  EXPECT_EQ(tcp.header.checksum_start, 20);
  EXPECT_EQ(tcp.header.checksum_offset, 16);
  EXPECT_EQ(test::get16(tcp.packet, 2), tcp.packet.size());
  EXPECT_EQ(tcp.packet.size(), 52u + 2007);
  ASSERT_EQ(counts_of(flow_of({.is_ipv6 = true, .is_tcp = false}, 3, 7)), std::vector<unsigned>{3});
  const Emitted& udp = emitted_[0];
  EXPECT_EQ(udp.header.kind, VnetHeader::kUdp);
  EXPECT_EQ(udp.header.header_bytes, 48);
  EXPECT_EQ(udp.header.checksum_offset, 6);
  EXPECT_EQ(test::get16(udp.packet, 44), 8u + 2007);
}

TEST_F(CoalescerTest, UdpOnlyWhereTheKernelTakesIt) {
  coalescer_.allow_udp(false);
  EXPECT_FALSE(coalescer_.take(flow_packet({.is_tcp = false})));
  EXPECT_TRUE(coalescer_.take(flow_packet({})));
}

TEST_F(CoalescerTest, WhatDiffersStaysApart) {
  const FlowPacket first, next = next_of(first);
  const auto with = [&](auto change) {
    FlowPacket other = next;
    change(other);
    expect_apart(first, other);
  };
  with([](FlowPacket& p) { ++p.seq; });
  with([](FlowPacket& p) { --p.seq; });
  with([](FlowPacket& p) { ++p.ack; });
  with([](FlowPacket& p) { ++p.window; });
  with([](FlowPacket& p) { p.flags |= test::kEce; });
  with([](FlowPacket& p) { p.source_port = 4001; });
  with([](FlowPacket& p) { ++p.payload_bytes; });
  with([](FlowPacket& p) { p.traffic_class = 3; });  // CE (RFC 3168, 5)
  with([](FlowPacket& p) { p.traffic_class = 0xB8; });
  with([](FlowPacket& p) { p.ttl = 60; });
  with([](FlowPacket& p) { p.has_df = true; });
  with([](FlowPacket& p) { p.option_bytes = 0; });
  with([](FlowPacket& p) { ++p.id; });
  with([](FlowPacket& p) { p.is_tcp = false; });
  with([](FlowPacket& p) { p.is_ipv6 = true; });
}

TEST_F(CoalescerTest, OptionsAreComparedToTheirLastByte) {
  Packet second = flow_packet(next_of({}));
  second[51] = 0;  // end of options, and the checksum that follows from it
  test::put16(second, 36, 0);
  test::put16(second, 36,
              test::upper_checksum(test::flow_source(false), test::flow_destination(false), 6,
                                   std::span(second).subspan(20)));
  EXPECT_EQ(counts_of({flow_packet({}), second}), (std::vector<unsigned>{1, 1}));
}

/// RFC 6864, 4.1: in a packet with DF the identification means nothing.
TEST_F(CoalescerTest, WithDfAnyIdentificationDoes) {
  FlowPacket first{.id = 0, .has_df = true}, second = next_of(first);
  second.id = 0;
  EXPECT_EQ(counts_of({flow_packet(first), flow_packet(second)}), std::vector<unsigned>{2});
  const auto packets = cut();
  ASSERT_EQ(packets.size(), 2u);
  second.id = 1;
  EXPECT_EQ(packets[1], flow_packet(second));
}

TEST_F(CoalescerTest, AShorterOneAndOneWithPshEndIt) {
  auto packets = flow_of({}, 3, 400);
  const auto more = flow_of({.seq = 1'002'400, .id = 103}, 2, 400);
  packets.insert(packets.end(), more.begin(), more.end());
  EXPECT_EQ(counts_of(packets), (std::vector<unsigned>{3, 2}));
  EXPECT_EQ(cut(), packets);
  FlowPacket first, second = next_of(first);
  second.flags |= test::kPsh;
  const std::vector<Packet> pushed{flow_packet(first), flow_packet(second),
                                   flow_packet(next_of(second))};
  EXPECT_EQ(counts_of(pushed), (std::vector<unsigned>{2, 1}));
  EXPECT_EQ(cut(), pushed);
}

TEST_F(CoalescerTest, WrongChecksumsStayWrong) {
  for (const std::size_t broken : {0u, 1u, 2u}) {
    auto packets = flow_of({}, 3, 1000);
    packets[broken].back() ^= 1;
    counts_of(packets);
    EXPECT_EQ(cut(), packets) << broken;
  }
  Packet header = flow_packet({});
  header[10] ^= 1;  // of the IPv4 header
  EXPECT_FALSE(coalescer_.take(header));
}

TEST_F(CoalescerTest, OthersPassOnAndKeepTheirPlace) {
  const auto refuse = [&](const Packet& packet) {
    ASSERT_TRUE(coalescer_.take(flow_packet({})));
    emitted_.clear();
    EXPECT_FALSE(coalescer_.take(packet));
    EXPECT_EQ(emitted_.size(), 1u);  // what came before has left
  };
  refuse(flow_packet({.payload_bytes = 0}));  // a mere ACK
  refuse(flow_packet({.flags = test::kAck | test::kFin}));
  refuse(flow_packet({.flags = test::kAck | test::kCwr}));
  refuse(flow_packet({.flags = test::kSyn}));
  refuse(test::ip_packet_of(test::flow_source(false), test::flow_destination(false), 100,
                            {.protocol = 1}));
  Packet fragment = flow_packet({});
  fragment[6] = 0x20;  // more fragments
  test::fix_ipv4_checksum(fragment);
  refuse(fragment);
  Packet later = flow_packet({});
  later[7] = 9;
  test::fix_ipv4_checksum(later);
  refuse(later);
  Packet unchecked = flow_packet({.is_tcp = false});
  test::put16(unchecked, 26, 0);
  refuse(unchecked);
  Packet longer = flow_packet({});
  longer.push_back(0);
  refuse(longer);
  Packet options = flow_packet({});
  options[0] = 0x46;
  test::fix_ipv4_checksum(options);
  refuse(options);
  refuse({});
  refuse(Packet(19, 0x45));
  refuse(Packet(40, 0x60));
}

TEST_F(CoalescerTest, TruncatedPacketsAreNobodysMatter) {
  for (const bool is_ipv6 : {false, true})
    for (const bool is_tcp : {false, true}) {
      const Packet whole = flow_packet({.is_ipv6 = is_ipv6, .is_tcp = is_tcp, .payload_bytes = 20});
      for (std::size_t size = 0; size < whole.size(); ++size)
        EXPECT_FALSE(coalescer_.take(ByteView(whole).first(size))) << size;
    }
}

TEST_F(CoalescerTest, FlowsAreToldApart) {
  std::vector<std::vector<Packet>> flows;
  for (unsigned i = 0; i < Coalescer::kMaxFlows; ++i)
    flows.push_back(flow_of({.source_port = 4000 + i}, 4, 1000));
  std::vector<Packet> mixed, in_order;
  for (unsigned n = 0; n < 4; ++n)
    for (const auto& flow : flows) mixed.push_back(flow[n]);
  for (const auto& flow : flows) in_order.insert(in_order.end(), flow.begin(), flow.end());
  EXPECT_EQ(counts_of(mixed), std::vector<unsigned>(Coalescer::kMaxFlows, 4));
  EXPECT_EQ(cut(), in_order);
  mixed.push_back(flow_packet({.source_port = 3999}));  // one too many: all leave
  EXPECT_EQ(counts_of(mixed).size(), Coalescer::kMaxFlows + 1);
}

TEST_F(CoalescerTest, NoPacketIsLongerThanAPacketMayBe) {
  const auto tcp = flow_of({.payload_bytes = 1360}, 100, 1360);
  const auto counts = counts_of(tcp);
  for (const Emitted& emitted : emitted_) EXPECT_LE(emitted.packet.size(), 65'535u);
  EXPECT_EQ(counts, (std::vector<unsigned>{48, 48, 4}));
  EXPECT_EQ(cut(), tcp);
  const auto small = flow_of({.is_tcp = false, .payload_bytes = 10}, 100, 10);
  EXPECT_EQ(counts_of(small), (std::vector<unsigned>{64, 36}));
  EXPECT_EQ(cut(), small);
}

}  // namespace
}  // namespace holdfast::net

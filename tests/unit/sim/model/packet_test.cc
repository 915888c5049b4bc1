// SPDX-License-Identifier: Apache-2.0
#include "model/packet.h"

#include <gtest/gtest.h>

#include "support/packets.h"

namespace holdfast::model {
namespace {

using namespace holdfast::test;

TEST(Packet, ReadsAnIpv4Header) {
  IpOptions options{.protocol = 50, .traffic_class = 0xB9, .has_df = true};
  const Packet packet = ip_packet_of(address("10.0.0.1"), address("10.9.8.7"), 100, options);
  const IpHeader ip = read_ip_header(packet);
  EXPECT_FALSE(ip.is_ipv6);
  EXPECT_EQ(ip.header_bytes, 20u);
  EXPECT_EQ(ip.total_bytes, 100u);
  EXPECT_EQ(ip.protocol, 50);
  EXPECT_EQ(ip.traffic_class, 0xB9);
  EXPECT_EQ(ip.ecn(), Ecn::kEct1);
  EXPECT_TRUE(ip.has_df);
  EXPECT_FALSE(ip.is_fragment);
  EXPECT_EQ(ip.source.text(), "10.0.0.1");
  EXPECT_EQ(ip.destination.text(), "10.9.8.7");
}

TEST(Packet, ReadsAnIpv6Header) {
  const Packet packet = ip_packet_of(address("fd00::1"), address("fd00::2"), 100,
                                     {.protocol = 6, .traffic_class = 0x5A});
  const IpHeader ip = read_ip_header(packet);
  EXPECT_TRUE(ip.is_ipv6);
  EXPECT_EQ(ip.header_bytes, 40u);
  EXPECT_EQ(ip.total_bytes, 100u);
  EXPECT_EQ(ip.protocol, 6);
  EXPECT_EQ(ip.traffic_class, 0x5A);
  EXPECT_EQ(ip.source.text(), "fd00::1");
  EXPECT_EQ(ip.destination.text(), "fd00::2");
}

TEST(Packet, SetEcnKeepsAnIpv4ChecksumRight) {
  for (unsigned from = 0; from < 256; ++from)
    for (unsigned to = 0; to < 4; ++to) {
      Packet packet = ip_packet_of(address("10.0.0.1"), address("10.0.0.2"), 40,
                                   {.traffic_class = static_cast<std::uint8_t>(from)});
      set_ecn(packet, static_cast<Ecn>(to));
      EXPECT_EQ(packet[1], (from & 0xFC) | to);
      EXPECT_EQ(internet_checksum(std::span(packet).first(20)), 0u) << from << " to " << to;
    }
}

TEST(Packet, SetEcnLeavesTheRestOfAnIpv6Header) {
  const Packet before =
      ip_packet_of(address("fd00::1"), address("fd00::2"), 44, {.traffic_class = 0xFF});
  Packet packet = before;
  set_ecn(packet, Ecn::kNotEct);
  EXPECT_EQ(read_ip_header(packet).traffic_class, 0xFC);
  set_ecn(packet, Ecn::kCe);
  EXPECT_EQ(packet, before);
}

TEST(Packet, ChecksumOfAnOddNumberOfBytes) {
  const Packet odd{0x12, 0x34, 0x56};
  EXPECT_EQ(checksum_sum(odd), 0x1234 + 0x5600);
}

}  // namespace
}  // namespace holdfast::model

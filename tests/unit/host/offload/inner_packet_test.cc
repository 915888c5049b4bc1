// SPDX-License-Identifier: Apache-2.0
#include "offload/inner_packet.h"

#include <gtest/gtest.h>

#include "support/packets.h"

namespace holdfast::offload {
namespace {

using test::address;
using test::ip_packet;
using test::Packet;
using test::prefix;
using test::put16;
using test::udp;

const IpAddress kA4 = address("10.1.0.1"), kB4 = address("10.2.0.1");
const IpAddress kA6 = address("2001:db8:1::1"), kB6 = address("2001:db8:2::1");

TEST(InnerPacket, ChecksumOfTheExample) {
  const Packet bytes{0x00, 0x01, 0xF2, 0x03, 0xF4, 0xF5, 0xF6, 0xF7};  // RFC 1071, 3
  EXPECT_EQ(internet_checksum(bytes), static_cast<std::uint16_t>(~0xDDF2));
  EXPECT_EQ(internet_checksum(Packet{0x12}), static_cast<std::uint16_t>(~0x1200));
}

TEST(InnerPacket, ReadsAddressesProtocolAndPorts) {
  const auto flow = read_flow(ip_packet(kA4, kB4, udp(1000, 53, {}), {.has_df = true}));
  ASSERT_TRUE(flow);
  EXPECT_EQ(flow->source, kA4);
  EXPECT_EQ(flow->destination, kB4);
  EXPECT_TRUE(flow->has_protocol);
  EXPECT_EQ(flow->protocol, 17);
  EXPECT_TRUE(flow->has_ports);
  EXPECT_EQ(flow->source_port, 1000);
  EXPECT_EQ(flow->destination_port, 53);
  EXPECT_TRUE(flow->has_df);
  EXPECT_EQ(flow->total_bytes, 28u);
}

TEST(InnerPacket, PortsStandBehindOptions) {
  Packet packet = ip_packet(kA4, kB4, test::joined(Packet{1, 1, 1, 0}, udp(7, 9, {})));
  packet[0] = 0x46;
  const auto flow = read_flow(packet);
  ASSERT_TRUE(flow && flow->has_ports);
  EXPECT_EQ(flow->source_port, 7);
  EXPECT_EQ(flow->header_bytes, 24u);
}

TEST(InnerPacket, OnlyTheFirstFragmentHasPorts) {
  Packet packet = ip_packet(kA4, kB4, udp(7, 9, Packet(16)));
  put16(packet, 6, 0x2000);
  EXPECT_TRUE(read_flow(packet)->has_ports);
  put16(packet, 6, 0x2001);
  const auto later = read_flow(packet);
  EXPECT_TRUE(later->is_later_fragment);
  EXPECT_FALSE(later->has_ports);
  EXPECT_TRUE(later->has_protocol);
}

TEST(InnerPacket, OtherProtocolsAndShortHeadersHaveNoPorts) {
  EXPECT_FALSE(read_flow(ip_packet(kA4, kB4, Packet(8), {.protocol = 47}))->has_ports);
  EXPECT_FALSE(read_flow(ip_packet(kA4, kB4, Packet(3), {.protocol = 6}))->has_ports);
  const auto ping = read_flow(ip_packet(kA4, kB4, Packet{8, 0, 0, 0}, {.protocol = 1}));
  EXPECT_FALSE(ping->has_ports);
  EXPECT_EQ(ping->icmp_type, 8);
}

TEST(InnerPacket, WhatIsNoWholePacketIsRefused) {
  const Packet good = ip_packet(kA4, kB4, Packet(8));
  EXPECT_FALSE(read_flow(Packet{}));
  EXPECT_FALSE(read_flow(Packet(40, 0x55)));
  for (std::size_t bytes = 0; bytes < good.size(); ++bytes)
    EXPECT_FALSE(read_flow(ByteView(good).first(bytes))) << bytes;
  Packet wrong = good;
  wrong[0] = 0x44;
  EXPECT_FALSE(read_flow(wrong));
  wrong = good;
  put16(wrong, 2, 19);
  EXPECT_FALSE(read_flow(wrong));
  const Packet good6 = ip_packet(kA6, kB6, Packet(8));
  for (std::size_t bytes = 0; bytes < good6.size(); ++bytes)
    EXPECT_FALSE(read_flow(ByteView(good6).first(bytes))) << bytes;
}

/// An extension header of 8 bytes with the given next header.
Packet extension(std::uint8_t next) { return {next, 0, 0, 0, 0, 0, 0, 0}; }

TEST(InnerPacket, WalksExtensionHeaders) {
  Packet payload = test::joined(extension(60), extension(51));
  payload =
      test::joined(payload, Packet{17, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});  // AH, RFC 4302, 2.2
  payload = test::joined(payload, udp(5, 6, {}));
  const auto flow = read_flow(ip_packet(kA6, kB6, payload, {.protocol = 0}));
  ASSERT_TRUE(flow && flow->has_ports);
  EXPECT_EQ(flow->protocol, 17);
  EXPECT_EQ(flow->destination_port, 6);
}

TEST(InnerPacket, WalksNoFurtherThanItMay) {
  for (const unsigned count : {kMaxExtensionHeaders, kMaxExtensionHeaders + 1}) {
    Packet payload;
    for (unsigned i = 0; i < count; ++i)
      payload = test::joined(payload, extension(i + 1 < count ? 60 : 17));
    payload = test::joined(payload, udp(5, 6, {}));
    const auto flow = read_flow(ip_packet(kA6, kB6, payload, {.protocol = 60}));
    ASSERT_TRUE(flow);
    EXPECT_EQ(flow->has_protocol, count == kMaxExtensionHeaders);
  }
}

TEST(InnerPacket, ExtensionHeadersBeyondThePacketHideTheProtocol) {
  Packet long_one = extension(17);
  long_one[1] = 9;
  const auto flow =
      read_flow(ip_packet(kA6, kB6, test::joined(long_one, udp(5, 6, {})), {.protocol = 60}));
  ASSERT_TRUE(flow);
  EXPECT_FALSE(flow->has_protocol);
  EXPECT_FALSE(read_flow(ip_packet(kA6, kB6, Packet(7), {.protocol = 60}))->has_protocol);
}

TEST(InnerPacket, FragmentsOfIpv6) {
  Packet header = extension(17);
  put16(header, 2, 0x0001);  // first, more follow
  const Packet rest = udp(5, 6, Packet(8));
  EXPECT_TRUE(
      read_flow(ip_packet(kA6, kB6, test::joined(header, rest), {.protocol = 44}))->has_ports);
  put16(header, 2, 0x0009);
  const auto later = read_flow(ip_packet(kA6, kB6, test::joined(header, rest), {.protocol = 44}));
  EXPECT_TRUE(later->is_later_fragment);
  EXPECT_FALSE(later->has_ports);
  EXPECT_EQ(later->protocol, 17);
  // What a later fragment begins with is no header, so there is no chain to walk.
  header[0] = 60;
  const auto hidden =
      read_flow(ip_packet(kA6, kB6, test::joined(header, extension(17)), {.protocol = 44}));
  EXPECT_FALSE(hidden->has_protocol);
}

TEST(InnerPacket, MasksAndPrefixes) {
  EXPECT_EQ(masked(address("10.255.255.255"), 9), address("10.128.0.0"));
  EXPECT_EQ(masked(address("10.255.255.255"), 32), address("10.255.255.255"));
  EXPECT_EQ(masked(address("10.255.255.255"), 0), address("0.0.0.0"));
  EXPECT_EQ(masked(kA6, 47), address("2001:db8::"));
  EXPECT_TRUE(is_inside(kA4, prefix("10.1.0.0/16")));
  EXPECT_FALSE(is_inside(kA4, prefix("10.2.0.0/16")));
  EXPECT_TRUE(is_inside(kA4, prefix("0.0.0.0/0")));
  EXPECT_FALSE(is_inside(kA4, prefix("::/0")));
}

TEST(InnerPacket, SelectorsSeeBothWays) {
  TrafficSelector local, remote;
  local.prefix = prefix("10.1.0.0/16");
  remote.prefix = prefix("10.2.0.0/16");
  local.protocol = remote.protocol = 6;
  remote.port = 80;
  const auto flow = [](const IpAddress& from, const IpAddress& to, unsigned source, unsigned dest,
                       std::uint8_t protocol = 6) {
    return *read_flow(ip_packet(from, to, udp(source, dest, {}), {.protocol = protocol}));
  };
  EXPECT_TRUE(is_selected(flow(kA4, kB4, 9, 80), Way::kFromLocal, local, remote));
  EXPECT_FALSE(is_selected(flow(kA4, kB4, 80, 9), Way::kFromLocal, local, remote));
  EXPECT_FALSE(is_selected(flow(kA4, kB4, 9, 80, 17), Way::kFromLocal, local, remote));
  EXPECT_FALSE(is_selected(flow(kB4, kA4, 9, 80), Way::kFromLocal, local, remote));
  EXPECT_TRUE(is_selected(flow(kB4, kA4, 80, 9), Way::kToLocal, local, remote));
  EXPECT_FALSE(is_selected(flow(kB4, kA4, 9, 80), Way::kToLocal, local, remote));
}

}  // namespace
}  // namespace holdfast::offload

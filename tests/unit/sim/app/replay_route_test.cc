// SPDX-License-Identifier: Apache-2.0
#include "app/replay_route.h"

#include <gmock/gmock.h>

#include <algorithm>

namespace holdfast::app {
namespace {

using pcap::CapturedPacket;
using pcap::LinkType;

CapturedPacket ipv4(std::uint8_t protocol, const std::vector<std::uint8_t>& payload,
                    std::uint8_t fragment_offset = 0) {
  CapturedPacket packet;
  packet.bytes.assign(20 + payload.size(), 0);
  packet.bytes[0] = 0x45;
  packet.bytes[7] = fragment_offset;
  packet.bytes[9] = protocol;
  packet.bytes[12] = packet.bytes[16] = 10;
  packet.bytes[13] = packet.bytes[15] = packet.bytes[19] = 1;
  packet.bytes[17] = 2;
  std::ranges::copy(payload, packet.bytes.begin() + 20);
  packet.wire_length = packet.bytes.size();
  return packet;
}

CapturedPacket ipv6(std::uint8_t next_header, const std::vector<std::uint8_t>& payload) {
  CapturedPacket packet;
  packet.bytes.assign(40 + payload.size(), 0);
  packet.bytes[0] = 0x60;
  packet.bytes[6] = next_header;
  packet.bytes[8] = packet.bytes[24] = 0xFD;
  packet.bytes[9] = 1;
  packet.bytes[25] = 2;
  std::ranges::copy(payload, packet.bytes.begin() + 40);
  packet.wire_length = packet.bytes.size();
  return packet;
}

ReplaySa outbound(const char* source, const char* destination) {
  ReplaySa sa;
  sa.config.direction = Direction::kOutbound;
  sa.config.spi = Spi{0x1000};
  sa.config.selector = {*Prefix::parse(source), *Prefix::parse(destination)};
  return sa;
}

const std::vector<std::uint8_t> kUdpTo4500 = {0, 1, 0x11, 0x94, 0, 12, 0, 0, 0xC0, 0xFF, 0xEE, 1};
const std::vector<std::uint8_t> kUdpFrom4500 = {0x11, 0x94, 0, 1, 0, 12, 0, 0, 0, 0xC0, 0xFF, 0xEE};
const std::vector<std::uint8_t> kUdpTo53 = {0, 1, 0, 53, 0, 8, 0, 0};

TEST(ReplayRoute, EspIsInbound) {
  const std::vector<ReplaySa> none;
  for (const CapturedPacket& packet :
       {ipv4(50, {0xC0, 0xFF, 0xEE, 1}), ipv6(50, {0xC0, 0xFF, 0xEE, 1}), ipv4(17, kUdpTo4500),
        ipv6(17, kUdpTo4500)}) {
    const Route route = route_packet(LinkType::kRaw, packet, none);
    EXPECT_EQ(route.way, Way::kInbound);
    EXPECT_EQ(route.spi, 0xC0FFEE01u);
    EXPECT_FALSE(route.has_ethernet);
    EXPECT_EQ(route.packet.size(), packet.bytes.size());
  }
  EXPECT_EQ(route_packet(LinkType::kRaw, ipv4(17, kUdpFrom4500), none).way, Way::kInbound);
  std::vector<std::uint8_t> ike = kUdpTo4500;
  std::fill(ike.begin() + 8, ike.end(), std::uint8_t{0});
  EXPECT_EQ(route_packet(LinkType::kRaw, ipv4(17, ike), none).spi, std::nullopt);
  const Route too_short = route_packet(LinkType::kRaw, ipv4(50, {1}), none);
  EXPECT_EQ(too_short.way, Way::kInbound) << "the card says what is wrong with it";
  EXPECT_EQ(too_short.spi, std::nullopt);
}

TEST(ReplayRoute, ALaterFragmentHasNoPorts) {
  const Route route = route_packet(LinkType::kRaw, ipv4(17, kUdpTo4500, 0x0010), {});
  EXPECT_EQ(route.way, Way::kNotOurs);
}

TEST(ReplayRoute, TheFirstSelectorThatFitsTakesIt) {
  std::vector<ReplaySa> sas;
  sas.push_back(outbound("10.9.0.0/16", "10.2.0.0/16"));
  sas.push_back(outbound("10.1.0.0/16", "10.2.0.0/24"));
  sas.push_back(outbound("0.0.0.0/0", "0.0.0.0/0"));
  sas.push_back(outbound("fd01::/16", "fd02::/16"));
  const Route route = route_packet(LinkType::kRaw, ipv4(17, kUdpTo53), sas);
  EXPECT_EQ(route.way, Way::kOutbound);
  EXPECT_EQ(route.sa_index, 1);
  EXPECT_EQ(route.spi, 0x1000u);
  EXPECT_EQ(route_packet(LinkType::kRaw, ipv6(17, kUdpTo53), sas).sa_index, 3);
}

TEST(ReplayRoute, PrefixBitsAreCompared) {
  // 10.1.0.1 -> 10.2.0.1
  const std::pair<const char*, bool> cases[] = {
      {"10.1.0.1/32", true},  {"10.1.0.0/32", false}, {"10.1.0.0/31", true}, {"10.1.0.2/31", false},
      {"10.0.0.0/15", true},  {"10.2.0.0/15", false}, {"0.0.0.0/0", true},   {"::/0", false},
      {"128.0.0.0/1", false}, {"0.0.0.0/1", true},
  };
  for (const auto& [source, is_inside] : cases) {
    const bool is_ipv6 = std::string_view(source).find(':') != std::string_view::npos;
    std::vector<ReplaySa> sas;
    sas.push_back(outbound(source, is_ipv6 ? "::/0" : "0.0.0.0/0"));
    const Route route = route_packet(LinkType::kRaw, ipv4(17, kUdpTo53), sas);
    EXPECT_EQ(route.way, is_inside ? Way::kOutbound : Way::kNotOurs) << source;
  }
}

TEST(ReplayRoute, EthernetGoesAlong) {
  CapturedPacket packet = ipv4(50, {0xC0, 0xFF, 0xEE, 1});
  std::vector<std::uint8_t> head(14, 2);
  head[12] = 8;
  head[13] = 0;
  packet.bytes.insert(packet.bytes.begin(), head.begin(), head.end());
  packet.wire_length = packet.bytes.size();
  const Route route = route_packet(LinkType::kEthernet, packet, {});
  EXPECT_TRUE(route.has_ethernet);
  EXPECT_EQ(route.packet.size(), packet.bytes.size());
  EXPECT_EQ(route.spi, 0xC0FFEE01u);
}

TEST(ReplayRoute, WhatTheCaptureCutIsRefused) {
  CapturedPacket packet = ipv4(50, {0xC0, 0xFF, 0xEE, 1});
  packet.wire_length = 1500;
  const Route route = route_packet(LinkType::kRaw, packet, {});
  EXPECT_EQ(route.way, Way::kRefused);
  EXPECT_EQ(route.sentence, "The capture has 24 of 1500 bytes; record with a larger snapshot.");
  EXPECT_EQ(route.spi, 0xC0FFEE01u);
}

TEST(ReplayRoute, APacketCutAnywhereDoesNoHarm) {
  for (CapturedPacket packet : {ipv4(17, kUdpTo4500), ipv6(50, {1, 2, 3, 4})}) {
    while (!packet.bytes.empty()) {
      packet.bytes.pop_back();
      packet.wire_length = packet.bytes.size();
      route_packet(LinkType::kRaw, packet, {});
    }
    EXPECT_EQ(route_packet(LinkType::kRaw, packet, {}).sentence, "Holds no IP packet.");
  }
  CapturedPacket no_header;
  no_header.bytes = {0x41};
  EXPECT_EQ(route_packet(LinkType::kRaw, no_header, {}).sentence, "Holds no whole IP header.");
}

}  // namespace
}  // namespace holdfast::app

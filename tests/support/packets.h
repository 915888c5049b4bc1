// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/address.h"
#include "base/result.h"

/// Packets for tests, built field by field and without the model's help.
namespace holdfast::test {

using Packet = std::vector<std::uint8_t>;

inline IpAddress address(std::string_view text) {
  const auto parsed = IpAddress::parse(text);
  HOLDFAST_CHECK(parsed.has_value());
  return *parsed;
}

inline Prefix prefix(std::string_view text) {
  const auto parsed = Prefix::parse(text);
  HOLDFAST_CHECK(parsed.has_value());
  return *parsed;
}

inline void put16(Packet& packet, std::size_t at, unsigned value) {
  packet.at(at) = static_cast<std::uint8_t>(value >> 8);
  packet.at(at + 1) = static_cast<std::uint8_t>(value);
}
inline unsigned get16(const Packet& packet, std::size_t at) {
  return static_cast<unsigned>(packet.at(at)) << 8 | packet.at(at + 1);
}
inline Packet joined(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b) {
  Packet packet(a.size() + b.size());
  std::ranges::copy(b, std::ranges::copy(a, packet.begin()).out);
  return packet;
}

/// RFC 1071, over whole 16-bit words in memory order; 0 for a right IPv4 header.
inline unsigned internet_checksum(std::span<const std::uint8_t> bytes) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) sum += bytes[i] * (i % 2 == 0 ? 256u : 1u);
  while (sum > 0xFFFF) sum = (sum & 0xFFFF) + (sum >> 16);
  return static_cast<unsigned>(~sum & 0xFFFF);
}

/// Writes the header checksum of the IPv4 packet at `at`.
inline void fix_ipv4_checksum(Packet& packet, std::size_t at = 0) {
  put16(packet, at + 10, 0);
  const std::size_t bytes = std::size_t{4} * (packet.at(at) & 15);
  put16(packet, at + 10, internet_checksum(std::span(packet).subspan(at, bytes)));
}

struct IpOptions {
  std::uint8_t protocol = 17;
  std::uint8_t traffic_class = 0;
  bool has_df = false;
  std::uint8_t ttl = 61;
};

/// An IP packet around `payload`; the family is that of `source`.
inline Packet ip_packet(const IpAddress& source, const IpAddress& destination,
                        std::span<const std::uint8_t> payload, const IpOptions& options = {}) {
  Packet packet(source.is_ipv6 ? 40 : 20);
  if (source.is_ipv6) {
    put16(packet, 0, 0x6000u | static_cast<unsigned>(options.traffic_class) << 4);
    put16(packet, 4, static_cast<unsigned>(payload.size()));
    packet[6] = options.protocol;
    packet[7] = options.ttl;
    std::ranges::copy(source.bytes, packet.begin() + 8);
    std::ranges::copy(destination.bytes, packet.begin() + 24);
  } else {
    packet[0] = 0x45;
    packet[1] = options.traffic_class;
    put16(packet, 2, static_cast<unsigned>(20 + payload.size()));
    put16(packet, 4, 0x1234);
    put16(packet, 6, options.has_df ? 0x4000 : 0);
    packet[8] = options.ttl;
    packet[9] = options.protocol;
    std::copy_n(source.bytes.begin(), 4, packet.begin() + 12);
    std::copy_n(destination.bytes.begin(), 4, packet.begin() + 16);
    fix_ipv4_checksum(packet);
  }
  return joined(packet, payload);
}

/// An IP packet of `total_bytes`, its payload counting up from `seed`.
inline Packet ip_packet_of(const IpAddress& source, const IpAddress& destination,
                           std::size_t total_bytes, const IpOptions& options = {},
                           unsigned seed = 0) {
  const std::size_t header_bytes = source.is_ipv6 ? 40 : 20;
  HOLDFAST_CHECK(total_bytes >= header_bytes);
  Packet payload(total_bytes - header_bytes);
  for (std::size_t i = 0; i < payload.size(); ++i)
    payload[i] = static_cast<std::uint8_t>(seed + 7 * i);
  return ip_packet(source, destination, payload, options);
}

inline Packet udp(unsigned source_port, unsigned destination_port,
                  std::span<const std::uint8_t> payload) {
  Packet header(8);
  put16(header, 0, source_port);
  put16(header, 2, destination_port);
  put16(header, 4, static_cast<unsigned>(8 + payload.size()));
  return joined(header, payload);
}

inline constexpr std::array<std::uint8_t, 12> kMacAddresses{2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2};

/// 14 bytes of Ethernet in front, the EtherType that of the packet's version.
inline Packet with_ethernet(const Packet& packet) {
  Packet frame(kMacAddresses.begin(), kMacAddresses.end());
  frame.resize(14);
  put16(frame, 12, packet.at(0) >> 4 == 6 ? 0x86DD : 0x0800);
  return joined(frame, packet);
}

}  // namespace holdfast::test

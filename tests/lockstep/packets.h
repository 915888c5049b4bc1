// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace holdfast::lockstep {

/// Big-endian fields of a packet under construction.
inline void put16(std::span<std::uint8_t> bytes, std::size_t at, std::uint32_t value) {
  bytes[at] = static_cast<std::uint8_t>(value >> 8);
  bytes[at + 1] = static_cast<std::uint8_t>(value);
}
inline std::uint16_t get16(std::span<const std::uint8_t> bytes, std::size_t at) {
  return static_cast<std::uint16_t>(bytes[at] << 8 | bytes[at + 1]);
}
inline std::uint32_t get32(std::span<const std::uint8_t> bytes, std::size_t at) {
  return static_cast<std::uint32_t>(get16(bytes, at)) << 16 | get16(bytes, at + 2);
}

inline bool is_ipv6(std::span<const std::uint8_t> packet) { return packet[0] >> 4 == 6; }
inline std::size_t ip_header_bytes(std::span<const std::uint8_t> packet) {
  return is_ipv6(packet) ? 40 : 4u * (packet[0] & 15);
}

/// Length field of the IP header, for a packet of `bytes` bytes.
inline void set_ip_length(std::span<std::uint8_t> packet, std::size_t bytes) {
  if (is_ipv6(packet)) {
    put16(packet, 4, static_cast<std::uint32_t>(bytes - 40));
  } else {
    put16(packet, 2, static_cast<std::uint32_t>(bytes));
  }
}

/// Header checksum of an IPv4 packet (RFC 791, 3.1); nothing for IPv6.
inline void fix_checksum(std::span<std::uint8_t> packet) {
  if (is_ipv6(packet)) return;
  put16(packet, 10, 0);
  std::uint32_t sum = 0;
  for (std::size_t at = 0; at < ip_header_bytes(packet); at += 2) sum += get16(packet, at);
  while (sum >> 16) sum = (sum & 0xFFFF) + (sum >> 16);
  put16(packet, 10, ~sum & 0xFFFF);
}

/// Where the SPI stands in an ESP packet that is right.
inline std::size_t esp_offset(std::span<const std::uint8_t> packet) {
  const std::uint8_t protocol = is_ipv6(packet) ? packet[6] : packet[9];
  return ip_header_bytes(packet) + (protocol == 17 ? 8 : 0);
}

}  // namespace holdfast::lockstep

// SPDX-License-Identifier: Apache-2.0
#include "offload/outer_header.h"

#include <algorithm>

namespace holdfast::offload {
namespace {

constexpr std::size_t kIpv4Bytes = 20, kIpv6Bytes = 40, kUdpBytes = 8;
constexpr std::uint8_t kUdp = 17, kEsp = 50, kHopLimit = 64;
constexpr std::uint16_t kNatPort = 4500;  // RFC 3948, 2.1

void put16(std::span<std::uint8_t> out, std::size_t at, std::size_t value) {
  out[at] = static_cast<std::uint8_t>(value >> 8);
  out[at + 1] = static_cast<std::uint8_t>(value);
}

std::uint16_t get16(ByteView bytes, std::size_t at) {
  return static_cast<std::uint16_t>(bytes[at] << 8 | bytes[at + 1]);
}

void write_ipv4(const net::WirePacket& packet, std::span<std::uint8_t> out) {
  out[0] = 0x45;
  out[1] = packet.tos;
  put16(out, 2, out.size() + packet.esp.size());
  put16(out, 4, 0);
  put16(out, 6, 0x4000);
  out[8] = kHopLimit;
  out[9] = packet.encap == Encap::kUdp ? kUdp : kEsp;
  put16(out, 10, 0);
  std::copy_n(packet.peer.address.bytes.begin(), 4, out.begin() + 12);
  std::copy_n(packet.own.address.bytes.begin(), 4, out.begin() + 16);
}

void write_ipv6(const net::WirePacket& packet, std::span<std::uint8_t> out) {
  put16(out, 0, 0x6000u | static_cast<unsigned>(packet.tos) << 4);
  put16(out, 2, 0);
  put16(out, 4, out.size() - kIpv6Bytes + packet.esp.size());
  out[6] = packet.encap == Encap::kUdp ? kUdp : kEsp;
  out[7] = kHopLimit;
  std::ranges::copy(packet.peer.address.bytes, out.begin() + 8);
  std::ranges::copy(packet.own.address.bytes, out.begin() + 24);
}

/// Addresses, TOS and DF from the card's IP header; the length of that header, 0 if it is none.
std::size_t read_ip(ByteView outer, net::WirePacket& packet) {
  if (outer.size() >= kIpv4Bytes && outer[0] == 0x45) {
    packet.tos = outer[1];
    packet.dont_fragment = (outer[6] & 0x40) != 0;
    std::copy_n(outer.begin() + 12, 4, packet.own.address.bytes.begin());
    std::copy_n(outer.begin() + 16, 4, packet.peer.address.bytes.begin());
    return kIpv4Bytes;
  }
  if (outer.size() < kIpv6Bytes || outer[0] >> 4 != 6) return 0;
  packet.tos = static_cast<std::uint8_t>(get16(outer, 0) >> 4);
  packet.own.address.is_ipv6 = packet.peer.address.is_ipv6 = true;
  std::copy_n(outer.begin() + 8, 16, packet.own.address.bytes.begin());
  std::copy_n(outer.begin() + 24, 16, packet.peer.address.bytes.begin());
  return kIpv6Bytes;
}

}  // namespace

std::size_t outer_header_bytes(const net::WirePacket& packet) {
  return (packet.own.address.is_ipv6 ? kIpv6Bytes : kIpv4Bytes) +
         (packet.encap == Encap::kUdp ? kUdpBytes : 0);
}

void write_outer_header(const net::WirePacket& packet, std::span<std::uint8_t> out) {
  HOLDFAST_CHECK(out.size() == outer_header_bytes(packet));
  HOLDFAST_CHECK(packet.own.address.is_ipv6 == packet.peer.address.is_ipv6);
  if (packet.own.address.is_ipv6)
    write_ipv6(packet, out);
  else
    write_ipv4(packet, out);
  if (packet.encap == Encap::kNone) return;
  const auto udp = out.last(kUdpBytes);
  const bool is_shown = packet.own.port == kNatPort || packet.peer.port == kNatPort;
  put16(udp, 0, packet.peer.port);
  put16(udp, 2, is_shown ? packet.own.port : kNatPort);
  put16(udp, 4, kUdpBytes + packet.esp.size());
  put16(udp, 6, 0);
}

std::optional<net::WirePacket> split_outer(ByteView outer) {
  net::WirePacket packet;
  const std::size_t ip_bytes = read_ip(outer, packet);
  if (ip_bytes == 0) return std::nullopt;
  const std::uint8_t protocol = outer[packet.own.address.is_ipv6 ? 6 : 9];
  packet.esp = outer.subspan(ip_bytes);
  if (protocol == kEsp) return packet;
  if (protocol != kUdp || packet.esp.size() < kUdpBytes) return std::nullopt;
  packet.encap = Encap::kUdp;
  packet.own.port = get16(packet.esp, 0);
  packet.peer.port = get16(packet.esp, 2);
  packet.esp = packet.esp.subspan(kUdpBytes);
  return packet;
}

}  // namespace holdfast::offload

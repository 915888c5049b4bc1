// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "support/packets.h"

/// TCP and UDP packets with right checksums, made without the help of what is tested.
namespace holdfast::test {

/// One packet of a flow.
struct FlowPacket {
  bool is_ipv6 = false, is_tcp = true;
  std::size_t payload_bytes = 1000;
  unsigned seed = 0;
  std::uint32_t seq = 1'000'000, ack = 77;
  unsigned flags = 0x10, window = 500;
  unsigned source_port = 4000;
  unsigned id = 100;
  bool has_df = false;
  std::uint8_t traffic_class = 0, ttl = 61;
  std::size_t option_bytes = 12;  ///< Of TCP; a multiple of 4.
};

inline constexpr unsigned kFin = 1, kSyn = 2, kPsh = 8, kAck = 0x10, kEce = 0x40, kCwr = 0x80;

/// RFC 1071 over the pseudo-header (RFC 9293, 3.1; RFC 768; RFC 8200, 8.1) and `upper`: 0 if its
/// checksum is right.
inline unsigned upper_checksum(const IpAddress& source, const IpAddress& destination,
                               unsigned protocol, std::span<const std::uint8_t> upper) {
  const std::size_t address_bytes = source.is_ipv6 ? 16 : 4;
  Packet pseudo(source.bytes.begin(),
                source.bytes.begin() + static_cast<std::ptrdiff_t>(address_bytes));
  pseudo.insert(pseudo.end(), destination.bytes.begin(),
                destination.bytes.begin() + static_cast<std::ptrdiff_t>(address_bytes));
  pseudo.resize(pseudo.size() + 8);
  put16(pseudo, pseudo.size() - 6, static_cast<unsigned>(upper.size()));
  put16(pseudo, pseudo.size() - 2, protocol);
  return internet_checksum(joined(pseudo, upper));
}

inline IpAddress flow_source(bool is_ipv6) { return address(is_ipv6 ? "2001:db8::1" : "10.1.0.1"); }
inline IpAddress flow_destination(bool is_ipv6) {
  return address(is_ipv6 ? "2001:db8::2" : "10.2.0.1");
}

inline Packet flow_packet(const FlowPacket& wanted) {
  const IpAddress source = flow_source(wanted.is_ipv6), to = flow_destination(wanted.is_ipv6);
  Packet payload(wanted.payload_bytes);
  for (std::size_t i = 0; i < payload.size(); ++i)
    payload[i] = static_cast<std::uint8_t>(wanted.seed + 13 * i + i / 251);
  Packet upper;
  if (wanted.is_tcp) {
    upper.resize(20 + wanted.option_bytes, 1);  // no-operation
    put16(upper, 0, wanted.source_port);
    put16(upper, 2, 80);
    put16(upper, 4, wanted.seq >> 16);
    put16(upper, 6, wanted.seq & 0xFFFF);
    put16(upper, 8, wanted.ack >> 16);
    put16(upper, 10, wanted.ack & 0xFFFF);
    put16(upper, 12, static_cast<unsigned>(upper.size() / 4) << 12 | wanted.flags);
    put16(upper, 14, wanted.window);
    put16(upper, 16, 0);
    put16(upper, 18, 0);
    upper = joined(upper, payload);
    put16(upper, 16, upper_checksum(source, to, 6, upper));
  } else {
    upper = udp(wanted.source_port, 53, payload);
    put16(upper, 6, upper_checksum(source, to, 17, upper));
  }
  IpOptions options;
  options.protocol = wanted.is_tcp ? 6 : 17;
  options.has_df = wanted.has_df;
  options.traffic_class = wanted.traffic_class;
  options.ttl = wanted.ttl;
  Packet packet = ip_packet(source, to, upper, options);
  if (!wanted.is_ipv6) {
    put16(packet, 4, wanted.id);
    fix_ipv4_checksum(packet);
  }
  return packet;
}

/// `count` of them that follow each other; the last has `last_bytes` of payload.
inline std::vector<Packet> flow_of(FlowPacket first, unsigned count, std::size_t last_bytes) {
  std::vector<Packet> packets;
  for (unsigned i = 0; i < count; ++i) {
    FlowPacket next = first;
    next.seq += static_cast<std::uint32_t>(i * first.payload_bytes);
    next.id = (first.id + i) & 0xFFFF;
    next.seed = first.seed + i;
    if (i + 1 == count) next.payload_bytes = last_bytes;
    packets.push_back(flow_packet(next));
  }
  return packets;
}

/// Both checksums of a packet of flow_packet()'s are right.
inline bool are_checksums_right(const Packet& packet) {
  const bool is_ipv6 = packet.at(0) >> 4 == 6;
  const std::size_t upper = is_ipv6 ? 40 : 20;
  const unsigned protocol = packet.at(is_ipv6 ? 6 : 9);
  if (!is_ipv6 && internet_checksum(std::span(packet).first(20)) != 0) return false;
  return upper_checksum(flow_source(is_ipv6), flow_destination(is_ipv6), protocol,
                        std::span(packet).subspan(upper)) == 0;
}

}  // namespace holdfast::test

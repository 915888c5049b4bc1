// SPDX-License-Identifier: Apache-2.0
#include "model/packet.h"

#include <algorithm>

namespace holdfast::model {
namespace {

IpAddress read_address(Bytes bytes, std::size_t at, bool is_ipv6) {
  IpAddress address;
  address.is_ipv6 = is_ipv6;
  std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), is_ipv6 ? 16 : 4,
              address.bytes.begin());
  return address;
}

// RFC 791, 3.1:
//    0                   1                   2                   3
//   |Version|  IHL  |Type of Service|          Total Length         |  0
//   |         Identification        |Flags|      Fragment Offset    |  4
//   |  Time to Live |    Protocol   |         Header Checksum       |  8
//   |                       Source Address                          | 12
//   |                    Destination Address                        | 16
IpHeader read_ipv4(Bytes b) {
  IpHeader ip;
  ip.header_bytes = std::size_t{4} * (load8(b, 0) & 15);
  ip.traffic_class = load8(b, 1);
  ip.total_bytes = load16(b, 2);
  const std::uint16_t fragment = load16(b, 6);
  ip.has_df = (fragment & 0x4000) != 0;
  ip.is_fragment = (fragment & 0x3FFF) != 0;  // MF or an offset
  ip.protocol = load8(b, 9);
  ip.source = read_address(b, 12, false);
  ip.destination = read_address(b, 16, false);
  return ip;
}

// RFC 8200, 3:
//   |Version| Traffic Class |           Flow Label                  |  0
//   |         Payload Length        |  Next Header  |   Hop Limit   |  4
//   |                       Source Address, 16 bytes                |  8
//   |                    Destination Address, 16 bytes              | 24
IpHeader read_ipv6(Bytes b) {
  IpHeader ip;
  ip.is_ipv6 = true;
  ip.header_bytes = kIpv6HeaderBytes;
  ip.traffic_class = static_cast<std::uint8_t>(load16(b, 0) >> 4);
  ip.total_bytes = kIpv6HeaderBytes + load16(b, 4);
  ip.protocol = load8(b, 6);
  ip.is_fragment = ip.protocol == kProtocolFragment;
  ip.source = read_address(b, 8, true);
  ip.destination = read_address(b, 24, true);
  return ip;
}

Frame drop(DropReason reason) {
  Frame frame;
  frame.reason = reason;
  return frame;
}

}  // namespace

IpHeader read_ip_header(Bytes bytes) {
  return load8(bytes, 0) >> 4 == 6 ? read_ipv6(bytes) : read_ipv4(bytes);
}

Frame parse_frame(Bytes packet, const Ingress& ingress) {
  Frame frame;
  std::uint16_t ether_type = 0;
  if (ingress.has_ethernet) {  // step 3
    if (packet.size() < kEthernetBytes) return drop(ended(ingress));
    ether_type = load16(packet, 12);
    if (ether_type != kEtherTypeIpv4 && ether_type != kEtherTypeIpv6)
      return drop(DropReason::kNotEsp);
    frame.ip_offset = kEthernetBytes;
  }
  const Bytes ip = packet.subspan(frame.ip_offset);  // step 4
  if (ip.empty()) return drop(ended(ingress));
  const unsigned version = load8(ip, 0) >> 4;
  if (version != 4 && version != 6) return drop(DropReason::kBadHeader);
  if (ingress.has_ethernet && (version == 6) != (ether_type == kEtherTypeIpv6))
    return drop(DropReason::kBadHeader);
  std::size_t header_bytes = kIpv6HeaderBytes;
  if (version == 4) {
    header_bytes = std::size_t{4} * (load8(ip, 0) & 15);
    if (header_bytes < kIpv4HeaderBytes) return drop(DropReason::kBadHeader);
  }
  if (ip.size() < header_bytes) return drop(ended(ingress));
  frame.ip = read_ip_header(ip);
  if (frame.ip.total_bytes < header_bytes) return drop(DropReason::kBadHeader);
  return frame;
}

std::uint16_t checksum_sum(Bytes bytes, std::uint32_t sum) {
  for (std::size_t i = 0; i < bytes.size(); i += 2) {
    sum += static_cast<std::uint32_t>(bytes[i]) << 8;
    if (i + 1 < bytes.size()) sum += bytes[i + 1];
    sum = (sum & 0xFFFF) + (sum >> 16);
  }
  return static_cast<std::uint16_t>(sum);
}

bool is_ipv4_checksum_right(Bytes header) { return checksum_sum(header) == 0xFFFF; }

void set_ecn(MutableBytes packet, Ecn ecn) {
  const auto bits = static_cast<std::uint16_t>(ecn);
  const std::uint16_t before = load16(packet, 0);
  if (before >> 12 == 6) {  // traffic class: bits 11 to 4 of the first word
    store(packet, 0, 2, static_cast<std::uint64_t>((before & ~0x30) | bits << 4));
    return;
  }
  const auto after = static_cast<std::uint16_t>((before & ~3) | bits);
  store(packet, 0, 2, after);
  // RFC 1624, 3, equation 3: HC' = ~(~HC + ~m + m').
  const std::uint16_t old_sum = static_cast<std::uint16_t>(~load16(packet, 10));
  std::uint32_t sum =
      static_cast<std::uint32_t>(old_sum) + static_cast<std::uint16_t>(~before) + after;
  sum = (sum & 0xFFFF) + (sum >> 16);
  sum = (sum & 0xFFFF) + (sum >> 16);
  store(packet, 10, 2, static_cast<std::uint16_t>(~sum));
}

}  // namespace holdfast::model

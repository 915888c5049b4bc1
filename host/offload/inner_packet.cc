// SPDX-License-Identifier: Apache-2.0
#include "offload/inner_packet.h"

#include <algorithm>

namespace holdfast::offload {
namespace {

constexpr std::uint8_t kHopByHop = 0, kIcmp = 1, kTcp = 6, kUdp = 17, kRouting = 43, kFragment = 44,
                       kAuthentication = 51, kIcmpV6 = 58, kDestinationOptions = 60, kSctp = 132,
                       kDccp = 33, kUdpLite = 136;

unsigned u16(ByteView bytes, std::size_t at) {
  return static_cast<unsigned>(bytes[at]) << 8 | bytes[at + 1];
}

bool has_port_fields(std::uint8_t protocol) {
  return protocol == kTcp || protocol == kUdp || protocol == kSctp || protocol == kDccp ||
         protocol == kUdpLite;
}

bool is_extension(std::uint8_t protocol) {
  return protocol == kHopByHop || protocol == kRouting || protocol == kFragment ||
         protocol == kAuthentication || protocol == kDestinationOptions;
}

/// `rest` begins with the header of flow.protocol.
void read_upper_layer(ByteView rest, Flow& flow) {
  flow.has_protocol = true;
  if (flow.is_later_fragment) return;
  if (has_port_fields(flow.protocol) && rest.size() >= 4) {
    flow.has_ports = true;
    flow.source_port = static_cast<std::uint16_t>(u16(rest, 0));
    flow.destination_port = static_cast<std::uint16_t>(u16(rest, 2));
  }
  if ((flow.protocol == kIcmp || flow.protocol == kIcmpV6) && !rest.empty())
    flow.icmp_type = rest[0];
}

std::optional<Flow> read_ipv4(ByteView packet) {
  Flow flow;
  if (packet.size() < 20) return std::nullopt;
  flow.header_bytes = std::size_t{4} * (packet[0] & 15);
  flow.total_bytes = u16(packet, 2);
  if (flow.header_bytes < 20 || flow.total_bytes < flow.header_bytes ||
      flow.total_bytes > packet.size())
    return std::nullopt;
  std::copy_n(packet.begin() + 12, 4, flow.source.bytes.begin());
  std::copy_n(packet.begin() + 16, 4, flow.destination.bytes.begin());
  flow.has_df = (packet[6] & 0x40) != 0;
  flow.is_later_fragment = (u16(packet, 6) & 0x1FFF) != 0;  // RFC 791, 3.1
  flow.protocol = packet[9];
  read_upper_layer(packet.first(flow.total_bytes).subspan(flow.header_bytes), flow);
  return flow;
}

/// Length of the extension header of kind `protocol` (RFC 8200, 4.2 to 4.6; RFC 4302, 2.2).
std::size_t extension_bytes(std::uint8_t protocol, ByteView rest) {
  if (protocol == kFragment) return 8;
  if (protocol == kAuthentication) return std::size_t{4} * (rest[1] + 2u);
  return std::size_t{8} * (rest[1] + 1u);
}

/// Walks the chain of RFC 8200, 4.1 as far as it goes; leaves has_protocol false where it ends.
void walk_extensions(ByteView rest, std::uint8_t next, Flow& flow) {
  for (unsigned i = 0; i <= kMaxExtensionHeaders; ++i) {
    if (!is_extension(next)) {
      flow.protocol = next;
      read_upper_layer(rest, flow);
      return;
    }
    if (flow.is_later_fragment || rest.size() < 8) return;
    const std::size_t bytes = extension_bytes(next, rest);
    if (next == kFragment) flow.is_later_fragment = (u16(rest, 2) & 0xFFF8) != 0;  // RFC 8200, 4.5
    if (bytes > rest.size()) return;
    next = rest[0];
    rest = rest.subspan(bytes);
  }
}

std::optional<Flow> read_ipv6(ByteView packet) {
  Flow flow;
  if (packet.size() < 40) return std::nullopt;
  flow.header_bytes = 40;
  flow.total_bytes = 40 + u16(packet, 4);
  if (flow.total_bytes > packet.size()) return std::nullopt;
  flow.source.is_ipv6 = flow.destination.is_ipv6 = true;
  std::copy_n(packet.begin() + 8, 16, flow.source.bytes.begin());
  std::copy_n(packet.begin() + 24, 16, flow.destination.bytes.begin());
  flow.has_df = true;
  walk_extensions(packet.first(flow.total_bytes).subspan(40), packet[6], flow);
  return flow;
}

bool is_port_selected(const Flow& flow, std::uint16_t selected, std::uint16_t port) {
  return selected == 0 || (flow.has_ports && selected == port);
}

bool is_protocol_selected(const Flow& flow, std::uint8_t selected) {
  return selected == 0 || (flow.has_protocol && selected == flow.protocol);
}

}  // namespace

std::optional<Flow> read_flow(ByteView packet) {
  if (packet.empty()) return std::nullopt;
  if (packet[0] >> 4 == 4) return read_ipv4(packet);
  if (packet[0] >> 4 == 6) return read_ipv6(packet);
  return std::nullopt;
}

IpAddress masked(const IpAddress& address, unsigned bits) {
  IpAddress result = address;
  const std::size_t whole = std::min<std::size_t>(bits / 8, 16);
  const std::size_t used = address.is_ipv6 ? 16 : 4;
  for (std::size_t i = whole; i < used; ++i) {
    const unsigned keep = i == whole ? bits % 8 : 0;
    result.bytes[i] = static_cast<std::uint8_t>(result.bytes[i] & (0xFF00u >> keep));
  }
  return result;
}

bool is_inside(const IpAddress& address, const Prefix& prefix) {
  return address.is_ipv6 == prefix.address.is_ipv6 &&
         masked(address, prefix.length) == prefix.address;
}

bool is_upper_layer_selected(const Flow& flow, Way way, const TrafficSelector& local,
                             const TrafficSelector& remote) {
  const bool from_local = way == Way::kFromLocal;
  return is_protocol_selected(flow, local.protocol) &&
         is_protocol_selected(flow, remote.protocol) &&
         is_port_selected(flow, local.port,
                          from_local ? flow.source_port : flow.destination_port) &&
         is_port_selected(flow, remote.port, from_local ? flow.destination_port : flow.source_port);
}

bool is_selected(const Flow& flow, Way way, const TrafficSelector& local,
                 const TrafficSelector& remote) {
  const bool from_local = way == Way::kFromLocal;
  return is_inside(from_local ? flow.source : flow.destination, local.prefix) &&
         is_inside(from_local ? flow.destination : flow.source, remote.prefix) &&
         is_upper_layer_selected(flow, way, local, remote);
}

std::uint16_t internet_checksum(ByteView bytes, std::uint32_t sum) {
  std::uint64_t total = sum;
  for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) total += u16(bytes, i);
  if (bytes.size() % 2 != 0) total += static_cast<unsigned>(bytes.back()) << 8;
  while (total > 0xFFFF) total = (total & 0xFFFF) + (total >> 16);
  return static_cast<std::uint16_t>(~total);
}

}  // namespace holdfast::offload

// SPDX-License-Identifier: Apache-2.0
#include "app/replay_route.h"

#include <fmt/format.h>

#include <algorithm>

namespace holdfast::app {
namespace {

constexpr std::uint8_t kProtocolUdp = 17, kProtocolEsp = 50;
constexpr std::uint16_t kUdpPort = 4500;
constexpr std::size_t kMaxDescriptorBytes = 65'535;

std::uint32_t read_number(std::span<const std::uint8_t> bytes, std::size_t offset,
                          std::size_t count) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < count; ++i) value = value << 8 | bytes[offset + i];
  return value;
}

/// As much of an IP packet as a route needs; the card looks for itself.
struct Glance {
  std::uint8_t protocol = 0;
  IpAddress source, destination;
  std::span<const std::uint8_t> payload;
  bool is_later_fragment = false;
};

IpAddress read_address(std::span<const std::uint8_t> bytes, std::size_t offset, bool is_ipv6) {
  IpAddress address;
  address.is_ipv6 = is_ipv6;
  std::ranges::copy(bytes.subspan(offset, is_ipv6 ? 16 : 4), address.bytes.begin());
  return address;
}

std::optional<Glance> glance_at(std::span<const std::uint8_t> ip) {
  if (ip.empty()) return std::nullopt;
  Glance glance;
  const bool is_ipv6 = ip[0] >> 4 == 6;
  const std::size_t header = is_ipv6 ? 40 : std::size_t{4} * (ip[0] & 15);
  if ((!is_ipv6 && ip[0] >> 4 != 4) || header < 20 || ip.size() < header) return std::nullopt;
  glance.protocol = is_ipv6 ? ip[6] : ip[9];
  glance.source = read_address(ip, is_ipv6 ? 8 : 12, is_ipv6);
  glance.destination = read_address(ip, is_ipv6 ? 24 : 16, is_ipv6);
  glance.payload = ip.subspan(header);
  glance.is_later_fragment = !is_ipv6 && (read_number(ip, 6, 2) & 0x1FFF) != 0;
  return glance;
}

bool is_udp_4500(const Glance& glance) {
  return glance.protocol == kProtocolUdp && !glance.is_later_fragment &&
         glance.payload.size() >= 4 &&
         (read_number(glance.payload, 0, 2) == kUdpPort ||
          read_number(glance.payload, 2, 2) == kUdpPort);
}

/// None in IKE, whose non-ESP marker is 0 (RFC 3948, 2.2).
std::optional<std::uint32_t> find_spi(const Glance& glance) {
  const std::size_t offset = glance.protocol == kProtocolEsp ? 0 : 8;
  if (glance.payload.size() < offset + 4) return std::nullopt;
  const std::uint32_t spi = read_number(glance.payload, offset, 4);
  if (spi == 0) return std::nullopt;
  return spi;
}

bool is_inside(const Prefix& prefix, const IpAddress& address) {
  if (prefix.address.is_ipv6 != address.is_ipv6) return false;
  for (std::size_t bit = 0; bit < prefix.length; ++bit)
    if ((prefix.address.bytes[bit / 8] ^ address.bytes[bit / 8]) & (0x80 >> (bit % 8)))
      return false;
  return true;
}

std::uint16_t find_outbound(const Glance& glance, const std::vector<ReplaySa>& sas) {
  for (std::size_t i = 0; i < sas.size(); ++i) {
    const SaConfig& config = sas[i].config;
    if (config.direction == Direction::kOutbound &&
        is_inside(config.selector.source, glance.source) &&
        is_inside(config.selector.destination, glance.destination))
      return static_cast<std::uint16_t>(i);
  }
  return kNoSa;
}

}  // namespace

std::string_view name_of(Way way) {
  switch (way) {
    case Way::kInbound:
      return "inbound";
    case Way::kOutbound:
      return "outbound";
    case Way::kNotOurs:
      return "not_ours";
    case Way::kRefused:
      return "refused";
  }
  return "unknown";
}

Route route_packet(pcap::LinkType link_type, const pcap::CapturedPacket& packet,
                   const std::vector<ReplaySa>& sas) {
  Route route;
  const std::span<const std::uint8_t> frame(packet.bytes);
  route.link = pcap::find_ip(link_type, frame);
  if (!route.link) {
    route.sentence = "Holds no IP packet.";
    return route;
  }
  route.has_ethernet = route.link->is_plain_ethernet;
  route.packet = route.has_ethernet ? frame : frame.subspan(route.link->ip_offset);
  const auto glance = glance_at(frame.subspan(route.link->ip_offset));
  if (!glance) {
    route.sentence = "Holds no whole IP header.";
    return route;
  }
  if (glance->protocol == kProtocolEsp || is_udp_4500(*glance)) {
    route.way = Way::kInbound;
    route.spi = find_spi(*glance);
  } else {
    route.sa_index = find_outbound(*glance, sas);
    if (route.sa_index == kNoSa) {
      route.sentence = "Neither ESP nor inside the selector of an outbound SA.";
      return route;
    }
    route.way = Way::kOutbound;
    route.spi = to_number(sas[route.sa_index].config.spi);
  }
  if (packet.is_truncated()) {
    route.way = Way::kRefused;
    route.sentence = fmt::format("The capture has {} of {} bytes; record with a larger snapshot.",
                                 packet.bytes.size(), packet.wire_length);
  } else if (route.packet.size() > kMaxDescriptorBytes) {
    route.way = Way::kRefused;
    route.sentence = fmt::format("Has {} bytes, more than a descriptor can say ({}).",
                                 route.packet.size(), kMaxDescriptorBytes);
  }
  return route;
}

}  // namespace holdfast::app

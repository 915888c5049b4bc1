// SPDX-License-Identifier: Apache-2.0
#include "pcap/link_layer.h"

namespace holdfast::pcap {
namespace {

constexpr std::uint16_t kEtherTypeIpv4 = 0x0800, kEtherTypeIpv6 = 0x86DD;
constexpr std::uint16_t kEtherTypeVlan = 0x8100, kEtherTypeVlanOuter = 0x88A8;
constexpr std::size_t kAddressBytes = 12, kTagBytes = 4;

std::uint16_t read16(std::span<const std::uint8_t> bytes, std::size_t offset) {
  return static_cast<std::uint16_t>(bytes[offset] << 8 | bytes[offset + 1]);
}

bool is_ip(std::uint16_t ether_type) {
  return ether_type == kEtherTypeIpv4 || ether_type == kEtherTypeIpv6;
}

bool is_tag(std::uint16_t ether_type) {
  return ether_type == kEtherTypeVlan || ether_type == kEtherTypeVlanOuter;
}

/// Destination 6, source 6, any number of (0x8100 or 0x88A8, tag 2), EtherType 2 (IEEE
/// 802.1Q, 9.6).
std::optional<LinkView> find_in_ethernet(std::span<const std::uint8_t> frame) {
  std::size_t offset = kAddressBytes;
  while (offset + 2 <= frame.size()) {
    const std::uint16_t ether_type = read16(frame, offset);
    if (is_ip(ether_type)) return LinkView{offset + 2, offset == kAddressBytes};
    if (!is_tag(ether_type)) break;
    offset += kTagBytes;
  }
  return std::nullopt;
}

/// A header of `bytes` with an EtherType at `type_offset`; a tag may follow it.
std::optional<LinkView> find_in_cooked(std::span<const std::uint8_t> frame, std::size_t bytes,
                                       std::size_t type_offset) {
  if (frame.size() < bytes) return std::nullopt;
  std::uint16_t ether_type = read16(frame, type_offset);
  while (is_tag(ether_type) && frame.size() >= bytes + kTagBytes) {
    ether_type = read16(frame, bytes + 2);
    bytes += kTagBytes;
  }
  if (!is_ip(ether_type)) return std::nullopt;
  return LinkView{bytes, false};
}

/// The address families of loopback captures differ between systems; the version of IP does not.
std::optional<LinkView> find_by_version(std::span<const std::uint8_t> frame, std::size_t offset) {
  if (frame.size() <= offset) return std::nullopt;
  const unsigned version = frame[offset] >> 4;
  if (version != 4 && version != 6) return std::nullopt;
  return LinkView{offset, false};
}

}  // namespace

std::optional<LinkView> find_ip(LinkType link_type, std::span<const std::uint8_t> frame) {
  switch (link_type) {
    case LinkType::kEthernet:
      return find_in_ethernet(frame);
    case LinkType::kCooked:  // packet type 2, ARPHRD 2, address length 2, address 8, protocol 2
      return find_in_cooked(frame, 16, 14);
    case LinkType::kCooked2:  // protocol 2, 0 2, interface 4, ARPHRD 2, type 1, length 1, address 8
      return find_in_cooked(frame, 20, 0);
    case LinkType::kNull:
    case LinkType::kLoop:
      return find_by_version(frame, 4);
    case LinkType::kRaw:
    case LinkType::kIpv4:
    case LinkType::kIpv6:
      return find_by_version(frame, 0);
  }
  return std::nullopt;
}

LinkType output_link_type(LinkType input) {
  return input == LinkType::kEthernet ? LinkType::kEthernet : LinkType::kRaw;
}

std::vector<std::uint8_t> reframe(LinkType link_type, std::span<const std::uint8_t> frame,
                                  const LinkView& view, std::span<const std::uint8_t> packet) {
  std::vector<std::uint8_t> result;
  if (link_type == LinkType::kEthernet) {
    const auto front = frame.first(view.ip_offset - 2);
    result.assign(front.begin(), front.end());
    const bool is_ipv6 = !packet.empty() && packet[0] >> 4 == 6;
    const std::uint16_t ether_type = is_ipv6 ? kEtherTypeIpv6 : kEtherTypeIpv4;
    result.push_back(static_cast<std::uint8_t>(ether_type >> 8));
    result.push_back(static_cast<std::uint8_t>(ether_type));
  }
  result.insert(result.end(), packet.begin(), packet.end());
  return result;
}

}  // namespace holdfast::pcap

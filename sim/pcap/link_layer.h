// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "pcap/capture.h"

namespace holdfast::pcap {

/// Ethernet without tags.
inline constexpr std::size_t kEthernetBytes = 14;

/// Where the IP packet begins in a captured frame.
struct LinkView {
  std::size_t ip_offset = 0;
  /// Exactly 14 bytes of Ethernet are in front, no VLAN tag.
  bool is_plain_ethernet = false;
};

/// Nothing if the frame holds no IP, or ends inside what is in front of it. Skips 802.1Q and
/// 802.1ad tags. Looks at nothing of the IP packet but, for raw and loopback, its version.
std::optional<LinkView> find_ip(LinkType link_type, std::span<const std::uint8_t> frame);

/// Link type of a file that takes what reframe() gives: Ethernet for Ethernet, raw IP for the rest.
LinkType output_link_type(LinkType input);

/// `packet`, an IP packet, with the addresses and tags that `frame` had, and the EtherType of its
/// version; without any header if the output is raw IP.
std::vector<std::uint8_t> reframe(LinkType link_type, std::span<const std::uint8_t> frame,
                                  const LinkView& view, std::span<const std::uint8_t> packet);

}  // namespace holdfast::pcap

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "app/replay_sa.h"
#include "holdfast/layout.h"
#include "pcap/capture.h"
#include "pcap/link_layer.h"

namespace holdfast::app {

/// Where a captured packet goes.
enum class Way : std::uint8_t {
  kInbound,
  kOutbound,
  kNotOurs,  ///< Neither ESP nor inside the selector of an outbound SA.
  kRefused,  ///< Would be ours, and cannot be given to a card.
};
std::string_view name_of(Way way);

/// A packet and its way. Borrows the packet's bytes.
struct Route {
  Way way = Way::kNotOurs;
  std::uint16_t sa_index = kNoSa;        ///< Outbound only.
  std::optional<std::uint32_t> spi;      ///< As it stands in an inbound packet.
  std::string sentence;                  ///< Why it is not ours, or refused.
  std::optional<pcap::LinkView> link;    ///< If there is IP in it.
  std::span<const std::uint8_t> packet;  ///< For the card.
  bool has_ethernet = false;             ///< `packet` begins with an Ethernet header.
};

/// Decides by the first bytes only: ESP (protocol 50, or UDP port 4500, RFC 3948) is inbound;
/// everything else is outbound if the selector of an outbound SA takes it, the first in the list.
Route route_packet(pcap::LinkType link_type, const pcap::CapturedPacket& packet,
                   const std::vector<ReplaySa>& sas);

}  // namespace holdfast::app

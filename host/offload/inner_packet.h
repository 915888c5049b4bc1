// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "base/address.h"
#include "base/bytes.h"
#include "config/connection.h"

namespace holdfast::offload {

/// IPv6 extension headers that are walked before a packet's protocol counts as unknown.
inline constexpr unsigned kMaxExtensionHeaders = 8;

/// What policies look at in a plain packet (RFC 4301, 4.4.1.1).
struct Flow {
  IpAddress source, destination;
  std::size_t header_bytes = 0;  ///< Of the IP header, IPv4 options included.
  std::size_t total_bytes = 0;   ///< "IP length".
  /// False if it stands behind more headers than are walked, or in another fragment: then only
  /// policies for any protocol match.
  bool has_protocol = false;
  std::uint8_t protocol = 0;
  /// False also in fragments but the first: then only policies for any port match (RFC 4301, 7).
  bool has_ports = false;
  std::uint16_t source_port = 0, destination_port = 0;
  bool has_df = false;             ///< IPv6: always, because nobody fragments on the way.
  bool is_later_fragment = false;  ///< Any but the first.
  std::uint8_t icmp_type = 0;      ///< If the protocol is ICMP or ICMPv6.
};

/// Nothing if `packet` is no whole IPv4 or IPv6 packet.
std::optional<Flow> read_flow(ByteView packet);

bool is_inside(const IpAddress& address, const Prefix& prefix);
/// `address` with the bits beyond `bits` cleared.
IpAddress masked(const IpAddress& address, unsigned bits);

/// A packet of the plain side belongs to the policy: `own` end and `far` end of the packet against
/// `local` and `remote`, protocol and ports included.
enum class Way : std::uint8_t { kFromLocal, kToLocal };
bool is_selected(const Flow& flow, Way way, const TrafficSelector& local,
                 const TrafficSelector& remote);
/// The same without the addresses.
bool is_upper_layer_selected(const Flow& flow, Way way, const TrafficSelector& local,
                             const TrafficSelector& remote);

/// RFC 1071: the complement of the one's complement sum, to be stored in network order.
std::uint16_t internet_checksum(ByteView bytes, std::uint32_t sum = 0);

}  // namespace holdfast::offload

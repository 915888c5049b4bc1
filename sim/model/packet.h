// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "base/address.h"
#include "holdfast/csr_enums.h"
#include "holdfast/layout.h"
#include "model/wire.h"

namespace holdfast::model {

/// What comes with a packet, beside its bytes.
struct Ingress {
  /// Not kNone: the packet was given up before it came here (step 1).
  DropReason reason = DropReason::kNone;
  bool has_ethernet = false;
  bool checksum_not_valid = false;
  std::uint16_t sa_index = kNoSa;  ///< Outbound.
  bool is_given_up = false;        ///< The source stopped in the middle of the packet.
  bool is_enabled = true;          ///< The card, when the first byte arrived.
};

inline constexpr std::size_t kIpv4HeaderBytes = 20;  ///< Without options.
inline constexpr std::size_t kIpv6HeaderBytes = 40;
inline constexpr std::size_t kUdpHeaderBytes = 8;
inline constexpr std::uint16_t kEtherTypeIpv4 = 0x0800;  // RFC 894
inline constexpr std::uint16_t kEtherTypeIpv6 = 0x86DD;  // RFC 2464, 3
inline constexpr std::uint8_t kProtocolIpv4 = 4;         // RFC 2003, 3.1
inline constexpr std::uint8_t kProtocolUdp = 17;         // RFC 768
inline constexpr std::uint8_t kProtocolIpv6 = 41;        // RFC 2473, 3
inline constexpr std::uint8_t kProtocolFragment = 44;    // RFC 8200, 4.5
inline constexpr std::uint8_t kProtocolEsp = 50;         // RFC 4303, 2
inline constexpr std::uint8_t kProtocolNone = 59;        // RFC 4303, 2.6

/// Explicit congestion notification (RFC 3168, 5).
enum class Ecn : std::uint8_t { kNotEct = 0, kEct1 = 1, kEct0 = 2, kCe = 3 };

/// An IP header whose own fields are possible. Lengths in bytes.
struct IpHeader {
  bool is_ipv6 = false;
  std::size_t header_bytes = 0;
  std::size_t total_bytes = 0;  ///< "IP length": header and all that follows.
  std::uint8_t protocol = 0;    ///< IPv6: next header.
  std::uint8_t traffic_class = 0;
  bool has_df = false;
  bool is_fragment = false;
  IpAddress source, destination;

  Ecn ecn() const { return static_cast<Ecn>(traffic_class & 3); }
};

/// The first bytes of a packet: Ethernet, if there is any, and the IP header (steps 3 and 4).
struct Frame {
  DropReason reason = DropReason::kNone;
  std::size_t ip_offset = 0;
  IpHeader ip;  ///< Valid if there is no reason.
};

/// What a packet that ends too early is dropped with.
inline DropReason ended(const Ingress& ingress) {
  return ingress.is_given_up ? DropReason::kSource : DropReason::kTruncated;
}

Frame parse_frame(Bytes packet, const Ingress& ingress);

/// Reads the header at the start of `bytes`; the caller has checked version and header length.
IpHeader read_ip_header(Bytes bytes);

/// One's complement sum of 16-bit words, folded, starting from `sum`; an odd last byte is the
/// high half of its word (RFC 1071).
std::uint16_t checksum_sum(Bytes bytes, std::uint32_t sum = 0);
bool is_ipv4_checksum_right(Bytes header);

/// Sets the ECN field of the IP packet at the start of `packet`; an IPv4 checksum is adjusted
/// (RFC 1624, 3).
void set_ecn(MutableBytes packet, Ecn ecn);

}  // namespace holdfast::model

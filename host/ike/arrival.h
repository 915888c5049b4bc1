// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/address.h"
#include "base/bytes.h"

namespace holdfast::ike {

/// A message that is being worked on: where it came to and from, and what it looked like.
struct Arrival {
  Endpoint own, peer;
  std::uint32_t message_id = 0;
  ByteView message;
  ByteView digest;  ///< SHA-256 of it, by which a copy is known.
};

/// Bytes of a message's IP packet: ISAKMP over UDP, with the non-ESP marker (RFC 3948, 2.2).
constexpr std::size_t wire_bytes(std::size_t message_bytes, const Endpoint& peer) {
  constexpr std::size_t kUdp = 8, kMarker = 4;
  return message_bytes + kUdp + kMarker + (peer.address.is_ipv6 ? 40 : 20);
}

}  // namespace holdfast::ike

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "holdfast/sa.h"
#include "model/gcm.h"
#include "model/packet.h"

namespace holdfast::model {

/// What is known of an ESP packet before its SA is (inbound steps 3 to 10).
struct EspHeaders {
  DropReason reason = DropReason::kNone;
  Frame frame;
  std::size_t esp_offset = 0;  ///< Of the SPI.
  std::size_t esp_bytes = 0;   ///< From the SPI to the end of the IP packet.
  Spi spi{};
  std::uint32_t sequence_low = 0;
  Encap encap = Encap::kNone;
  std::uint16_t source_port = 0, destination_port = 0;  ///< 0 without UDP.
};

EspHeaders parse_esp(Bytes packet, const Ingress& ingress);

/// The plaintext of one ESP packet: inner packet, rest, padding, pad length, next header.
struct Plaintext {
  DropReason reason = DropReason::kNone;  ///< Inbound steps 12 and 13.
  std::vector<std::uint8_t> bytes;
};

Plaintext decrypt(Bytes packet, const Ingress& ingress, const EspHeaders& headers,
                  const SaConfig& config, std::uint64_t sequence, Gcm& gcm);

/// The packet inside (inbound steps 15 to 19).
struct Inner {
  DropReason reason = DropReason::kNone;
  IpHeader ip;
};

Inner check_inner(Bytes plaintext, const SaConfig& config, Ecn outer_ecn);

/// ECN field of the inner packet when it leaves (RFC 6040, 4.2, normal mode). Not for CE over
/// Not-ECT, which is dropped.
Ecn decap_ecn(Ecn outer, Ecn inner);

}  // namespace holdfast::model

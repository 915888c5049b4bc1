// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "config/connection.h"
#include "holdfast/sa.h"
#include "isakmp/payloads.h"

/// Proposals of the configuration to SA payloads and back, and the choice among them.
namespace holdfast::ike {

/// Phase 1 offer: one proposal with a transform for each of ours (RFC 2409, 5).
isakmp::SaPayload offer_phase1(const std::vector<IkeProposal>& proposals,
                               const std::vector<std::uint16_t>& auth_methods, Seconds lifetime);

/// A transform of phase 1 as we understand it.
struct Phase1Choice {
  IkeProposal proposal;
  std::uint16_t auth_method = 0;
  Seconds lifetime{0};  ///< 0: not said.
  isakmp::SaPayload reply;
};
/// The first transform of the peer that is one of ours. Errors: kRefused.
Result<Phase1Choice> choose_phase1(const isakmp::SaPayload& offer,
                                   const std::vector<IkeProposal>& ours,
                                   const std::vector<std::uint16_t>& auth_methods);

/// Phase 2 offer: ESP, one proposal with a transform for each of ours that `suites` can do.
isakmp::SaPayload offer_phase2(const std::vector<EspProposal>& proposals, Spi spi,
                               bool is_udp_encapsulated, Seconds lifetime, std::uint32_t suites);

struct Phase2Choice {
  EspProposal proposal;
  Spi peer_spi{};
  bool is_udp_encapsulated = false;
  Seconds lifetime{0};
  isakmp::SaPayload reply;  ///< With the peer's SPI still in it.
};
/// What a choice is bound by beside the proposals.
struct Phase2Limits {
  std::uint32_t suites = 0;  ///< Bit n for suite number n of the card.
  /// UDP-encapsulated tunnel mode and no other, or plain tunnel mode and no other (RFC 3947, 5.1);
  /// nothing: either.
  std::optional<bool> is_udp_encapsulated{};
  /// Size of the KE payload beside the offer, 0 if there is none: its group is that of all
  /// proposals (RFC 2409, 5.5). Nothing: any group.
  std::optional<std::size_t> key_exchange_bytes{};
};
/// As above; tunnel mode alone.
Result<Phase2Choice> choose_phase2(const isakmp::SaPayload& offer,
                                   const std::vector<EspProposal>& ours,
                                   const Phase2Limits& limits);
/// Those that may stand in one offer: there is one KE payload (RFC 2409, 5.5), so the group of all
/// is that of the first one that `suites` can do. In their order; none if the card can do none.
std::vector<EspProposal> of_one_group(const std::vector<EspProposal>& proposals,
                                      std::uint32_t suites);

/// IDci or IDcr of a selector, and the selector of one (RFC 2407, 4.6.2).
isakmp::Identification id_of(const TrafficSelector& selector);
/// Errors: kUnsupported (names, ranges that are no prefix), kBadValue (mask with holes).
Result<TrafficSelector> selector_of(const isakmp::Identification& id);

}  // namespace holdfast::ike

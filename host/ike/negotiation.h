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
/// As above; tunnel mode alone. `suites`: bit n for suite number n of the card.
Result<Phase2Choice> choose_phase2(const isakmp::SaPayload& offer,
                                   const std::vector<EspProposal>& ours, std::uint32_t suites);

/// IDci or IDcr of a selector, and the selector of one (RFC 2407, 4.6.2).
isakmp::Identification id_of(const TrafficSelector& selector);
/// Errors: kUnsupported (names, ranges that are no prefix), kBadValue (mask with holes).
Result<TrafficSelector> selector_of(const isakmp::Identification& id);

}  // namespace holdfast::ike

// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "crypto/diffie_hellman.h"
#include "ike/negotiation.h"

namespace holdfast::ike {

using namespace isakmp;

namespace {

Transform transform_of(const EspProposal& proposal, bool is_udp, Seconds lifetime) {
  Transform transform;
  transform.id = static_cast<std::uint8_t>(proposal.transform);
  auto& attributes = transform.attributes;
  if (lifetime.count() > 0)
    attributes = {
        Attribute::of(phase2::kLifeType, kLifeSeconds),
        Attribute::of_u32(phase2::kLifeDuration, static_cast<std::uint32_t>(lifetime.count()))};
  attributes.push_back(
      Attribute::of(phase2::kEncapsulation, is_udp ? phase2::kUdpTunnel : phase2::kTunnel));
  if (proposal.key_bits != 0)
    attributes.push_back(Attribute::of(phase2::kKeyLength, proposal.key_bits));
  if (proposal.auth != EspAuth::kNone)
    attributes.push_back(
        Attribute::of(phase2::kAuthentication, static_cast<std::uint16_t>(proposal.auth)));
  if (proposal.group != DhGroup::kNone)
    attributes.push_back(Attribute::of(phase2::kGroup, static_cast<std::uint16_t>(proposal.group)));
  if (proposal.has_esn) attributes.push_back(Attribute::of(phase2::kEsn, 1));
  return transform;
}

/// What one transform asks for; nothing if there is something in it that we do not know.
struct Wanted {
  EspProposal proposal;
  std::uint16_t encapsulation = 0;
  Seconds lifetime{0};
};
std::optional<Wanted> read_transform(const Transform& transform) {
  Wanted wanted;
  wanted.proposal.transform = static_cast<EspTransform>(transform.id);
  wanted.proposal.key_bits = 0;
  std::uint64_t life_type = 0;
  for (const Attribute& attribute : transform.attributes) {
    const auto value = attribute.number();
    if (!value) return std::nullopt;
    // A lifetime may be long; everything else is a number of 16 bits (RFC 2407, 4.5).
    if (attribute.type != phase2::kLifeDuration && *value > 0xffff) return std::nullopt;
    switch (attribute.type) {
      case phase2::kLifeType:
        life_type = *value;
        break;
      case phase2::kLifeDuration:  // after its type; kilobytes are the peer's own business
        if (life_type == kLifeSeconds)
          wanted.lifetime = Seconds(std::min<std::uint64_t>(*value, 0x7FFF'FFFF));
        break;
      case phase2::kGroup:
        wanted.proposal.group = static_cast<DhGroup>(*value);
        break;
      case phase2::kEncapsulation:
        wanted.encapsulation = static_cast<std::uint16_t>(*value);
        break;
      case phase2::kAuthentication:
        wanted.proposal.auth = static_cast<EspAuth>(*value);
        break;
      case phase2::kKeyLength:
        wanted.proposal.key_bits = static_cast<std::uint16_t>(*value);
        break;
      case phase2::kEsn:
        wanted.proposal.has_esn = *value == 1;
        break;
      default:
        return std::nullopt;
    }
  }
  return wanted;
}

bool can_do(const EspProposal& proposal, std::uint32_t suites) {
  const auto suite = proposal.suite();
  return suite && (suites >> static_cast<unsigned>(*suite) & 1);
}

bool is_udp(std::uint16_t encapsulation) { return encapsulation == phase2::kUdpTunnel; }

/// Why a transform that configuration and card allow is not taken; nullptr if it is.
const char* what_forbids(const Wanted& wanted, const Phase2Limits& limits) {
  if (!is_udp(wanted.encapsulation) && wanted.encapsulation != phase2::kTunnel)
    return "asks for another mode than tunnel mode";
  // RFC 3947, 5.1
  if (limits.is_udp_encapsulated.value_or(is_udp(wanted.encapsulation)) !=
      is_udp(wanted.encapsulation))
    return *limits.is_udp_encapsulated
               ? "asks for tunnel mode without UDP encapsulation, and there is a NAT"
               : "asks for UDP encapsulation, and there is no NAT";
  const DhGroup group = wanted.proposal.group;
  const std::size_t bytes = group == DhGroup::kNone ? 0 : public_value_size(group);
  if (limits.key_exchange_bytes.value_or(bytes) != bytes)
    return "names another group than that of the KE payload";
  return nullptr;
}

}  // namespace

SaPayload offer_phase2(const std::vector<EspProposal>& proposals, Spi spi, bool is_udp_encapsulated,
                       Seconds lifetime, std::uint32_t suites) {
  Proposal offer;
  offer.protocol = Protocol::kEsp;
  WireWriter writer;
  writer.u32(to_number(spi));
  offer.spi = writer.take();
  for (const EspProposal& proposal : proposals) {
    if (!can_do(proposal, suites) || offer.transforms.size() == 255) continue;
    offer.transforms.push_back(transform_of(proposal, is_udp_encapsulated, lifetime));
    offer.transforms.back().number = static_cast<std::uint8_t>(offer.transforms.size());
  }
  SaPayload sa;
  sa.proposals.push_back(std::move(offer));
  return sa;
}

std::vector<EspProposal> of_one_group(const std::vector<EspProposal>& proposals,
                                      std::uint32_t suites) {
  std::vector<EspProposal> chosen;
  for (const EspProposal& proposal : proposals)
    if (can_do(proposal, suites) && (chosen.empty() || proposal.group == chosen[0].group))
      chosen.push_back(proposal);
  return chosen;
}

Result<Phase2Choice> choose_phase2(const SaPayload& offer, const std::vector<EspProposal>& ours,
                                   const Phase2Limits& limits) {
  std::string why = "holds no ESP proposal that configuration and card allow";
  for (const Proposal& proposal : offer.proposals) {
    // A number that comes twice means ESP together with AH or IPComp: not ours.
    const auto together =
        std::count_if(offer.proposals.begin(), offer.proposals.end(),
                      [&](const Proposal& other) { return other.number == proposal.number; });
    if (proposal.protocol != Protocol::kEsp || proposal.spi.size() != 4 || together != 1) continue;
    const std::uint32_t spi = WireReader(proposal.spi).u32();
    if (spi < 256) continue;  // reserved (RFC 4303, 2.1)
    for (const Transform& transform : proposal.transforms) {
      const auto wanted = read_transform(transform);
      if (!wanted || !can_do(wanted->proposal, limits.suites)) continue;
      if (std::find(ours.begin(), ours.end(), wanted->proposal) == ours.end()) continue;
      if (const char* reason = what_forbids(*wanted, limits)) {
        why = reason;
        continue;
      }
      Proposal chosen = proposal;
      chosen.transforms = {transform};
      Phase2Choice choice{
          wanted->proposal, Spi{spi}, is_udp(wanted->encapsulation), wanted->lifetime, {}};
      choice.reply.proposals.push_back(std::move(chosen));
      return choice;
    }
  }
  return fail(ErrorCode::kRefused, "SA payload", why);
}

}  // namespace holdfast::ike

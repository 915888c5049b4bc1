// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "ike/negotiation.h"

namespace holdfast::ike {

using namespace isakmp;

namespace {

Transform transform_of(const IkeProposal& proposal, std::uint16_t auth, Seconds lifetime) {
  Transform transform;
  transform.id = phase1::kTransformKeyIke;
  auto& attributes = transform.attributes;
  attributes = {
      Attribute::of(phase1::kEncryption, static_cast<std::uint16_t>(proposal.cipher)),
      Attribute::of(phase1::kHash, static_cast<std::uint16_t>(proposal.hash)),
      Attribute::of(phase1::kGroup, static_cast<std::uint16_t>(proposal.group)),
      Attribute::of(phase1::kAuthentication, auth),
  };
  if (proposal.cipher == CipherAlgorithm::kAesCbc)
    attributes.push_back(Attribute::of(phase1::kKeyLength, proposal.key_bits));
  if (lifetime.count() > 0) {
    attributes.push_back(Attribute::of(phase1::kLifeType, kLifeSeconds));
    attributes.push_back(
        Attribute::of_u32(phase1::kLifeDuration, static_cast<std::uint32_t>(lifetime.count())));
  }
  return transform;
}

std::uint64_t number_of(const std::vector<Attribute>& attributes, std::uint16_t type) {
  const Attribute* attribute = find(attributes, type);
  return attribute ? attribute->number().value_or(0) : 0;
}

/// Each class at most once, and none that we do not know (RFC 2409, 5: an offer with unknown
/// attributes is not chosen).
bool is_understood(const Transform& transform) {
  std::uint32_t seen = 0;
  for (const Attribute& attribute : transform.attributes) {
    switch (attribute.type) {
      case phase1::kEncryption:
      case phase1::kHash:
      case phase1::kAuthentication:
      case phase1::kGroup:
      case phase1::kLifeType:
      case phase1::kLifeDuration:
      case phase1::kKeyLength:
        break;
      default:
        return false;
    }
    if (seen >> attribute.type & 1) return false;
    // A lifetime may be long; everything else is a number of 16 bits (RFC 2409, appendix A).
    const bool is_basic = attribute.type != phase1::kLifeDuration;
    if (is_basic && attribute.number().value_or(0x10000) > 0xffff) return false;
    seen |= 1u << attribute.type;
  }
  return transform.id == phase1::kTransformKeyIke;
}

IkeProposal proposal_of(const Transform& transform) {
  const auto& attributes = transform.attributes;
  IkeProposal proposal;
  proposal.cipher = static_cast<CipherAlgorithm>(number_of(attributes, phase1::kEncryption));
  proposal.hash = static_cast<HashAlgorithm>(number_of(attributes, phase1::kHash));
  proposal.group = static_cast<DhGroup>(number_of(attributes, phase1::kGroup));
  const std::uint64_t key_bits = number_of(attributes, phase1::kKeyLength);
  proposal.key_bits = static_cast<std::uint16_t>(
      proposal.cipher == CipherAlgorithm::k3DesCbc && key_bits == 0 ? 192 : key_bits);
  return proposal;
}

}  // namespace

SaPayload offer_phase1(const std::vector<IkeProposal>& proposals,
                       const std::vector<std::uint16_t>& auth_methods, Seconds lifetime) {
  Proposal offer;
  for (const IkeProposal& proposal : proposals) {
    for (const std::uint16_t auth : auth_methods) {
      if (offer.transforms.size() == 255) break;
      offer.transforms.push_back(transform_of(proposal, auth, lifetime));
      offer.transforms.back().number = static_cast<std::uint8_t>(offer.transforms.size());
    }
  }
  SaPayload sa;
  sa.proposals.push_back(std::move(offer));
  return sa;
}

Result<Phase1Choice> choose_phase1(const SaPayload& offer, const std::vector<IkeProposal>& ours,
                                   const std::vector<std::uint16_t>& auth_methods) {
  for (const Proposal& proposal : offer.proposals) {
    if (proposal.protocol != Protocol::kIsakmp) continue;
    for (const Transform& transform : proposal.transforms) {
      if (!is_understood(transform)) continue;
      const IkeProposal wanted = proposal_of(transform);
      const auto auth =
          static_cast<std::uint16_t>(number_of(transform.attributes, phase1::kAuthentication));
      if (std::find(ours.begin(), ours.end(), wanted) == ours.end()) continue;
      if (std::find(auth_methods.begin(), auth_methods.end(), auth) == auth_methods.end()) continue;
      Phase1Choice choice{wanted, auth, Seconds(0), {}};
      if (number_of(transform.attributes, phase1::kLifeType) == kLifeSeconds)
        choice.lifetime = Seconds(std::min<std::uint64_t>(
            number_of(transform.attributes, phase1::kLifeDuration), 0x7FFF'FFFF));
      Proposal chosen = proposal;
      chosen.transforms = {transform};
      choice.reply.proposals.push_back(std::move(chosen));
      return choice;
    }
  }
  return fail(ErrorCode::kRefused, "SA payload", "holds no proposal that the configuration allows");
}

}  // namespace holdfast::ike

// SPDX-License-Identifier: Apache-2.0
#include "ike/ike_sa.h"
#include "ike/quick_mode.h"

namespace holdfast::ike {

using namespace isakmp;

QuickModeInitiator::QuickModeInitiator(IkeSa& sa, std::uint32_t message_id, std::string child,
                                       std::uint32_t rekeys, Manager::Done done)
    : QuickMode(sa, message_id), name_(std::move(child)), rekeys_(rekeys), done_(std::move(done)) {}

Status QuickModeInitiator::start() {
  const ChildConfig* child = sa_.facts.config->child(name_);
  if (!child) return fail(ErrorCode::kNotFound, name_, "is no child of the connection any more");
  const std::uint32_t suites = sa_.context().outside.offload.suites();
  offered_ = of_one_group(child->esp_proposals, suites);
  if (offered_.empty())
    return fail(ErrorCode::kUnsupported, name_, "has no ESP proposal that the card can do");
  log_left_out(*child);
  is_udp_offered_ = sa_.has_nat();
  const SaPayload offer =
      offer_phase2(offered_, spi_in_, is_udp_offered_, child->life_time, suites);
  local_ = resolve(child->local_ts, sa_, true);
  remote_ = resolve(child->remote_ts, sa_, false);

  Parts parts = {{PayloadType::kSa, write_sa(offer)}, {PayloadType::kNonce, own_nonce_}};
  const DhGroup group = offered_.front().group;
  if (group != DhGroup::kNone) {
    auto dh = DiffieHellman::create(group);
    if (!dh) return tl::unexpected(dh.error());
    dh_ = std::move(*dh);
    parts.emplace_back(PayloadType::kKeyExchange, key_exchange_value());
  }
  parts.emplace_back(PayloadType::kIdentification, write_identification(id_of(local_)));
  parts.emplace_back(PayloadType::kIdentification, write_identification(id_of(remote_)));
  send(hash_phase2(*sa_.keys, message_id(), {chain(parts).view()}), parts, true);
  return {};
}

void QuickModeInitiator::log_left_out(const ChildConfig& child) const {
  for (const EspProposal& proposal : child.esp_proposals)
    if (proposal.group != offered_.front().group)
      sa_.log(1, "child " + name_ + ": not offering " + proposal.text() +
                     ", whose group is not that of the first proposal");
}

/// The answer must be one of the proposals, with the selectors that were asked for.
Result<ChildSa::Agreement> QuickModeInitiator::agree(const std::vector<Payload>& payloads) {
  if (count(payloads, PayloadType::kSa) != 1)
    return fail(ErrorCode::kBadFormat, "Quick Mode", "does not hold exactly one SA payload");
  const auto sa = parse_sa(find(payloads, PayloadType::kSa)->body);
  if (!sa) return tl::unexpected(sa.error());
  if (sa->proposals.size() != 1 || sa->proposals[0].transforms.size() != 1)
    return fail(ErrorCode::kBadFormat, "Quick Mode", "holds more than one answer");
  const auto choice = choose_phase2(
      *sa, offered_,
      {.suites = sa_.context().outside.offload.suites(), .is_udp_encapsulated = is_udp_offered_});
  if (!choice) return tl::unexpected(choice.error());

  const std::size_t num_ids = count(payloads, PayloadType::kIdentification);
  if (num_ids != 0 && num_ids != 2)
    return fail(ErrorCode::kBadFormat, "Quick Mode", "holds one ID payload or more than two");
  TrafficSelector ids[2] = {local_, remote_};
  unsigned next = 0;
  for (const Payload& payload : payloads) {
    if (payload.type != PayloadType::kIdentification) continue;
    const auto id = parse_identification(payload.body);
    if (!id) return tl::unexpected(id.error());
    const auto selector = selector_of(*id);
    if (!selector) return tl::unexpected(selector.error());
    if (!contains(ids[next], *selector))
      return fail(ErrorCode::kRefused, "Quick Mode", "answers with other selectors than asked for");
    ids[next++] = *selector;
  }
  return agreement_of(*choice, ids[0], ids[1]);
}

Status QuickModeInitiator::on_message(const std::vector<Payload>& payloads) {
  if (is_done()) return fail(ErrorCode::kBadFormat, "Quick Mode", "is over");
  const Bytes expected =
      hash_phase2(*sa_.keys, message_id(), {own_nonce_, after_hash(payloads, plain_)});
  if (const Status status = check_hash(payloads, expected); !status) return status;

  // From here on the message is the peer's: what is wrong with it is the end of the exchange.
  const auto agreement = agree(payloads);
  Status status = agreement ? take_nonce_and_key(payloads, agreement->proposal.group)
                            : tl::unexpected(agreement.error());
  if (status) status = make_child(*agreement);
  if (status) status = install_inbound();
  if (status) status = install_outbound();
  if (!status) {
    abandon(status.error().text());
    return {};
  }
  send(hash_quick_3(*sa_.keys, message_id(), own_nonce_, peer_nonce_), {}, false);
  finish();
  sa_.on_child_up(hand_over(), rekeys_);
  if (done_) std::exchange(done_, nullptr)({});
  return {};
}

void QuickModeInitiator::on_gave_up() { abandon("the peer does not answer"); }

void QuickModeInitiator::abandon(const std::string& reason) {
  finish();
  child_.reset();
  sa_.log(1, "child " + name_ + " does not come up: " + reason);
  if (done_) std::exchange(done_, nullptr)(fail(ErrorCode::kRefused, name_, reason));
}

}  // namespace holdfast::ike

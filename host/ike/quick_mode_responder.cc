// SPDX-License-Identifier: Apache-2.0
#include "ike/ike_sa.h"
#include "ike/quick_mode.h"

namespace holdfast::ike {

using namespace isakmp;

QuickModeResponder::QuickModeResponder(IkeSa& sa, std::uint32_t message_id)
    : QuickMode(sa, message_id) {}

const ChildConfig* QuickModeResponder::choose_child(const TrafficSelector& local,
                                                    const TrafficSelector& remote) {
  for (const ChildConfig& child : sa_.facts.config->children)
    if (child.mode == ChildMode::kTunnel && contains(resolve(child.local_ts, sa_, true), local) &&
        contains(resolve(child.remote_ts, sa_, false), remote))
      return &child;
  return nullptr;
}

/// The message is authentic, but cannot be agreed to: the peer is told, once.
Status QuickModeResponder::refuse(NotifyType type, Error error) {
  sa_.log(1, "refusing Quick Mode: " + error.text());
  // The SPI of the one who asks, so that it knows which of its children is meant.
  WireWriter spi;
  spi.u32(to_number(peer_spi_.value_or(spi_in_)));
  sa_.send_informational(PayloadType::kNotification,
                         write_notification({Protocol::kEsp, spi.take(), type, {}}));
  child_.reset();
  finish();
  return {};
}

Status QuickModeResponder::on_message(const std::vector<Payload>& payloads) {
  return child_ ? on_message_3(payloads) : on_message_1(payloads);
}

/// IDci and IDcr; without them the two hosts themselves (RFC 2409, 5.5).
Result<std::array<TrafficSelector, 2>> QuickModeResponder::read_selectors(
    const std::vector<Payload>& payloads) const {
  TrafficSelector dynamic;
  dynamic.is_dynamic = true;
  std::array<TrafficSelector, 2> ids = {resolve(dynamic, sa_, false), resolve(dynamic, sa_, true)};
  std::size_t next = 0;
  for (const Payload& payload : payloads) {
    if (payload.type != PayloadType::kIdentification) continue;
    const auto id = parse_identification(payload.body);
    auto selector = id ? selector_of(*id) : tl::unexpected(id.error());
    if (!selector) return tl::unexpected(selector.error());
    ids.at(next++) = *selector;
  }
  return ids;
}

/// The encapsulation is what NAT detection said, and nothing else (RFC 3947, 5.1). After a move the
/// two ends may see a NAT at different times; then it follows the path, whatever this says.
Result<Phase2Choice> QuickModeResponder::choose(const SaPayload& offer, const ChildConfig& child,
                                                const std::vector<Payload>& payloads) const {
  Phase2Limits limits{.suites = sa_.context().outside.offload.suites()};
  if (!sa_.has_moved()) limits.is_udp_encapsulated = sa_.has_nat();
  const Payload* key = find(payloads, PayloadType::kKeyExchange);
  limits.key_exchange_bytes = key ? key->body.size() : 0;
  return choose_phase2(offer, child.esp_proposals, limits);
}

Status QuickModeResponder::on_message_1(const std::vector<Payload>& payloads) {
  const Bytes expected = hash_phase2(*sa_.keys, message_id(), {after_hash(payloads, plain_)});
  if (const Status status = check_hash(payloads, expected); !status) return status;

  const std::size_t num_ids = count(payloads, PayloadType::kIdentification);
  if (count(payloads, PayloadType::kSa) != 1 || (num_ids != 0 && num_ids != 2))
    return refuse(NotifyType::kPayloadMalformed,
                  {ErrorCode::kBadFormat, "Quick Mode", "wrong number of SA or ID payloads"});
  const auto offer = parse_sa(find(payloads, PayloadType::kSa)->body);
  if (!offer) return refuse(NotifyType::kBadProposalSyntax, offer.error());
  if (const Bytes& first = offer->proposals[0].spi; first.size() == 4)
    peer_spi_ = Spi{WireReader(first).u32()};
  const auto read = read_selectors(payloads);
  if (!read) return refuse(NotifyType::kInvalidIdInformation, read.error());
  const auto& ids = *read;
  const ChildConfig* child = choose_child(ids[1], ids[0]);
  if (!child)
    return refuse(NotifyType::kInvalidIdInformation,
                  {ErrorCode::kRefused, ids[0].text() + " === " + ids[1].text(),
                   "no child of the connection has these selectors"});
  name_ = child->name;
  auto choice = choose(*offer, *child, payloads);
  if (!choice) return refuse(NotifyType::kNoProposalChosen, choice.error());

  const DhGroup group = choice->proposal.group;
  if (const Status status = take_nonce_and_key(payloads, group); !status)
    return refuse(NotifyType::kPayloadMalformed, status.error());
  if (group != DhGroup::kNone) {
    auto dh = DiffieHellman::create(group);
    if (!dh) return refuse(NotifyType::kNoProposalChosen, dh.error());
    dh_ = std::move(*dh);
  }
  Status status = make_child(agreement_of(*choice, ids[1], ids[0]));
  if (status) status = install_inbound();
  if (!status) return refuse(NotifyType::kInvalidKeyInformation, status.error());

  WireWriter spi;
  spi.u32(to_number(spi_in_));
  choice->reply.proposals[0].spi = spi.take();
  Parts parts = {{PayloadType::kSa, write_sa(choice->reply)}, {PayloadType::kNonce, own_nonce_}};
  if (dh_) parts.emplace_back(PayloadType::kKeyExchange, key_exchange_value());
  for (const Payload& payload : payloads)
    if (payload.type == PayloadType::kIdentification)
      parts.emplace_back(payload.type, Bytes(payload.body.begin(), payload.body.end()));
  send(hash_phase2(*sa_.keys, message_id(), {peer_nonce_, chain(parts).view()}), parts, true);
  return {};
}

Status QuickModeResponder::on_message_3(const std::vector<Payload>& payloads) {
  if (is_done()) return fail(ErrorCode::kBadFormat, "Quick Mode", "is over");
  const Bytes expected = hash_quick_3(*sa_.keys, message_id(), peer_nonce_, own_nonce_);
  if (const Status status = check_hash(payloads, expected); !status) return status;
  return complete();
}

/// The peer has shown that it has the keys.
Status QuickModeResponder::complete() {
  if (const Status status = install_outbound(); !status)
    return refuse(NotifyType::kInvalidKeyInformation, status.error());
  finish();
  last_sent = Bytes();  // message 3 has no answer
  sa_.on_child_up(hand_over(), 0);
  return {};
}

/// Message 3 shows that the peer is there and has message 2; so does ESP with the new keys.
bool QuickModeResponder::is_answered_otherwise() {
  if (!child_ || child_->inbound_idle_seconds() < 0) return false;
  sa_.log(1, "message 3 of Quick Mode did not come, but ESP of child " + name_ + " does");
  return complete().has_value();
}

/// The peer may have sent it, and use the child: it hears that there is none.
void QuickModeResponder::on_gave_up() {
  sa_.log(1, "message 3 of Quick Mode did not come; child " + name_ + " is given up");
  WireWriter spi;
  spi.u32(to_number(spi_in_));
  sa_.send_informational(PayloadType::kDelete, write_delete({Protocol::kEsp, {spi.take()}}));
  finish();
  child_.reset();
}

}  // namespace holdfast::ike

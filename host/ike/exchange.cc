// SPDX-License-Identifier: Apache-2.0
#include "ike/exchange.h"

#include "ike/ike_sa.h"

namespace holdfast::ike {

using namespace isakmp;

PayloadWriter chain(const Parts& parts) {
  PayloadWriter payloads;
  for (const auto& [type, body] : parts) payloads.add(type, body);
  return payloads;
}

Exchange::Exchange(IkeSa& sa, ExchangeType type, std::uint32_t message_id)
    : sa_(sa),
      type_(type),
      message_id_(message_id),
      iv_(phase2_iv(sa.keys->proposal, sa.last_phase1_block, message_id)),
      retransmitter_(sa) {}

Status Exchange::receive(ByteView body) {
  Bytes iv = iv_;
  const auto plain = unseal(body, *sa_.keys, iv);
  if (!plain) return tl::unexpected(plain.error());
  const auto payloads = parse_payloads(PayloadType::kHash, *plain, Padding::kAllowed);
  if (!payloads) return tl::unexpected(payloads.error());
  const ByteView last = payloads->back().whole;
  plain_ = ByteView(plain->data(), last.data() + last.size());
  std::swap(iv_, iv);
  const Status status = on_message(*payloads);
  if (!status) iv_ = std::move(iv);
  plain_ = {};
  return status;
}

ByteView Exchange::after_hash(const std::vector<Payload>& payloads, ByteView plain) {
  return plain.subspan(payloads.front().whole.size());
}

Status Exchange::check_hash(const std::vector<Payload>& payloads, ByteView expected) {
  if (is_equal_in_constant_time(payloads.front().body, expected)) {
    sa_.on_known_to_peer();  // before the content: that may be about adopted children
    return {};
  }
  ++sa_.context().counters.bad_hash;
  return fail(ErrorCode::kBadValue, "HASH payload", "does not authenticate the message");
}

void Exchange::send(const Bytes& hash, const Parts& rest, bool is_answered) {
  PayloadWriter payloads;
  payloads.add(PayloadType::kHash, hash);
  for (const auto& [type, body] : rest) payloads.add(type, body);
  last_sent = seal(sa_.header(type_, message_id_), payloads, *sa_.keys, iv_);
  if (is_answered) {
    const auto end = [this] {
      last_sent.clear();
      sa_.finish_exchange(message_id_);
    };
    const auto gave_up = [this, end] { on_gave_up(), end(); };
    const auto no_need = [this, end] { return is_answered_otherwise() && (end(), true); };
    retransmitter_.start(last_sent, gave_up, no_need);
  } else {
    retransmitter_.stop();
    sa_.transmit(last_sent);
  }
}

void Exchange::finish() {
  is_done_ = true;
  retransmitter_.stop();
}

}  // namespace holdfast::ike

// SPDX-License-Identifier: Apache-2.0
#include "ike/address_update_other_end.h"

#include <algorithm>

#include "ike/ike_sa.h"

namespace holdfast::ike {

using namespace isakmp;

namespace {

constexpr std::size_t kChallengeBytes = 16;
/// The claimed and the observed endpoint, and sources of copies.
constexpr std::size_t kMaxCandidates = 6, kMaxDatagrams = 8;
constexpr std::chrono::seconds kRateWindow(10);
/// Base form: so many numbers of DPD may be left out before the one that proves the endpoint.
constexpr std::uint32_t kDpdSkip = (1u << 20) - 1;
/// What is sent to an endpoint that is not proven, for each byte that came from there.
constexpr std::int64_t kCreditFactor = 3;
/// Of that, what is kept back for ISAKMP: an ACK without lists.
constexpr std::int64_t kAckBytes = 400;

bool starts_with(const IpAddress& address, std::initializer_list<std::uint8_t> bytes) {
  return std::equal(bytes.begin(), bytes.end(), address.bytes.begin());
}

std::string number_of(const AddressUpdate& update) {
  return "address update #" + std::to_string(update.request_id) + " of the peer";
}

}  // namespace

UpdateOtherEnd::UpdateOtherEnd(IkeSa& sa) : sa_(sa), pending_timer_(sa.context().outside.timers) {}

void UpdateOtherEnd::report(MoveStep step, const Endpoint& to, std::optional<UpdateReason> reason) {
  MoveReport report;
  report.step = step;
  report.request_id = pending_->update.request_id;
  report.does_old_path_work = pending_->update.does_old_path_work;
  report.from = pending_->last_proven;
  report.to = to;
  report.reason = reason;
  report.took = sa_.context().now() - pending_->began;
  report.num_children = sa_.children_that_move(pending_->spis, pending_->except).size();
  sa_.report(std::move(report));
}

// ---------------------------------------------------------------- checks

/// Unspecified, loopback, multicast, broadcast, link-local, v4-mapped and own addresses are
/// nobody's to move to; nor is what the configuration leaves out.
bool UpdateOtherEnd::is_bindable(const IpAddress& address) const {
  const auto& allowed = sa_.update_config().allowed_addresses;
  const auto* network = sa_.context().network;
  if (address == sa_.facts.own.address || (network && network->is_usable(address))) return false;
  if (!allowed.empty() && std::none_of(allowed.begin(), allowed.end(), [&](const Prefix& prefix) {
        return prefix.contains(address);
      }))
    return false;
  const std::uint8_t first = address.bytes[0];
  if (!address.is_ipv6)
    return first != 0 && first != 127 && first < 224 && !starts_with(address, {169, 254});
  const bool is_low = std::all_of(address.bytes.begin(), address.bytes.begin() + 10,
                                  [](std::uint8_t byte) { return byte == 0; });
  return !is_low && first != 0xFF && !(first == 0xFE && (address.bytes[1] & 0xC0) == 0x80);
}

bool UpdateOtherEnd::is_over_rate() {
  const TimePoint now = sa_.context().now();
  while (!recent_.empty() && now - recent_.front() >= kRateWindow) recent_.erase(recent_.begin());
  return recent_.size() >= sa_.update_config().rate;
}

std::optional<UpdateReason> UpdateOtherEnd::reason_to_refuse(const Update& update,
                                                             const Arrival& arrival) {
  if (update.request_id <= highest_accepted_) return UpdateReason::kSuperseded;
  if (is_over_rate()) return UpdateReason::kBusy;
  // Sent from where the peer is bound: its new address alone is asked.
  const bool is_from_old = update.does_old_path_work && arrival.peer == sa_.facts.peer;
  const bool is_same = update.new_address == arrival.peer.address;
  if (is_from_old && !is_same)
    return is_bindable(update.new_address) ? std::nullopt
                                           : std::optional(UpdateReason::kAddressRefused);
  if (!is_same && !(sa_.facts.peer_has_natt && sa_.update_config().allow_nat))
    return UpdateReason::kNatNotAllowed;
  if (!is_bindable(arrival.peer.address)) return UpdateReason::kAddressRefused;
  return std::nullopt;
}

std::optional<UpdateReason> UpdateOtherEnd::choose(Pending& pending) const {
  const IpAddress &old_address = pending.last_proven.address, &fresh = pending.update.new_address;
  std::vector<std::uint32_t> known, tied;
  for (const ChildSa* child : sa_.children_that_move(pending.update.spis, {})) {
    const std::uint32_t spi = to_number(child->agreement().spi_in);
    (child->is_tied_to(old_address, fresh, false) ? tied : known).push_back(spi);
  }
  const std::size_t num_asked = pending.update.spis.size(), num_found = known.size() + tied.size();
  if (num_asked == 0) {
    pending.except = std::move(tied);
    return std::nullopt;
  }
  sa_.context().counters.unknown_spis += num_asked - num_found;
  if (!tied.empty()) pending.partial = UpdateReason::kPolicy;
  if (num_found < num_asked) pending.partial = UpdateReason::kUnknownSpi;
  if (known.empty()) return pending.partial;
  pending.spis = std::move(known);
  return std::nullopt;
}

// ---------------------------------------------------------------- answers

AddressUpdate UpdateOtherEnd::reply_to(const Update& update, const Endpoint& own,
                                       const Endpoint& peer) {
  Update reply;
  reply.old_address = update.old_address;
  reply.new_address = update.new_address;
  reply.request_id = update.request_id;
  reply.spis = update.spis;
  if (!sa_.has_update_attributes()) return reply;
  reply.sender = sa_.own_cookie();
  reply.observed = peer;
  reply.natd_source = nat_hash_of(own_hash_, own);
  reply.natd_destination = nat_hash_of(peer_hash_, peer);
  return reply;
}

const Bytes& UpdateOtherEnd::nat_hash_of(NatHash& last, const Endpoint& endpoint) {
  if (last.hash.empty() || last.endpoint != endpoint)
    last = {endpoint, nat_hash(sa_.keys->proposal.hash, sa_.facts.cookies, endpoint)};
  return last.hash;
}

void UpdateOtherEnd::refuse(const Update& update, UpdateReason reason, const Arrival& arrival) {
  Update nack = reply_to(update, arrival.own, arrival.peer);
  nack.natd_source.reset();
  nack.natd_destination.reset();
  if (sa_.has_update_attributes()) {
    nack.reason = reason;
    if (reason == UpdateReason::kSuperseded) nack.highest = highest_accepted_;
  }
  sa_.log(1, "refusing " + number_of(update) + " to move to " + update.new_address.text() + ": " +
                 std::string(name_of(reason)));
  sa_.send_update(UpdateKind::kNack, nack, arrival.own, arrival.peer);
}

void UpdateOtherEnd::answer(UpdateKind kind, Update content, const Endpoint& own,
                            const Endpoint& peer) {
  answered_ = Answered{content.request_id, kind, content};
  sa_.send_update(kind, content, own, peer);
}

/// The stored answer, encrypted anew; while the move is pending, or for an endpoint that is better
/// than the one that was proven, a challenge.
void UpdateOtherEnd::answer_again(const Update& update, const Arrival& arrival) {
  if (pending_) note(arrival);
  if (may_win(arrival.peer)) {
    if (provisional_ && provisional_->peer == arrival.peer)
      provisional_->budget += kCreditFactor * static_cast<std::int64_t>(
                                                  wire_bytes(arrival.message.size(), arrival.peer));
    if (!is_from_old(arrival)) return challenge(arrival.own, arrival.peer);
    if (is_bindable(pending_->claimed.address)) challenge(arrival.own, pending_->claimed);
    return;
  }
  if (answered_ && answered_->request_id == update.request_id)
    sa_.send_update(answered_->kind, answered_->content, arrival.own, arrival.peer);
}

// ---------------------------------------------------------------- UPDATE

bool UpdateOtherEnd::on_update(const Update& update, const Arrival& arrival) {
  if (!sa_.is_newest()) {
    sa_.log(1, "ignoring an address update on an old ISAKMP SA");
    return true;
  }
  if (update.request_id == highest_accepted_ && highest_accepted_ != 0) {
    answer_again(update, arrival);
    return true;
  }
  if (const auto reason = reason_to_refuse(update, arrival)) {
    refuse(update, *reason, arrival);
    // The mover itself may be elsewhere, and this a copy.
    return *reason != UpdateReason::kNatNotAllowed && *reason != UpdateReason::kAddressRefused;
  }
  Pending pending;
  pending.update = update;
  pending.last_proven = provisional_ ? provisional_->proven_peer : sa_.facts.peer;
  pending.observed = arrival.peer;
  pending.known_own = sa_.facts.own;
  // Of a port that a NAT has changed nobody here knows what it is inside.
  pending.claimed = {update.new_address,
                     sa_.facts.is_nat_remote ? arrival.own.port : pending.last_proven.port};
  if (update.new_address == arrival.peer.address) pending.claimed = arrival.peer;
  pending.began = sa_.context().now();
  if (const auto reason = choose(pending))
    refuse(update, *reason, arrival);
  else
    start(std::move(pending), arrival);
  return true;
}

/// It is accepted; now the endpoint has to be proven.
void UpdateOtherEnd::start(Pending pending, const Arrival& arrival) {
  highest_accepted_ = pending.update.request_id;
  recent_.push_back(pending.began);
  answered_.reset();
  roll_back();
  pending_ = std::move(pending);
  note(arrival);
  const Update& update = pending_->update;
  if (!update.addresses.empty()) sa_.facts.peer_addresses = update.addresses;
  report(MoveStep::kBegan, pending_->claimed);
  pending_timer_.start(sa_.update_config().unproven, [this] { on_time_out(); });
  const bool has_attributes = sa_.has_update_attributes();
  if (!has_attributes && sa_.update_config().unchallenged)
    return bind_finally(arrival.own, arrival.peer);
  const bool is_strict = sa_.update_config().accept == AddressUpdateConfig::Accept::kStrict;
  const bool is_claimed = pending_->claimed == arrival.peer;
  if (has_attributes && !is_strict && !update.does_old_path_work && is_claimed)
    bind_provisionally(arrival);
  if (!is_from_old(arrival)) challenge(arrival.own, arrival.peer);
  // Behind a NAT both could be meant: who answers where it was asked has proven itself.
  if (!is_claimed && is_bindable(pending_->claimed.address))
    challenge(arrival.own, pending_->claimed);
}

/// From where the peer is bound already: its new endpoint alone has something to prove.
bool UpdateOtherEnd::is_from_old(const Arrival& arrival) const {
  return pending_->update.does_old_path_work && arrival.peer == pending_->last_proven &&
         arrival.peer != pending_->claimed;
}

/// Nothing is proven yet, or what is better than what was.
bool UpdateOtherEnd::may_win(const Endpoint& peer) const {
  return pending_ && (!pending_->bound || rank(peer) < rank(*pending_->bound));
}

/// Its copies may come from elsewhere.
void UpdateOtherEnd::note(const Arrival& arrival) {
  auto& datagrams = pending_->datagrams;
  if (datagrams.size() == kMaxDatagrams) datagrams.erase(datagrams.begin());
  datagrams.push_back(
      {arrival.message_id, Bytes(arrival.digest.begin(), arrival.digest.end()), {arrival.peer}});
}

bool UpdateOtherEnd::on_copy(const Arrival& arrival) {
  if (!may_win(arrival.peer)) return false;
  auto& datagrams = pending_->datagrams;
  const auto known = std::find_if(datagrams.begin(), datagrams.end(), [&](const Datagram& one) {
    return one.message_id == arrival.message_id;
  });
  if (known == datagrams.end()) return false;
  if (!std::equal(known->digest.begin(), known->digest.end(), arrival.digest.begin(),
                  arrival.digest.end()))
    return false;
  auto& sources = known->sources;
  const bool is_again = std::find(sources.begin(), sources.end(), arrival.peer) != sources.end();
  const bool is_other = arrival.peer != pending_->claimed;
  if (is_again || sources.size() >= kMaxCandidates || is_from_old(arrival) ||
      (is_other && !sa_.update_config().allow_nat) || !is_bindable(arrival.peer.address))
    return true;
  sources.push_back(arrival.peer);
  challenge(arrival.own, arrival.peer);
  return true;
}

void UpdateOtherEnd::challenge(const Endpoint& own, const Endpoint& peer) {
  auto& candidates = pending_->candidates;
  auto known = std::find_if(candidates.begin(), candidates.end(),
                            [&](const Candidate& one) { return one.peer == peer; });
  if (known == candidates.end()) {
    if (candidates.size() >= kMaxCandidates) return;
    candidates.push_back({own, peer, sa_.context().outside.random.bytes(kChallengeBytes), 0});
    known = std::prev(candidates.end());
  }
  if (!sa_.has_update_attributes()) {
    known->dpd = sa_.send_dpd(own, peer, kDpdSkip);
    return;
  }
  Update ack = reply_to(pending_->update, own, peer);
  ack.challenge = known->challenge;
  ack.addresses = sa_.further_addresses(own.address);
  sa_.send_update(UpdateKind::kAck, ack, own, peer);
}

// ---------------------------------------------------------------- proof

bool UpdateOtherEnd::on_confirm(const Update& update, const Arrival& arrival) {
  const bool is_of_pending = pending_ && pending_->update.request_id == update.request_id;
  if (!is_of_pending || !update.response) {
    // A CONFIRM that comes again gets the answer that it got.
    if (!pending_) answer_again(update, arrival);
    return true;
  }
  const auto& candidates = pending_->candidates;
  const auto proven = std::find_if(candidates.begin(), candidates.end(), [&](const auto& one) {
    return one.peer == arrival.peer && is_equal_in_constant_time(one.challenge, *update.response);
  });
  if (proven == candidates.end() || update.new_address != pending_->update.new_address) {
    ++sa_.context().counters.bad_hash;
    sa_.log(1, "an answer to another challenge, or from elsewhere; nothing moves");
    return false;
  }
  if (pending_->bound && rank(*pending_->bound) <= rank(arrival.peer))
    answer_again(update, arrival);
  else
    bind_finally(arrival.own, arrival.peer);
  return true;
}

bool UpdateOtherEnd::on_dpd_answer(std::uint32_t sequence, const Arrival& arrival) {
  if (!pending_) return false;
  for (const Candidate& one : pending_->candidates) {
    if (one.dpd == 0 || one.dpd != sequence) continue;
    if (one.peer == arrival.peer && !pending_->bound) bind_finally(arrival.own, arrival.peer);
    return true;
  }
  return false;
}

void UpdateOtherEnd::on_wrong_dpd_answer() {
  if (!pending_ || pending_->bound || sa_.has_update_attributes()) return;
  sa_.log(1, number_of(pending_->update) + ": an answer to a DPD that nobody asked; nothing moves");
  pending_timer_.stop();
  on_time_out();
}

/// Of several who prove themselves: the claimed endpoint, the last proven one, the first.
unsigned UpdateOtherEnd::rank(const Endpoint& peer) const {
  if (peer == pending_->claimed) return 0;
  return peer == pending_->last_proven ? 1 : 2;
}

Status UpdateOtherEnd::bind(const Endpoint& own, const Endpoint& peer,
                            std::optional<std::uint32_t> credit) {
  const Update& update = pending_->update;
  const bool is_nat_remote =
      pending_->observed == pending_->claimed
          ? update.natd_source && *update.natd_source != nat_hash_of(peer_hash_, peer)
          : peer != pending_->claimed;
  const bool is_nat_local = update.natd_destination
                                ? *update.natd_destination != nat_hash_of(own_hash_, own)
                                : sa_.facts.is_nat_local;
  const Endpoint& now = sa_.facts.own != pending_->known_own ? sa_.facts.own : own;
  const Status status = sa_.bind({now, peer, is_nat_local, is_nat_remote, credit},
                                 sa_.children_that_move(pending_->spis, pending_->except));
  pending_->known_own = sa_.facts.own;
  return status;
}

void UpdateOtherEnd::bind_finally(const Endpoint& own, const Endpoint& peer) {
  Update content = reply_to(pending_->update, own, peer);
  if (const Status status = bind(own, peer, std::nullopt); !status) {
    sa_.log(0, "the peer's move fails: " + status.error().text());
    report(MoveStep::kRefused, peer, UpdateReason::kBusy);
    roll_back();
    if (sa_.has_update_attributes()) content.reason = UpdateReason::kBusy;
    pending_.reset();
    pending_timer_.stop();
    return answer(UpdateKind::kNack, std::move(content), own, peer);
  }
  provisional_.reset();
  pending_->bound = peer;
  if (!pending_->update.spis.empty()) content.spis = pending_->spis;
  if (sa_.has_update_attributes()) {
    content.except = pending_->except;
    content.reason = pending_->partial;
  }
  sa_.log(0, number_of(pending_->update) + ": moved from " + pending_->last_proven.address.text() +
                 " to " + peer.address.text() + "; keys and sequence numbers stay");
  report(MoveStep::kMoved, peer);
  answer(UpdateKind::kAck, std::move(content), own, peer);
  sa_.on_peer_bound();
  // Whoever is better may still come; then the move is settled.
  pending_timer_.start(sa_.update_config().unproven, [this] { on_time_out(); });
}

void UpdateOtherEnd::on_time_out() {
  if (pending_->bound) {
    report(MoveStep::kSettled, *pending_->bound);
  } else {
    sa_.log(1, number_of(pending_->update) + ": the new address was not proven in time");
    report(MoveStep::kTimedOut, pending_->claimed);
    roll_back();
  }
  pending_.reset();
}

// ---------------------------------------------------------------- provisional binding

void UpdateOtherEnd::bind_provisionally(const Arrival& arrival) {
  const auto earned =
      kCreditFactor * static_cast<std::int64_t>(wire_bytes(arrival.message.size(), arrival.peer));
  const std::int64_t kept =
      std::min(earned, kAckBytes + 4 * static_cast<std::int64_t>(pending_->update.spis.size()));
  Provisional provisional{sa_.facts.own,
                          arrival.own,
                          arrival.peer,
                          pending_->last_proven,
                          sa_.facts.is_nat_local,
                          sa_.facts.is_nat_remote,
                          pending_->spis,
                          pending_->except,
                          kept};
  if (!bind(arrival.own, arrival.peer, static_cast<std::uint32_t>(earned - kept))) return;
  provisional_ = std::move(provisional);
  sa_.log(1, number_of(pending_->update) + ": bound to " + arrival.peer.address.text() +
                 " until it is proven, with a credit of " + std::to_string(earned) + " bytes");
  report(MoveStep::kBound, arrival.peer);
}

const Endpoint& UpdateOtherEnd::proven_peer() const {
  return provisional_ ? provisional_->proven_peer : sa_.facts.peer;
}

/// Back to the endpoint that was proven last.
void UpdateOtherEnd::roll_back() {
  const auto undone = std::exchange(provisional_, std::nullopt);
  if (!undone) return;
  // This end may have moved too.
  const Endpoint& own = sa_.facts.own == undone->own ? undone->proven_own : sa_.facts.own;
  const Status status = sa_.bind(
      {own, undone->proven_peer, undone->is_nat_local, undone->is_nat_remote, std::nullopt},
      sa_.children_that_move(undone->spis, undone->except));
  if (!status) sa_.log(0, "cannot go back to the proven address: " + status.error().text());
}

bool UpdateOtherEnd::may_send(const Endpoint& peer, std::size_t message_bytes) {
  if (!provisional_ || peer != provisional_->peer) return true;
  const auto bytes = static_cast<std::int64_t>(wire_bytes(message_bytes, peer));
  if (provisional_->budget < bytes) {
    ++sa_.context().counters.held_back;
    return false;
  }
  provisional_->budget -= bytes;
  return true;
}

void UpdateOtherEnd::stop() {
  pending_timer_.stop();
  roll_back();
  pending_.reset();
}

}  // namespace holdfast::ike

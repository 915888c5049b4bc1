// SPDX-License-Identifier: Apache-2.0
// The end whose address did not change: checks, challenges, binds.
#include <algorithm>

#include "ike/address_update.h"
#include "ike/ike_sa.h"

namespace holdfast::ike {

using namespace isakmp;

namespace {

constexpr std::size_t kChallengeBytes = 16, kMaxCandidates = 6;
constexpr std::chrono::seconds kUnproven(4);
/// More moves than this in that time are answered with `busy`.
constexpr std::size_t kMaxMoves = 10;
constexpr std::chrono::seconds kMoveWindow(10);

bool starts_with(const IpAddress& address, std::initializer_list<std::uint8_t> bytes) {
  return std::equal(bytes.begin(), bytes.end(), address.bytes.begin());
}

}  // namespace

/// Unspecified, loopback, multicast, broadcast, link-local, v4-mapped and own addresses are
/// nobody's to move to.
bool AddressUpdates::is_bindable(const IpAddress& address) const {
  const std::uint8_t first = address.bytes[0];
  if (address == sa_.facts.own.address) return false;
  if (!address.is_ipv6)
    return first != 0 && first != 127 && first < 224 && !starts_with(address, {169, 254});
  const bool is_low = std::all_of(address.bytes.begin(), address.bytes.begin() + 10,
                                  [](std::uint8_t byte) { return byte == 0; });
  return !is_low && first != 0xFF && !(first == 0xFE && (address.bytes[1] & 0xC0) == 0x80);
}

bool AddressUpdates::is_over_rate() {
  const TimePoint now = sa_.context().now();
  while (!recent_.empty() && now - recent_.front() >= kMoveWindow) recent_.erase(recent_.begin());
  return recent_.size() >= kMaxMoves;
}

void AddressUpdates::answer(NotifyType type, Update content, const Endpoint& own,
                            const Endpoint& peer) {
  content.sender.reset();
  answered_ = Answered{content.request_id, type, write_address_update(content)};
  send(type, std::move(content), own, peer);
}

void AddressUpdates::refuse(const Update& update, UpdateReason reason, const Endpoint& own,
                            const Endpoint& peer) {
  Update nack;
  nack.old_address = update.old_address;
  nack.new_address = update.new_address;
  nack.request_id = update.request_id;
  nack.spis = update.spis;
  nack.reason = reason;
  nack.observed = peer;
  if (reason == UpdateReason::kSuperseded) nack.highest = highest_accepted_;
  sa_.log(1, "refusing an address update: " + std::string(name_of(reason)));
  send(NotifyType::kAddressUpdateNack, std::move(nack), own, peer);
}

void AddressUpdates::on_update(const Update& update, const Endpoint& own, const Endpoint& peer) {
  // The stored answer, encrypted anew; a copy of what is pending gives its source a challenge.
  if (update.request_id == highest_accepted_ && highest_accepted_ != 0) {
    if (pending_) return challenge(own, peer);
    if (answered_ && answered_->request_id == update.request_id)
      if (auto stored = parse_address_update(answered_->data))
        send(answered_->type, std::move(*stored), own, peer);
    return;
  }
  if (update.request_id <= highest_accepted_)
    return refuse(update, UpdateReason::kSuperseded, own, peer);
  if (is_over_rate()) return refuse(update, UpdateReason::kBusy, own, peer);
  if (!update.spis.empty() && !sa_.are_all_inbound(update.spis))
    return refuse(update, UpdateReason::kUnknownSpi, own, peer);

  Pending pending;
  pending.request_id = update.request_id;
  pending.update = update;
  pending.observed = peer;
  pending.claimed = {update.new_address, sa_.facts.peer.port};
  const bool is_same = pending.claimed.address == peer.address;
  if (!is_same && !sa_.facts.peer_has_natt)
    return refuse(update, UpdateReason::kNatNotAllowed, own, peer);
  if (!is_bindable(peer.address)) return refuse(update, UpdateReason::kAddressRefused, own, peer);

  highest_accepted_ = update.request_id;
  recent_.push_back(sa_.context().now());
  answered_.reset();
  pending_ = std::move(pending);
  pending_timer_.start(kUnproven, [this] {
    sa_.log(1, "the new address of the peer was not proven in time; nothing moved");
    pending_.reset();
  });
  challenge(own, peer);
  // Behind a NAT both could be meant: who answers where it was asked has proven itself.
  if (!is_same && is_bindable(pending_->claimed.address)) challenge(own, pending_->claimed);
}

void AddressUpdates::challenge(const Endpoint& own, const Endpoint& peer) {
  auto& candidates = pending_->candidates;
  auto known = std::find_if(candidates.begin(), candidates.end(),
                            [&](const Candidate& one) { return one.peer == peer; });
  if (known == candidates.end()) {
    if (candidates.size() >= kMaxCandidates) return;
    candidates.push_back({own, peer, sa_.context().outside.random.bytes(kChallengeBytes)});
    known = std::prev(candidates.end());
  }
  Update ack;
  ack.old_address = pending_->update.old_address;
  ack.new_address = pending_->update.new_address;
  ack.request_id = pending_->request_id;
  ack.spis = pending_->update.spis;
  ack.challenge = known->challenge;
  ack.observed = peer;
  const HashAlgorithm hash = sa_.keys->proposal.hash;
  ack.natd_source = nat_hash(hash, sa_.facts.cookies, own);
  ack.natd_destination = nat_hash(hash, sa_.facts.cookies, peer);
  send(NotifyType::kAddressUpdateAck, std::move(ack), own, peer);
}

void AddressUpdates::on_confirm(const Update& update, const Endpoint& own, const Endpoint& peer) {
  // A CONFIRM that comes again gets the answer that it got.
  if (!pending_ && answered_ && answered_->request_id == update.request_id) {
    if (auto stored = parse_address_update(answered_->data))
      send(answered_->type, std::move(*stored), own, peer);
    return;
  }
  if (!pending_ || pending_->request_id != update.request_id || !update.response) return;
  const auto& candidates = pending_->candidates;
  const auto proven = std::find_if(candidates.begin(), candidates.end(), [&](const auto& one) {
    return one.peer == peer && is_equal_in_constant_time(one.challenge, *update.response);
  });
  if (proven == candidates.end()) {
    ++sa_.context().counters.bad_hash;
    sa_.log(1, "an answer to another challenge, or from elsewhere; nothing moves");
    return;
  }
  const Pending done = *std::exchange(pending_, std::nullopt);
  pending_timer_.stop();
  Update content;
  content.old_address = done.update.old_address;
  content.new_address = done.update.new_address;
  content.request_id = done.request_id;
  content.spis = done.update.spis;
  content.observed = peer;
  const Endpoint old_peer = sa_.facts.peer;
  if (!sa_.bind(own, peer, sa_.facts.is_nat_local, peer != done.claimed)) {
    content.reason = UpdateReason::kBusy;
    return answer(NotifyType::kAddressUpdateNack, std::move(content), own, peer);
  }
  sa_.log(0, "the peer moved from " + old_peer.address.text() + " to " + peer.address.text() +
                 "; keys and sequence numbers stay");
  answer(NotifyType::kAddressUpdateAck, std::move(content), own, peer);
}

}  // namespace holdfast::ike

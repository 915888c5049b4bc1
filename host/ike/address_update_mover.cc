// SPDX-License-Identifier: Apache-2.0
#include "ike/address_update_mover.h"

#include <algorithm>
#include <array>

#include "ike/ike_sa.h"

namespace holdfast::ike {

using namespace isakmp;

namespace {

/// UPDATE, and later CONFIRM, leave at these times after the first.
constexpr std::array<std::chrono::milliseconds, 4> kTries = {
    std::chrono::milliseconds(0), std::chrono::milliseconds(250), std::chrono::milliseconds(750),
    std::chrono::milliseconds(1750)};
constexpr std::chrono::seconds kBusyWait(1), kBusyPatience(5), kDpdMoveWait(1), kBetterAnswer(1);
/// A challenge of another endpoint may come as much later; then the move counts as settled.
constexpr std::chrono::seconds kLateChallenges(4);
constexpr std::chrono::milliseconds kDrainLook(50);
constexpr unsigned kMaxStrangers = 4;
constexpr std::size_t kMaxSpis = 255;
/// An ISAKMP message of an update is padded to as much: whole blocks of every cipher below 1,200.
constexpr std::size_t kPaddedBytes = 1196;

/// How much padding makes an UPDATE as long as that (RFC 2408, 3.1, 3.2, 3.14).
std::size_t padding_for(const AddressUpdate& update, HashAlgorithm hash) {
  constexpr std::size_t kGeneric = 4, kNotification = 12, kAttribute = 4;
  const std::size_t size = kHeaderBytes + kGeneric + digest_size(hash) + kNotification +
                           write_address_update(update).size() + kAttribute;
  return size < kPaddedBytes ? kPaddedBytes - size : 0;
}

/// Of a private network (RFC 1918, 3; RFC 6598, 7; RFC 4193, 3.1).
bool is_private(const IpAddress& address) {
  const std::uint8_t first = address.bytes[0], second = address.bytes[1];
  if (address.is_ipv6) return (first & 0xFE) == 0xFC;
  return first == 10 || (first == 172 && (second & 0xF0) == 16) ||
         (first == 192 && second == 168) || (first == 100 && (second & 0xC0) == 64);
}

/// Between a private address and one that is not there must be a NAT.
bool must_have_nat(const IpAddress& own, const IpAddress& peer) {
  return is_private(own) && !is_private(peer);
}

}  // namespace

UpdateMover::UpdateMover(IkeSa& sa)
    : sa_(sa),
      move_timer_(sa.context().outside.timers),
      retry_timer_(sa.context().outside.timers),
      settled_timer_(sa.context().outside.timers) {}

void UpdateMover::inherit(const UpdateMover& old) {
  // This one may have moved already: numbers never fall.
  if (old.next_request_id_ <= next_request_id_) return;
  next_request_id_ = old.next_request_id_;
  acknowledged_ = old.acknowledged_;
}

void UpdateMover::stop() {
  for (Timer* timer : {&move_timer_, &retry_timer_, &settled_timer_}) timer->stop();
  move_.reset();
  done_.reset();
}

bool UpdateMover::is_moving_to(const Endpoint& own, const Endpoint& peer,
                               bool does_old_path_work) const {
  // It may be bound already, and then the old path is not asked for.
  return move_ && move_->own == own && move_->peer == peer &&
         (move_->does_old_path_work == does_old_path_work || sa_.facts.own == own);
}

bool UpdateMover::is_capable() const {
  return sa_.facts.peer_has_holdfast &&
         sa_.update_config().accept != AddressUpdateConfig::Accept::kNo;
}

void UpdateMover::report(MoveStep step, const Move& move, std::optional<UpdateReason> reason) {
  MoveReport report;
  report.step = step;
  report.request_id = move.request_id;
  report.is_ours = true;
  report.does_old_path_work = move.does_old_path_work;
  report.from = move.old_own;
  report.to = move.own;
  report.reason = reason;
  report.took = sa_.context().now() - move.began;
  report.num_children = sa_.children().size() - move.tied.size();
  sa_.report(std::move(report));
}

void UpdateMover::move(const Endpoint& own, const Endpoint& peer, bool does_old_path_work) {
  Move move;
  move.own = own;
  move.peer = peer;
  move.old_own = move_ ? move_->old_own : sa_.facts.own;
  move.does_old_path_work = does_old_path_work;
  move.began = sa_.context().now();
  begin(std::move(move));
}

void UpdateMover::begin(Move move) {
  stop();
  move.response.reset();
  move.is_own_asked = false;
  move.tries = move.num_strangers = 0;
  move.spis.clear();
  move.tied.clear();
  for (const ChildSa* child : sa_.children_that_move({}, {}))
    if (child->is_tied_to(move.old_own.address, move.own.address, true))
      move.tied.push_back(to_number(child->agreement().spi_in));
  move.told_old = acknowledged_ == IpAddress{} ? move.old_own.address : acknowledged_;
  move.request_id = next_request_id_;
  move.known_peer = sa_.facts.peer;
  move.try_began = sa_.context().now();
  const bool is_ipv6 = move.own.address.is_ipv6 || move.old_own.address.is_ipv6;
  if (!is_capable()) {
    if (sa_.update_config().dpd_move && !move.does_old_path_work) return try_dpd(std::move(move));
    return fall_back(move, "the peer knows no address updates");
  }
  if (!sa_.has_update_attributes() && is_ipv6)
    return fall_back(move, "the peer's form of address updates has no room for IPv6");
  if (next_request_id_ == 0xFFFF'FFFF) return fall_back(move, "all request identifiers are used");
  ++next_request_id_;
  const auto moving = sa_.children_that_move({}, move.tied);
  if (!move.tied.empty() && !moving.empty() && moving.size() <= kMaxSpis)
    for (const ChildSa* child : moving) move.spis.push_back(to_number(child->agreement().spi_out));
  sa_.log(1,
          "address update #" + std::to_string(move.request_id) + ": moving from " +
              move.old_own.address.text() + " to " + move.own.address.text() +
              (move.does_old_path_work ? ", the old path still works" : ", the old path is gone"));
  report(MoveStep::kBegan, move);
  if (!proven_peer_) proven_peer_ = sa_.other_end().proven_peer();
  // What leaves from the new address is accepted at once: inbound SAs are found by their SPI. Who
  // knows whether there is a NAT: UDP passes.
  if (!move.does_old_path_work)
    if (const Status status = bind(move, true, sa_.facts.is_nat_remote); !status)
      return fall_back(move, status.error().text());
  move.known_peer = sa_.facts.peer;
  move_ = std::move(move);
  send_again();
}

const Endpoint& UpdateMover::peer_of(const Move& move) const {
  return sa_.facts.peer != move.known_peer ? sa_.facts.peer : move.peer;
}

/// The peer may be elsewhere by now, or back where it was.
void UpdateMover::begin_again(Move move) {
  move.peer = peer_of(move);
  begin(std::move(move));
}

Status UpdateMover::bind(const Move& move, bool is_nat_local, bool is_nat_remote) {
  const Endpoint& peer = peer_of(move);
  // Nothing more goes on credit to where the peer only says it is; its proof sets that right.
  const auto credit = sa_.other_end().is_unproven(peer) ? std::optional(0u) : std::nullopt;
  return sa_.bind({move.own, peer, is_nat_local, is_nat_remote, credit},
                  sa_.children_that_move({}, move.tied));
}

AddressUpdate UpdateMover::base_of(const Move& move) const {
  Update update;
  update.old_address = move.told_old;
  update.new_address = move.own.address;
  update.request_id = move.request_id;
  if (sa_.has_update_attributes()) update.sender = sa_.own_cookie();
  return update;
}

void UpdateMover::send_update(const Move& move) {
  Update update = base_of(move);
  update.spis = move.spis;
  // A NAT of the peer's lets in only what comes from where it knows.
  const bool is_from_old = move_ && move.does_old_path_work && sa_.facts.is_nat_remote;
  const Endpoint& from = is_from_old ? move.old_own : move.own;
  if (sa_.has_update_attributes()) {
    const HashAlgorithm hash = sa_.keys->proposal.hash;
    update.does_old_path_work = move.does_old_path_work;
    update.natd_source = nat_hash(hash, sa_.facts.cookies, from);
    update.natd_destination = nat_hash(hash, sa_.facts.cookies, peer_of(move));
    update.addresses = sa_.further_addresses(move.own.address);
    if (move_ && !move.does_old_path_work) update.padding = padding_for(update, hash);
  }
  sa_.send_update(UpdateKind::kUpdate, update, from, peer_of(move));
}

void UpdateMover::send_confirm(const Move& move, const Bytes& challenge, const Endpoint& own,
                               const Endpoint& peer) {
  Update confirm = base_of(move);
  confirm.response = challenge;
  sa_.send_update(UpdateKind::kConfirm, confirm, own, peer);
}

/// Who answers another's challenge goes on with UPDATE too: its own may have been lost, and a
/// forwarder's come in its place.
void UpdateMover::send_again() {
  if (move_->response)
    send_confirm(*move_, *move_->response, move_->confirm_own, move_->confirm_peer);
  if (!move_->is_own_asked && (!move_->response || move_->tries > 0)) send_update(*move_);
  ++move_->tries;
  wait_for_answer();
}

void UpdateMover::wait_for_answer() {
  const Duration left = move_->try_began + sa_.update_config().give_up - sa_.context().now();
  const bool is_last = move_->tries >= kTries.size();
  const Duration wait =
      is_last ? left : std::min<Duration>(left, kTries[move_->tries] - kTries[move_->tries - 1]);
  move_timer_.start(std::max<Duration>(wait, Duration(0)), [this, is_last, left, wait] {
    if (is_last || wait >= left) return on_no_answer();
    send_again();
  });
}

bool UpdateMover::on_answer(UpdateKind kind, const Update& answer, const Arrival& arrival) {
  const bool is_late = !move_ && done_;
  Move* move = move_ ? &*move_ : done_ ? &*done_ : nullptr;
  if (!move || answer.request_id != move->request_id) return true;
  // Malformed is answered without addresses.
  const bool names_addresses =
      kind != UpdateKind::kNack || answer.reason != UpdateReason::kMalformed;
  if (names_addresses && answer.new_address != move->own.address) return true;
  if (kind == UpdateKind::kNack) {
    if (!is_late) on_nack(answer);
    return true;
  }
  if (!answer.addresses.empty()) sa_.facts.peer_addresses = answer.addresses;
  if (answer.challenge) return on_challenge(answer, arrival);
  if (is_late)
    on_late_final(answer);
  else
    on_moved(answer);
  return true;
}

/// Each challenge is answered from where it arrived to where it came from. That of this end's own
/// endpoint is the one to insist on; others may be those of copies that overtook.
bool UpdateMover::on_challenge(const Update& ack, const Arrival& arrival) {
  const bool is_late = !move_;
  Move& move = is_late ? *done_ : *move_;
  const bool is_own = ack.observed == move.own;
  const bool is_elsewhere = arrival.peer != peer_of(move);
  if (is_late || is_elsewhere || (move.is_own_asked && !is_own)) {
    if ((is_own && !is_elsewhere) || move.num_strangers++ < kMaxStrangers)
      send_confirm(move, *ack.challenge, arrival.own, arrival.peer);
    return is_late || !is_elsewhere;
  }
  const bool is_known = move.response == ack.challenge;
  move.response = ack.challenge;
  move.is_own_asked = is_own;
  move.confirm_own = arrival.own;
  move.confirm_peer = arrival.peer;
  if (is_known) {  // the same again: an UPDATE was beside CONFIRM
    send_confirm(move, *move.response, move.confirm_own, move.confirm_peer);
    return true;
  }
  move.tries = 0;
  send_again();
  return true;
}

void UpdateMover::on_moved(const Update& answer) {
  move_timer_.stop();
  retry_timer_.stop();
  const Move done = *std::exchange(move_, std::nullopt);
  const HashAlgorithm hash = sa_.keys->proposal.hash;
  const bool is_nat_local = answer.observed ? *answer.observed != done.own : sa_.has_nat();
  const bool is_nat_remote =
      answer.natd_source ? *answer.natd_source != nat_hash(hash, sa_.facts.cookies, peer_of(done))
                         : sa_.facts.is_nat_remote;
  if (const Status status = bind(done, is_nat_local, is_nat_remote); !status)
    return fall_back(done, status.error().text());
  acknowledged_ = done.own.address;
  on_peer_bound();
  const auto took =
      std::chrono::duration_cast<std::chrono::microseconds>(sa_.context().now() - done.began);
  sa_.log(0, "address update #" + std::to_string(done.request_id) + ": moved to " +
                 done.own.address.text() + " in " + std::to_string(took.count()) +
                 " microseconds; keys and sequence numbers stay");
  report(MoveStep::kMoved, done);
  done_ = done;
  done_->tries = 0;
  settled_timer_.start(kLateChallenges, [this] { settle(); });
  done_->is_own_bound = !answer.observed || *answer.observed == done.own;
  if (!done_->is_own_bound && !must_have_nat(done.own.address, peer_of(done).address)) ask_again();
  negotiate_rest(done, answer);
  sa_.on_moved();
}

/// The peer has bound what is not this end's own endpoint. That may be a NAT's, and then nothing
/// changes by this; or a forwarder's, who was first: he loses it as soon as this end's own UPDATE
/// is there, and it may have been lost once.
void UpdateMover::ask_again() {
  if (done_->tries > 0) send_update(*done_);
  if (++done_->tries >= kTries.size()) return;
  move_timer_.start(kTries[done_->tries] - kTries[done_->tries - 1], [this] { ask_again(); });
}

/// It was another endpoint that was bound first, and now it is this end's own.
void UpdateMover::on_late_final(const Update& answer) {
  if (done_->is_own_bound || answer.observed != done_->own) return;
  done_->is_own_bound = true;
  move_timer_.stop();
  sa_.log(0, "address update #" + std::to_string(done_->request_id) +
                 ": the peer had bound somebody between, and now this end itself");
  if (const Status status = bind(*done_, false, sa_.facts.is_nat_remote); !status)
    sa_.log(0, "there is no NAT, but UDP stays: " + status.error().text());
}

/// Only when the card sends nothing any more as it was bound before.
void UpdateMover::settle() {
  if (!sa_.is_drained()) return settled_timer_.start(kDrainLook, [this] { settle(); });
  report(MoveStep::kSettled, *done_);
  done_.reset();
}

/// Children that could not move are negotiated anew from the new address.
void UpdateMover::negotiate_rest(const Move& done, const Update& answer) {
  const auto is_in = [](const std::vector<std::uint32_t>& list, Spi spi) {
    return std::find(list.begin(), list.end(), to_number(spi)) != list.end();
  };
  std::vector<std::uint32_t> rest;
  for (const ChildSa* child : sa_.children_that_move({}, {})) {
    const Spi in = child->agreement().spi_in, out = child->agreement().spi_out;
    const bool was_asked = done.spis.empty() || is_in(done.spis, out);
    const bool has_moved = done.spis.empty() ? !is_in(answer.except, out) : is_in(answer.spis, out);
    if (is_in(done.tied, in) || (was_asked && !has_moved)) rest.push_back(child->unique_id());
  }
  for (const std::uint32_t id : rest) sa_.negotiate_child_anew(id);
}

/// Who sees an update can send a copy from an address that is refused, and hand the answer on: so
/// such an answer counts only if no better one comes.
void UpdateMover::on_nack(const Update& nack) {
  const bool is_about_address =
      nack.reason == UpdateReason::kNatNotAllowed || nack.reason == UpdateReason::kAddressRefused;
  if (!is_about_address || !nack.observed || *nack.observed == move_->own) return on_refused(nack);
  if (retry_timer_.is_running()) return;
  retry_timer_.start(kBetterAnswer, [this, nack] {
    if (move_ && move_->request_id == nack.request_id && !move_->response) on_refused(nack);
  });
}

void UpdateMover::on_refused(const Update& nack) {
  move_timer_.stop();
  Move refused = *std::exchange(move_, std::nullopt);
  const UpdateReason reason = nack.reason.value_or(UpdateReason::kPolicy);
  sa_.log(0, "address update #" + std::to_string(refused.request_id) +
                 ": the peer refuses: " + std::string(name_of(reason)));
  report(MoveStep::kRefused, refused, reason);
  if (reason == UpdateReason::kSuperseded && nack.highest && *nack.highest < 0xFFFF'FFFE) {
    next_request_id_ = std::max(next_request_id_, *nack.highest + 1);
    return begin_again(std::move(refused));
  }
  // Nothing is negotiated anew for a while: the other end has its hands full.
  const Duration patience = sa_.update_config().give_up + kBusyPatience;
  if (reason == UpdateReason::kBusy && sa_.context().now() - refused.began < patience) {
    retry_timer_.start(kBusyWait, [this, refused] { begin_again(refused); });
    return;
  }
  if (reason == UpdateReason::kMalformed) sa_.log(0, "this is a bug; please report it");
  if (reason == UpdateReason::kAddressRefused || refused.does_old_path_work) {
    if (sa_.try_other_address(refused.own.address)) return;
    if (refused.does_old_path_work) return;
  }
  fall_back(refused, "the peer refuses: " + std::string(name_of(reason)));
}

void UpdateMover::on_no_answer() {
  Move given_up = *std::exchange(move_, std::nullopt);
  report(MoveStep::kTimedOut, given_up);
  if (given_up.does_old_path_work) {
    sa_.log(0, "no answer from the peer to the new address; the old path stays in use");
    sa_.try_other_address(given_up.own.address);
    return;
  }
  // The peer may have moved too: its other addresses.
  given_up.tried.push_back(given_up.peer);
  if (const auto next = sa_.other_way(given_up.tried); next && is_capable()) {
    given_up.own = next->own;
    given_up.peer = next->peer;
    return begin(std::move(given_up));
  }
  // Nobody there either: the one that was proven last is the best guess.
  given_up.peer = proven_peer_.value_or(given_up.tried.front());
  if (const auto way = sa_.way_to(given_up.peer.address); way && given_up.tried.size() > 1) {
    given_up.own = way->own;
    given_up.known_peer = sa_.facts.peer;
    static_cast<void>(bind(given_up, true, sa_.facts.is_nat_remote));
  }
  // If it did not answer Main Mode there last time, perhaps it does elsewhere.
  const std::size_t turn = num_fall_backs_++ % given_up.tried.size();
  if (const auto way = sa_.way_to(given_up.tried[turn].address); way && turn > 0) {
    given_up.own = way->own;
    given_up.peer = way->peer;
  }
  fall_back(given_up, "the peer does not answer the address update");
}

void UpdateMover::fall_back(const Move& move, const std::string& why) {
  sa_.log(0, "negotiating anew from " + move.own.address.text() + ": " + why);
  report(MoveStep::kAnew, move);
  sa_.negotiate_anew(move.own, move.peer);
}

/// Some re-bind on any authentic packet. That the peer answers shows that ISAKMP passes; only ESP
/// that comes here shows that the SAs moved.
void UpdateMover::try_dpd(Move move) {
  if (!sa_.facts.peer_has_dpd || sa_.children().empty() ||
      !bind(move, sa_.facts.is_nat_local, sa_.facts.is_nat_remote))
    return fall_back(move, "the peer knows no address updates");
  report(MoveStep::kBegan, move);
  sa_.send_dpd(move.own, move.peer);
  move_ = std::move(move);
  move_timer_.start(kDpdMoveWait, [this] {
    const Move tried = *std::exchange(move_, std::nullopt);
    if (sa_.inbound_on_path() == 0)
      return fall_back(tried, "the peer's packets do not follow its answer to DPD");
    sa_.log(0, "moved to " + tried.own.address.text() + " by DPD");
    report(MoveStep::kMoved, tried);
    sa_.on_moved();
  });
}

}  // namespace holdfast::ike

// SPDX-License-Identifier: Apache-2.0
// What an ISAKMP SA does when this machine's addresses change, and how it waits for a peer.
#include <algorithm>

#include "ike/ike_sa.h"

namespace holdfast::ike {

namespace {

/// More moves than these are slowed down.
constexpr std::size_t kManyMoves = 3;
constexpr std::chrono::seconds kManyMovesIn(10), kSlowMove(2);
/// A new address that brought no answer is left alone for as long.
constexpr std::chrono::seconds kAvoid(30);
/// A silent peer is looked at as often.
constexpr std::chrono::seconds kLook(10);

}  // namespace

void IkeSa::on_network_change() {
  if (is_dead_ || is_abandoned_ || !context_.network) return;
  const bool is_own_gone = !context_.network->is_usable(facts.own.address);
  if (!is_established()) {
    // Main Mode goes on from wherever the kernel sends.
    if (is_initiator() && facts.own.address != IpAddress{.is_ipv6 = facts.own.address.is_ipv6} &&
        is_own_gone)
      if (const auto way = way_to(facts.peer.address)) facts.own.address = way->own.address;
    return;
  }
  // A renewal from an address that is gone would be nobody's: the old SA moves first.
  const auto successor = successor_.lock();
  if (successor && successor->state_ == IkeState::kConnecting && is_own_gone)
    successor->end("the address changed");
  // At once when the address in use is gone; otherwise there is time for the picture to settle.
  if (is_own_gone) return look_at_network();
  settle_timer_.start(update_config().settle, [this] { look_at_network(); });
}

void IkeSa::on_roam(const Endpoint& own, const Endpoint& peer) {
  heard();
  if (!is_established() || !path_) return;
  // Raw ESP has no port, and both forms may come for a while after a move.
  const Binding& bound = path_->binding();
  const bool has_ports = peer.port != 0 && bound.peer.port != 0;
  const bool is_bound =
      peer.address == bound.peer.address && (!has_ports || peer.port == bound.peer.port);
  if (is_bound || is_moving()) return probe().arm_later();
  const auto isakmp_port = [](const Endpoint& one, std::uint16_t port) {
    return Endpoint{one.address, one.port != 0 ? one.port : port};
  };
  probe().start(isakmp_port(own, facts.own.port), isakmp_port(peer, facts.peer.port));
}

// ---------------------------------------------------------------- ways

/// The address that was proven last comes first; those inside the tunnels lead nowhere.
std::vector<IpAddress> IkeSa::peer_candidates() const {
  const auto proven = updates_ ? updates_->mover.proven_peer() : std::nullopt;
  std::vector<IpAddress> all{proven.value_or(facts.peer).address};
  const auto add = [&](const IpAddress& address) {
    if (std::find(all.begin(), all.end(), address) == all.end() && !is_inner(address, false))
      all.push_back(address);
  };
  for (const IpAddress& told : facts.peer_addresses) add(told);
  for (const Prefix& remote : facts.config->remote_addrs)
    if (remote.length == (remote.address.is_ipv6 ? 128 : 32)) add(remote.address);
  return all;
}

std::optional<Way> IkeSa::way_to(const IpAddress& peer) const {
  const auto source = context_.network->source_through(peer, update_config().interfaces);
  if (!source || !context_.network->is_usable(*source)) return std::nullopt;
  if (moves_)
    for (const auto& [address, until] : moves_->avoided)
      if (address == *source && until > context_.now()) return std::nullopt;
  const bool is_known = peer == facts.peer.address || !facts.is_nat_remote;
  return Way{{*source, facts.own.port}, {peer, is_known ? facts.peer.port : facts.own.port}};
}

std::optional<Way> IkeSa::other_way(const std::vector<Endpoint>& tried) const {
  const auto is_new = [&](const IpAddress& peer) {
    return std::none_of(tried.begin(), tried.end(),
                        [&](const Endpoint& one) { return one.address == peer; });
  };
  const auto candidates = peer_candidates();
  for (const IpAddress& peer : candidates) {
    const auto way = is_new(peer) ? way_to(peer) : std::nullopt;
    if (!way) continue;
    // The kernel's picture may have changed between two questions: the best is asked for again.
    const auto best = is_new(candidates.front()) ? way_to(candidates.front()) : std::nullopt;
    return best ? best : way;
  }
  return std::nullopt;
}

bool IkeSa::try_other_address(const IpAddress& refused) {
  if (!context_.network) return false;
  if (!moves_) moves_ = std::make_unique<Moves>();
  const TimePoint now = context_.now();
  std::erase_if(moves_->avoided, [&](const auto& one) { return one.second <= now; });
  moves_->avoided.emplace_back(refused, now + kAvoid);
  settle_timer_.start(kAvoid, [this] { look_at_network(); });
  const auto way = other_way({});
  const bool is_other = way && way->own.address != facts.own.address;
  if (is_other) look_at_network();
  return is_other;
}

// ---------------------------------------------------------------- moving

void IkeSa::look_at_network() {
  if (is_dead_ || is_abandoned_) return;
  const bool is_old_usable = context_.network->is_usable(facts.own.address);
  const auto way = other_way({});
  if (!way) {
    if (!is_old_usable) park(Wait::kForAddress, false);
    return;
  }
  const bool is_reachable = context_.network->source_to(facts.peer.address).has_value();
  // Where the peer did not answer either nothing works.
  const auto proven = updates_ ? updates_->mover.proven_peer() : std::nullopt;
  const bool is_proven = !proven || *proven == facts.peer;
  const bool does_old_path_work = is_old_usable && is_reachable && is_proven;
  if (parking_ && parking_->wait == Wait::kForAddress) resume();
  const bool is_here = way->own.address == facts.own.address && way->peer == facts.peer;
  const bool is_moving = updates_ && updates_->mover.is_moving();
  if (is_here && !is_moving) return;
  if (is_moving && updates_->mover.is_moving_to(way->own, way->peer, does_old_path_work)) return;
  start_move(*way, does_old_path_work);
}

void IkeSa::start_move(const Way& way, bool does_old_path_work) {
  if (!moves_) moves_ = std::make_unique<Moves>();
  auto& recent = moves_->recent;
  const TimePoint now = context_.now();
  std::erase_if(recent, [&](TimePoint one) { return now - one >= kManyMovesIn; });
  if (recent.size() >= kManyMoves && now - recent.back() < kSlowMove) {
    settle_timer_.start(recent.back() + kSlowMove - now, [this] { look_at_network(); });
    return;
  }
  recent.push_back(now);
  updates().mover.move(way.own, way.peer, does_old_path_work);
}

// ---------------------------------------------------------------- waiting

bool IkeSa::can_wait() const {
  const AddressUpdateConfig& config = update_config();
  return is_known_to_peer_ && facts.peer_has_holdfast &&
         config.accept != AddressUpdateConfig::Accept::kNo && config.park_time.count() > 0;
}

/// SAs and PROTECT policies stay; DPD and keepalives rest.
void IkeSa::park(Wait wait, bool tries_again) {
  if (parking_ && parking_->wait == wait) {
    parking_->tries_again |= tries_again;
    return;
  }
  parking_ = std::make_unique<Parking>(wait, tries_again, context_.now(), context_.outside.timers);
  dpd_timer_.stop();
  keepalive_timer_.stop();
  dpd_unanswered_ = 0;
  log(0, wait == Wait::kForAddress ? "no address reaches the peer; the SAs wait for one"
                                   : "the peer is silent; the SAs wait for it");
  MoveReport parked;
  parked.step = MoveStep::kParked;
  parked.is_ours = wait == Wait::kForAddress;
  parked.from = parked.to = parked.is_ours ? facts.own : facts.peer;
  report(std::move(parked));
  if (wait == Wait::kForPeer) parking_->timer.start(kLook, [this] { look_at_silent_peer(); });
}

void IkeSa::resume() {
  if (!parking_) return;
  const bool is_ours = parking_->wait == Wait::kForAddress;
  parking_.reset();
  log(1, is_ours ? "there is an address again" : "the peer is back");
  MoveReport resumed;
  resumed.step = MoveStep::kResumed;
  resumed.is_ours = is_ours;
  resumed.from = resumed.to = is_ours ? facts.own : facts.peer;
  report(std::move(resumed));
  last_heard_ = context_.now();
  start_dpd();
  start_keepalive();
  if (!is_ours) on_network_change();  // this end may have moved meanwhile
}

void IkeSa::look_at_silent_peer() {
  const bool is_over = context_.now() - parking_->since >= update_config().park_time;
  const bool is_heard = std::any_of(children_.begin(), children_.end(), [&](const auto& child) {
    const std::int64_t idle = child->inbound_idle_seconds();
    return idle >= 0 && Seconds(idle) < kLook;
  });
  if (is_heard) return resume();
  if (is_over) {
    parking_.reset();
    return on_dead();
  }
  const bool tries_again = parking_->tries_again;
  parking_->timer.start(kLook, [this] { look_at_silent_peer(); });
  // The peer does not know where this end is; perhaps it is back.
  if (!tries_again || !context_.network || updates().mover.is_moving()) return;
  if (const auto way = other_way({})) updates().mover.move(way->own, way->peer, false);
}

/// Something authentic came.
void IkeSa::heard() {
  last_heard_ = context_.now();
  if (parking_ && parking_->wait == Wait::kForPeer) resume();
}

void IkeSa::on_silent() {
  if (is_replaced()) return end("the peer is silent here, and has a newer one");
  if (can_wait()) return park(Wait::kForPeer, false);
  on_dead();
}

}  // namespace holdfast::ike

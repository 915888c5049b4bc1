// SPDX-License-Identifier: Apache-2.0
// Several ISAKMP SAs, or children, with one peer: which of them stays.
#include <algorithm>

#include "ike/ike_sa.h"

namespace holdfast::ike {

namespace {

/// What both ends begin within this time they began at once.
constexpr Seconds kAtOnce(10);
/// More than what a renewal needs to take the old SA away.
constexpr Seconds kSettle(10);

}  // namespace

bool IkeSa::has_same_ends(const IkeSa& other) const {
  return other.facts.config->name == facts.config->name &&
         other.facts.remote_id == facts.remote_id && other.facts.local_id == facts.local_id;
}

/// From where the other is too. Several who share an identity (`unique = never`) may share an
/// address behind a NAT, but no port.
bool IkeSa::is_with_same_peer(const IkeSa& other) const {
  return has_same_ends(other) && other.facts.own.address == facts.own.address &&
         other.facts.peer.address == facts.peer.address &&
         (other.facts.peer.port == facts.peer.port || facts.config->unique != Uniqueness::kNever);
}

/// Children of an older SA with the same peer come along (they need no ISAKMP SA to live, but to be
/// renewed and ended). A peer that comes from elsewhere keeps its inner addresses alone: its old
/// children lead to where it was.
void IkeSa::adopt_children() {
  for (const auto& other : context_.established_with(facts.remote_id)) {
    if (other.get() == this || !has_same_ends(*other)) continue;
    if (other->is_abandoned_) {  // its children stay; the peer knows the numbers of its updates
      if (other->updates_) updates().inherit(*other->updates_);
      continue;
    }
    const bool is_here = is_with_same_peer(*other);
    if (!is_here && facts.config->unique == Uniqueness::kNever) continue;
    adopt_addresses_of(*other);
    if (is_here) adopt_children_of(*other);
  }
  stand_by_own_ends();
}

void IkeSa::adopt_addresses_of(IkeSa& other) {
  if (facts.local_vips.empty()) facts.local_vips = std::exchange(other.facts.local_vips, {});
  if (facts.remote_vips.empty()) facts.remote_vips = std::exchange(other.facts.remote_vips, {});
  if (facts.leases.empty()) facts.leases = std::exchange(other.facts.leases, {});
}

void IkeSa::adopt_children_of(IkeSa& other) {
  if (other.updates_) {
    other.updates_->mover.stop();
    other.updates_->other_end.stop();
    updates().inherit(*other.updates_);
  }
  // Whoever has the children moves them, and nobody else.
  auto path = std::exchange(other.path_, nullptr);
  if (!path_) path_ = std::move(path);
  for (auto& child : other.children_) child->set_ike(*this);
  children_.splice(children_.end(), other.children_);
  for (Waiting& waiting : std::exchange(other.waiting_, {})) waiting_.push_back(std::move(waiting));
}

/// An SA of which the peer may know nothing, because message 6 was lost, is no place for children
/// that it moves by the old one. A peer without Holdfast may never say anything by it.
bool IkeSa::waits_for_peer() const {
  const bool pushes = !facts.config->pull && !facts.config->pools.empty();
  return !is_initiator() && facts.peer_has_holdfast && !pushes;
}

void IkeSa::on_known_to_peer() {
  if (!is_established() || std::exchange(is_known_to_peer_, true)) return;
  adopt_children();
  enforce_uniqueness();
  sibling_timer_.start(kSettle, [this] { settle(); });
}

/// The preferred one of the others with this identity that stand and that `is_meant`.
template <typename Predicate>
std::shared_ptr<IkeSa> IkeSa::preferred_of(Predicate is_meant) const {
  std::shared_ptr<IkeSa> best;
  for (const auto& other : context_.established_with(facts.remote_id))
    if (other.get() != this && other->is_established() && is_meant(*other) &&
        (!best || other->is_preferred_to(*best)))
      best = other;
  return best;
}

/// Who has the children of an SA that the peer ended: a peer with Holdfast has given them to a
/// younger one, which one of the two may have known elsewhere; or it goes on with the one that this
/// end wanted to leave.
std::shared_ptr<IkeSa> IkeSa::heir() const {
  const bool may_be_elsewhere =
      facts.peer_has_holdfast && facts.config->unique != Uniqueness::kNever;
  return preferred_of([&](const IkeSa& other) {
    return (!other.is_abandoned_ || other.successor_.lock().get() == this) &&
           (is_with_same_peer(other) || (may_be_elsewhere && has_same_ends(other)));
  });
}

void IkeSa::inherit_from(IkeSa& ended) {
  const bool is_taken_back = std::exchange(is_abandoned_, false);
  if (is_taken_back) {
    is_renewed_ = false;
    successor_.reset();
  }
  on_known_to_peer();
  adopt_addresses_of(ended);
  adopt_children_of(ended);
  stand_by_own_ends();
  start_waiting();
  if (is_taken_back) on_network_change();
}

/// A path that was adopted may lead to where the other SA had its peer.
void IkeSa::stand_by_own_ends() {
  if (!path_) return;
  const Binding& bound = path_->binding();
  if (bound.own.address == facts.own.address && bound.peer.address == facts.peer.address) return;
  const Status status =
      bind({facts.own, facts.peer, facts.is_nat_local, facts.is_nat_remote, std::nullopt},
           children_that_move({}, {}));
  if (!status) log(0, "children stay where they were bound: " + status.error().text());
}

/// Of two SAs with one peer the younger stays; of two that both ends began at once the one with
/// the larger cookies, so that both choose the same.
bool IkeSa::is_preferred_to(const IkeSa& other) const {
  if (established_ > other.established_ + kAtOnce) return true;
  if (other.established_ > established_ + kAtOnce) return false;
  return cookie_pair(facts.cookies) > cookie_pair(other.facts.cookies);
}

std::shared_ptr<IkeSa> IkeSa::sibling() const {
  return preferred_of([&](const IkeSa& other) {
    return !other.is_abandoned_ && other.is_known_to_peer_ && is_with_same_peer(other);
  });
}

/// A younger one, perhaps from elsewhere, has all that this one has: the Delete was lost.
bool IkeSa::is_replaced() const {
  if (facts.config->unique == Uniqueness::kNever) return false;
  const auto ours = wanted_children();
  return preferred_of([&](const IkeSa& other) {
           if (!other.is_known_to_peer_ || !has_same_ends(other) || !other.is_preferred_to(*this))
             return false;
           const auto theirs = other.wanted_children();
           return std::includes(theirs.begin(), theirs.end(), ours.begin(), ours.end());
         }) != nullptr;
}

/// Whose Delete was lost, or what both ends began at once, must not stay beside its successor. What
/// is negotiated anew ends by itself when its successor has all children.
void IkeSa::settle() {
  if (!is_established() || !is_known_to_peer_ || is_abandoned_) return;
  while (const auto other = sibling()) {
    if (other->is_preferred_to(*this)) {
      other->adopt_children();
      return terminate("there is another one with the same peer");
    }
    adopt_children();
    other->terminate("there is another one with the same peer");
  }
  start_waiting();
}

bool IkeSa::is_unwanted_second() const {
  if (is_initiator() || facts.config->unique != Uniqueness::kKeep) return false;
  const auto others = context_.established_with(facts.remote_id);
  return std::any_of(others.begin(), others.end(), [&](const auto& other) {
    return other.get() != this && other->is_established() &&
           other->facts.config->name == facts.config->name && !is_with_same_peer(*other);
  });
}

void IkeSa::enforce_uniqueness() {
  if (facts.config->unique != Uniqueness::kReplace) return;
  for (const auto& other : context_.established_with(facts.remote_id))
    if (other.get() != this && other->facts.config->name == facts.config->name &&
        !other->is_renewed_)
      other->terminate("replaced by a new one");
}

/// Of pairs that both ends made at once the one with the largest SPI counts as newer: both ends
/// see it so.
bool IkeSa::has_newer_sibling(const ChildSa& child) const {
  const auto largest_spi = [](const ChildSa& pair) {
    return std::max(to_number(pair.agreement().spi_in), to_number(pair.agreement().spi_out));
  };
  return std::any_of(children_.begin(), children_.end(), [&](const auto& other) {
    if (other.get() == &child || other->reqid() != child.reqid() ||
        other->agreement().local != child.agreement().local ||
        other->agreement().remote != child.agreement().remote)
      return false;
    if (other->installed() > child.installed() + kAtOnce) return true;
    return other->installed() + kAtOnce >= child.installed() &&
           largest_spi(*other) > largest_spi(child);
  });
}

}  // namespace holdfast::ike

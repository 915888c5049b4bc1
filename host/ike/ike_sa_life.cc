// SPDX-License-Identifier: Apache-2.0
// From established to the end: children, renewal, adoption.
#include <algorithm>

#include "ike/config_mode.h"
#include "ike/ike_sa.h"
#include "ike/quick_mode.h"

namespace holdfast::ike {

using namespace isakmp;

namespace {

void also_tell(Manager::Done& first, Manager::Done second) {
  if (!second) return;
  first = [first = std::move(first), second = std::move(second)](const Status& status) {
    if (first) first(status);
    second(status);
  };
}

constexpr Seconds kRenewAgain(30);
/// What both ends begin within this time they began at once.
constexpr Seconds kAtOnce(10);
/// More than what a renewal needs to take the old SA away.
constexpr Seconds kSettle(10);
/// A peer that wants shorter lives gets these.
constexpr Seconds kShortestLife(10);

}  // namespace

void IkeSa::on_established(Seconds peer_lifetime) {
  state_ = IkeState::kEstablished;
  established_ = last_heard_ = context_.now();
  leave_half_open();
  context_.note_established(*this);
  log(1, "ISAKMP SA established between " + facts.own.address.text() + "[" + facts.local_id.text() +
             "] and " + facts.peer.address.text() + "[" + facts.remote_id.text() + "], " +
             keys->proposal.text());
  // It answers repeated messages for a while, then its secrets go.
  main_mode_timer_.start(context_.settings.half_open_timeout, [this] {
    main_mode_answer_.reset();
    context_.forget_initiator(*this);
  });
  adopt_children();
  enforce_uniqueness();
  sibling_timer_.start(kSettle, [this] { settle(); });
  start_lifetimes(peer_lifetime);
  start_dpd();
  start_keepalive();
  for (Observer* observer : context_.observers)
    observer->on_ike_updown(snapshot_without_children(), true);
  for (const auto& done : std::exchange(established_waiters_, {})) done({});
  const bool asks = is_initiator() && facts.config->pull && !facts.config->vips.empty();
  const bool pushes = !is_initiator() && !facts.config->pull && !facts.config->pools.empty();
  // A renewal keeps the addresses that were adopted.
  if ((asks && facts.local_vips.empty()) || (pushes && facts.remote_vips.empty())) {
    is_configuring_ = true;
    const std::uint32_t id = fresh_message_id();
    auto exchange = std::make_unique<ConfigModeInitiator>(*this, id);
    ConfigModeInitiator& started = *exchange;
    exchanges_[id] = std::move(exchange);
    started.start();
    return;
  }
  // The gateway will push an address; children come after it.
  if (is_initiator() && !facts.config->pull && !facts.config->vips.empty() &&
      facts.local_vips.empty()) {
    is_configuring_ = true;
    half_open_timer_.start(context_.settings.half_open_timeout,
                           [this] { terminate("the peer pushed no inner address"); });
    return;
  }
  start_waiting();
}

void IkeSa::on_configured() {
  is_configuring_ = false;
  half_open_timer_.stop();
  start_waiting();
}

void IkeSa::start_lifetimes(Seconds peer_lifetime) {
  const ConnectionConfig& config = *facts.config;
  Seconds rekey = config.rekey_time;
  if (rekey.count() == 0) return;
  if (peer_lifetime.count() > 0)
    rekey = std::min(rekey, std::max(kShortestLife, peer_lifetime * 9 / 10));
  const Seconds spread = std::min(config.rand_time, rekey / 4);
  const Duration wait =
      rekey - std::chrono::milliseconds(context_.outside.random.u32() %
                                        static_cast<std::uint32_t>(1000 * spread.count() + 1));
  rekey_at_ = context_.now() + wait;
  rekey_timer_.start(wait, [this] { this->rekey(); });
  life_at_ = context_.now() + rekey + std::max(config.over_time, Seconds(10));
}

/// Begins with the renewal: most SAs have one of the two timers at a time.
void IkeSa::wait_for_end() {
  if (life_at_ == TimePoint{} || life_timer_.is_running()) return;
  life_timer_.start(std::max<Duration>(life_at_ - context_.now(), Duration(0)),
                    [this] { terminate("the ISAKMP SA expired"); });
}

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
    if (other.get() == this || other->is_abandoned_ || !has_same_ends(*other)) continue;
    const bool is_here = is_with_same_peer(*other);
    if (!is_here && facts.config->unique == Uniqueness::kNever) continue;
    if (facts.local_vips.empty()) facts.local_vips = std::exchange(other->facts.local_vips, {});
    if (facts.remote_vips.empty()) facts.remote_vips = std::exchange(other->facts.remote_vips, {});
    if (facts.leases.empty()) facts.leases = std::exchange(other->facts.leases, {});
    if (!is_here) continue;
    if (other->updates_) {
      other->updates_->mover.stop();
      other->updates_->other_end.stop();
      updates().inherit(*other->updates_);
    }
    if (!path_) path_ = other->path_;
    parking_.reset();
    for (auto& child : other->children_) child->set_ike(*this);
    children_.splice(children_.end(), other->children_);
    for (Waiting& waiting : std::exchange(other->waiting_, {}))
      waiting_.push_back(std::move(waiting));
  }
}

/// Of two SAs with one peer the younger stays; of two that both ends began at once the one with
/// the larger cookies, so that both choose the same.
bool IkeSa::is_preferred_to(const IkeSa& other) const {
  if (established_ > other.established_ + kAtOnce) return true;
  if (other.established_ > established_ + kAtOnce) return false;
  return cookie_pair(facts.cookies) > cookie_pair(other.facts.cookies);
}

std::shared_ptr<IkeSa> IkeSa::sibling() const {
  std::shared_ptr<IkeSa> best;
  for (const auto& other : context_.established_with(facts.remote_id))
    if (other.get() != this && other->is_established() && !other->is_abandoned_ &&
        is_with_same_peer(*other) && (!best || other->is_preferred_to(*best)))
      best = other;
  return best;
}

/// Whose Delete was lost, or what both ends began at once, must not stay beside its successor.
void IkeSa::settle() {
  if (!is_established()) return;
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

// ---------------------------------------------------------------- children

Result<std::shared_ptr<Path>> IkeSa::path() {
  if (path_) return path_;
  const Encap encap = has_nat() ? Encap::kUdp : Encap::kNone;
  Binding binding{facts.own, facts.peer, encap};
  if (encap == Encap::kNone) binding.own.port = binding.peer.port = 0;
  const auto id = context_.outside.offload.add_path(binding);
  if (!id) return tl::unexpected(id.error());
  path_ = std::make_shared<Path>(context_.outside.offload, *id, binding);
  // The first child while the peer's new endpoint is not proven: nothing goes there on credit.
  if (updates_ && updates_->other_end.is_provisional())
    if (const Status status = path_->rebind(binding, 0); !status) {
      path_.reset();
      return tl::unexpected(status.error());
    }
  return path_;
}

bool IkeSa::is_bringing_up(const std::string& child) const {
  return std::any_of(waiting_.begin(), waiting_.end(),
                     [&](const Waiting& waiting) { return waiting.child == child; }) ||
         std::any_of(exchanges_.begin(), exchanges_.end(),
                     [&](const auto& exchange) { return exchange.second->child_name() == child; });
}

void IkeSa::add_child(const std::string& name, Manager::Done done, std::uint32_t rekeys) {
  if (rekeys == 0 && is_bringing_up(name)) {  // once is enough; both hear of it
    for (Waiting& waiting : waiting_)
      if (waiting.child == name) return also_tell(waiting.done, std::move(done));
    for (const auto& [id, exchange] : exchanges_)
      if (auto* quick = dynamic_cast<QuickModeInitiator*>(exchange.get());
          quick && quick->child_name() == name && !quick->is_done())
        return also_tell(quick->done(), std::move(done));
  }
  waiting_.push_back({name, rekeys, std::move(done)});
  if (is_established() && !is_configuring_) start_waiting();
}

void IkeSa::when_established(Manager::Done done) {
  if (is_established()) return done({});
  established_waiters_.push_back(std::move(done));
}

void IkeSa::start_waiting() {
  for (Waiting& waiting : std::exchange(waiting_, {})) start_quick_mode(std::move(waiting));
}

void IkeSa::start_quick_mode(Waiting waiting) {
  const std::uint32_t id = fresh_message_id();
  auto quick = std::make_unique<QuickModeInitiator>(*this, id, waiting.child, waiting.rekeys,
                                                    std::move(waiting.done));
  QuickModeInitiator& started = *quick;
  exchanges_[id] = std::move(quick);
  if (const Status status = started.start(); !status) {
    started.abandon(status.error().text());
    finish_exchange(id);
  }
}

ChildSa* IkeSa::find_child(std::uint32_t unique_id) {
  for (const auto& child : children_)
    if (child->unique_id() == unique_id) return child.get();
  return nullptr;
}

ChildSa& IkeSa::adopt(std::unique_ptr<ChildSa> child) {
  children_.push_back(std::move(child));
  return *children_.back();
}

void IkeSa::on_child_up(ChildSa& child, std::uint32_t rekeys) {
  child.start();
  const auto& agreed = child.agreement();
  char spis[40];
  std::snprintf(spis, sizeof spis, "%08x_i %08x_o", to_number(agreed.spi_in),
                to_number(agreed.spi_out));
  log(1, "child " + agreed.name + " up with SPIs " + spis + ", " + agreed.local.text() +
             " === " + agreed.remote.text() + ", " + agreed.proposal.text());
  // Whoever asked for it, older pairs with the same selectors have had their time.
  ChildSa* old = nullptr;
  for (const auto& other : children_) {
    if (other.get() == &child || other->state() != ChildState::kInstalled ||
        other->reqid() != child.reqid() || other->agreement().local != agreed.local ||
        other->agreement().remote != agreed.remote)
      continue;
    if (rekeys == 0 || other->unique_id() == rekeys) old = other.get();
  }
  if (!old && rekeys) old = find_child(rekeys);
  if (!old) {
    for (Observer* observer : context_.observers)
      observer->on_child_updown(snapshot_without_children(), child.snapshot(), true);
    return;
  }
  old->set_state(ChildState::kRekeyed);
  for (Observer* observer : context_.observers)
    observer->on_child_rekey(snapshot_without_children(), old->snapshot(), child.snapshot());
  if (rekeys == 0) return;
  // Who rekeyed takes the old pair away, when what is under way has come.
  const std::uint32_t old_id = old->unique_id();
  context_.outside.timers.start(std::chrono::seconds(2), [weak = weak_from_this(), old_id] {
    const auto self = weak.lock();
    if (!self || self->is_dead_) return;
    if (ChildSa* gone = self->find_child(old_id)) self->delete_child(*gone);
  });
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

void IkeSa::rekey_child(ChildSa& child, RekeyCause cause) {
  // Both ends rekeyed at once: the younger pair stays, the older one needs no successor. But what
  // an operator wants to be rekeyed is.
  if (cause == RekeyCause::kLifetime && has_newer_sibling(child)) return delete_child(child);
  if (!is_established() || parking_ || is_bringing_up(child.agreement().name))
    return child.retry_rekey();
  log(1, "rekeying child " + child.agreement().name);
  const std::uint32_t id = child.unique_id();
  const auto done = [&context = context_, id](const Status& status) {
    if (status) return;
    for (const auto& [cookie, sa] : context.sas)  // another may have adopted it
      if (ChildSa* old = sa->find_child(id)) return old->retry_rekey();
  };
  add_child(child.agreement().name, done, id);
}

void IkeSa::expire_child(ChildSa& child) {
  log(1, "child " + child.agreement().name + " expired");
  const bool was_used = child.state() == ChildState::kInstalled && !has_newer_sibling(child);
  const std::string name = child.agreement().name;
  const StartAction action = child.config().close_action;
  delete_child(child);
  if (was_used && action == StartAction::kStart) add_child(name, nullptr);
}

void IkeSa::delete_child(ChildSa& child) {
  WireWriter spi;
  spi.u32(to_number(child.agreement().spi_in));
  send_informational(PayloadType::kDelete, write_delete({Protocol::kEsp, {spi.take()}}));
  remove_child(child, child.state() == ChildState::kInstalled);
}

void IkeSa::remove_child(ChildSa& child, bool is_reported) {
  const auto found = std::find_if(children_.begin(), children_.end(),
                                  [&](const auto& other) { return other.get() == &child; });
  if (found == children_.end()) return;
  child.set_state(ChildState::kDeleting);
  const ChildSnapshot last = child.snapshot();
  if (is_reported)
    for (Observer* observer : context_.observers)
      observer->on_child_updown(snapshot_without_children(), last, false);
  children_.erase(found);
}

// ---------------------------------------------------------------- renewal and end

void IkeSa::rekey() {
  if (is_established()) wait_for_end();
  if (!is_established() || is_renewed_) return;
  if (parking_) {  // the peer would not hear it
    rekey_timer_.start(kRenewAgain, [this] { this->rekey(); });
    return;
  }
  log(1, "renewing the ISAKMP SA");
  is_renewed_ = true;
  const auto fresh = context_.renew(*this, facts.own, facts.peer);
  successor_ = fresh;
  fresh->when_established([weak = weak_from_this()](const Status& status) {
    const auto old = weak.lock();
    if (!old || old->is_dead_) return;
    old->is_renewed_ = bool(status);
    if (!status) {  // until its life ends there are more tries
      old->rekey_timer_.start(kRenewAgain, [old = old.get()] { old->rekey(); });
      return;
    }
    old->context_.outside.timers.start(std::chrono::seconds(1), [weak] {
      const auto gone = weak.lock();
      if (gone && !gone->is_dead_) gone->terminate("renewed");
    });
  });
}

void IkeSa::terminate(const std::string& reason) {
  if (is_dead_) return;
  if (is_established()) {
    for (const auto& child : children_) {
      WireWriter spi;
      spi.u32(to_number(child->agreement().spi_in));
      send_informational(PayloadType::kDelete, write_delete({Protocol::kEsp, {spi.take()}}));
    }
    send_informational(PayloadType::kDelete,
                       write_delete({Protocol::kIsakmp, {cookie_pair(facts.cookies)}}));
  }
  end(reason);
}

void IkeSa::on_failed(const std::string& reason) {
  if (is_dead_) return;
  std::string text = reason;
  if (!peer_complaint_.empty())
    text += " (the peer, or somebody in its place, said " + peer_complaint_ + ")";
  log(0, "ISAKMP SA failed: " + text);
  end(text);
}

void IkeSa::end(const std::string& reason) {
  if (std::exchange(is_dead_, true)) return;
  const auto keep_alive = shared_from_this();
  const bool was_up = state_ == IkeState::kEstablished;
  if (was_up) context_.forget_established(*this);
  state_ = IkeState::kDeleting;
  for (Timer* timer : {&half_open_timer_, &rekey_timer_, &life_timer_, &dpd_timer_,
                       &keepalive_timer_, &main_mode_timer_, &settle_timer_, &sibling_timer_})
    timer->stop();
  leave_half_open();
  parking_.reset();
  if (updates_) updates_->mover.stop();
  while (!children_.empty())
    remove_child(*children_.front(), children_.front()->state() == ChildState::kInstalled);
  if (was_up)
    for (Observer* observer : context_.observers)
      observer->on_ike_updown(snapshot_without_children(), false);
  const Error error{ErrorCode::kRefused, facts.config ? facts.config->name : "", reason};
  for (const auto& done : std::exchange(established_waiters_, {})) done(tl::unexpected(error));
  for (const Waiting& waiting : std::exchange(waiting_, {}))
    if (waiting.done) waiting.done(tl::unexpected(error));
  for (auto& [id, exchange] : exchanges_)
    if (auto* quick = dynamic_cast<QuickModeInitiator*>(exchange.get()); quick && !quick->is_done())
      quick->abandon(reason);
  context_.release(*this);
  context_.bury(*this);
}

// ---------------------------------------------------------------- what others see

bool IkeSa::is_unproven() const {
  return is_half_open_ && !is_dead_ && main_mode_ && main_mode_->awaited() <= 3;
}

void IkeSa::give_way() {
  log(2, "gives way to another half-open one");
  end("there were too many half-open ones");
}

IkeSnapshot IkeSa::snapshot() const {
  IkeSnapshot s = snapshot_without_children();
  for (const auto& child : children_) s.children.push_back(child->snapshot());
  return s;
}

IkeSnapshot IkeSa::snapshot_without_children() const {
  IkeSnapshot s;
  s.name = facts.config ? facts.config->name : "";
  s.unique_id = unique_id_;
  s.state = is_renewed_ && is_established() ? IkeState::kRekeying : state_;
  s.local = facts.own;
  s.remote = facts.peer;
  s.local_id = facts.local_id;
  s.remote_id = facts.remote_id;
  s.is_initiator = is_initiator();
  s.initiator_cookie = facts.cookies.initiator;
  s.responder_cookie = facts.cookies.responder;
  s.is_nat_local = facts.is_nat_local;
  s.is_nat_remote = facts.is_nat_remote;
  s.is_nat_faked = facts.config && facts.config->encap;
  if (keys) s.proposal = keys->proposal;
  const TimePoint now = context_.now();
  const auto seconds = [](Duration duration) {
    return std::chrono::duration_cast<Seconds>(duration).count();
  };
  if (is_established()) s.established_since = seconds(now - established_);
  if (is_established() && rekey_at_ != TimePoint{}) s.rekey_in = seconds(rekey_at_ - now);
  s.local_vips = facts.local_vips;
  s.remote_vips = facts.remote_vips;
  s.tasks_queued.assign(waiting_.size(), "QUICK_MODE");
  if (state_ == IkeState::kConnecting) s.tasks_active.push_back("MAIN_MODE");
  for (const auto& [id, exchange] : exchanges_)
    s.tasks_active.push_back(exchange->type() == ExchangeType::kQuickMode ? "QUICK_MODE"
                                                                          : "MODE_CONFIG");
  return s;
}

}  // namespace holdfast::ike

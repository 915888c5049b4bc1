// SPDX-License-Identifier: Apache-2.0
// From established to the end.
#include <algorithm>

#include "ike/config_mode.h"
#include "ike/ike_sa.h"
#include "ike/quick_mode.h"

namespace holdfast::ike {

using namespace isakmp;

namespace {

constexpr Seconds kRenewAgain(30);
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
  if (!waits_for_peer()) on_known_to_peer();
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
  if (waiting_.empty() && !children_.empty()) show_that_it_stands();
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

void IkeSa::when_established(Manager::Done done) {
  if (is_established()) return done({});
  established_waiters_.push_back(std::move(done));
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

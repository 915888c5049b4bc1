// SPDX-License-Identifier: Apache-2.0
// Informational exchanges (RFC 2409, 5.7): notifications and deletes.
#include <algorithm>

#include "ike/ike_sa.h"
#include "ike/quick_mode.h"

namespace holdfast::ike {

using namespace isakmp;

namespace {

constexpr std::int32_t kDpdWindow = 4;

}  // namespace

/// In clear, before there are keys: anybody may have sent it. It is only kept for the sentence.
void IkeSa::note_complaint(const Header& head, ByteView body) {
  const auto payloads = parse_payloads(head.next_payload, body, Padding::kRefused);
  const Payload* payload = payloads ? find(*payloads, PayloadType::kNotification) : nullptr;
  const auto notification = payload ? parse_notification(payload->body)
                                    : fail(ErrorCode::kBadFormat, "", "no notification");
  if (!notification) return;
  peer_complaint_ = std::string(name_of(notification->type));
  log(1, "the peer, or somebody in its place, says " + peer_complaint_);
}

void IkeSa::receive_informational(const Header& head, ByteView body) {
  Bytes iv = phase2_iv(keys->proposal, last_phase1_block, head.message_id);
  const auto plain = unseal(body, *keys, iv);
  const auto payloads = plain ? parse_payloads(head.next_payload, *plain, Padding::kAllowed)
                              : tl::unexpected(plain.error());
  if (!payloads || payloads->size() < 2 || payloads->front().type != PayloadType::kHash) {
    ++context_.counters.malformed;
    return;
  }
  const ByteView last = payloads->back().whole;
  const std::size_t size = static_cast<std::size_t>(last.data() + last.size() - plain->data());
  const ByteView rest = ByteView(*plain).first(size).subspan(payloads->front().whole.size());
  const Bytes expected = hash_phase2(*keys, head.message_id, {rest});
  if (!is_equal_in_constant_time(payloads->front().body, expected)) {
    ++context_.counters.bad_hash;
    log(1, "dropping an Informational message: its HASH does not fit");
    return;
  }
  remember(head.message_id);
  heard();
  on_known_to_peer();
  for (const Payload& payload : *payloads) {
    if (is_dead_) return;  // a Delete ends it: what stands behind finds nobody
    if (payload.type == PayloadType::kNotification) {
      if (const auto notification = parse_notification(payload.body))
        on_notification(*notification, payloads->size() == 2);
    } else if (payload.type == PayloadType::kDelete) {
      if (const auto gone = parse_delete(payload.body)) on_delete(*gone);
    }
  }
}

void IkeSa::on_notification(const Notification& notification, bool is_alone) {
  const unsigned kind =
      static_cast<unsigned>(notification.type) - update_config().first_notify_type;
  if (kind < 4) {
    const bool is_wanted =
        facts.peer_has_holdfast && update_config().accept != AddressUpdateConfig::Accept::kNo;
    // Nothing else may stand beside it.
    if (is_alone && is_established() && is_wanted && notification.protocol == Protocol::kIsakmp &&
        notification.spi.empty()) {
      // A copy that overtakes from elsewhere must not take the original's place.
      if (!updates().receive(static_cast<UpdateKind>(kind), notification.data, *arrival_))
        forget(arrival_->message_id);
    }
    return;
  }
  switch (notification.type) {
    case NotifyType::kDpdAreYouThere:
    case NotifyType::kDpdAck:
      if (notification.data.size() == 4) on_dpd(notification);
      return;
    case NotifyType::kInitialContact:
      on_initial_contact();
      return;
    default:
      break;
  }
  log(1, "the peer says " + std::string(name_of(notification.type)));
  // Errors (RFC 2408, 3.14.1) are below 16384; one that names our SPI ends that Quick Mode, and
  // where only one is under way it is meant.
  if (static_cast<unsigned>(notification.type) >= 16384) return;
  std::vector<QuickModeInitiator*> open;
  for (const auto& [id, exchange] : exchanges_)
    if (auto* quick = dynamic_cast<QuickModeInitiator*>(exchange.get()); quick && !quick->is_done())
      open.push_back(quick);
  // By the SPI that we offered; a peer that names none, or its own, means the only one.
  const std::uint32_t spi = notification.spi.size() == 4 ? WireReader(notification.spi).u32() : 0;
  const auto named = std::find_if(
      open.begin(), open.end(), [&](const auto* quick) { return to_number(quick->spi()) == spi; });
  if (named != open.end()) open = {*named};
  if (open.size() != 1) return;
  open[0]->abandon("the peer says " + std::string(name_of(notification.type)));
  finish_exchange(open[0]->message_id());
}

/// Children go to another SA with the peer if there is one; otherwise they end, and come up anew
/// where the configuration says so.
void IkeSa::on_ended_by_peer() {
  if (const auto other = heir()) {
    other->inherit_from(*this);
  } else if (const auto successor = successor_.lock(); successor && is_abandoned_) {
    // It is negotiated anew after a move already, and what was up comes up there.
    for (const std::string& name : wanted_children()) successor->add_child(name, nullptr);
  }
  std::set<std::string> anew;
  for (const ChildConfig& child : facts.config->children) {
    const bool was_up = std::any_of(children_.begin(), children_.end(), [&](const auto& other) {
      return other->agreement().name == child.name && other->state() == ChildState::kInstalled;
    });
    if (child.close_action == StartAction::kStart && (was_up || is_bringing_up(child.name)))
      anew.insert(child.name);
  }
  const std::string name = facts.config->name;
  end("the peer ended the ISAKMP SA");
  for (const std::string& child : anew) context_.restart(child, name);
}

void IkeSa::on_delete(const Delete& payload) {
  if (payload.protocol == Protocol::kIsakmp) {
    const Bytes pair = cookie_pair(facts.cookies);
    if (std::find(payload.spis.begin(), payload.spis.end(), pair) == payload.spis.end()) return;
    log(1, "the peer ends the ISAKMP SA");
    return on_ended_by_peer();
  }
  if (payload.protocol != Protocol::kEsp) return;
  for (const Bytes& spi : payload.spis) {
    if (spi.size() != 4) continue;
    delete_outbound(WireReader(spi).u32());
  }
}

/// The peer takes its inbound SA away. A younger ISAKMP SA with it may have adopted the child.
void IkeSa::delete_outbound(std::uint32_t spi) {
  const auto has_it = [&](const IkeSa& sa) {
    return std::find_if(sa.children_.begin(), sa.children_.end(), [&](const auto& child) {
      return to_number(child->agreement().spi_out) == spi;
    });
  };
  const auto found = has_it(*this);
  if (found == children_.end()) {
    const auto other = sibling();
    if (other && has_it(*other) != other->children_.end()) other->delete_outbound(spi);
    return;
  }
  ChildSa& child = **found;
  const bool was_used = child.state() == ChildState::kInstalled;
  const auto connection = child.agreement().connection;
  const std::string name = child.agreement().name;
  const StartAction action =
      was_used && !has_newer_sibling(child) ? child.config().close_action : StartAction::kNone;
  log(1, "the peer ends child " + name);
  // Its own inbound SA goes with it; the peer hears so.
  remove_child(child, was_used);
  if (action == StartAction::kStart) add_child(name, nullptr);
}

bool IkeSa::is_first_contact() const {
  if (facts.config->unique == Uniqueness::kNever) return false;
  const auto found = context_.num_established.find(facts.config->name);
  const std::size_t count = found == context_.num_established.end() ? 0 : found->second;
  return count == (is_established() ? 1u : 0u);
}

void IkeSa::on_initial_contact() {
  if (facts.config->unique == Uniqueness::kNever) return;
  for (const auto& other : context_.established_with(facts.remote_id))
    if (other.get() != this && other->unique_id() < unique_id_) other->end("the peer started anew");
}

// ---------------------------------------------------------------- DPD (RFC 3706)

void IkeSa::start_dpd() {
  const Seconds delay = facts.config->dpd_delay;
  if (delay.count() == 0 || !facts.peer_has_dpd || parking_) return;
  dpd_timer_.start(delay, [this] { on_dpd_time(); });
}

/// Asks only if nothing was heard: neither ISAKMP nor ESP (RFC 3706, 5.4).
void IkeSa::on_dpd_time() {
  const TimePoint now = context_.now();
  const Seconds delay = facts.config->dpd_delay;
  if (dpd_unanswered_ == 0) {
    Duration idle = now - last_heard_;
    for (const auto& child : children_)
      if (const std::int64_t s = child->inbound_idle_seconds(); s >= 0)
        idle = std::min<Duration>(idle, Seconds(s));
    if (idle < delay) {
      dpd_timer_.start(delay - idle, [this] { on_dpd_time(); });
      return;
    }
  }
  if (dpd_unanswered_ > 0 && now - dpd_since_ >= dpd_timeout()) return on_silent();
  ask_by_dpd();
}

Duration IkeSa::dpd_timeout() const {
  const ConnectionConfig& config = *facts.config;
  return config.dpd_timeout.count() ? config.dpd_timeout : 4 * config.dpd_delay;
}

/// Now, and again until there is an answer.
void IkeSa::ask_by_dpd() {
  if (dpd_unanswered_++ == 0) dpd_since_ = context_.now();
  dpd_asked_ = send_dpd(facts.own, facts.peer);
  const Duration next = std::max<Duration>(dpd_timeout() / 4, Seconds(1));
  dpd_timer_.start(std::min<Duration>(facts.config->dpd_delay, next), [this] { on_dpd_time(); });
}

/// Something by this SA, so that the peer sees that its message 6 came.
void IkeSa::show_that_it_stands() {
  if (!is_initiator() || !facts.peer_has_dpd || !facts.peer_has_holdfast) return;
  if (facts.config->dpd_delay.count() != 0) return ask_by_dpd();
  dpd_asked_ = send_dpd(facts.own, facts.peer);
}

std::uint32_t IkeSa::send_dpd(const Endpoint& own, const Endpoint& peer, std::uint32_t skip) {
  // A number that nobody can guess, and that rises (RFC 3706, 6.2); of two ends of ours never the
  // same. Peers may expect it to rise by one, but answer all the same; what proves an endpoint
  // must not follow from what went to another.
  if (skip != 0 && dpd_sequence_ != 0) dpd_sequence_ += context_.outside.random.u32() % (skip + 1);
  if (dpd_sequence_ == 0) {
    constexpr std::uint32_t kOfResponders = 1u << 30;
    dpd_sequence_ = (context_.outside.random.u32() >> 2) | (is_initiator() ? 0 : kOfResponders);
    dpd_first_ = dpd_sequence_ + 1;
  }
  ++dpd_sequence_;
  WireWriter data;
  data.u32(dpd_sequence_);
  send_informational(PayloadType::kNotification,
                     write_notification({Protocol::kIsakmp, cookie_pair(facts.cookies),
                                         NotifyType::kDpdAreYouThere, data.take()}),
                     own, peer);
  return dpd_sequence_;
}

/// Numbers rise (RFC 3706, 5.5), though two on different ways may overtake each other; each counts
/// once. What is older was recorded.
bool IkeSa::is_new_dpd(std::uint32_t sequence) {
  // HASH has no direction: our own question may come back.
  if (dpd_first_ != 0 && sequence - dpd_first_ <= dpd_sequence_ - dpd_first_) return false;
  const auto ahead =
      peer_dpd_sequence_ ? static_cast<std::int32_t>(sequence - *peer_dpd_sequence_) : 1;
  if (ahead > 0) {
    peer_dpd_seen_ = ahead < kDpdWindow ? peer_dpd_seen_ << ahead | 1 : 1;
    peer_dpd_sequence_ = sequence;
    return true;
  }
  if (-ahead >= kDpdWindow || (peer_dpd_seen_ >> -ahead & 1)) return false;
  peer_dpd_seen_ |= 1u << -ahead;
  return true;
}

void IkeSa::on_dpd(const Notification& notification) {
  if (notification.spi != cookie_pair(facts.cookies)) return;
  if (notification.type == NotifyType::kDpdAck) {
    const std::uint32_t answered = WireReader(notification.data).u32();
    if (updates_ && updates_->other_end.on_dpd_answer(answered, *arrival_)) return;
    if (probe_ && probe_->on_answer(answered, arrival_->peer)) return;
    if (answered != dpd_asked_) {
      if (updates_) updates_->other_end.on_wrong_dpd_answer();
      if (probe_) probe_->on_wrong_answer();
      return;
    }
    if (dpd_unanswered_ == 0) return;
    dpd_unanswered_ = 0;
    start_dpd();
    return;
  }
  if (!is_new_dpd(WireReader(notification.data).u32())) {
    ++context_.counters.replayed;
    return;
  }
  // To where it came from, so that a peer behind a new mapping hears it; and to where the peer is
  // bound, so that a copy which overtakes the question does not take the answer away.
  const Bytes body = write_notification(
      {Protocol::kIsakmp, notification.spi, NotifyType::kDpdAck, notification.data});
  send_informational(PayloadType::kNotification, body, arrival_->own, arrival_->peer);
  if (arrival_->peer == facts.peer) return;
  send_informational(PayloadType::kNotification, body);
  if (!is_moving()) probe().start(arrival_->own, arrival_->peer);
}

void IkeSa::on_dead() {
  log(0, "the peer is dead: it does not answer DPD");
  std::vector<std::pair<std::string, DpdAction>> actions;
  for (const auto& child : children_)
    if (child->state() == ChildState::kInstalled)
      actions.emplace_back(child->agreement().name, child->config().dpd_action);
  const std::string name = facts.config->name;
  end("the peer is dead");
  for (const auto& [child, action] : actions)
    if (action == DpdAction::kRestart) context_.restart(child, name);
}

// ---------------------------------------------------------------- keepalives (RFC 3948, 4)

void IkeSa::start_keepalive() {
  keepalive_timer_.stop();
  if (!facts.is_nat_local || context_.settings.keepalive.count() == 0 || parking_) return;
  keepalive_timer_.start(context_.settings.keepalive, [this] {
    context_.outside.sink.send_keepalive(facts.own, facts.peer);
    start_keepalive();
  });
}

}  // namespace holdfast::ike

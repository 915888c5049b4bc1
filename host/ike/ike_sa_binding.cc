// SPDX-License-Identifier: Apache-2.0
// What an address update does to an ISAKMP SA and its children.
#include <algorithm>

#include "ike/ike_sa.h"
#include "ike/quick_mode.h"

namespace holdfast::ike {

using namespace isakmp;

namespace {

/// What is under way to the old children may still come.
constexpr std::chrono::seconds kOldChildren(2);

}  // namespace

const AddressUpdateConfig& IkeSa::update_config() const {
  const auto& own = context_.settings.address_update_of;
  const auto found = facts.config ? own.find(facts.config->name) : own.end();
  return found == own.end() ? context_.settings.address_update : found->second;
}

bool IkeSa::has_update_attributes() const {
  return facts.peer_has_attributes && !update_config().base_form;
}

bool IkeSa::is_newest() const {
  const auto other = sibling();
  return !other || is_preferred_to(*other);
}

void IkeSa::send_update(UpdateKind kind, const AddressUpdate& update, const Endpoint& own,
                        const Endpoint& peer) {
  const auto type =
      static_cast<NotifyType>(update_config().first_notify_type + static_cast<unsigned>(kind));
  send_informational(
      PayloadType::kNotification,
      write_notification({Protocol::kIsakmp, {}, type, write_address_update(update)}), own, peer);
}

std::vector<IpAddress> IkeSa::further_addresses(const IpAddress& used) const {
  constexpr std::size_t kMaxAddresses = 8;
  std::vector<IpAddress> more;
  if (!context_.network || !update_config().announce_addresses) return more;
  for (const IpAddress& own : context_.network->own_addresses())
    if (own != used && more.size() < kMaxAddresses && !is_inner(own, true)) more.push_back(own);
  return more;
}

bool IkeSa::is_inner(const IpAddress& address, bool is_ours) const {
  return std::any_of(children_.begin(), children_.end(), [&](const auto& child) {
    const auto& agreed = child->agreement();
    const Prefix& prefix = (is_ours ? agreed.local : agreed.remote).prefix;
    return prefix.length > 0 && prefix.contains(address);
  });
}

void IkeSa::report(MoveReport report) {
  report.name = facts.config ? facts.config->name : "";
  report.unique_id = unique_id_;
  if (report.step == MoveStep::kSettled && path_) {
    const PathUsage usage = context_.outside.offload.query_path(path_->id());
    report.packets_new = usage.bound;
    report.packets_old = usage.elsewhere;
  }
  for (Observer* observer : context_.observers) observer->on_move(report);
}

std::uint64_t IkeSa::inbound_on_path() const {
  return path_ ? context_.outside.offload.query_path(path_->id()).bound : 0;
}

bool IkeSa::arm_roam() {
  if (updates_ && updates_->other_end.is_provisional()) return false;
  if (path_) static_cast<void>(path_->rebind(path_->binding()));
  return true;
}

bool IkeSa::is_drained() const {
  return !path_ || context_.outside.offload.is_drained(path_->id());
}

// ---------------------------------------------------------------- which children

std::vector<ChildSa*> IkeSa::children_that_move(const std::vector<std::uint32_t>& spis,
                                                const std::vector<std::uint32_t>& but) const {
  const auto is_in = [](const std::vector<std::uint32_t>& list, std::uint32_t number) {
    return std::find(list.begin(), list.end(), number) != list.end();
  };
  std::vector<ChildSa*> moving;
  for (const auto& child : children_) {
    const std::uint32_t spi = to_number(child->agreement().spi_in);
    if ((spis.empty() || is_in(spis, spi)) && !is_in(but, spi)) moving.push_back(child.get());
  }
  return moving;
}

// ---------------------------------------------------------------- binding

/// Through a NAT only UDP passes; otherwise ESP goes in the form that Quick Mode agreed on.
Status IkeSa::bind(const Rebinding& to, const std::vector<ChildSa*>& moving) {
  const bool is_udp_agreed = std::any_of(moving.begin(), moving.end(), [](const ChildSa* child) {
    return child->agreement().is_udp_encapsulated;
  });
  const bool is_udp = to.is_nat_local || to.is_nat_remote || is_udp_agreed;
  Binding binding{to.own, to.peer, is_udp ? Encap::kUdp : Encap::kNone};
  if (!is_udp) binding.own.port = binding.peer.port = 0;
  if (path_)
    if (const Status status = bind_children(binding, to.credit, moving); !status) return status;
  if (to.own != facts.own || to.peer != facts.peer) {
    has_moved_ = true;
    if (probe_) probe_->drop();
    const IkeSnapshot before = snapshot_without_children();
    for (Observer* observer : context_.observers) observer->on_ike_update(before, to.own, to.peer);
  }
  facts.own = to.own;
  facts.peer = to.peer;
  facts.is_nat_local = to.is_nat_local;
  facts.is_nat_remote = to.is_nat_remote;
  start_keepalive();
  return {};
}

/// `moving` as of children_that_move(). One write of the path's row moves all its SAs, and those of
/// exchanges under way. Children that stay get a row of their own with the old binding first.
Status IkeSa::bind_children(const Binding& binding, std::optional<std::uint32_t> credit,
                            const std::vector<ChildSa*>& moving) {
  Offload& offload = context_.outside.offload;
  std::vector<ChildSa*> staying, joining;
  auto next = moving.begin();  // in the order of children_
  for (const auto& child : children_) {
    const bool is_here = child->path() == path_;
    const bool moves = next != moving.end() && *next == child.get();
    if (moves) ++next;
    if (is_here && !moves) staying.push_back(child.get());
    if (!is_here && moves) joining.push_back(child.get());
  }
  const auto go = [&](const std::vector<ChildSa*>& children, const std::shared_ptr<Path>& path) {
    std::vector<SaId> sas;
    for (const ChildSa* child : children)
      for (const SaId sa : child->sas()) sas.push_back(sa);
    const Status status = offload.move_sas(sas, path->id());
    for (ChildSa* child : children)
      if (status) child->set_path(path);
    return status;
  };
  const Binding before = path_->binding();
  if (!staying.empty()) {
    const auto id = offload.add_path(before);
    if (!id) return tl::unexpected(id.error());
    if (const Status status = go(staying, std::make_shared<Path>(offload, *id, before)); !status)
      return status;
  }
  if (const Status status = path_->rebind(binding, credit); !status) return status;
  const Status joined = joining.empty() ? Status{} : go(joining, path_);
  if (!joined) static_cast<void>(path_->rebind(before));
  return joined;
}

// ---------------------------------------------------------------- negotiating anew

void IkeSa::negotiate_child_anew(std::uint32_t unique_id) {
  const ChildSa* child = find_child(unique_id);
  if (!child || is_bringing_up(child->agreement().name)) return;
  log(1, "child " + child->agreement().name + " cannot move and is negotiated anew");
  add_child(child->agreement().name, nullptr, unique_id);
}

void IkeSa::negotiate_anew(const Endpoint& own, const Endpoint& peer) {
  if (is_dead_ || is_abandoned_) return;
  is_renewed_ = is_abandoned_ = true;
  const auto fresh = context_.renew(*this, own, peer);
  successor_ = fresh;
  const std::weak_ptr<IkeSa> next = fresh;
  fresh->when_established([weak = weak_from_this(), next](const Status& status) {
    const auto old = weak.lock();
    const auto successor = next.lock();
    if (!old || old->is_dead_ || !old->is_abandoned_) return;
    if (!status || !successor)
      return old->on_anew_failed(status ? "it is gone" : status.error().text());
    old->follow_anew(successor);
  });
}

/// Those that are up, or shall be.
std::set<std::string> IkeSa::wanted_children() const {
  std::set<std::string> names;
  for (const auto& child : children_)
    if (child->state() == ChildState::kInstalled) names.insert(child->agreement().name);
  for (const Waiting& waiting : waiting_) names.insert(waiting.child);
  for (const auto& [id, exchange] : exchanges_)
    if (!exchange->is_done() && dynamic_cast<const QuickModeInitiator*>(exchange.get()))
      names.insert(exchange->child_name());
  return names;
}

/// The old SAs live until all new ones are up, and a moment longer.
void IkeSa::follow_anew(const std::shared_ptr<IkeSa>& successor) {
  const std::set<std::string> names = wanted_children();
  const auto end_later = [weak = weak_from_this(), next = std::weak_ptr(successor)] {
    const auto old = weak.lock();
    if (!old || old->is_dead_) return;
    old->context_.outside.timers.start(kOldChildren, [weak, next] {
      const auto gone = weak.lock();
      const bool is_taken_back =
          gone && gone->successor_.owner_before(next) != next.owner_before(gone->successor_);
      if (!gone || gone->is_dead_ || is_taken_back) return;
      if (const auto fresh = next.lock()) {  // from where the peer still takes it
        gone->facts.own = fresh->facts.own;
        gone->facts.peer = fresh->facts.peer;
      }
      gone->terminate("replaced after a move");
    });
  };
  if (names.empty()) return end_later();
  const auto left = std::make_shared<std::size_t>(names.size());
  for (const std::string& name : names)
    successor->add_child(name, [left, end_later](const Status&) {
      if (--*left == 0) end_later();
    });
}

void IkeSa::on_peer_bound() {
  if (updates_) updates_->mover.on_peer_bound();
  if (!std::exchange(is_abandoned_, false)) return;
  is_renewed_ = false;
  if (const auto successor = successor_.lock(); successor && !successor->is_established())
    successor->end("the peer is there after all");
  on_network_change();
}

void IkeSa::on_anew_failed(const std::string& reason) {
  is_renewed_ = is_abandoned_ = false;
  if (can_wait()) return park(Wait::kForPeer, true);
  // What works is never torn down.
  if (context_.network && context_.network->is_usable(facts.own.address))
    return log(0, "negotiating anew failed: " + reason + "; the old SAs stay");
  log(0, "the peer cannot be reached from the new address: " + reason);
  on_dead();
}

}  // namespace holdfast::ike

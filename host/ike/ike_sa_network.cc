// SPDX-License-Identifier: Apache-2.0
// What an ISAKMP SA does when this machine's addresses change.
#include <algorithm>

#include "ike/ike_sa.h"

namespace holdfast::ike {

namespace {

/// The picture settles: an address comes before its route.
constexpr std::chrono::milliseconds kSettle(20);

}  // namespace

bool IkeSa::are_all_inbound(const std::vector<std::uint32_t>& spis) const {
  return std::all_of(spis.begin(), spis.end(), [&](std::uint32_t spi) {
    return std::any_of(children_.begin(), children_.end(), [&](const auto& child) {
      return to_number(child->agreement().spi_in) == spi;
    });
  });
}

Status IkeSa::bind(const Endpoint& own, const Endpoint& peer, bool is_nat_local,
                   bool is_nat_remote) {
  const bool has_nat = is_nat_local || is_nat_remote;
  Binding binding{own, peer, has_nat ? Encap::kUdp : Encap::kNone};
  if (!has_nat) binding.own.port = binding.peer.port = 0;
  if (path_)
    if (const Status status = path_->rebind(binding); !status) return status;
  for (Observer* observer : context_.observers) observer->on_ike_update(snapshot(), own, peer);
  facts.own = own;
  facts.peer = peer;
  facts.is_nat_local = is_nat_local;
  facts.is_nat_remote = is_nat_remote;
  return {};
}

void IkeSa::on_network_change() {
  if (!is_established() || is_renewed_ || !context_.network) return;
  // At once when the address in use is gone; otherwise there is time.
  if (!context_.network->is_usable(facts.own.address)) return look_at_network();
  settle_timer_.start(kSettle, [this] { look_at_network(); });
}

void IkeSa::on_roam(const Endpoint& own, const Endpoint& peer) {
  if (is_established() && !is_moving() && peer != facts.peer) probe().start(own, peer);
}

void IkeSa::look_at_network() {
  const bool is_old_usable = context_.network->is_usable(facts.own.address);
  const auto source = context_.network->source_to(facts.peer.address);
  if (!source || !context_.network->is_usable(*source)) {
    if (!is_old_usable && !std::exchange(is_parked_, true))
      log(0, "no address reaches the peer; the SAs wait for one");
    return;
  }
  const bool was_parked = std::exchange(is_parked_, false);
  if (*source == facts.own.address) {
    if (was_parked) log(1, "the address is back; nothing has to move");
    return;
  }
  if (updates().is_moving_to(*source)) return;
  updates().move({*source, facts.own.port}, is_old_usable);
}

void IkeSa::negotiate_anew(const Endpoint& own) {
  if (is_dead_ || is_abandoned_) return;
  is_renewed_ = is_abandoned_ = true;
  std::vector<std::string> names;
  for (const auto& child : children_)
    if (child->state() == ChildState::kInstalled) names.push_back(child->agreement().name);
  const auto fresh = context_.renew(*this, own);
  const std::weak_ptr<IkeSa> next = fresh;
  fresh->when_established([weak = weak_from_this(), next, names](const Status& status) {
    const auto old = weak.lock();
    const auto successor = next.lock();
    if (!old || old->is_dead_) return;
    if (!status || !successor) return old->end("the peer cannot be reached from the new address");
    if (names.empty()) return old->end("replaced after a move");
    for (const std::string& name : names)
      successor->add_child(name, [weak](const Status&) {
        const auto replaced = weak.lock();
        if (replaced && !replaced->is_dead_) replaced->end("replaced after a move");
      });
  });
}

}  // namespace holdfast::ike

// SPDX-License-Identifier: Apache-2.0
// Policies, events and inner addresses.
#include <algorithm>

#include "offload/card_offload.h"

namespace holdfast::offload {

void CardOffload::add_policy(std::uint32_t policy_id, PolicyAction action,
                             const TrafficSelector& local, const TrafficSelector& remote) {
  const Spd::Action wanted = action == PolicyAction::kTrap   ? Spd::Action::kTrap
                             : action == PolicyAction::kPass ? Spd::Action::kPass
                                                             : Spd::Action::kDrop;
  spd_.add_policy(policy_id, wanted, local, remote);
  tell_flow();
}

void CardOffload::remove_policy(std::uint32_t policy_id) {
  spd_.remove_policy(policy_id);
  tell_flow();
}

void CardOffload::tell_flow() {
  if (flow_ != nullptr) flow_->on_policies_changed();
  if (spd_changed_) spd_changed_();
}

void CardOffload::acquire(std::uint32_t policy_id) {
  if (observer_ != nullptr) observer_->on_acquire(policy_id);
}

void CardOffload::take_events() {
  while (const auto event = card_.poll_event()) {
    PendingEvent pending{.kind = static_cast<EventKind>(event->kind),
                         .generation = event->generation};
    if (pending.kind == EventKind::kCredit) {
      if (event->path_index < ids_of_paths_.size()) pending.path = ids_of_paths_[event->path_index];
    } else if (const SaRow* known = row(SaIndex{event->sa_index})) {
      pending.sa = known->id;
      const bool is_ipv6 = event->address_family == 6;
      pending.own = {{is_ipv6, event->own_address}, event->own_port};
      pending.peer = {{is_ipv6, event->peer_address}, event->peer_port};
    } else {
      continue;
    }
    // A peer that stays where it is not bound raises one for each packet.
    if (events_.empty() || events_.back() != pending) events_.push_back(pending);
  }
}

void CardOffload::poll_events() {
  take_events();
  while (!events_.empty()) {
    const PendingEvent event = events_.front();
    events_.pop_front();
    if (observer_ != nullptr) tell(event);
  }
}

/// The observer may remove SAs and paths while others of their events wait here.
void CardOffload::tell(const PendingEvent& event) {
  if (event.kind == EventKind::kCredit) {
    const auto found = paths_.find(event.path);
    if (found != paths_.end() && found->second.row_generation == event.generation)
      observer_->on_credit_used_up(event.path);
    return;
  }
  if (!sas_.contains(event.sa)) return;
  if (event.kind == EventKind::kRoam)
    tell_roam(event);
  else if (event.kind == EventKind::kSoftLifetime)
    observer_->on_soft_lifetime(event.sa);
  else if (event.kind == EventKind::kHardLifetime || event.kind == EventKind::kSequence)
    observer_->on_hard_lifetime(event.sa);
}

Status CardOffload::add_inner_address(const IpAddress& address) {
  const auto found = std::ranges::find(inner_addresses_, address, &InnerAddress::address);
  if (found != inner_addresses_.end()) {
    ++found->uses;
    return {};
  }
  if (addresses_ == nullptr)
    return fail(ErrorCode::kUnsupported, address.text(), "there is no TUN interface to put it on");
  if (Status status = addresses_->add_address(address); !status) return status;
  inner_addresses_.push_back({address, 1});
  return {};
}

void CardOffload::remove_inner_address(const IpAddress& address) {
  const auto found = std::ranges::find(inner_addresses_, address, &InnerAddress::address);
  HOLDFAST_CHECK(found != inner_addresses_.end());
  if (--found->uses > 0) return;
  inner_addresses_.erase(found);
  addresses_->remove_address(address);
}

}  // namespace holdfast::offload

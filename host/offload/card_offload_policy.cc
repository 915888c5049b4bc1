// SPDX-License-Identifier: Apache-2.0
// Paths, policies, events and inner addresses.
#include <algorithm>

#include "offload/card_offload.h"

namespace holdfast::offload {

CardOffload::Path& CardOffload::path_of(PathId path) {
  const auto found = paths_.find(path);
  HOLDFAST_CHECK(found != paths_.end());
  return found->second;
}

const Binding& CardOffload::binding(PathId path) const {
  const auto found = paths_.find(path);
  HOLDFAST_CHECK(found != paths_.end());
  return found->second.binding;
}

Result<PathId> CardOffload::add_path(const Binding& binding) {
  if (free_paths_.empty())
    return fail(ErrorCode::kFull, "path table",
                "all " + std::to_string(card_.info().num_paths) + " paths of the card are in use");
  const PathIndex index = free_paths_.back();
  if (const auto written = card_.rebind(index, binding); !written)
    return tl::unexpected(written.error());  // no SA uses the row, whatever is in it
  free_paths_.pop_back();
  const PathId id{++last_path_};
  paths_.emplace(id, Path{.index = index, .binding = binding});
  ++version_;
  return id;
}

void CardOffload::remove_path(PathId path) {
  const Path& removed = path_of(path);
  HOLDFAST_CHECK(removed.num_sas == 0);
  if (!removed.is_lost) free_paths_.push_back(removed.index);
  paths_.erase(path);
  ++version_;
}

Status CardOffload::rebind(PathId path, const Binding& binding,
                           std::optional<std::uint32_t> credit) {
  Path& changed = path_of(path);
  if (const auto generation = card_.rebind(changed.index, binding, credit); !generation)
    return tl::unexpected(generation.error());
  else
    changed.generation = *generation;
  changed.binding = binding;
  changed.usage = {};
  ++version_;
  return {};
}

Status CardOffload::move_sas(std::span<const SaId> sas, PathId path) {
  const PathIndex target = path_of(path).index;
  std::vector<SaRow*> moved;
  for (const SaId sa : sas) {
    const auto found = sas_.find(sa);
    HOLDFAST_CHECK(found != sas_.end());
    const auto generation = card_.move_sa(found->second, target);
    if (generation) {
      moved.push_back(row_at(found->second).get());
      continue;
    }
    for (const SaRow* row : moved)
      if (!card_.move_sa(sas_.at(row->id), path_of(row->path).index)) path_of(path).is_lost = true;
    return tl::unexpected(generation.error());
  }
  for (SaRow* row : moved) {
    --path_of(row->path).num_sas;
    ++path_of(path).num_sas;
    row->path = path;
  }
  ++version_;
  return {};
}

bool CardOffload::is_drained(PathId path) {
  // Generations wrap (design of the card: one 32-bit counter).
  return static_cast<std::int32_t>(card_.drain_fence() - path_of(path).generation) >= 0;
}

PathUsage CardOffload::query_path(PathId path) { return path_of(path).usage; }

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
    const auto kind = static_cast<EventKind>(event->kind);
    const bool is_hard = kind == EventKind::kHardLifetime || kind == EventKind::kSequence;
    if (!is_hard && kind != EventKind::kSoftLifetime) continue;
    if (const SaRow* known = row(SaIndex{event->sa_index})) events_.push_back({known->id, is_hard});
  }
}

void CardOffload::poll_events() {
  take_events();
  while (!events_.empty()) {
    const PendingEvent event = events_.front();
    events_.pop_front();
    // The observer may remove SAs while others of their events wait here.
    if (observer_ == nullptr || !sas_.contains(event.sa)) continue;
    if (event.is_hard)
      observer_->on_hard_lifetime(event.sa);
    else
      observer_->on_soft_lifetime(event.sa);
  }
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

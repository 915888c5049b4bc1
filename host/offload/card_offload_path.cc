// SPDX-License-Identifier: Apache-2.0
// Paths: where SAs send to, and where peers were heard.
#include <utility>

#include "offload/card_offload.h"

namespace holdfast::offload {
namespace {

constexpr std::uint16_t kNatPort = 4500;  // RFC 3948, 2.1

/// Ports say something of UDP alone (RFC 3948, 2.1).
bool is_bound(const Binding& binding, Encap encap, const Endpoint& own, const Endpoint& peer) {
  if (binding.own.address != own.address || binding.peer.address != peer.address) return false;
  if (encap == Encap::kNone || binding.encap == Encap::kNone) return true;
  return binding.own.port == own.port && binding.peer.port == peer.port;
}

}  // namespace

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
  const auto generation = card_.rebind(index, binding);
  if (!generation)
    return tl::unexpected(generation.error());  // no SA uses the row, whatever is in it
  free_paths_.pop_back();
  const PathId id{++last_path_};
  paths_.emplace(id, Path{.index = index, .binding = binding, .row_generation = *generation});
  ids_of_paths_[to_number(index)] = id;
  ++version_;
  return id;
}

void CardOffload::remove_path(PathId path) {
  const Path& removed = path_of(path);
  HOLDFAST_CHECK(removed.num_sas == 0);
  take_events();  // while its row tells whose they are
  ids_of_paths_[to_number(removed.index)] = PathId{};
  if (!removed.is_lost) free_paths_.push_back(removed.index);
  paths_.erase(path);
  ++version_;
}

Status CardOffload::rebind(PathId path, const Binding& binding,
                           std::optional<std::uint32_t> credit) {
  Path& changed = path_of(path);
  const auto generation = card_.rebind(changed.index, binding, credit);
  if (!generation) return tl::unexpected(generation.error());
  const Binding before = std::exchange(changed.binding, binding);
  changed.row_generation = *generation;
  changed.usage = {};
  start_drain(changed, *generation);
  ++version_;
  tell_way_changed(before.peer.address, binding.peer.address);
  return {};
}

/// Learnt PMTUs are dropped on each move (docs/protocol/address_update.md).
void CardOffload::tell_way_changed(const IpAddress& before, const IpAddress& now) {
  if (flow_ == nullptr) return;
  flow_->on_way_changed(before);
  if (before != now) flow_->on_way_changed(now);
}

Status CardOffload::move_sas(std::span<const SaId> sas, PathId path) {
  Path& target = path_of(path);
  std::uint32_t generation = target.fence;
  for (std::size_t i = 0; i < sas.size(); ++i) {
    const auto found = sas_.find(sas[i]);
    HOLDFAST_CHECK(found != sas_.end());
    const auto moved = card_.move_sa(found->second, target.index);
    if (moved) {
      generation = *moved;
      continue;
    }
    // One whose command was not answered may have moved as well.
    const std::size_t doubtful = moved.error().code == ErrorCode::kTimeout ? i + 1 : i;
    if (!move_back(sas.first(doubtful))) target.is_lost = true;
    return tl::unexpected(moved.error());
  }
  if (sas.empty()) return {};
  for (const SaId sa : sas) note_moved(sas_.at(sa), path, target);
  start_drain(target, generation);
  ++version_;
  return {};
}

void CardOffload::note_moved(SaIndex index, PathId path, Path& target) {
  Path*& now = paths_of_rows_[to_number(index)];
  tell_way_changed(now->binding.peer.address, target.binding.peer.address);
  --now->num_sas;
  ++target.num_sas;
  row_at(index)->path = path;
  now = &target;
}

/// True if each row surely is what we say that it is.
bool CardOffload::move_back(std::span<const SaId> sas) {
  bool are_all_back = true;
  for (const SaId sa : sas) {
    const SaIndex index = sas_.at(sa);
    if (!card_.move_sa(index, path_of(row_at(index)->path).index)) are_all_back = false;
  }
  return are_all_back;
}

void CardOffload::start_drain(Path& path, std::uint32_t generation) {
  path.fence = generation;
  path.num_before = flow_ == nullptr ? 0 : flow_->num_submitted();
  path.is_fence_passed = path.is_drained = false;
}

bool CardOffload::is_drained(PathId path) {
  Path& asked = path_of(path);
  if (asked.is_drained) return true;
  // Generations wrap. Once passed stays passed, however far the card goes on.
  if (!asked.is_fence_passed)
    asked.is_fence_passed = static_cast<std::int32_t>(card_.drain_fence() - asked.fence) >= 0;
  // What the card made of them before leaves only when it is taken from its ring.
  asked.is_drained =
      asked.is_fence_passed && (flow_ == nullptr || flow_->num_completed() >= asked.num_before);
  return asked.is_drained;
}

PathUsage CardOffload::query_path(PathId path) { return path_of(path).usage; }

void CardOffload::note_arrival(SaIndex index, Encap encap, const Endpoint& own,
                               const Endpoint& peer) {
  if (to_number(index) >= paths_of_rows_.size()) return;
  Path* path = paths_of_rows_[to_number(index)];
  if (path == nullptr) return;
  ++(is_bound(path->binding, encap, own, peer) ? path->usage.bound : path->usage.elsewhere);
}

/// Where the card was shown port 4500 instead of another one of ours, that one is meant; see
/// write_outer_header().
void CardOffload::tell_roam(const PendingEvent& event) {
  const Binding& bound = binding(row_at(sas_.at(event.sa))->path);
  Endpoint own = event.own;
  if (own.port == kNatPort && event.peer.port != kNatPort && bound.own.port != 0)
    own.port = bound.own.port;
  const Encap encap = own.port == 0 ? Encap::kNone : Encap::kUdp;
  if (!is_bound(bound, encap, own, event.peer)) observer_->on_roam(event.sa, own, event.peer);
}

}  // namespace holdfast::offload

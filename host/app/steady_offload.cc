// SPDX-License-Identifier: Apache-2.0
#include "app/steady_offload.h"

#include <algorithm>
#include <utility>

namespace holdfast::app {
namespace {

tl::unexpected<Error> no_card() {
  return fail(ErrorCode::kRefused, "card", "is gone; it is being brought back");
}

}  // namespace

void SteadyOffload::attach(Offload& card) {
  HOLDFAST_CHECK(card_ == nullptr);
  card_ = &card;
  first_sa_ = last_sa_;
  card.set_observer(this);
  for (auto& [id, path] : paths_) bring_path(path);
  for (const Policy& policy : policies_)
    card.add_policy(policy.id, policy.action, policy.local, policy.remote);
  // The interface has them still.
  for (const IpAddress& address : inner_addresses_)
    static_cast<void>(card.add_inner_address(address));
}

void SteadyOffload::detach() {
  HOLDFAST_CHECK(card_ != nullptr);
  card_->set_observer(nullptr);
  card_ = nullptr;
  first_sa_ = last_sa_;
  num_lost_ += std::exchange(num_sas_, 0);
  for (auto& [id, path] : paths_) path.inner.reset();
}

/// Where the card does not take it, the path stays without one, and no SA can be added to it.
void SteadyOffload::bring_path(Path& path) {
  const auto id = card_->add_path(path.binding);
  if (!id) return;
  if (path.is_limited && !card_->rebind(*id, path.binding, 0)) {
    card_->remove_path(*id);
    return;
  }
  path.inner = *id;
}

std::optional<SaId> SteadyOffload::inner(SaId sa) const {
  const auto number = static_cast<std::uint32_t>(sa);
  if (!card_ || number <= first_sa_) return std::nullopt;
  return SaId{number - first_sa_};
}

SaId SteadyOffload::outer(SaId inner) const {
  return SaId{static_cast<std::uint32_t>(inner) + first_sa_};
}

// ---------------------------------------------------------------- paths

Result<PathId> SteadyOffload::add_path(const Binding& binding) {
  if (!card_) return no_card();
  const auto inner = card_->add_path(binding);
  if (!inner) return inner;
  const PathId id{++last_path_};
  paths_.emplace(id, Path{binding, false, *inner});
  return id;
}

void SteadyOffload::remove_path(PathId path) {
  const auto found = paths_.find(path);
  HOLDFAST_CHECK(found != paths_.end());
  if (found->second.inner) card_->remove_path(*found->second.inner);
  paths_.erase(found);
}

Status SteadyOffload::rebind(PathId path, const Binding& binding,
                             std::optional<std::uint32_t> credit) {
  Path& known = paths_.at(path);
  if (!known.inner) return no_card();
  if (Status status = card_->rebind(*known.inner, binding, credit); !status) return status;
  known.binding = binding;
  known.is_limited = credit.has_value();
  return {};
}

/// SAs whose card is gone have nothing that could be moved.
Status SteadyOffload::move_sas(std::span<const SaId> sas, PathId path) {
  const Path& known = paths_.at(path);
  if (!known.inner) return no_card();
  std::vector<SaId> alive;
  for (const SaId sa : sas)
    if (const auto id = inner(sa)) alive.push_back(*id);
  return alive.empty() ? Status{} : card_->move_sas(alive, *known.inner);
}

bool SteadyOffload::is_drained(PathId path) {
  const Path& known = paths_.at(path);
  return !known.inner || card_->is_drained(*known.inner);
}

PathUsage SteadyOffload::query_path(PathId path) {
  const Path& known = paths_.at(path);
  return known.inner ? card_->query_path(*known.inner) : PathUsage{};
}

// ---------------------------------------------------------------- SAs

Result<SaId> SteadyOffload::add_sa(SaRequest request) {
  const Path& known = paths_.at(request.path);
  if (!known.inner) return no_card();
  request.path = *known.inner;
  const auto id = card_->add_sa(std::move(request));
  if (!id) return id;
  ++num_sas_;
  last_sa_ = std::max(last_sa_, static_cast<std::uint32_t>(outer(*id)));
  return outer(*id);
}

void SteadyOffload::remove_sa(SaId sa) {
  const auto id = inner(sa);
  if (id) card_->remove_sa(*id);
  --(id ? num_sas_ : num_lost_);
}

SaUsage SteadyOffload::query_sa(SaId sa) {
  const auto id = inner(sa);
  return id ? card_->query_sa(*id) : SaUsage{};
}

// ---------------------------------------------------------------- policies, addresses

void SteadyOffload::add_policy(std::uint32_t policy_id, PolicyAction action,
                               const TrafficSelector& local, const TrafficSelector& remote) {
  policies_.push_back({policy_id, action, local, remote});
  if (card_) card_->add_policy(policy_id, action, local, remote);
}

void SteadyOffload::remove_policy(std::uint32_t policy_id) {
  std::erase_if(policies_, [&](const Policy& policy) { return policy.id == policy_id; });
  if (card_) card_->remove_policy(policy_id);
}

Status SteadyOffload::add_inner_address(const IpAddress& address) {
  if (!card_) return no_card();
  Status status = card_->add_inner_address(address);
  if (status) inner_addresses_.push_back(address);
  return status;
}

/// Without a card too it must go from the interface: the next card does not know of it.
void SteadyOffload::remove_inner_address(const IpAddress& address) {
  const auto found = std::ranges::find(inner_addresses_, address);
  if (found == inner_addresses_.end()) return;
  inner_addresses_.erase(found);
  if (card_) return card_->remove_inner_address(address);
  if (addresses_ && std::ranges::find(inner_addresses_, address) == inner_addresses_.end())
    addresses_->remove_address(address);
}

// ---------------------------------------------------------------- what happens

void SteadyOffload::on_soft_lifetime(SaId sa) {
  if (observer_) observer_->on_soft_lifetime(outer(sa));
}
void SteadyOffload::on_hard_lifetime(SaId sa) {
  if (observer_) observer_->on_hard_lifetime(outer(sa));
}
void SteadyOffload::on_acquire(std::uint32_t policy_id) {
  if (observer_) observer_->on_acquire(policy_id);
}
void SteadyOffload::on_roam(SaId sa, const Endpoint& own, const Endpoint& peer) {
  if (observer_) observer_->on_roam(outer(sa), own, peer);
}
void SteadyOffload::on_credit_used_up(PathId path) {
  for (const auto& [id, known] : paths_)
    if (known.inner == path && observer_) return observer_->on_credit_used_up(id);
}

}  // namespace holdfast::app

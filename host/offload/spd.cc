// SPDX-License-Identifier: Apache-2.0
#include "offload/spd.h"

#include <algorithm>
#include <cstring>

namespace holdfast::offload {
namespace {

/// That many changes are remembered for changed_since().
constexpr std::size_t kMaxChanges = 256;

}  // namespace

std::size_t Spd::Hash::operator()(const Key& key) const {
  // Not keyed: packets look entries up but never add one.
  std::uint64_t hash = 0;
  const auto mix = [&hash](const IpAddress& address) {
    for (std::size_t at = 0; at < (address.is_ipv6 ? 16u : 8u); at += 8) {
      std::uint64_t word = 0;
      std::memcpy(&word, address.bytes.data() + at, 8);
      hash = (hash ^ word) * 0x9E3779B97F4A7C15u;
      hash ^= hash >> 29;
    }
  };
  mix(key.local);
  mix(key.remote);
  return hash;
}

std::size_t PrefixHash::operator()(const Prefix& prefix) const {
  std::uint64_t words[2];
  std::memcpy(words, prefix.address.bytes.data(), sizeof words);
  const std::uint64_t mixed =
      ((words[0] ^ prefix.length) * 0x9E3779B97F4A7C15u) ^ (words[1] * 0xC2B2AE3D27D4EB4Fu);
  return static_cast<std::size_t>(mixed ^ (mixed >> 29));
}

unsigned Spd::Entry::num_upper_layer() const {
  return (local.protocol != 0 || remote.protocol != 0) + (local.port != 0) + (remote.port != 0);
}

bool Spd::Entry::is_before(const Entry& other) const {
  if (num_upper_layer() != other.num_upper_layer())
    return num_upper_layer() > other.num_upper_layer();
  if (decision.action != other.decision.action) return decision.action < other.decision.action;
  return serial > other.serial;
}

Spd::Key Spd::key_of(const TrafficSelector& local, const TrafficSelector& remote) {
  return {masked(local.prefix.address, local.prefix.length),
          masked(remote.prefix.address, remote.prefix.length)};
}

Spd::Group& Spd::group_of(const TrafficSelector& local, const TrafficSelector& remote) {
  const bool is_ipv6 = local.prefix.address.is_ipv6;
  const unsigned local_bits = local.prefix.length, remote_bits = remote.prefix.length;
  const auto found = std::ranges::find_if(groups_, [&](const Group& group) {
    return group.is_ipv6 == is_ipv6 && group.local_bits == local_bits &&
           group.remote_bits == remote_bits;
  });
  if (found != groups_.end()) return *found;
  const auto after = std::ranges::find_if(
      groups_, [&](const Group& group) { return group.bits() < local_bits + remote_bits; });
  return *groups_.insert(after, Group{is_ipv6, local_bits, remote_bits, {}});
}

void Spd::add(Entry entry) {
  HOLDFAST_CHECK(entry.local.prefix.address.is_ipv6 == entry.remote.prefix.address.is_ipv6);
  entry.serial = ++version_;
  protect(entry);
  auto& entries = group_of(entry.local, entry.remote).entries[key_of(entry.local, entry.remote)];
  const auto after = std::ranges::find_if(
      entries, [&entry](const Entry& other) { return entry.is_before(other); });
  entries.insert(after, std::move(entry));
}

void Spd::protect(const Entry& entry) {
  if (!entry.is_protected()) return;
  note_change(entry.remote.prefix);
  const auto [first, last] = protected_.equal_range(entry.remote.prefix);
  for (auto at = first; at != last; ++at)
    if (at->second.local == entry.local.prefix) {
      ++at->second.count;
      return;
    }
  protected_.emplace(entry.remote.prefix, Use{entry.local.prefix, 1});
}

void Spd::unprotect(const Entry& entry) {
  if (!entry.is_protected()) return;
  note_change(entry.remote.prefix);
  const auto [first, last] = protected_.equal_range(entry.remote.prefix);
  const auto at = std::find_if(
      first, last, [&](const auto& use) { return use.second.local == entry.local.prefix; });
  HOLDFAST_CHECK(at != last);
  if (--at->second.count == 0) protected_.erase(at);
}

void Spd::note_change(const Prefix& remote) {
  changes_.emplace_back(version_, remote);
  if (changes_.size() > kMaxChanges) changes_.pop_front();
}

std::optional<Prefix> Spd::protected_local(const Prefix& remote) const {
  const auto found = protected_.find(remote);
  if (found == protected_.end()) return std::nullopt;
  return found->second.local;
}

std::optional<std::vector<Prefix>> Spd::changed_since(std::uint64_t version) const {
  // What fell out of the list may have been of any version up to that of its first.
  if (changes_.size() == kMaxChanges && changes_.front().first > version) return std::nullopt;
  std::vector<Prefix> remotes;
  for (auto at = changes_.rbegin(); at != changes_.rend() && at->first > version; ++at)
    remotes.push_back(at->second);
  return remotes;
}

template <typename Predicate>
void Spd::remove(const TrafficSelector& local, const TrafficSelector& remote, Predicate is_gone) {
  ++version_;
  Group& group = group_of(local, remote);
  const auto found = group.entries.find(key_of(local, remote));
  HOLDFAST_CHECK(found != group.entries.end());
  const std::size_t num_gone = std::erase_if(found->second, [&](const Entry& entry) {
    if (!is_gone(entry)) return false;
    unprotect(entry);
    return true;
  });
  HOLDFAST_CHECK(num_gone > 0);
  if (!found->second.empty()) return;
  group.entries.erase(found);
  std::erase_if(groups_, [](const Group& each) { return each.entries.empty(); });
}

void Spd::add_sa(SaId sa, SaIndex index, const TrafficSelector& local,
                 const TrafficSelector& remote) {
  add({{Action::kProtect, index, 0}, sa, local, remote, 0});
}

void Spd::remove_sa(SaId sa, const TrafficSelector& local, const TrafficSelector& remote) {
  remove(local, remote, [sa](const Entry& entry) {
    return entry.decision.action == Action::kProtect && entry.sa == sa;
  });
}

void Spd::add_policy(std::uint32_t policy_id, Action action, const TrafficSelector& local,
                     const TrafficSelector& remote) {
  HOLDFAST_CHECK(action != Action::kProtect);
  policies_.emplace(policy_id, Selectors{local, remote});
  add({{action, SaIndex{}, policy_id}, SaId{}, local, remote, 0});
}

void Spd::remove_policy(std::uint32_t policy_id) {
  for (auto found = policies_.find(policy_id); found != policies_.end();
       found = policies_.find(policy_id)) {
    const Selectors selectors = found->second;
    policies_.erase(found);
    // The same pair may have been added twice, and goes with the first.
    std::erase_if(policies_, [&](const auto& other) {
      return other.first == policy_id &&
             key_of(other.second.local, other.second.remote) ==
                 key_of(selectors.local, selectors.remote) &&
             other.second.local.prefix.length == selectors.local.prefix.length &&
             other.second.remote.prefix.length == selectors.remote.prefix.length;
    });
    remove(selectors.local, selectors.remote, [policy_id](const Entry& entry) {
      return entry.decision.action != Action::kProtect && entry.decision.policy_id == policy_id;
    });
  }
}

std::optional<Spd::Decision> Spd::lookup(const Flow& flow) const {
  const Entry* best = nullptr;
  unsigned best_bits = 0;
  for (const Group& group : groups_) {
    if (best != nullptr && group.bits() < best_bits) break;
    if (group.is_ipv6 != flow.source.is_ipv6) continue;
    const auto found = group.entries.find(
        Key{masked(flow.source, group.local_bits), masked(flow.destination, group.remote_bits)});
    if (found == group.entries.end()) continue;
    for (const Entry& entry : found->second) {
      if (!is_upper_layer_selected(flow, Way::kFromLocal, entry.local, entry.remote)) continue;
      if (best == nullptr || entry.is_before(*best)) best = &entry;
      best_bits = group.bits();
      break;
    }
  }
  if (best == nullptr) return std::nullopt;
  return best->decision;
}

std::vector<Spd::Selectors> Spd::protected_selectors() const {
  std::vector<Selectors> all;
  for (const Group& group : groups_)
    for (const auto& [key, entries] : group.entries)
      for (const Entry& entry : entries)
        if (entry.is_protected()) all.push_back({entry.local, entry.remote});
  return all;
}

}  // namespace holdfast::offload

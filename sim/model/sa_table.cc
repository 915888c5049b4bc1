// SPDX-License-Identifier: Apache-2.0
#include "model/sa_table.h"

#include <algorithm>
#include <utility>

#include "model/encap.h"

namespace holdfast::model {
namespace {

constexpr std::uint64_t kLast32 = 0xFFFFFFFF;
constexpr std::uint64_t kLast64 = ~std::uint64_t{0};
constexpr std::uint64_t kMaxCredit = (std::uint64_t{1} << 48) - 1;

bool is_inside(const Prefix& prefix, const IpAddress& address) {
  if (prefix.address.is_ipv6 != address.is_ipv6) return false;
  for (unsigned bit = 0; bit < prefix.length; ++bit) {
    const unsigned difference = prefix.address.bytes[bit / 8] ^ address.bytes[bit / 8];
    if ((difference & (0x80u >> (bit % 8))) != 0) return false;
  }
  return true;
}

bool is_prefix_possible(const Prefix& prefix) {
  return prefix.length <= (prefix.address.is_ipv6 ? 128 : 32);
}

/// RFC 4303, 3.3.3: the counter never cycles.
bool is_used_up(const SaConfig& config, std::uint64_t next) {
  return config.has_esn ? next == 0 : next > kLast32;
}

std::uint64_t last_sequence(const SaConfig& config) { return config.has_esn ? kLast64 : kLast32; }

/// An address, and with UDP encapsulation a port.
bool is_same(const Endpoint& a, const Endpoint& b, Encap encap) {
  return a.address == b.address && (encap == Encap::kNone || a.port == b.port);
}

bool is_from_peer(const Binding& from, const Binding& binding) {
  return from.encap == binding.encap && is_same(from.peer, binding.peer, binding.encap);
}

bool is_elsewhere(const Binding& from, const Binding& binding) {
  return !is_from_peer(from, binding) || !is_same(from.own, binding.own, binding.encap);
}

}  // namespace

bool matches(const Selector& selector, const IpHeader& inner) {
  return is_inside(selector.source, inner.source) &&
         is_inside(selector.destination, inner.destination);
}

SaTable::SaTable(const Limits& limits)
    : limits_(limits),
      sas_(limits.num_sas),
      paths_(limits.num_paths),
      told_credit_(limits.num_paths) {}

bool SaTable::has_sa(std::size_t index) const {
  return index < sas_.size() && sas_[index] != nullptr;
}

bool SaTable::has_path(std::size_t index) const {
  return index < paths_.size() && paths_[index].generation != 0;
}

/// Everything but the indices.
std::optional<CommandResult> SaTable::check(const SaConfig& config) const {
  const bool is_inbound = config.direction == Direction::kInbound;
  if (is_inbound && by_spi_.contains(to_number(config.spi))) return CommandResult::kSpiInUse;
  if (to_number(config.spi) < 256) return CommandResult::kBadSpi;  // RFC 4303, 2.1
  if ((limits_.suites >> static_cast<unsigned>(config.suite) & 1) == 0)
    return CommandResult::kBadSuite;
  if (is_inbound && (config.replay_window < 32 || config.replay_window > limits_.max_replay_window))
    return CommandResult::kBadWindow;
  if (config.first_sequence == 0 || config.first_sequence > last_sequence(config))
    return CommandResult::kBadSequence;
  if (!is_prefix_possible(config.selector.source) ||
      !is_prefix_possible(config.selector.destination))
    return CommandResult::kBadSelector;
  return std::nullopt;
}

CommandResult SaTable::add_sa(std::uint16_t index, SaConfig config, std::uint16_t path) {
  if (index >= sas_.size() || path >= paths_.size()) return CommandResult::kBadIndex;
  if (has_sa(index)) return CommandResult::kIndexInUse;
  if (!has_path(path)) return CommandResult::kEmpty;
  if (const auto wrong = check(config)) return *wrong;
  auto sa = std::make_unique<Sa>();
  sa->epoch = ++epoch_;
  sa->path = path;
  if (config.direction == Direction::kInbound) {
    sa->window.emplace(config.replay_window, config.first_sequence);
    by_spi_.emplace(to_number(config.spi), index);
  } else {
    sa->next_sequence = config.first_sequence;
  }
  sa->config = std::make_shared<const SaConfig>(std::move(config));
  sas_[index] = std::move(sa);
  return CommandResult::kOk;
}

CommandResult SaTable::delete_sa(std::uint16_t index) {
  if (index >= sas_.size()) return CommandResult::kBadIndex;
  if (!has_sa(index)) return CommandResult::kEmpty;
  const SaConfig& config = *sas_[index]->config;
  if (config.direction == Direction::kInbound) by_spi_.erase(to_number(config.spi));
  sas_[index].reset();
  return CommandResult::kOk;
}

CommandResult SaTable::read_sa(std::uint16_t index, SaState& state) const {
  if (index >= sas_.size()) return CommandResult::kBadIndex;
  if (!has_sa(index)) return CommandResult::kEmpty;
  const Sa& sa = *sas_[index];
  state.direction = sa.config->direction;
  state.path = PathIndex{sa.path};
  state.sequence = sa.window ? sa.window->top() : sa.next_sequence;
  state.bytes = sa.bytes;
  state.packets = sa.packets;
  state.last_used_cycle = sa.last_used;
  return CommandResult::kOk;
}

CommandResult SaTable::write_path(std::uint16_t index, const Binding& binding,
                                  std::optional<std::uint32_t> credit) {
  if (index >= paths_.size()) return CommandResult::kBadIndex;
  paths_[index] = PathRow{binding, ++generation_, credit};
  told_credit_[index] = false;
  return CommandResult::kOk;
}

CommandResult SaTable::read_path(std::uint16_t index, PathRow& row) const {
  if (index >= paths_.size()) return CommandResult::kBadIndex;
  if (!has_path(index)) return CommandResult::kEmpty;
  row = paths_[index];
  return CommandResult::kOk;
}

CommandResult SaTable::move_sa(std::uint16_t index, std::uint16_t path) {
  if (index >= sas_.size() || path >= paths_.size()) return CommandResult::kBadIndex;
  if (!has_sa(index) || !has_path(path)) return CommandResult::kEmpty;
  sas_[index]->path = path;
  ++generation_;
  return CommandResult::kOk;
}

Rows SaTable::find_inbound(Spi spi, std::uint32_t sequence_low) const {
  Rows rows;
  const auto found = by_spi_.find(to_number(spi));
  if (found == by_spi_.end()) {
    rows.reason = DropReason::kNoSa;
    return rows;
  }
  const Sa& sa = *sas_[found->second];
  rows.sa_index = found->second;
  const auto sequence = sa.window->infer(sequence_low, sa.config->has_esn);
  if (!sequence || !sa.window->accepts(*sequence)) {
    rows.reason = DropReason::kReplayEarly;
    return rows;
  }
  rows.sequence = *sequence;
  rows.config = sa.config;
  rows.epoch = sa.epoch;
  rows.path_index = sa.path;
  rows.path = paths_[sa.path];
  return rows;
}

DropReason SaTable::commit_inbound(const Rows& rows, bool is_charged, std::size_t inner_bytes,
                                   const Arrival& arrival) {
  if (!has_sa(rows.sa_index) || sas_[rows.sa_index]->epoch != rows.epoch) return DropReason::kStale;
  Sa& sa = *sas_[rows.sa_index];
  if (!sa.window->accepts(rows.sequence)) return DropReason::kReplayLate;
  look_at_arrival(sa, rows, arrival, rows.sequence > sa.window->top());
  sa.window->take(rows.sequence);
  sa.last_used = cycle_;
  if (!is_charged) return DropReason::kNone;
  if (!may_charge(sa, rows, inner_bytes)) return DropReason::kLifetime;
  charge(sa, rows, inner_bytes);
  return DropReason::kNone;
}

void SaTable::look_at_arrival(Sa& sa, const Rows& rows, const Arrival& arrival, bool is_highest) {
  const Binding& binding = rows.path.binding;  // that the packet read
  const bool is_in_force = paths_[sa.path].generation == rows.path.generation;
  if (is_in_force && is_from_peer(arrival.from, binding)) give_credit(sa.path, arrival.bytes);
  if (!is_highest || !is_elsewhere(arrival.from, binding)) return;
  if (std::exchange(sa.told_roam, rows.path.generation) == rows.path.generation) return;
  events_.push_back({EventKind::kRoam, rows.sa_index, rows.path_index, rows.sequence,
                     rows.path.generation, arrival.from.own, arrival.from.peer});
}

void SaTable::give_credit(std::uint16_t path, std::size_t outer_bytes) {
  auto& credit = paths_[path].credit;
  if (credit) *credit = std::min(*credit + 3 * std::uint64_t{outer_bytes}, kMaxCredit);
}

bool SaTable::spend_credit(const Sa& sa, const Rows& rows, std::size_t inner_bytes) {
  PathRow& path = paths_[sa.path];
  if (!path.credit) return true;
  const std::size_t bytes = outer_bytes(path.binding, inner_bytes);
  if (bytes > *path.credit) {
    if (!told_credit_[sa.path])
      events_.push_back(
          {EventKind::kCredit, rows.sa_index, sa.path, rows.sequence, path.generation});
    told_credit_[sa.path] = true;
    return false;
  }
  *path.credit -= bytes;
  return true;
}

Rows SaTable::take_outbound(std::uint16_t index, const IpHeader& inner) {
  Rows rows;
  rows.sa_index = index;
  if (!has_sa(index) || sas_[index]->config->direction != Direction::kOutbound) {
    rows.reason = DropReason::kNoSa;
    return rows;
  }
  Sa& sa = *sas_[index];
  rows.sequence = sa.next_sequence;
  rows.path_index = sa.path;
  rows.path = paths_[sa.path];
  if (!matches(sa.config->selector, inner))
    rows.reason = DropReason::kSelector;
  else if (is_used_up(*sa.config, sa.next_sequence))
    rows.reason = DropReason::kSequence;
  else if (!may_charge(sa, rows, inner.total_bytes))
    rows.reason = DropReason::kLifetime;
  else if (!spend_credit(sa, rows, inner.total_bytes))
    rows.reason = DropReason::kCredit;
  if (rows.reason != DropReason::kNone) return rows;
  charge(sa, rows, inner.total_bytes);
  if (sa.next_sequence == last_sequence(*sa.config))
    tell(EventKind::kSequence, sa.told_sequence, sa, rows);
  ++sa.next_sequence;
  sa.last_used = cycle_;
  rows.config = sa.config;
  rows.epoch = sa.epoch;
  return rows;
}

bool SaTable::may_charge(Sa& sa, const Rows& rows, std::size_t inner_bytes) {
  const Lifetime& limit = sa.config->lifetime;
  const bool is_over = (limit.hard_bytes != 0 && sa.bytes + inner_bytes > limit.hard_bytes) ||
                       (limit.hard_packets != 0 && sa.packets + 1 > limit.hard_packets);
  if (is_over) tell(EventKind::kHardLifetime, sa.told_hard, sa, rows);
  return !is_over;
}

void SaTable::charge(Sa& sa, const Rows& rows, std::size_t inner_bytes) {
  const Lifetime& limit = sa.config->lifetime;
  sa.bytes += inner_bytes;
  ++sa.packets;
  if ((limit.soft_bytes != 0 && sa.bytes >= limit.soft_bytes) ||
      (limit.soft_packets != 0 && sa.packets >= limit.soft_packets))
    tell(EventKind::kSoftLifetime, sa.told_soft, sa, rows);
}

void SaTable::tell(EventKind kind, bool& told, const Sa& sa, const Rows& rows) {
  if (std::exchange(told, true)) return;
  events_.push_back({kind, rows.sa_index, sa.path, rows.sequence, rows.path.generation});
}

std::vector<ModelEvent> SaTable::take_events() { return std::exchange(events_, {}); }

}  // namespace holdfast::model

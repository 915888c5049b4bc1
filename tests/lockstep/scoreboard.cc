// SPDX-License-Identifier: Apache-2.0
#include "scoreboard.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/hex.h"
#include "packets.h"

namespace holdfast::lockstep {
namespace {

constexpr std::size_t kMaxHeaderBytes = 72;  // IPv4 with all options, UDP, SPI

/// The card looked at the window before earlier packets had moved it, the model afterwards: both
/// refuse the packet, at different steps. With ESN the number is inferred from the window, so that
/// one of the two may take it for a number of another 2^32, whose AAD cannot be right.
bool is_later_look(const TrafficPacket& packet, DropReason want, DropReason got) {
  const bool got_second = got == DropReason::kReplayLate || got == DropReason::kIcv;
  if (want == DropReason::kReplayEarly) return got_second;
  const auto is = [&](const char* kind) { return packet.kind.find(kind) != std::string::npos; };
  const bool is_out_of_turn =
      is("replay") || is("late") || is("sequence number") || is("ESP header");
  return want == DropReason::kIcv && is_out_of_turn &&
         (got == DropReason::kReplayEarly || got == DropReason::kReplayLate);
}

}  // namespace

void Scoreboard::add_sa(const SaPlan& plan) {
  for (model::EspModel& model : models_) {
    const CommandResult result = model.add_sa(plan.index, clone(plan.config), plan.path);
    HOLDFAST_CHECK(result == CommandResult::kOk);
  }
  removals_.erase(to_number(plan.index));
  spis_[to_number(plan.index)] = to_number(plan.config.spi);
}

void Scoreboard::remove_now(SaIndex index) {
  for (model::EspModel& model : models_) model.delete_sa(index);
}

void Scoreboard::will_rebind(PathIndex path, const Binding& binding,
                             std::optional<std::uint32_t> credit) {
  for (auto& changes : changes_) changes.push_back({next_generation_, path, binding, {}, credit});
  ++next_generation_;
  shared_[to_number(path)] = credit.value_or(0);
  // The first binding of a path is there before any packet: an SA cannot be added without one.
  if (bound_.insert(to_number(path)).second) settle(newest_generation());
}

void Scoreboard::share_credit() {
  for (auto& [path, shared] : shared_) {
    model::PathRow row;
    models_[index(Direction::kInbound)].read_path(PathIndex{path}, row);
    if (!row.credit) continue;
    models_[index(Direction::kOutbound)].table().give_credit(path, (*row.credit - shared) / 3);
    shared = *row.credit;
  }
}

void Scoreboard::will_move(SaIndex index, PathIndex path) {
  for (auto& changes : changes_) changes.push_back({next_generation_, path, std::nullopt, index});
  ++next_generation_;
}

void Scoreboard::settle(std::uint32_t generation) {
  for (const Direction direction : {Direction::kInbound, Direction::kOutbound}) {
    catch_up(direction, generation);
  }
}

void Scoreboard::expect(TrafficPacket packet) {
  expected_[index(packet.direction)].push_back(std::move(packet));
}

void Scoreboard::catch_up(Direction direction, std::uint32_t generation) {
  auto& changes = changes_[index(direction)];
  model::EspModel& model = models_[index(direction)];
  while (!changes.empty() && changes.front().generation <= generation) {
    const Change& change = changes.front();
    if (change.binding) {
      model.write_path(change.path, *change.binding, change.credit);
    } else {
      model.move_sa(change.sa, change.path);
    }
    changes.pop_front();
  }
}

/// A move leaves the generation of its path as it was: the packet shows it by carrying that one.
void Scoreboard::follow_move(const TrafficPacket& packet, std::uint32_t generation) {
  model::EspModel& model = models_[index(packet.direction)];
  for (const Change& change : changes_[index(packet.direction)]) {
    model::PathRow row;
    if (change.binding || to_number(change.sa) != packet.row) continue;
    if (model.read_path(change.path, row) != CommandResult::kOk) continue;
    if (row.generation == generation) return catch_up(packet.direction, change.generation);
  }
}

void Scoreboard::judge(Direction direction, const Outcome& outcome) {
  auto& expected = expected_[index(direction)];
  if (expected.empty()) {
    differences_.push_back("a result came for which no packet was given");
    return;
  }
  const TrafficPacket packet = std::move(expected.front());
  expected.pop_front();
  catch_up(direction, outcome.generation);
  if (outcome.generation != 0) follow_move(packet, outcome.generation);
  model::EspModel& model = models_[index(direction)];
  if (outcome.reason == DropReason::kNoSa && names_removed_sa(packet)) {
    model.delete_sa(SaIndex{packet.row});
  }
  if (outcome.reason == DropReason::kStale && names_removed_sa(packet)) {
    compare(packet, process_stale(packet), outcome);
  } else {
    compare(packet, model.process(direction, packet.bytes, packet.ingress), outcome);
  }
  if (direction == Direction::kOutbound) watch_sequence(packet, outcome);
}

/// The packet says that it is for an SA whose removal has been asked for.
bool Scoreboard::names_removed_sa(const TrafficPacket& packet) const {
  if (!removals_.contains(packet.row)) return false;
  if (packet.direction == Direction::kOutbound) return packet.ingress.sa_index == packet.row;
  const std::size_t offset = packet.ingress.has_ethernet ? kEthernetBytes : 0;
  if (packet.bytes.size() <= offset) return false;
  const auto bytes = std::span<const std::uint8_t>(packet.bytes).subspan(offset);
  if (bytes.size() < kMaxHeaderBytes && bytes.size() < esp_offset(bytes) + 4) return false;
  return get32(bytes, esp_offset(bytes)) == spis_.at(packet.row);
}

/// The SA was removed between the packet's ticket and its end; the model still has it, for those
/// that follow.
model::Processed Scoreboard::process_stale(const TrafficPacket& packet) {
  const model::Ticket ticket =
      models_[index(packet.direction)].take_ticket(packet.direction, packet.bytes, packet.ingress);
  model::Processed result;
  result.reason = ticket.rows.reason == DropReason::kNone ? DropReason::kStale : ticket.rows.reason;
  result.sa_index = ticket.rows.sa_index;
  result.generation = ticket.rows.path.generation;
  return result;
}

std::vector<model::ModelEvent> Scoreboard::take_events() {
  std::vector<model::ModelEvent> all;
  for (model::EspModel& model : models_) {
    const auto events = model.take_events();
    all.insert(all.end(), events.begin(), events.end());
  }
  return all;
}

void Scoreboard::differ(const TrafficPacket& packet, const std::string& text) {
  differences_.push_back(
      fmt::format("{} packet {} ({} bytes, {}), SA {}: {}",
                  packet.direction == Direction::kInbound ? "inbound" : "outbound", compared_,
                  packet.bytes.size(), packet.kind, packet.row, text));
}

void Scoreboard::compare(const TrafficPacket& packet, const model::Processed& want,
                         const Outcome& got) {
  ++compared_;
  ++reasons_[got.reason];
  const bool is_late = is_later_look(packet, want.reason, got.reason);
  late_replays_ += is_late;
  if (want.reason != got.reason && !is_late) {
    differ(packet,
           fmt::format("reason: expected {}, got {}", name_of(want.reason), name_of(got.reason)));
    return;
  }
  if (want.sa_index != got.sa_index) {
    differ(packet, fmt::format("SA index: expected {}, got {}", want.sa_index, got.sa_index));
  }
  if (want.generation != got.generation && !is_late) {
    differ(packet, fmt::format("generation: expected {}, got {}", want.generation, got.generation));
  }
  if (want.bytes.size() != got.bytes.size()) {
    differ(packet, fmt::format("length: expected {}, got {}", want.bytes.size(), got.bytes.size()));
  } else if (want.bytes != got.bytes) {
    const auto at = std::mismatch(want.bytes.begin(), want.bytes.end(), got.bytes.begin());
    const auto offset = static_cast<std::size_t>(at.first - want.bytes.begin());
    const std::size_t count = std::min<std::size_t>(16, want.bytes.size() - offset);
    differ(packet, fmt::format("byte {}: expected {}…, got {}…", offset,
                               hex(std::span(want.bytes).subspan(offset, count)),
                               hex(std::span(got.bytes).subspan(offset, count))));
  }
  if (got.reason == DropReason::kNone) {
    ++compared_ok_;
    const bool is_inbound = packet.direction == Direction::kInbound;
    ++lengths_[index(packet.direction)][is_inbound ? got.bytes.size() : packet.bytes.size()];
  }
}

void Scoreboard::judge_state(SaIndex sa, const SaState& got) {
  SaState want{};
  if (models_[index(got.direction)].read_sa(sa, want) != CommandResult::kOk) {
    differences_.push_back(fmt::format("SA {}: only the card has it", to_number(sa)));
  } else if (want.sequence != got.sequence || want.bytes != got.bytes ||
             want.packets != got.packets || want.path != got.path) {
    differences_.push_back(
        fmt::format("SA {}: expected number {}, {} bytes, {} packets, path {}, got {}, {}, {}, {}",
                    to_number(sa), want.sequence, want.bytes, want.packets, to_number(want.path),
                    got.sequence, got.bytes, got.packets, to_number(got.path)));
  }
}

void Scoreboard::watch_sequence(const TrafficPacket& packet, const Outcome& outcome) {
  if (outcome.reason != DropReason::kNone) return;
  const auto bytes = std::span<const std::uint8_t>(outcome.bytes)
                         .subspan(packet.ingress.has_ethernet ? kEthernetBytes : 0);
  const std::size_t esp = esp_offset(bytes);
  const std::uint32_t spi = get32(bytes, esp);
  std::uint64_t iv = 0;
  for (std::size_t at = esp + 8; at < esp + 16; ++at) iv = iv << 8 | bytes[at];
  const auto [entry, is_new] = last_iv_.try_emplace(spi, iv);
  if (!is_new && iv <= entry->second) ++repeated_;
  entry->second = iv;
}

}  // namespace holdfast::lockstep

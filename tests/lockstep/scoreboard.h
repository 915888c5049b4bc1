// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "traffic.h"

namespace holdfast::lockstep {

/// What the card did with one packet.
struct Outcome {
  DropReason reason = DropReason::kNone;
  Packet bytes;
  std::uint16_t sa_index = kNoSa;
  std::uint32_t generation = 0;
};

/// Compares the card with the model, packet by packet in the order of each direction.
///
/// The model runs when the card's result is there. A re-bind or a move is told when its command is
/// given and takes effect in the model at the first result that shows it, or when the card's drain
/// fence has passed it; a removal does at
/// the first packet that the card no longer finds an SA for; packets that the removal overtook are
/// stale in the model too. Each direction has a model of its own,
/// because the two run ahead of each other.
///
/// The card looks at the replay window twice, and packets are in flight between: where the model
/// refuses a packet early, the card may find the same at its second look (replay_late), or find
/// first that the ICV is wrong. Such packets are counted, and must be refused by the model too.
class Scoreboard {
 public:
  explicit Scoreboard(const model::Limits& limits)
      : models_{model::EspModel(limits), model::EspModel(limits)} {}

  void add_sa(const SaPlan& plan);
  void will_remove(SaIndex index) { removals_.insert(to_number(index)); }
  void remove_now(SaIndex index);
  void will_rebind(PathIndex path, const Binding& binding,
                   std::optional<std::uint32_t> credit = std::nullopt);
  /// What inbound packets gave to the paths' credit is told to the model of outbound packets. Only
  /// while nothing is in flight, since neither model knows when the other's packets passed.
  void share_credit();
  void will_move(SaIndex index, PathIndex path);
  /// No packet that read its rows before `generation` is in flight any more, and all results are
  /// judged: a later result with an older binding differs.
  void settle(std::uint32_t generation);
  std::uint32_t newest_generation() const { return next_generation_ - 1; }
  /// Compares what the card says of an SA with the model.
  void judge_state(SaIndex index, const SaState& state);
  /// The packet was given to the card.
  void expect(TrafficPacket packet);
  /// The card's result for the oldest expected packet of that direction.
  void judge(Direction direction, const Outcome& outcome);

  /// What the SAs of the model have raised since the last call.
  std::vector<model::ModelEvent> take_events();

  /// One line a difference: packet number, SA index, field, expected, got.
  const std::vector<std::string>& differences() const { return differences_; }
  std::uint64_t compared() const { return compared_; }
  std::uint64_t compared_ok() const { return compared_ok_; }
  std::uint64_t late_replays() const { return late_replays_; }
  std::size_t outstanding(Direction direction) const { return expected_[index(direction)].size(); }
  const std::map<DropReason, std::uint64_t>& reasons() const { return reasons_; }
  /// Packets that passed, by the bytes of the inner packet and its Ethernet header.
  const std::map<std::size_t, std::uint64_t>& lengths(Direction direction) const {
    return lengths_[index(direction)];
  }
  /// Sequence numbers that left, per SA row: each must be seen once.
  std::uint64_t repeated_sequence_numbers() const { return repeated_; }

 private:
  /// A new binding of `path`, or `sa` moves there.
  struct Change {
    std::uint32_t generation;
    PathIndex path;
    std::optional<Binding> binding;
    SaIndex sa{};
    std::optional<std::uint32_t> credit = std::nullopt;
  };
  static std::size_t index(Direction direction) { return static_cast<std::size_t>(direction); }
  model::Processed process_stale(const TrafficPacket& packet);
  bool names_removed_sa(const TrafficPacket& packet) const;
  void catch_up(Direction direction, std::uint32_t generation);
  void follow_move(const TrafficPacket& packet, std::uint32_t generation);
  void compare(const TrafficPacket& packet, const model::Processed& want, const Outcome& got);
  void differ(const TrafficPacket& packet, const std::string& text);
  void watch_sequence(const TrafficPacket& packet, const Outcome& outcome);

  std::array<model::EspModel, 2> models_;
  std::array<std::deque<TrafficPacket>, 2> expected_;
  std::array<std::deque<Change>, 2> changes_;
  std::set<std::uint16_t> removals_;
  std::map<std::uint16_t, std::uint32_t> spis_;     // by row
  std::set<std::uint16_t> bound_;                   // paths that have a binding
  std::map<std::uint16_t, std::uint64_t> shared_;   // credit by path, as both models know it
  std::map<std::uint32_t, std::uint64_t> last_iv_;  // by SPI: outbound numbers rise
  std::uint32_t next_generation_ = 1;
  std::vector<std::string> differences_;
  std::map<DropReason, std::uint64_t> reasons_;
  std::array<std::map<std::size_t, std::uint64_t>, 2> lengths_;
  std::uint64_t compared_ = 0, compared_ok_ = 0, late_replays_ = 0, repeated_ = 0;
};

}  // namespace holdfast::lockstep

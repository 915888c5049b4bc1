// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "holdfast/csr_enums.h"
#include "holdfast/sa.h"
#include "model/packet.h"
#include "model/replay_window.h"

namespace holdfast::model {

/// Sizes of a card.
struct Limits {
  unsigned num_sas = 256;   ///< 1 to 65,535
  unsigned num_paths = 64;  ///< 1 to 65,535
  unsigned max_replay_window = 1024;
  std::uint32_t suites = 0b1110;  ///< Bit n: the suite with number n.
};

/// One row of the path table, with the generation of its write.
struct PathRow {
  Binding binding;
  std::uint32_t generation = 0;         ///< 0: never written.
  std::optional<std::uint64_t> credit;  ///< Outer bytes that may still be sent; none: no limit.
};

/// What the host is told. Each kind at most once an SA, until it is added anew; credit once a write
/// of the path row, roam once an SA and write of its path row.
struct ModelEvent {
  EventKind kind;
  std::uint16_t sa_index, path_index;
  std::uint64_t sequence;
  std::uint32_t generation;
  Endpoint own{}, peer{};  ///< Of the packet that roamed.
};

/// How a packet came: the endpoints in its outer headers, and its length.
struct Arrival {
  Binding from;           ///< `peer` is where it came from, `own` where it went.
  std::size_t bytes = 0;  ///< Of the IP packet.
};

/// The rows as they were in one moment; nothing is looked up again later.
struct Rows {
  DropReason reason = DropReason::kNone;
  std::uint16_t sa_index = kNoSa;
  std::uint64_t sequence = 0;
  std::shared_ptr<const SaConfig> config;  ///< Null if there is a reason.
  std::uint64_t epoch = 0;                 ///< Of the owner of the SA's row.
  std::uint16_t path_index = 0;
  PathRow path;
};

/// SA database: SAs, paths, sequence numbers, replay windows, lifetimes, and the commands that
/// change them (RFC 4301, 4.4.2).
class SaTable {
 public:
  explicit SaTable(const Limits& limits);

  const Limits& limits() const { return limits_; }

  // Commands. Where several results apply, the one with the lowest number is given; a command
  // that cannot be done changes nothing.
  CommandResult add_sa(std::uint16_t index, SaConfig config, std::uint16_t path);
  CommandResult delete_sa(std::uint16_t index);
  CommandResult read_sa(std::uint16_t index, SaState& state) const;
  CommandResult write_path(std::uint16_t index, const Binding& binding,
                           std::optional<std::uint32_t> credit = std::nullopt);
  CommandResult read_path(std::uint16_t index, PathRow& row) const;
  CommandResult move_sa(std::uint16_t index, std::uint16_t path);
  /// Of the newest committed binding; counts from 1.
  std::uint32_t generation() const { return generation_; }

  // Packets.
  /// Inbound step 11. Changes nothing.
  Rows find_inbound(Spi spi, std::uint32_t sequence_low) const;
  /// Inbound steps 14 and 20. `is_charged` false: the packet is dropped for another reason, and
  /// no lifetime is charged.
  DropReason commit_inbound(const Rows& rows, bool is_charged, std::size_t inner_bytes,
                            const Arrival& arrival);
  /// Outbound steps 6 to 9; takes a sequence number, charges the lifetime and reduces the credit
  /// if nothing is wrong.
  Rows take_outbound(std::uint16_t index, const IpHeader& inner);
  /// What an authentic packet of so many outer bytes from the path's peer gives.
  void give_credit(std::uint16_t path, std::size_t outer_bytes);

  /// Events since the last call, oldest first.
  std::vector<ModelEvent> take_events();
  /// Cycle that counts as "now" for the last use of an SA.
  void set_cycle(std::uint64_t cycle) { cycle_ = cycle; }

 private:
  struct Sa {
    std::shared_ptr<const SaConfig> config;
    std::uint64_t epoch = 0;
    std::uint16_t path = 0;
    std::uint64_t next_sequence = 0;     // outbound; beyond the last number: used up
    std::optional<ReplayWindow> window;  // inbound
    std::uint64_t bytes = 0, packets = 0, last_used = 0;
    bool told_soft = false, told_hard = false, told_sequence = false;
    std::uint32_t told_roam = 0;  // generation of the path row that was read
  };

  bool has_sa(std::size_t index) const;
  bool has_path(std::size_t index) const;
  std::optional<CommandResult> check(const SaConfig& config) const;
  /// False: the packet would cross a hard limit.
  bool may_charge(Sa& sa, const Rows& rows, std::size_t inner_bytes);
  void charge(Sa& sa, const Rows& rows, std::size_t inner_bytes);
  /// False: the path's credit is not enough; nothing of it was taken then.
  bool spend_credit(const Sa& sa, const Rows& rows, std::size_t inner_bytes);
  void look_at_arrival(Sa& sa, const Rows& rows, const Arrival& arrival, bool is_highest);
  void tell(EventKind kind, bool& told, const Sa& sa, const Rows& rows);

  Limits limits_;
  std::vector<std::unique_ptr<Sa>> sas_;
  std::vector<PathRow> paths_;
  std::vector<bool> told_credit_;                            // by path, since its row was written
  std::unordered_map<std::uint32_t, std::uint16_t> by_spi_;  // inbound
  std::uint32_t generation_ = 0;
  std::uint64_t epoch_ = 0;
  std::uint64_t cycle_ = 0;
  std::vector<ModelEvent> events_;
};

/// Both addresses inside their prefixes, and of the selector's family (RFC 4301, 4.4.1.1).
bool matches(const Selector& selector, const IpHeader& inner);

}  // namespace holdfast::model

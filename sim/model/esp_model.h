// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "model/decap.h"
#include "model/gcm.h"
#include "model/packet.h"
#include "model/sa_table.h"

namespace holdfast::model {

/// What became of one packet (docs/esp_pipeline.md, "The result").
struct Processed {
  DropReason reason = DropReason::kNone;
  std::vector<std::uint8_t> bytes;  ///< Ethernet included; empty if dropped.
  std::uint16_t sa_index = kNoSa;
  std::uint32_t generation = 0;
  /// The packet got past inbound step 11 or outbound step 9.
  bool has_ticket = false;
};

/// A packet between its first steps and its last: what it found when it looked at the tables.
struct Ticket {
  Direction direction = Direction::kInbound;
  Ingress ingress;
  Rows rows;           ///< rows.reason: of all steps so far.
  EspHeaders headers;  ///< Inbound.
  Frame frame;         ///< Outbound.
  std::uint16_t identification = 0;
};

/// What the card does to a packet, written from docs/esp_pipeline.md. A reference: it shares
/// nothing with the RTL but numbers and layouts, and its cryptography is OpenSSL's.
///
/// A packet is either processed at once, or in two steps: between take_ticket() and finish() other
/// packets and commands may come, as they do in the card.
class EspModel {
 public:
  explicit EspModel(const Limits& limits = {}) : table_(limits) {}

  /// Commands, rows and events.
  SaTable& table() { return table_; }
  const SaTable& table() const { return table_; }

  CommandResult add_sa(SaIndex index, SaConfig config, PathIndex path) {
    return table_.add_sa(to_number(index), std::move(config), to_number(path));
  }
  CommandResult delete_sa(SaIndex index) { return table_.delete_sa(to_number(index)); }
  CommandResult read_sa(SaIndex index, SaState& state) const {
    return table_.read_sa(to_number(index), state);
  }
  CommandResult write_path(PathIndex path, const Binding& binding,
                           std::optional<std::uint32_t> credit = std::nullopt) {
    return table_.write_path(to_number(path), binding, credit);
  }
  CommandResult read_path(PathIndex path, PathRow& row) const {
    return table_.read_path(to_number(path), row);
  }
  CommandResult move_sa(SaIndex index, PathIndex path) {
    return table_.move_sa(to_number(index), to_number(path));
  }
  std::uint32_t generation() const { return table_.generation(); }
  std::vector<ModelEvent> take_events() { return table_.take_events(); }

  Processed process(Direction direction, Bytes packet, const Ingress& ingress);

  /// Inbound steps 1 to 11, outbound steps 1 to 9.
  Ticket take_ticket(Direction direction, Bytes packet, const Ingress& ingress);
  /// The other steps. `packet` as before.
  Processed finish(const Ticket& ticket, Bytes packet);

 private:
  void take_inbound(Ticket& ticket, Bytes packet);
  void take_outbound(Ticket& ticket, Bytes packet);
  void finish_inbound(const Ticket& ticket, Bytes packet, Processed& result);
  void finish_outbound(const Ticket& ticket, Bytes packet, Processed& result);

  SaTable table_;
  Gcm gcm_;
  std::uint16_t identification_ = 0;  // of the next outer IPv4 header without DF
};

}  // namespace holdfast::model

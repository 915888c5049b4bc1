// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "holdfast/card.h"
#include "net/event_loop.h"
#include "offload/card_offload.h"
#include "offload/packet_mover.h"

namespace holdfast::app {

/// A card and what stands on it, made and ended together.
class CardSeat {
 public:
  /// What stands beside it; all of it must outlive the seat.
  struct Outside {
    net::EventLoop& loop;
    offload::PlainPort& plain;
    offload::WirePort& wire;
    offload::AddressPort& addresses;
    std::function<void()> wake;  ///< There is something for the mover's poll().
  };
  /// Resets the card: keys that a killed daemon left are gone. `name` as for open_card_io().
  /// Errors: those of cards.
  static Result<std::unique_ptr<CardSeat>> open(const std::string& name, const Outside& outside);

  Card& card() { return *card_; }
  offload::CardOffload& offload() { return *offload_; }
  offload::PacketMover& mover() { return *mover_; }

  /// What happened to the card since it was opened, in words that go on after "the card"; nothing
  /// if it works. Asks the card, so that one without packets is found out too.
  std::optional<std::string> ailment();
  /// Ends a card that does not work: sweeps its keys if that is still possible, and waits for
  /// nothing. Only the destructor may follow.
  void give_up();

 private:
  CardSeat() = default;

  std::unique_ptr<CardIo> io_;
  std::unique_ptr<Card> card_;
  std::unique_ptr<offload::CardOffload> offload_;
  std::unique_ptr<offload::PacketMover> mover_;
};

}  // namespace holdfast::app

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/replay_route.h"
#include "app/replay_sa.h"
#include "base/result.h"
#include "holdfast/card.h"

namespace holdfast::app {

/// What a card made of one packet.
struct Verdict {
  DropReason reason = DropReason::kNone;
  std::uint16_t sa_index = kNoSa;
  std::uint32_t generation = 0;
  std::vector<std::uint8_t> bytes;  ///< Empty if dropped.
};

/// A card with SAs installed and one queue: packets in, verdicts out, in order.
class ReplayCard {
 public:
  /// `name` as the driver knows cards. SA `i` of the list gets index i; SAs with one binding share
  /// a path. Errors: what the driver says, with the place of the SA.
  static Result<std::unique_ptr<ReplayCard>> open(const std::string& name,
                                                  const std::vector<ReplaySa>& sas);

  Card& card() { return *card_; }
  bool has_space() const { return !free_.empty(); }
  /// Gives the packet to the card. Needs has_space(); `route` is inbound or outbound.
  Status submit(const Route& route);
  /// The verdict on the oldest packet. Waits for it; there must be one.
  /// Errors: kTimeout, kIo (the queue stopped).
  Result<Verdict> take();
  std::size_t num_waiting() const { return waiting_.size(); }

 private:
  explicit ReplayCard(std::unique_ptr<CardIo> io) : io_(std::move(io)) {}
  Status install(const std::vector<ReplaySa>& sas);
  Status open_queue();
  Status flush();
  Status poll();

  std::unique_ptr<CardIo> io_;
  std::unique_ptr<Card> card_;
  std::unique_ptr<Queue> queue_;
  DmaRegion memory_{};
  std::vector<std::size_t> free_;    // slots of memory_
  std::deque<std::size_t> waiting_;  // slots, oldest packet first
  std::vector<Descriptor> unsent_;
  std::deque<Verdict> done_;
};

}  // namespace holdfast::app

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "holdfast/card.h"
#include "scoreboard.h"
#include "stream_card.h"
#include "traffic.h"

namespace holdfast::lockstep {

inline constexpr Direction kDirections[] = {Direction::kInbound, Direction::kOutbound};

/// The card with its packet streams at the ports, the model, and traffic between them. SAs are
/// programmed by the driver, through TLPs; packets move through the streams.
class StreamBench {
 public:
  StreamBench(unsigned width_bits, std::uint64_t seed, TrafficMix mix = {});

  Card& card() { return *card_; }
  sim::StreamCard& streams() { return *io_; }
  Traffic& traffic() { return traffic_; }
  Scoreboard& scoreboard() { return scoreboard_; }

  /// A random SA at `row` on `path`: in card, model and traffic.
  void add_sa(std::uint16_t row, std::uint16_t path, Direction direction);
  /// Takes the SA out while its packets may be in flight, and puts another one into its row.
  void replace_sa(std::uint16_t row, std::uint16_t path, Direction direction);
  /// A new binding: one write of the path row, while packets run.
  void rebind(std::uint16_t path);
  /// Gives the card `count` random packets of each direction, a few at a time, and compares what
  /// comes out; `between` is called now and then while both directions are busy.
  void run(std::size_t count, const std::function<void()>& between = {});
  /// Runs until nothing is in flight and compares the rest. Adds a difference if that never comes.
  void drain();
  /// `in = out + drops`, no broken rule of a port, no error bit, nothing outstanding.
  std::vector<std::string> accounts();

 private:
  void push(TrafficPacket packet);
  void collect();

  std::unique_ptr<sim::StreamCard> io_;
  std::unique_ptr<Card> card_;
  Traffic traffic_;
  Scoreboard scoreboard_;
  std::uint32_t next_spi_ = 0x1000;
  std::vector<std::string> problems_;
};

}  // namespace holdfast::lockstep

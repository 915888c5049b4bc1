// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "holdfast/card.h"
#include "scoreboard.h"
#include "traffic.h"
#include "verilated/violations.h"

namespace holdfast::lockstep {

inline constexpr Direction kDirections[] = {Direction::kInbound, Direction::kOutbound};

/// A Verilated card, the model, and traffic between them. SAs are programmed by the driver,
/// through TLPs; how packets move is said by what derives from this.
class Bench {
 public:
  virtual ~Bench() = default;

  Card& card() { return *card_; }
  Traffic& traffic() { return traffic_; }
  Scoreboard& scoreboard() { return scoreboard_; }

  /// A random SA at `row` on `path`: in card, model and traffic.
  void add_sa(std::uint16_t row, std::uint16_t path, Direction direction);
  /// Takes the SA out while its packets may be in flight, and puts another one into its row.
  void replace_sa(std::uint16_t row, std::uint16_t path, Direction direction);
  /// A new binding: one write of the path row, while packets run. With a credit only between
  /// run_limited().
  void rebind(std::uint16_t path, std::optional<std::uint32_t> credit = std::nullopt);
  /// Points one SA to another path.
  void move_sa(std::uint16_t row, std::uint16_t path);
  /// Gives the card `count` random packets of each direction, a few at a time, and compares what
  /// comes out; `between` is called now and then while both directions are busy.
  void run(std::size_t count, const std::function<void()>& between = {});
  /// For paths with a byte credit: so many inbound packets and, when they are through, four times
  /// as many outbound ones. Then which of them have credit is certain.
  void run_limited(std::size_t count);
  /// Runs until nothing is in flight and compares the rest. Adds a problem if that never comes.
  void drain();
  /// What is wrong, a line each: differences, `in = out + drops`, broken rules of a port, error
  /// bits, packets without a result.
  std::vector<std::string> accounts();
  /// How often the drain fence was seen to pass a re-bind or a move while packets ran.
  std::uint64_t fences_passed() const { return fences_passed_; }

 protected:
  static constexpr unsigned kMaxReplayWindow = 1024;
  static constexpr unsigned kNumSas = 256, kNumPaths = 64;

  Bench(std::uint64_t seed, const TrafficMix& mix);
  /// Opens and enables the card; `io` must outlive this.
  void open(CardIo& io);
  void problem(std::string text) { problems_.push_back(std::move(text)); }

  /// True if the card should get a packet of this direction now.
  virtual bool has_room(Direction direction) const = 0;
  /// Hands a packet to the card; the scoreboard already expects it, as `packet` is when it returns.
  virtual void give(TrafficPacket& packet) = 0;
  /// Lets the card work for a while.
  virtual void advance() = 0;
  /// Judges what the card has finished.
  virtual void collect() = 0;
  /// False if the card never comes to rest.
  virtual bool run_until_idle() = 0;
  virtual sim::Violations& violations() = 0;
  /// Bits of the error latch that this bench provokes.
  virtual std::uint32_t expected_errors() const { return 0; }

 private:
  void give_what_fits(std::array<std::size_t, 2>& left);
  void give_all(std::array<std::size_t, 2> left, const std::function<void()>& between);
  void watch_fence();

  Traffic traffic_;
  Scoreboard scoreboard_;
  std::unique_ptr<Card> card_;
  std::uint32_t next_spi_ = 0x1000;
  std::set<std::uint16_t> rows_;
  std::uint32_t awaited_ = 0;  // generation that the fence has not passed yet; 0: none
  std::uint64_t fences_passed_ = 0;
  std::vector<std::string> problems_;
};

}  // namespace holdfast::lockstep

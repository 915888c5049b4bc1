// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "app/replay_card.h"
#include "app/replay_route.h"
#include "holdfast/card.h"

namespace holdfast::app {

/// Sums of one SA, or of all.
struct Sums {
  std::uint64_t packets = 0, dropped = 0;
  std::uint64_t bytes_in = 0, bytes_out = 0;  ///< As given to and taken from the card.
  std::array<std::uint64_t, 64> drops{};      ///< By DropReason.

  void add(const Route& route, const Verdict& verdict);
};

/// What happened in a replay, counted packet by packet on the host's side.
struct Tally {
  explicit Tally(std::size_t num_sas) : by_sa(num_sas) {}

  void add(const Route& route, const Verdict* verdict);
  std::uint64_t count(Way way) const { return by_way[static_cast<std::size_t>(way)]; }

  std::uint64_t packets = 0;
  std::array<std::uint64_t, 4> by_way{};
  Sums all;
  std::vector<Sums> by_sa;
  std::map<std::uint32_t, std::uint64_t> unknown_spis;  ///< Packets, by SPI.
  std::uint64_t differences = 0, written = 0, not_passed = 0;
};

/// A replay that has come to its end.
struct Summary {
  std::string input, card, compare, output, report;
  CardInfo info{};
  std::uint64_t cycles = 0;
  std::optional<std::string> account;  ///< What does not add up.
  std::vector<std::string> notes;

  double bits_per_cycle(std::uint64_t bytes) const {
    return cycles == 0 ? 0 : 8 * static_cast<double>(bytes) / static_cast<double>(cycles);
  }
};

/// Compares the card's counters with what the host counted: `in = out + drops`, direction by
/// direction and reason by reason. A sentence if something does not add up.
std::optional<std::string> check_account(const Tally& tally, const Counters& before,
                                         const Counters& after);

}  // namespace holdfast::app

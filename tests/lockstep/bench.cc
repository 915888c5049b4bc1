// SPDX-License-Identifier: Apache-2.0
#include "bench.h"

#include <fmt/format.h>

namespace holdfast::lockstep {

Bench::Bench(std::uint64_t seed, const TrafficMix& mix)
    : traffic_(seed, kMaxReplayWindow, mix), scoreboard_({kNumSas, kNumPaths, kMaxReplayWindow}) {}

void Bench::open(CardIo& io) {
  auto card = Card::open(io);
  if (!card) {
    std::fprintf(stderr, "%s\n", card.error().text().c_str());
    HOLDFAST_CHECK(card.has_value());
  }
  card_ = std::move(*card);
  card_->enable(true);
}

void Bench::add_sa(std::uint16_t row, std::uint16_t path, Direction direction) {
  const std::uint32_t spi = next_spi_;
  next_spi_ += 0x0101'0101;
  if (next_spi_ < 0x1000) next_spi_ += 0x1000;
  const SaPlan plan = traffic_.make_sa(SaIndex{row}, PathIndex{path}, direction, Spi{spi});
  const Status status = card_->add_sa(SaIndex{row}, plan.config, PathIndex{path});
  if (!status) problem(status.error().text());
  scoreboard_.add_sa(plan);
}

void Bench::replace_sa(std::uint16_t row, std::uint16_t path, Direction direction) {
  traffic_.forget(SaIndex{row});
  scoreboard_.will_remove(SaIndex{row});
  const Status status = card_->remove_sa(SaIndex{row});
  if (!status) problem(status.error().text());
  drain();  // what was queued for the old SA must not meet the new one
  scoreboard_.remove_now(SaIndex{row});
  add_sa(row, path, direction);
}

void Bench::rebind(std::uint16_t path) {
  const Binding binding = traffic_.make_binding();
  scoreboard_.will_rebind(PathIndex{path}, binding);
  const auto generation = card_->rebind(PathIndex{path}, binding);
  if (!generation) problem(generation.error().text());
  traffic_.use_binding(PathIndex{path}, binding);
}

void Bench::run(std::size_t count, const std::function<void()>& between) {
  std::array<std::size_t, 2> left{count, count};
  for (std::size_t round = 1; left[0] + left[1] > 0 && problems_.empty(); ++round) {
    for (const Direction direction : kDirections) {
      std::size_t& rest = left[static_cast<std::size_t>(direction)];
      while (rest > 0 && has_room(direction)) {
        TrafficPacket packet = traffic_.next(direction);
        give(packet);
        scoreboard_.expect(std::move(packet));
        --rest;
      }
    }
    advance();
    collect();
    if (between && round % 16 == 0) between();
  }
  drain();
}

void Bench::drain() {
  if (!run_until_idle()) problem("packets are stuck in the card");
  collect();
  for (const Direction direction : kDirections) {
    if (scoreboard_.outstanding(direction) != 0) problem("packets without a result");
  }
}

std::vector<std::string> Bench::accounts() {
  std::vector<std::string> all = problems_;
  const auto& differences = scoreboard_.differences();
  all.insert(all.end(), differences.begin(), differences.end());
  const Counters counters = card_->counters();
  if (!counters.adds_up()) all.push_back("in = out + drops does not hold");
  const std::uint64_t packets = counters.packets_in[0] + counters.packets_in[1];
  if (packets != scoreboard_.compared()) {
    all.push_back(fmt::format("the card counted {} packets, {} were compared", packets,
                              scoreboard_.compared()));
  }
  if (!card_->is_idle()) all.push_back("the card is not idle");
  if (const std::uint32_t errors = card_->take_errors() & ~expected_errors()) {
    all.push_back(fmt::format("error latch {:#x}", errors));
  }
  if (scoreboard_.repeated_sequence_numbers() != 0) all.push_back("a sequence number came twice");
  for (const auto& text : violations().texts()) all.push_back(text);
  return all;
}

}  // namespace holdfast::lockstep

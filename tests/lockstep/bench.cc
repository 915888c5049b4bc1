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
  rows_.insert(row);
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

void Bench::rebind(std::uint16_t path, std::optional<std::uint32_t> credit) {
  const Binding binding = traffic_.make_binding();
  scoreboard_.will_rebind(PathIndex{path}, binding, credit);
  const auto generation = card_->rebind(PathIndex{path}, binding, credit);
  if (generation != scoreboard_.newest_generation()) problem("re-bind refused or miscounted");
  if (awaited_ == 0) awaited_ = scoreboard_.newest_generation();
  traffic_.use_binding(PathIndex{path}, binding);
}

void Bench::move_sa(std::uint16_t row, std::uint16_t path) {
  scoreboard_.will_move(SaIndex{row}, PathIndex{path});
  const auto generation = card_->move_sa(SaIndex{row}, PathIndex{path});
  if (generation != scoreboard_.newest_generation()) problem("move refused or miscounted");
  if (awaited_ == 0) awaited_ = scoreboard_.newest_generation();
  traffic_.move_sa(SaIndex{row}, PathIndex{path});
}

void Bench::give_what_fits(std::array<std::size_t, 2>& left) {
  for (const Direction direction : kDirections) {
    std::size_t& rest = left[static_cast<std::size_t>(direction)];
    for (; rest > 0 && has_room(direction); --rest) {
      TrafficPacket packet = traffic_.next(direction);
      give(packet);
      scoreboard_.expect(std::move(packet));
    }
  }
}

/// Once the drain fence has passed a change, no result may show what was before it.
void Bench::watch_fence() {
  if (awaited_ == 0 || card_->drain_fence() < awaited_) return;
  collect();
  scoreboard_.settle(awaited_);
  awaited_ = 0;
  ++fences_passed_;
}

void Bench::give_all(std::array<std::size_t, 2> left, const std::function<void()>& between) {
  for (std::size_t round = 1; left[0] + left[1] > 0 && problems_.empty(); ++round) {
    give_what_fits(left);
    advance();
    watch_fence();
    collect();
    if (between && round % 16 == 0) between();
  }
  drain();
}

void Bench::run(std::size_t count, const std::function<void()>& between) {
  give_all({count, count}, between);
}

void Bench::run_limited(std::size_t count) {
  drain();
  give_all({count, 0}, {});
  scoreboard_.share_credit();
  give_all({0, 4 * count}, {});
}

void Bench::drain() {
  if (!run_until_idle()) problem("packets are stuck in the card");
  collect();
  for (const Direction direction : kDirections) {
    if (scoreboard_.outstanding(direction) != 0) problem("packets without a result");
  }
  if (card_->drain_fence() != scoreboard_.newest_generation()) {
    problem("the drain fence of an idle card is not its generation");
  }
  scoreboard_.settle(scoreboard_.newest_generation());
  awaited_ = 0;
}

std::vector<std::string> Bench::accounts() {
  for (const std::uint16_t row : rows_) {
    const auto state = card_->query_sa(SaIndex{row});
    if (!state) problem(state.error().text());
    if (state) scoreboard_.judge_state(SaIndex{row}, *state);
  }
  std::vector<std::string> all = problems_;
  const auto& differences = scoreboard_.differences();
  all.insert(all.end(), differences.begin(), differences.end());
  if (scoreboard_.late_replays() > 10 + scoreboard_.compared() / 50) {
    all.push_back("the card finds replays at its second look too often");
  }
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

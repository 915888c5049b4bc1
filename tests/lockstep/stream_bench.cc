// SPDX-License-Identifier: Apache-2.0
#include "stream_bench.h"

#include <fmt/format.h>

namespace holdfast::lockstep {
namespace {

constexpr std::size_t kMaxQueued = 12;  // packets given to a source ahead of the card
constexpr unsigned kMaxReplayWindow = 1024;

sim::CardOptions options(unsigned width_bits, std::uint64_t seed) {
  sim::CardOptions options;
  options.width_bits = width_bits;
  options.link.seed = seed;
  options.poll_cycles = 200;
  return options;
}

}  // namespace

StreamBench::StreamBench(unsigned width_bits, std::uint64_t seed, TrafficMix mix)
    : io_(std::make_unique<sim::StreamCard>(options(width_bits, seed))),
      traffic_(seed, kMaxReplayWindow, mix),
      scoreboard_({256, 64, kMaxReplayWindow}) {
  auto card = Card::open(*io_);
  if (!card) {
    std::fprintf(stderr, "%s\n", card.error().text().c_str());
    HOLDFAST_CHECK(card.has_value());
  }
  card_ = std::move(*card);
  card_->enable(true);
}

void StreamBench::add_sa(std::uint16_t row, std::uint16_t path, Direction direction) {
  const std::uint32_t spi = next_spi_;
  next_spi_ += 0x0101'0101;
  const SaPlan plan = traffic_.make_sa(SaIndex{row}, PathIndex{path}, direction, Spi{spi});
  const Status status = card_->add_sa(SaIndex{row}, plan.config, PathIndex{path});
  if (!status) problems_.push_back(status.error().text());
  scoreboard_.add_sa(plan);
}

void StreamBench::replace_sa(std::uint16_t row, std::uint16_t path, Direction direction) {
  traffic_.forget(SaIndex{row});
  scoreboard_.will_remove(SaIndex{row});
  const Status status = card_->remove_sa(SaIndex{row});
  if (!status) problems_.push_back(status.error().text());
  drain();  // what was queued for the old SA must not meet the new one
  scoreboard_.remove_now(SaIndex{row});
  add_sa(row, path, direction);
}

void StreamBench::rebind(std::uint16_t path) {
  const Binding binding = traffic_.make_binding();
  scoreboard_.will_rebind(PathIndex{path}, binding);
  const auto generation = card_->rebind(PathIndex{path}, binding);
  if (!generation) problems_.push_back(generation.error().text());
  traffic_.use_binding(PathIndex{path}, binding);
}

void StreamBench::push(TrafficPacket packet) {
  sim::PacketFlags flags;
  flags.has_ethernet = packet.ingress.has_ethernet;
  flags.checksum_not_valid = packet.ingress.checksum_not_valid;
  flags.sa_index = packet.ingress.sa_index;
  flags.gives_up = packet.ingress.is_given_up;
  io_->push(packet.direction, packet.bytes, flags);
  scoreboard_.expect(std::move(packet));
}

void StreamBench::collect() {
  for (const Direction direction : kDirections) {
    for (sim::PacketResult& result : io_->take_results(direction)) {
      const auto& verdict = result.verdict;
      if (verdict.length != result.bytes.size()) {
        problems_.push_back(fmt::format("length field {} of a packet of {} bytes", verdict.length,
                                        result.bytes.size()));
      }
      scoreboard_.judge(direction, {static_cast<DropReason>(verdict.reason),
                                    std::move(result.bytes), verdict.sa_index, verdict.generation});
    }
  }
}

void StreamBench::run(std::size_t count, const std::function<void()>& between) {
  std::array<std::size_t, 2> left{count, count};
  for (std::size_t round = 1; left[0] + left[1] > 0; ++round) {
    for (const Direction direction : kDirections) {
      std::size_t& rest = left[static_cast<std::size_t>(direction)];
      while (rest > 0 && io_->in_flight(direction) < kMaxQueued) {
        push(traffic_.next(direction));
        --rest;
      }
    }
    io_->run(50);
    collect();
    if (between && round % 16 == 0) between();
  }
  drain();
}

void StreamBench::drain() {
  if (!io_->run_until_idle(2'000'000)) problems_.push_back("packets are stuck in the card");
  collect();
}

std::vector<std::string> StreamBench::accounts() {
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
  if (const std::uint32_t errors = card_->take_errors()) {
    all.push_back(fmt::format("error latch {:#x}", errors));
  }
  if (scoreboard_.repeated_sequence_numbers() != 0) all.push_back("a sequence number came twice");
  for (const auto& text : io_->violations().texts()) all.push_back(text);
  return all;
}

}  // namespace holdfast::lockstep

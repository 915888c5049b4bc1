// SPDX-License-Identifier: Apache-2.0
// Swaps of a binding while both directions are busy. The reference model compares every byte of a
// packet with the binding of the generation that the card reports for it, so that a header of two
// bindings is a difference.
#include <fmt/format.h>

#include <array>

#include "bench.h"
#include "bench_progress.h"
#include "bench_sections.h"
#include "verilated/stream_card.h"

namespace holdfast::bench {
namespace {

constexpr std::size_t kNumSwaps = 10'000;
constexpr std::size_t kPacketsAtOnce = 5'000;
constexpr std::size_t kBeatBytes = 16;
constexpr lockstep::TrafficMix kNoFaults{0, 0, 0, 0, 0, 0, 0};

/// Packets at the ports, always more of them than the card takes while one binding is written,
/// and a swap as often as the driver can.
class SwapBench final : public lockstep::Bench {
 public:
  explicit SwapBench(std::uint64_t seed) : Bench(seed, kNoFaults) {
    open(streams_);
    rebind(0);
    for (std::uint16_t row = 0; row < 4; ++row)
      add_sa(row, 0, row % 2 == 0 ? Direction::kInbound : Direction::kOutbound);
  }

  void run_swaps(Progress& progress) {
    while (num_swaps_ < kNumSwaps) {
      run(kPacketsAtOnce);
      progress.update(static_cast<double>(num_swaps_) / kNumSwaps);
    }
  }
  std::size_t num_swaps() const { return num_swaps_; }
  /// Beats on the wire side during swaps, in percent of their cycles.
  double load(Direction direction) const {
    return 100.0 * static_cast<double>(wire_beats_[static_cast<std::size_t>(direction)]) /
           static_cast<double>(cycles_);
  }

 private:
  static constexpr std::size_t kMaxQueued = 48;

  bool has_room(Direction direction) const override {
    return streams_.in_flight(direction) < kMaxQueued;
  }
  void give(lockstep::TrafficPacket& packet) override {
    sim::PacketFlags flags;
    flags.sa_index = packet.ingress.sa_index;
    if (packet.direction == Direction::kInbound) count_wire(packet.direction, packet.bytes.size());
    streams_.push(packet.direction, packet.bytes, flags);
  }
  void advance() override {
    const std::uint64_t begin = streams_.cycle();
    rebind(0);
    ++num_swaps_;
    cycles_ += streams_.cycle() - begin;
  }
  void collect() override {
    for (const Direction direction : {Direction::kInbound, Direction::kOutbound}) {
      for (sim::PacketResult& result : streams_.take_results(direction)) {
        if (direction == Direction::kOutbound) count_wire(direction, result.bytes.size());
        const auto& verdict = result.verdict;
        scoreboard().judge(direction,
                           {static_cast<DropReason>(verdict.reason), std::move(result.bytes),
                            verdict.sa_index, verdict.generation});
      }
    }
  }
  bool run_until_idle() override {
    const std::uint64_t begin = streams_.cycle();
    const bool is_idle = streams_.run_until_idle();
    cycles_ += streams_.cycle() - begin;
    return is_idle;
  }
  sim::Violations& violations() override { return streams_.violations(); }
  void count_wire(Direction direction, std::size_t bytes) {
    wire_beats_[static_cast<std::size_t>(direction)] += (bytes + kBeatBytes - 1) / kBeatBytes;
  }

  sim::StreamCard streams_;
  std::size_t num_swaps_ = 0;
  std::uint64_t cycles_ = 0;
  std::array<std::uint64_t, 2> wire_beats_{};
};

}  // namespace

void bench_swaps(const Context& context) {
  Report& report = context.report;
  report.begin({"swaps", "a binding swapped under load, 128 bits, both directions", ""});
  Progress progress("swaps");
  SwapBench bench(context.seed);
  bench.run_swaps(progress);
  const auto& board = bench.scoreboard();
  const auto add = [&](const char* what, std::uint64_t got, Wanted wanted = {}) {
    report.add({what, {static_cast<double>(got)}, wanted});
  };
  add("swaps", bench.num_swaps(), Wanted::at_least(kNumSwaps));
  add("packets", board.compared());
  for (const Direction direction : {Direction::kInbound, Direction::kOutbound}) {
    const bool is_inbound = direction == Direction::kInbound;
    report.add({is_inbound ? "wire side busy, % of cycles, in" : "wire side busy, % of cycles, out",
                {bench.load(direction)},
                Wanted::at_least(90)});
  }
  add("packets with a mixed binding", board.differences().size(), Wanted::exactly(0));
  add("sequence numbers repeated", board.repeated_sequence_numbers(), Wanted::exactly(0));
  add("packets lost", board.compared() - board.compared_ok(), Wanted::exactly(0));
  report.problems(bench.accounts());
}

}  // namespace holdfast::bench

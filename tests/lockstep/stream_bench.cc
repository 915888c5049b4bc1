// SPDX-License-Identifier: Apache-2.0
#include "stream_bench.h"

#include <fmt/format.h>

namespace holdfast::lockstep {
namespace {

constexpr std::size_t kMaxQueued = 12;  // packets given to a source ahead of the card

sim::CardOptions options(unsigned width_bits, std::uint64_t seed) {
  sim::CardOptions options;
  options.width_bits = width_bits;
  options.link.seed = seed;
  options.poll_cycles = 200;
  return options;
}

}  // namespace

StreamBench::StreamBench(unsigned width_bits, std::uint64_t seed, const TrafficMix& mix)
    : Bench(seed, mix), io_(std::make_unique<sim::StreamCard>(options(width_bits, seed))) {
  open(*io_);
}

bool StreamBench::has_room(Direction direction) const {
  return io_->in_flight(direction) < kMaxQueued;
}

void StreamBench::give(TrafficPacket& packet) {
  sim::PacketFlags flags;
  flags.has_ethernet = packet.ingress.has_ethernet;
  flags.checksum_not_valid = packet.ingress.checksum_not_valid;
  flags.sa_index = packet.ingress.sa_index;
  flags.gives_up = packet.ingress.is_given_up;
  io_->push(packet.direction, packet.bytes, flags);
}

void StreamBench::advance() { io_->run(50); }

void StreamBench::collect() {
  for (const Direction direction : kDirections) {
    for (sim::PacketResult& result : io_->take_results(direction)) {
      const auto& verdict = result.verdict;
      if (verdict.length != result.bytes.size()) {
        problem(fmt::format("length field {} of a packet of {} bytes", verdict.length,
                            result.bytes.size()));
      }
      scoreboard().judge(direction,
                         {static_cast<DropReason>(verdict.reason), std::move(result.bytes),
                          verdict.sa_index, verdict.generation});
    }
  }
}

bool StreamBench::run_until_idle() { return io_->run_until_idle(2'000'000); }

}  // namespace holdfast::lockstep

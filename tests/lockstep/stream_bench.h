// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "bench.h"
#include "verilated/stream_card.h"

namespace holdfast::lockstep {

/// Packets through the stream ports of the card (rtl/top/card_stream.sv), back to back.
class StreamBench final : public Bench {
 public:
  StreamBench(unsigned width_bits, std::uint64_t seed, const TrafficMix& mix = {});

  sim::StreamCard& streams() { return *io_; }

 private:
  bool has_room(Direction direction) const override;
  void give(TrafficPacket& packet) override;
  void advance() override;
  void collect() override;
  bool run_until_idle() override;
  sim::Violations& violations() override { return io_->violations(); }

  std::unique_ptr<sim::StreamCard> io_;
};

}  // namespace holdfast::lockstep

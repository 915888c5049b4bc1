// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <memory>
#include <optional>

#include "bench_report.h"
#include "bench_traffic.h"
#include "verilated/verilated_card.h"

namespace holdfast::bench {

/// The card and its link.
struct RingSetup {
  TunnelPlan tunnel;
  std::uint32_t latency_cycles = 0;  ///< From a DMA read to its first completion.
};

/// How packets are given to the rings.
struct RingPlan {
  std::size_t inner_bytes = 64;
  std::array<bool, 2> is_used{true, true};  ///< Index by Direction.
  std::size_t num_packets = 2'000;          ///< Each way.
  std::size_t batch = 32;                   ///< Descriptors a doorbell, at most.
};

struct RingRun {
  std::uint64_t cycles = 0;  ///< First doorbell to last completion entry.
  std::array<std::uint64_t, 2> inner_bytes{};
  std::array<sim::StreamStats, sim::kNumTlpStreams> streams;

  double bits_per_cycle(Direction direction) const;
  const sim::StreamStats& stream(sim::TlpStream stream) const {
    return streams[static_cast<std::size_t>(stream)];
  }
};

/// card_core with a tunnel and one queue a direction, kept busy as a driver would: buffers are used
/// again, descriptors come a batch at a time with one doorbell, completions are taken when they are
/// there. The link has no limit.
class RingLoad {
 public:
  /// 128 bits, 256 descriptors a ring, 64 cycles between two looks of the driver.
  explicit RingLoad(const RingSetup& setup);

  /// Runs the plan; problems go to `report`.
  RingRun run(const RingPlan& plan, Report& report);

  /// Puts one packet of `direction` into its ring and rings the doorbell.
  void submit_one(Direction direction, std::size_t inner_bytes);
  /// Completions since the last call. Those with a drop reason go to `report`.
  std::size_t take(Direction direction, Report& report);

  sim::VerilatedCard& io() { return io_; }
  Card& card() { return *card_; }

 private:
  static constexpr unsigned kRingLog2 = 8;
  static constexpr std::size_t kNumBuffers = std::size_t{1} << kRingLog2;
  static constexpr std::size_t kBufferBytes = 2'048;

  struct Ring {
    std::unique_ptr<Queue> queue;
    DmaRegion buffers;
    std::uint16_t next_buffer = 0;
    std::size_t submitted = 0, completed = 0;
  };
  Ring& ring(Direction direction) { return rings_[static_cast<std::size_t>(direction)]; }
  Descriptor fill(Direction direction, std::size_t inner_bytes);
  void submit(Direction direction, std::size_t inner_bytes, std::size_t count);
  bool step(const RingPlan& plan, Report& report);
  RingRun summary(const Counters& before, const Counters& after) const;

  Tunnel tunnel_;
  sim::VerilatedCard io_;
  std::unique_ptr<Card> card_;
  std::array<Ring, 2> rings_;
};

}  // namespace holdfast::bench

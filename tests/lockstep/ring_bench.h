// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <deque>
#include <memory>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "bench.h"
#include "verilated/verilated_card.h"

namespace holdfast::lockstep {

struct RingPlan {
  sim::CardOptions card;
  /// One queue for both directions, or one each. Packets of one direction never lie in two queues:
  /// the order between queues is the card's own, and the model has to follow it.
  bool has_queue_per_direction = false;
  QueueConfig queue;
  /// Packets whose DMA reads fail, or whose descriptor is wrong, in percent.
  unsigned dma_fault_percent = 0;
  std::uint16_t read_timeout_us = 50;
};

/// Packets through the rings of the card (rtl/top/card_core.sv): descriptors, DMA, completions.
///
/// Buffers begin anywhere in a 64-byte line, are worked on in place, and are looked at whole
/// afterwards: the result, or what was in them before.
class RingBench final : public Bench {
 public:
  RingBench(const RingPlan& plan, std::uint64_t seed, const TrafficMix& mix = {});

  sim::VerilatedCard& io() { return *io_; }
  std::uint64_t broken_reads() const { return broken_reads_; }
  std::uint64_t num_events() const { return num_events_; }
  std::uint64_t num_roams() const { return num_roams_; }
  std::uint64_t bad_descriptors() const { return bad_descriptors_; }

 private:
  struct InFlight {
    Descriptor descriptor;
    Direction direction;
    std::size_t slot;
    Packet before;  // the buffer's content
  };
  struct RaisedEvent {
    std::string key;
    std::uint32_t generation;
    auto operator<=>(const RaisedEvent&) const = default;
  };
  struct Ring {
    std::unique_ptr<Queue> queue;
    std::deque<InFlight> in_flight;
  };

  bool has_room(Direction direction) const override;
  void give(TrafficPacket& packet) override;
  void advance() override;
  void collect() override;
  bool run_until_idle() override;
  sim::Violations& violations() override { return io_->violations(); }
  std::uint32_t expected_errors() const override;

  std::size_t ring_of(Direction direction) const {
    return plan_.has_queue_per_direction ? static_cast<std::size_t>(direction) : 0;
  }
  std::span<std::uint8_t> slot_bytes(std::size_t slot) const;
  Descriptor place(const TrafficPacket& packet, std::size_t slot);
  void break_descriptor(TrafficPacket& packet, Descriptor& descriptor);
  void break_read(TrafficPacket& packet, const Descriptor& descriptor);
  void collect_events();
  void judge_events();
  void finish(InFlight& packet, const Completion& completion);

  RingPlan plan_;
  std::mt19937_64 random_;  // of buffers and faults; traffic has its own
  std::unique_ptr<sim::VerilatedCard> io_;
  DmaRegion window_;
  std::vector<std::size_t> free_slots_;
  std::array<Ring, 2> rings_;
  std::vector<RaisedEvent> got_events_;
  std::uint64_t num_events_ = 0, num_roams_ = 0;
  std::uint64_t broken_reads_ = 0, bad_descriptors_ = 0;
};

}  // namespace holdfast::lockstep

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <random>
#include <vector>

#include "card_options.h"
#include "holdfast/card_io.h"
#include "stream_model.h"

namespace holdfast::sim {

using PacketBytes = std::vector<std::uint8_t>;

/// A packet that left the card, or the account of one that was dropped (no bytes).
struct PacketResult {
  PacketBytes bytes;
  PacketVerdict verdict;
  std::uint64_t first_cycle = 0;  ///< In which the first beat was taken.
  std::uint64_t last_cycle = 0;   ///< In which the last beat was taken.
};

/// The card with packet streams at its ports (rtl/top/card_stream.sv): registers as CardIo, packets
/// beside it. Both directions run at the same time; their clock runs only inside calls.
///
/// Results come in the order in which packets were pushed, one for each.
class StreamCard final : public CardIo {
 public:
  explicit StreamCard(const CardOptions& options = {});

  // ---- packets
  /// Queues a packet; at least one byte. Inbound enters at the wire side and leaves at the plain
  /// side, outbound the other way round.
  void push(Direction direction, PacketBytes bytes, const PacketFlags& flags = {});
  /// How often a source idles and a sink stalls, in percent of the cycles (up to 99).
  void set_pauses(Direction direction, unsigned source_percent, unsigned sink_percent);
  void run(std::uint64_t cycles);
  /// Runs until every packet has its result; false after `limit` cycles.
  bool run_until_idle(std::uint64_t limit = 10'000'000);
  /// Results that came since the last call.
  std::vector<PacketResult> take_results(Direction direction);
  /// Packets that were pushed and have no result yet.
  std::uint64_t in_flight(Direction direction) const;
  /// Cycle in which the first beat of the packet that entered first since clear_input_cycles() was
  /// taken, and the last beat of the last one.
  std::uint64_t first_input_cycle(Direction direction) const;
  std::uint64_t last_input_cycle(Direction direction) const;
  void clear_input_cycles();

  // ---- registers
  std::uint32_t read_csr(CsrOffset offset) override;
  void write_csr(CsrOffset offset, std::uint32_t value) override;
  /// There is no memory: always kUnsupported.
  Result<DmaRegion> map_dma(std::size_t bytes) override;
  /// There are no interrupts: runs for `timeout` and returns false.
  bool wait_irq(unsigned vector, std::chrono::nanoseconds timeout) override;
  /// Runs for the cycles of the option `poll` while packets are in flight.
  void poll() override;
  /// A power-up reset: packets in flight are forgotten.
  void reset() override;
  bool owns_msix_table() const override { return true; }
  MsixMessage msix_message(unsigned vector) const override { return Interrupts::message(vector); }

  std::uint64_t cycle() const { return root_complex_.cycle(); }
  unsigned width_bits() const { return options_.width_bits; }
  RootComplex& root_complex() { return root_complex_; }
  /// Rules of the TLP ports and of the packet streams that the card broke.
  Violations& violations() { return root_complex_.violations(); }

 private:
  struct Packet {
    PacketBytes bytes;
    PacketFlags flags;
  };
  /// One direction: a source, a sink, and what is between.
  struct Lane {
    std::deque<Packet> queue;
    std::size_t offset = 0;  // of the beat on offer in the first packet
    std::vector<PacketResult> results;
    PacketResult current;  // that is coming out
    bool in_packet = false;
    PacketOutputs stalled;  // what was offered and not taken
    bool is_stalled = false;
    unsigned source_percent = 0, sink_percent = 0;
    std::uint64_t pushed = 0, done = 0;
    std::uint64_t first_input_cycle = 0, last_input_cycle = 0;
    bool has_input = false;
  };
  Lane& lane(Direction direction) { return lanes_[static_cast<std::size_t>(direction)]; }
  const Lane& lane(Direction direction) const {
    return lanes_[static_cast<std::size_t>(direction)];
  }
  bool chance(unsigned percent) { return percent != 0 && random_() % 100 < percent; }
  void step();
  void drive(Lane& lane, PacketInputs& in);
  void sample_input(Lane& lane, PacketInputs& in, const PacketOutputs& out);
  void sample_output(Lane& lane, const PacketInputs& in, const PacketOutputs& out);
  void check_output(const Lane& lane, const PacketOutputs& out);
  void violation(const char* text) { violations().record(cycle(), text); }

  CardOptions options_;
  HostMemory no_memory_;
  RootComplex root_complex_;
  std::unique_ptr<StreamModel> model_;
  std::mt19937_64 random_;
  CardOutputs outputs_;
  AllPacketInputs packets_in_;
  AllPacketOutputs packets_out_;
  std::array<Lane, 2> lanes_;
  std::vector<std::uint32_t> read_data_;
};

}  // namespace holdfast::sim

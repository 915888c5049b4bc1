// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "holdfast/card_io.h"
#include "holdfast/layout.h"
#include "model/esp_model.h"
#include "model/soft_memory.h"
#include "model/soft_registers.h"

namespace holdfast::model {

/// A card without hardware: the register map of rtl/csr/card_csr.rdl in front of the reference
/// model.
///
/// Work is done inside the calls: a doorbell takes packets until the ring is empty or the
/// completion ring is full. Its clock says 100 MHz and has no time of its own: each call counts one
/// cycle, each packet one cycle for every 16 bytes of its longer form, and wait_irq() lets it run
/// until something happens. After reset it sweeps for a while, and a command is busy for a moment,
/// as in the hardware.
///
/// Not as in the hardware: a DMA write to memory that is not mapped is lost without a trace; the
/// counts of DMA reads and writes are of packets and ring entries, not of TLPs; the drain fence is
/// always the current generation, because between two calls no packet is in flight.
class SoftCard : public CardIo {
 public:
  static constexpr std::uint32_t kClockHz = 100'000'000;

  explicit SoftCard(const Limits& limits);
  /// For register_card_io("soft", SoftCard::make). Options, separated by commas: sas=N (1 to
  /// 65535, default 256), paths=N (1 to 65535, default 64), window=N (64 to 4096, default 1024).
  /// Errors: kBadFormat, kBadValue.
  static Result<std::unique_ptr<CardIo>> make(std::string_view options);

  std::uint32_t read_csr(CsrOffset offset) override;
  void write_csr(CsrOffset offset, std::uint32_t value) override;
  Result<DmaRegion> map_dma(std::size_t bytes) override { return memory_.map(bytes); }
  /// Memory of a host that chooses its addresses itself; see SoftMemory.
  Status attach_dma(Iova iova, std::span<std::uint8_t> bytes) {
    return memory_.attach(iova, bytes);
  }
  bool detach_dma(Iova iova) { return memory_.detach(iova); }
  bool wait_irq(unsigned vector, std::chrono::nanoseconds timeout) override;
  void poll() override;
  /// No interrupt is to come before the next access, however long the clock runs.
  bool is_asleep() const;
  void reset() override;
  bool owns_msix_table() const override { return true; }
  MsixMessage msix_message(unsigned vector) const override;

 private:
  static constexpr unsigned kNumQueues = 4;
  static constexpr unsigned kNumVectors = 8;

  /// A queue as it was configured when its enable rose.
  struct Ring {
    bool is_running = false;
    bool is_armed = true;  // enable was low since the last start
    bool waits = false;
    QueueCause cause = QueueCause::kNone;
    std::uint64_t sq_base = 0, cq_base = 0, window_base = 0, window_limit = 0;
    unsigned sq_log2 = 0, cq_log2 = 0;
    std::optional<unsigned> vector;
    unsigned moderation_packets = 1, moderation_us = 0;
    std::uint16_t sq_consumer = 0, cq_producer = 0;
    unsigned quiet_completions = 0;                // since the last interrupt
    std::optional<std::uint64_t> interrupt_cycle;  // latest, for quiet completions
  };
  struct Totals {
    std::uint64_t completion_stalls = 0;
    std::array<std::uint64_t, 2> packets_in{}, packets_out{}, bytes_in{}, bytes_out{};
    std::uint64_t events = 0, events_lost = 0, dma_reads = 0, dma_read_errors = 0, dma_writes = 0;
    std::uint64_t interrupts = 0, bad_completions = 0, credit_bytes = 0;
    std::array<std::uint64_t, 64> drops{};
  };

  // soft_card.cc: registers, reset, clock
  void write_register(CsrOffset offset, std::uint32_t value);
  bool is_swept() const { return cycle_ >= swept_cycle_; }
  void sweep();
  void set_identity();
  void run();
  void latch_error(const csr::Field& bit, CsrOffset offset = CsrOffset{0});
  void clear_errors(std::uint32_t bits);
  void snapshot_counters();

  // soft_command.cc
  void write_command_window(CsrOffset offset, std::uint32_t value);
  bool is_command_busy() const { return cycle_ < command_done_cycle_; }
  CommandResult run_command(CommandOp op);
  SaConfig sa_operands() const;
  std::optional<std::uint32_t> credit_operand() const;
  Binding path_operands() const;
  void show_sa(const SaState& state);

  // soft_queue.cc
  void write_queue_register(CsrOffset offset);
  void start_queue(unsigned index);
  void stop_queue(unsigned index, QueueCause cause);
  void run_queue(unsigned index);
  /// Descriptors that wait, and completions that nobody took, by the doorbells as they are now.
  std::uint16_t num_ahead(unsigned index) const;
  std::uint16_t num_open(unsigned index) const;
  DropReason check_descriptor(const Ring& ring, const Descriptor& descriptor) const;
  void run_descriptor(unsigned index, const Descriptor& descriptor);
  void complete(unsigned index, bool is_outbound, const Descriptor& descriptor, Processed result);
  void write_completion(Ring& ring, const Processed& result);
  void count(bool is_outbound, const Descriptor& descriptor, const Processed& result);

  // soft_events.cc: events and interrupts
  void start_event_ring();
  void tell_events();
  void write_event(Event event);
  void note_completion(Ring& ring);
  void run_moderation();
  void raise(unsigned vector);
  void send_pending();

  SoftRegisters registers_;
  SoftMemory memory_;
  Limits limits_;
  EspModel model_;
  std::uint64_t cycle_ = 0;
  std::uint64_t swept_cycle_ = 0;
  std::uint64_t command_done_cycle_ = 0;
  std::array<Ring, kNumQueues> rings_;
  bool is_event_ring_on_ = false;
  std::uint64_t event_base_ = 0;  // as it was when the ring's enable rose
  unsigned event_log2_ = 0;
  std::uint16_t event_producer_ = 0;
  std::uint32_t pending_ = 0;                          // MSI-X, by vector
  std::array<std::uint64_t, kNumVectors> messages_{};  // delivered and not waited for
  Totals totals_;
};

}  // namespace holdfast::model

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "holdfast/card_io.h"
#include "holdfast/layout.h"
#include "holdfast/sa.h"

namespace holdfast {

struct CardInfo {
  std::uint16_t map_major, map_minor;
  std::uint32_t build, git_hash, board, suites;
  std::uint16_t num_sas, num_paths, max_replay_window;
  unsigned data_width_bits, num_queues, num_vectors;
  std::uint32_t clock_hz;

  bool has(Suite suite) const { return suites >> static_cast<unsigned>(suite) & 1; }
};

/// All counters of the card, from one snapshot. Index 0 inbound, 1 outbound.
struct Counters {
  std::uint64_t cycles, completion_stalls;
  std::array<std::uint64_t, 2> packets_in, packets_out, bytes_in, bytes_out;
  std::uint64_t events, events_lost;
  std::uint64_t dma_reads, dma_read_errors, dma_read_timeouts, dma_writes, interrupts;
  std::uint64_t bad_requests, unsupported_requests, bad_completions;
  std::uint64_t credit_bytes;  ///< Of packets, as they came, dropped as `credit`; 0 before map 1.1.
  std::array<std::uint64_t, 64> drops;  ///< By DropReason.

  std::uint64_t all_drops() const;
  /// `in = out + drops`: holds whenever the card is idle.
  bool adds_up() const;
};

struct QueueConfig {
  unsigned sq_log2 = 8, cq_log2 = 8;  ///< 3 to 15
  /// Interrupts on MSI-X vector `vector`; without one the caller polls.
  std::optional<unsigned> vector = std::nullopt;
  std::uint16_t moderation_packets = 1, moderation_us = 0;
};

class Card;

/// One submission and one completion ring. Made by Card::open_queue; must not outlive it.
///
/// The caller owns the buffers (from Card::map_dma or the pool); the card owns a buffer from
/// submit() until its completion came out of poll().
///
/// After Card::reset() a queue is dead: submit() says kRefused, poll() gives nothing; end it and
/// open another.
class Queue {
 public:
  /// For Card::open_queue only.
  Queue(Card& card, unsigned index, const QueueConfig& config, DmaRegion sq, DmaRegion cq);
  Queue(const Queue&) = delete;
  Queue& operator=(const Queue&) = delete;
  /// Stops the queue; completions not yet taken are lost.
  ~Queue();

  /// Descriptors that submit() would take now.
  std::size_t space() const;
  /// Puts `descriptors` into the ring and rings the doorbell once. Takes all or, if there is not
  /// enough space, none. Errors: kFull, kRefused (the card was reset).
  Status submit(std::span<const Descriptor> descriptors);
  /// Moves finished completions, in order of their descriptors, to `out`; returns how many.
  std::size_t poll(std::span<Completion> out);
  /// Submitted and not yet completed.
  std::size_t in_flight() const;
  /// Running, or why it stopped.
  QueueCause cause() const;
  unsigned index() const { return index_; }

 private:
  bool is_alive() const;

  Card& card_;
  unsigned index_;
  QueueConfig config_;
  DmaRegion sq_, cq_;
  unsigned life_;               // of the card, in which this queue was opened
  std::uint16_t producer_ = 0;  // descriptors written, free-running
  std::uint16_t consumer_ = 0;  // completions taken, free-running
};

/// One card. Knows nothing of which CardIo it stands on. Not thread-safe.
class Card {
 public:
  /// Checks magic and version, resets the card, waits for its sweep. `io` must outlive the card.
  /// Errors: kUnsupported (not our card, or another major version), kTimeout.
  static Result<std::unique_ptr<Card>> open(CardIo& io);
  Card(const Card&) = delete;
  Card& operator=(const Card&) = delete;

  const CardInfo& info() const { return info_; }
  CardIo& io() { return io_; }

  /// All keys, SAs, paths and queues of the card are gone afterwards. Errors: kTimeout.
  Status reset();
  /// Packets are worked on or dropped as `disabled`; in force when it returns.
  void enable(bool on);
  bool is_idle();

  /// Adds an SA at a free row; it uses `path` from now on. The driver refuses to install an
  /// outbound key twice since the program started, because its IVs would repeat.
  /// Errors: kInUse, kBadValue, kUnsupported, kNotFound (no such path yet), kRefused (with the
  /// card's own reason), kTimeout.
  Status add_sa(SaIndex index, const SaConfig& config, PathIndex path);
  /// Returns when no packet of the SA is in flight and its rows are zeroed. A packet is in flight
  /// until its completion is written, so completion rings must have space. Errors as above.
  Status remove_sa(SaIndex index);
  Result<SaState> query_sa(SaIndex index);
  /// Swaps the binding of all SAs on `path` in one cycle; returns its generation. With a `credit`
  /// of outer IP bytes, what the path's SAs send is limited to it and three times what comes from
  /// its peer and is authentic, until the next rebind(); what exceeds it is dropped as `credit`.
  Result<std::uint32_t> rebind(PathIndex path, const Binding& binding,
                               std::optional<std::uint32_t> credit = std::nullopt);
  /// Points one SA to another path, which rebind() must have written; returns the generation.
  Result<std::uint32_t> move_sa(SaIndex index, PathIndex path);
  /// Oldest generation still in flight.
  std::uint32_t drain_fence();

  Counters counters();
  /// Reads and clears the error latch (csr::kControlError…).
  std::uint32_t take_errors();

  /// Memory for buffers; lives as long as the CardIo.
  Result<DmaRegion> map_dma(std::size_t bytes);
  /// Opens queue `index` on the DMA window [window.iova, +size) that all its buffers must lie in.
  /// Errors: kBadValue, kInUse, kIo, kTimeout.
  Result<std::unique_ptr<Queue>> open_queue(unsigned index, const QueueConfig& config,
                                            const DmaRegion& window);
  /// Before this, events are lost. `log2` 2 to 12 entries. Errors: kBadValue, kInUse, kIo.
  Status open_events(unsigned log2, std::optional<unsigned> vector);
  /// The oldest event not yet taken.
  std::optional<Event> poll_event();

 private:
  friend class Queue;
  static constexpr unsigned kMaxQueues = 4;

  explicit Card(CardIo& io) : io_(io) {}
  Status check_identity();
  /// Waits until the memories of the card are swept, then sets up the MSI-X table.
  Status bring_up();
  bool poll_until(csr::CsrOffset offset, std::uint32_t mask, std::uint32_t value);
  std::uint64_t read_pair(csr::CsrOffset low, csr::CsrOffset high);
  void write_pair(csr::CsrOffset low, csr::CsrOffset high, std::uint64_t value);
  void write_address(csr::CsrOffset (*word)(unsigned), const IpAddress& address);
  void unmask_vector(unsigned vector);
  void write_sa_operands(const SaConfig& config);
  Status check_sa(const SaConfig& config) const;
  /// Waits for the command before, if any; the operands may be written afterwards.
  Status begin_command();
  /// `place` is for the error.
  Status run_command(CommandOp op, std::string place);
  Status check_queue(unsigned index, const QueueConfig& config, const DmaRegion& window) const;
  Result<DmaRegion> take_ring(std::size_t bytes);
  void close_queue(unsigned index, const DmaRegion& sq, const DmaRegion& cq);

  CardIo& io_;
  CardInfo info_{};
  unsigned life_ = 1;  // counts resets
  std::array<bool, kMaxQueues> is_queue_open_{};
  std::vector<DmaRegion> spare_rings_;
  DmaRegion events_{};
  unsigned events_log2_ = 0;
  std::uint16_t events_consumer_ = 0;
};

}  // namespace holdfast

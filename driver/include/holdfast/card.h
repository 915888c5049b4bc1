// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
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
  std::array<std::uint64_t, 64> drops;  ///< By DropReason.

  std::uint64_t all_drops() const;
  /// `in = out + drops`: holds whenever the card is idle.
  bool adds_up() const;
};

struct QueueConfig {
  unsigned sq_log2 = 8, cq_log2 = 8;  ///< 3 to 15
  /// Interrupts on MSI-X vector `vector`; without one the caller polls.
  std::optional<unsigned> vector;
  std::uint16_t moderation_packets = 1, moderation_us = 0;
};

class Card;

/// One submission and one completion ring. Made by Card::open_queue; must not outlive it.
///
/// The caller owns the buffers (from Card::map_dma or the pool); the card owns a buffer from
/// submit() until its completion came out of poll().
class Queue {
 public:
  Queue(Card& card, unsigned index, const QueueConfig& config, DmaRegion sq, DmaRegion cq);

  /// Descriptors that submit() would take now.
  std::size_t space() const;
  /// Puts `descriptors` into the ring and rings the doorbell once. Takes all or, if there is not
  /// enough space, none. Errors: kFull.
  Status submit(std::span<const Descriptor> descriptors);
  /// Moves finished completions, in order of their descriptors, to `out`; returns how many.
  std::size_t poll(std::span<Completion> out);
  /// Submitted and not yet completed.
  std::size_t in_flight() const;
  /// Running, or why it stopped.
  QueueCause cause() const;
  unsigned index() const { return index_; }

 private:
  Card& card_;
  unsigned index_;
  QueueConfig config_;
  DmaRegion sq_, cq_;
  std::uint16_t producer_ = 0;   // descriptors written, free-running
  std::uint16_t consumer_ = 0;   // completions taken, free-running
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
  void enable(bool on);
  bool is_idle();

  /// Adds an SA at a free row; it uses `path` from now on. The driver refuses to install an
  /// outbound key twice since the program started, because its IVs would repeat.
  /// Errors: kInUse, kBadValue, kUnsupported, kRefused (with the card's own reason), kTimeout.
  Status add_sa(SaIndex index, const SaConfig& config, PathIndex path);
  /// Returns when no packet of the SA is in flight and its rows are zeroed. Errors as above.
  Status remove_sa(SaIndex index);
  Result<SaState> query_sa(SaIndex index);
  /// Swaps the binding of all SAs on `path` in one cycle; returns its generation.
  Result<std::uint32_t> rebind(PathIndex path, const Binding& binding);
  /// Points one SA to another path; returns the generation.
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
  /// Errors: kIo. `log2` 2 to 12 entries.
  Status open_events(unsigned log2, std::optional<unsigned> vector);
  /// The oldest event not yet taken.
  std::optional<Event> poll_event();

 private:
  explicit Card(CardIo& io) : io_(io) {}
  CardIo& io_;
  CardInfo info_{};
};

}  // namespace holdfast

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <random>
#include <vector>

#include "host_memory.h"
#include "link_config.h"
#include "tlp.h"

namespace holdfast::sim {

/// Answers the DMA reads of a card with completions (PCIe 3.0, 2.2.9 and 2.3.1): cuts, latency,
/// overtaking and faults as LinkConfig says. Time is whatever the caller counts.
class ReadCompleter {
 public:
  ReadCompleter(const PcieConfig& config, const LinkConfig& link, DmaTarget& memory);

  struct Sent {
    std::uint8_t tag;
    bool is_last;       ///< The tag is free once this completion has arrived.
    bool was_unmapped;  ///< Nothing is mapped at `address`; the answer is UR.
    std::uint64_t address;
  };

  /// Takes one read that obeys the rules. False: it will never be answered and its tag is free
  /// (fault kNoCompletion).
  bool take(const MemoryRequest& request, std::uint64_t now);
  /// True if next() would give a completion now.
  bool has_next(std::uint64_t now) const;
  /// Writes the next completion to `out`.
  std::optional<Sent> next(std::uint64_t now, Tlp& out);
  bool empty() const { return pending_.empty(); }
  void clear() { pending_.clear(); }

  /// The `nth` read from now on (0: the next one) meets `fault`.
  void inject(Fault fault, std::uint64_t nth = 0);
  /// The next read that begins in [begin, begin + bytes) meets `fault`.
  void inject_at(Fault fault, std::uint64_t begin, std::uint64_t bytes);

  std::uint64_t reads() const { return reads_; }
  std::uint64_t faults() const { return faults_; }

 private:
  struct Pending {
    MemoryRequest request;
    Fault fault;
    std::uint64_t due;        // not before
    std::uint64_t next_byte;  // address
    unsigned bytes_left;
  };
  struct Injected {
    Fault fault;
    bool by_address;
    std::uint64_t nth;  // of all reads, counted from 0
    std::uint64_t begin, bytes;
  };

  Fault choose_fault(const MemoryRequest& request);
  bool chance(unsigned percent) { return percent != 0 && random_() % 100 < percent; }
  std::size_t choose_pending(std::uint64_t now);
  unsigned choose_piece(const Pending& read);
  void build_error(const Pending& read, CompletionStatus status, CompletionError error, Tlp& out);
  bool build_data(Pending& read, unsigned bytes, Tlp& out);
  CompletionHeader header_of(const Pending& read) const;

  const PcieConfig& config_;
  const LinkConfig& link_;
  DmaTarget& memory_;
  std::mt19937_64 random_;
  std::vector<Pending> pending_;  // oldest first
  std::vector<Injected> injected_;
  std::uint64_t reads_ = 0, faults_ = 0;
};

}  // namespace holdfast::sim

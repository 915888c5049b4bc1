// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "recycled_queue.h"
#include "tlp.h"

namespace holdfast::sim {

/// What went over one stream.
struct StreamStats {
  std::uint64_t tlps = 0, beats = 0;
  std::uint64_t bytes = 0;           ///< Of payload, byte enables not counted.
  std::uint64_t stalled_cycles = 0;  ///< Offered and not taken.
  std::uint64_t first_cycle = 0;  ///< Of the first beat taken since the last reset of statistics.
  std::uint64_t last_cycle = 0;   ///< Of the last beat taken.

  void count(const TlpBeat& beat, std::uint64_t cycle);
};

/// Cuts TLPs into beats.
class TlpPlayer {
 public:
  explicit TlpPlayer(unsigned beat_dwords) : beat_dwords_(beat_dwords) {}

  /// A TLP to fill in; what is in it is old. It is sent after all others.
  Tlp& push() { return queue_.push(); }
  bool empty() const { return queue_.empty(); }
  std::size_t size() const { return queue_.size(); }
  const Tlp& front() const { return queue_.front(); }

  /// Fills in the beat that is next. Not when empty().
  void beat(TlpBeat& out) const;
  /// The beat was taken. True if it was the last one of its TLP.
  bool advance();
  void clear();

 private:
  unsigned beat_dwords_;
  RecycledQueue<Tlp> queue_;
  std::size_t sent_dwords_ = 0;
};

/// Puts beats together to TLPs and checks the rules of the stream (rtl/pcie/pcie_pkg.sv).
class TlpAssembler {
 public:
  /// `name` is how texts call the stream.
  TlpAssembler(std::string name, unsigned beat_dwords)
      : name_(std::move(name)), beat_dwords_(beat_dwords) {}

  /// True when `beat` ends a TLP; then tlp() is whole until the next call.
  /// Texts of broken rules are given to `on_violation`.
  template <typename OnViolation>
  bool take(const TlpBeat& beat, OnViolation on_violation) {
    if (const std::optional<std::string> text = check(beat)) on_violation(*text);
    return append(beat);
  }
  const Tlp& tlp() const { return tlp_; }
  bool in_tlp() const { return in_tlp_; }
  void clear() { in_tlp_ = false; }

 private:
  std::optional<std::string> check(const TlpBeat& beat) const;
  std::optional<std::string> check_strobes(const TlpBeat& beat) const;
  bool append(const TlpBeat& beat);

  std::string name_;
  unsigned beat_dwords_;
  Tlp tlp_;
  bool in_tlp_ = false;
};

}  // namespace holdfast::sim

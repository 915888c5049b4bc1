// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace holdfast::model {

/// Anti-replay window of one inbound SA (RFC 4303, 3.4.3). It accepts exactly `size` numbers,
/// `top - size + 1` to `top`, and any number to the right of it.
///
///     left of the window |   size numbers, seen or not   | right: moves the window
///     -------------------+-------------------------------+--------------------------
///                         top - size + 1             top
class ReplayWindow {
 public:
  /// Every number below `first` counts as seen. `size` is at least 1, `first` at least 1.
  ReplayWindow(unsigned size, std::uint64_t first);

  std::uint64_t top() const { return top_; }
  /// The 64-bit number behind the 32 bits on the wire (RFC 4303, A2.1); nothing if it would lie
  /// below 0 or beyond 2^64 - 1.
  std::optional<std::uint64_t> infer(std::uint32_t low, bool has_esn) const;
  /// Not 0, not seen, not left of the window. Changes nothing.
  bool accepts(std::uint64_t sequence) const;
  /// Marks a number that accepts() accepts, and moves the window if it lies to the right.
  void take(std::uint64_t sequence);

 private:
  bool bit(std::uint64_t sequence) const;
  void set_bit(std::uint64_t sequence, bool value);
  std::uint64_t num_bits() const { return 64 * static_cast<std::uint64_t>(seen_.size()); }

  unsigned size_;
  std::uint64_t top_;
  std::vector<std::uint64_t> seen_;  // number n has bit n modulo num_bits(), which is >= size_
};

}  // namespace holdfast::model

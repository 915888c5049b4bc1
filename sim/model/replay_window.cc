// SPDX-License-Identifier: Apache-2.0
#include "model/replay_window.h"

#include <algorithm>

#include "base/result.h"

namespace holdfast::model {

ReplayWindow::ReplayWindow(unsigned size, std::uint64_t first)
    : size_(size), top_(first - 1), seen_((size + 63) / 64, ~std::uint64_t{0}) {
  HOLDFAST_CHECK(size > 0 && first > 0);
}

bool ReplayWindow::bit(std::uint64_t sequence) const {
  const std::uint64_t position = sequence % num_bits();
  return (seen_[position / 64] >> (position % 64) & 1) != 0;
}

void ReplayWindow::set_bit(std::uint64_t sequence, bool value) {
  const std::uint64_t position = sequence % num_bits();
  const std::uint64_t mask = std::uint64_t{1} << (position % 64);
  if (value)
    seen_[position / 64] |= mask;
  else
    seen_[position / 64] &= ~mask;
}

std::optional<std::uint64_t> ReplayWindow::infer(std::uint32_t low, bool has_esn) const {
  if (!has_esn) return low;
  constexpr std::uint64_t kLow = 0xFFFFFFFF;
  const std::uint64_t top_low = top_ & kLow;  // Tl and Th of the RFC
  const std::uint64_t top_high = top_ >> 32;
  const std::uint64_t bottom = (top_low - size_ + 1) & kLow;  // Bl
  std::uint64_t high = top_high;
  if (top_low >= std::uint64_t{size_} - 1) {
    // Case A: the window lies within one high half; what is left of it belongs to the next.
    if (low < bottom) {
      if (top_high == kLow) return std::nullopt;
      high = top_high + 1;
    }
  } else if (low >= bottom) {
    // Case B: the window straddles; its left part has the high half before.
    if (top_high == 0) return std::nullopt;
    high = top_high - 1;
  }
  return high << 32 | low;
}

bool ReplayWindow::accepts(std::uint64_t sequence) const {
  if (sequence == 0) return false;
  if (sequence > top_) return true;
  if (top_ - sequence >= size_) return false;
  return !bit(sequence);
}

void ReplayWindow::take(std::uint64_t sequence) {
  HOLDFAST_CHECK(accepts(sequence));
  if (sequence > top_) {
    if (sequence - top_ >= num_bits())
      std::ranges::fill(seen_, std::uint64_t{0});
    else
      for (std::uint64_t n = top_ + 1; n < sequence; ++n) set_bit(n, false);
    top_ = sequence;
  }
  set_bit(sequence, true);
}

}  // namespace holdfast::model

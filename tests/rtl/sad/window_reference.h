// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <set>

namespace holdfast::test {

// 128 bits, so that the reference has no edge of its own.
__extension__ using Wide = __int128;

/// The window as RFC 4303 describes it, on a std::set and 128-bit arithmetic.
class WindowReference {
 public:
  WindowReference(unsigned window, bool has_esn, std::uint64_t first_seq)
      : window_(window), has_esn_(has_esn), first_(first_seq), top_(first_seq - 1) {}

  /// The number that is congruent to `wire` and at or after the left edge, in the range of one
  /// lap; false if it does not exist.
  bool infer(std::uint32_t wire, std::uint64_t& number) const {
    if (!has_esn_) {
      number = wire;
      return number != 0;
    }
    const Wide lap = Wide{1} << 32;
    const Wide bottom = static_cast<Wide>(top_) - window_ + 1;
    Wide candidate = wire;
    while (candidate < bottom) candidate += ((bottom - candidate + lap - 1) / lap) * lap;
    if (candidate - lap >= bottom) candidate -= lap;
    if (candidate <= 0 || candidate > static_cast<Wide>(~std::uint64_t{0})) return false;
    number = static_cast<std::uint64_t>(candidate);
    return true;
  }
  bool is_acceptable(std::uint64_t number) const {
    if (number == 0) return false;
    if (number > top_) return true;
    return number >= first_ && top_ - number < window_ && !seen_.count(number);
  }
  void accept(std::uint64_t number) {
    seen_.insert(number);
    top_ = std::max(top_, number);
    while (*seen_.begin() < top_ && top_ - *seen_.begin() >= window_) seen_.erase(seen_.begin());
  }
  std::uint64_t top() const { return top_; }

 private:
  std::uint64_t window_;
  bool has_esn_;
  std::uint64_t first_, top_;
  std::set<std::uint64_t> seen_;
};

}  // namespace holdfast::test

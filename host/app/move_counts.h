// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "ike/events.h"

namespace holdfast::app {

/// Moves since the start, by who moved and by step, and how long those took that ended as moved.
class MoveCounts : public ike::Observer {
 public:
  /// Upper bounds of the histogram's buckets, in seconds; one more is without bound.
  static constexpr std::array<double, 12> kBounds = {0.001, 0.002, 0.005, 0.01, 0.02, 0.05,
                                                     0.1,   0.25,  0.5,   1,    2,    4};
  enum class Who : std::uint8_t { kOurs, kPeer };

  std::uint64_t count(Who who, ike::MoveStep step) const {
    return counts_[static_cast<std::size_t>(who)][static_cast<std::size_t>(step)];
  }
  /// Those that took longer than the bound before `bucket` and no longer than its own.
  std::uint64_t bucket(std::size_t bucket) const { return buckets_.at(bucket); }
  double seconds() const { return seconds_; }  ///< Of all in the buckets.

  void on_move(const ike::MoveReport& report) override;

 private:
  std::array<std::array<std::uint64_t, ike::kNumMoveSteps>, 2> counts_{};
  std::array<std::uint64_t, kBounds.size() + 1> buckets_{};
  double seconds_ = 0;
};

}  // namespace holdfast::app

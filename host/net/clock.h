// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

namespace holdfast {

using Duration = std::chrono::nanoseconds;
using TimePoint = std::chrono::time_point<std::chrono::steady_clock, Duration>;

/// Monotonic time. Protocol objects own none, so that a test can let an hour pass.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual TimePoint now() const = 0;
};

}  // namespace holdfast

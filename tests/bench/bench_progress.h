// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>

namespace holdfast::bench {

/// Says on stderr how far something is, once it takes longer than two seconds: on a terminal as
/// one line that changes, elsewhere as a line now and then.
class Progress {
 public:
  explicit Progress(std::string what);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  /// Takes the line away.
  ~Progress();
  /// `share` from 0 to 1.
  void update(double share);

 private:
  using Clock = std::chrono::steady_clock;

  std::string what_;
  bool is_terminal_;
  bool is_shown_ = false;
  Clock::time_point next_;
};

}  // namespace holdfast::bench

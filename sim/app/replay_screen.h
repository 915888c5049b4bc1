// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include "app/replay_tally.h"

namespace holdfast::app {

/// The report for people: what happened, SA by SA and reason by reason, and what to do next.
std::string format_screen(const Summary& summary, const Tally& tally,
                          const std::vector<ReplaySa>& sas);

/// What the drops of this replay suggest, one sentence each.
std::vector<std::string> suggest(const Tally& tally, const std::vector<ReplaySa>& sas);

/// A bar on a stream, if that is a terminal and the replay takes over two seconds.
class ProgressBar {
 public:
  using Clock = std::chrono::steady_clock;
  using Now = Clock::time_point (*)();

  explicit ProgressBar(std::FILE* stream = stderr, Now now = Clock::now);
  /// `share` 0 to 1.
  void update(double share, std::uint64_t packets);
  /// Wipes it off the line.
  void end();

 private:
  std::FILE* stream_;
  Now now_;
  bool is_terminal_, is_shown_ = false;
  Clock::time_point next_;
};

}  // namespace holdfast::app

// SPDX-License-Identifier: Apache-2.0
#include "bench_progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

namespace holdfast::bench {

Progress::Progress(std::string what)
    : what_(std::move(what)),
      is_terminal_(isatty(STDERR_FILENO) == 1),
      next_(Clock::now() + std::chrono::seconds(2)) {}

Progress::~Progress() {
  if (is_shown_ && is_terminal_) fmt::print(stderr, "\r{:79}\r", "");
}

void Progress::update(double share) {
  if (Clock::now() < next_) return;
  const std::string line = fmt::format("{}: {:.0f} %", what_, 100 * share);
  if (is_terminal_)
    fmt::print(stderr, "\r{:79}", line);
  else
    fmt::print(stderr, "… {}\n", line);
  std::fflush(stderr);
  is_shown_ = true;
  next_ = Clock::now() + (is_terminal_ ? std::chrono::milliseconds(200) : std::chrono::seconds(10));
}

}  // namespace holdfast::bench

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/socket.h>

#include <cstdint>

namespace holdfast::demo {

/// Puts this program before all that has no real-time priority, and its memory to where no page of
/// it is waited for. Where the caller may not do that, all stays as it is.
void take_priority(int priority);

/// The kernel's stamps of packets, which are of CLOCK_REALTIME, in CLOCK_MONOTONIC: so the time at
/// which a program got its turn does not count.
class KernelStamps {
 public:
  /// From now on, packets of this socket have a stamp.
  static void ask_for(int fd);
  /// Looks how far the clocks are apart; once for all packets that are read together.
  void compare_clocks();
  /// When the packet came, in nanoseconds of CLOCK_MONOTONIC; now, if it has no stamp.
  std::int64_t stamp_ns(msghdr& message) const;

 private:
  std::int64_t ahead_ns_ = 0;  // CLOCK_REALTIME
};

}  // namespace holdfast::demo

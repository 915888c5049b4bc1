// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace holdfast::demo {

/// What the kernel says about addresses and default routes of this network namespace (rtnetlink),
/// stamped when it arrives. For the demo and its measurements only: it does not recover from lost
/// messages.
class RouteEvents {
 public:
  struct Event {
    std::int64_t at_ns = 0;  ///< CLOCK_MONOTONIC.
    /// "newaddr ADDRESS", "deladdr ADDRESS", "newroute IPV4|IPV6 INTERFACE" or "delroute …":
    /// default routes of the main table.
    std::string what;
  };

  RouteEvents() = default;
  RouteEvents(const RouteEvents&) = delete;
  RouteEvents& operator=(const RouteEvents&) = delete;
  ~RouteEvents();

  /// False where the kernel gives no such socket.
  bool open();
  int fd() const { return fd_; }
  /// Takes what has come, without waiting.
  void read();
  const std::vector<Event>& events() const { return events_; }

 private:
  int fd_ = -1;
  std::vector<Event> events_;
};

/// CLOCK_MONOTONIC in nanoseconds: one clock for all namespaces of a machine.
std::int64_t now_ns();

}  // namespace holdfast::demo

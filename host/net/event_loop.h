// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>

#include "net/timer_queue.h"

namespace holdfast::net {

/// The one loop of a program: descriptors, timers, signals. Single-threaded.
class EventLoop : public Clock, public TimerQueue {
 public:
  EventLoop();
  ~EventLoop() override;

  TimePoint now() const override;
  TimerId start(Duration after, std::function<void()> expired) override;
  void cancel(TimerId id) override;

  /// Calls back whenever `fd` is readable, until unwatch(); the descriptor stays the caller's.
  void watch(int fd, std::function<void()> readable);
  void unwatch(int fd);
  /// Calls back when `signal` comes (SIGTERM, SIGHUP …).
  void on_signal(int signal, std::function<void()> callback);
  /// Runs `work` soon, from the loop; safe from within callbacks.
  void post(std::function<void()> work);
  /// Until stop().
  void run();
  void stop();

 private:
  struct Native;
  std::unique_ptr<Native> native_;
};

}  // namespace holdfast::net

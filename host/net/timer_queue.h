// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <utility>

#include "net/clock.h"

namespace holdfast {

enum class TimerId : std::uint64_t {};

/// Calls back once after a time, never from within start() or cancel().
class TimerQueue {
 public:
  virtual ~TimerQueue() = default;
  virtual TimerId start(Duration after, std::function<void()> expired) = 0;
  /// An expired or unknown timer is no error.
  virtual void cancel(TimerId id) = 0;
};

/// One timer that its owner starts again and again; ends with its owner.
class Timer {
 public:
  explicit Timer(TimerQueue& queue) : queue_(queue) {}
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  ~Timer() { stop(); }

  /// Starts anew if it runs.
  void start(Duration after, std::function<void()> expired) {
    stop();
    is_running_ = true;
    id_ = queue_.start(after, [this, expired = std::move(expired)] {
      is_running_ = false;
      expired();  // may end the owner of this timer: touch nothing afterwards
    });
  }
  void stop() {
    if (std::exchange(is_running_, false)) queue_.cancel(id_);
  }
  bool is_running() const { return is_running_; }

 private:
  TimerQueue& queue_;
  TimerId id_{};
  bool is_running_ = false;
};

}  // namespace holdfast

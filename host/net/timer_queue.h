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
  /// Never TimerId{}.
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

  /// Starts anew if it runs. Takes any function: one that holds nothing but `this` needs no memory
  /// of its own, which counts with ten thousand SAs.
  template <typename Function>
  void start(Duration after, Function expired) {
    stop();
    id_ = queue_.start(after, [this, expired = std::move(expired)] {
      id_ = {};
      expired();  // may end the owner of this timer: touch nothing afterwards
    });
  }
  void stop() {
    if (is_running()) queue_.cancel(std::exchange(id_, {}));
  }
  bool is_running() const { return id_ != TimerId{}; }

 private:
  TimerQueue& queue_;
  TimerId id_{};
};

}  // namespace holdfast

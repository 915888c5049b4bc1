// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "base/bytes.h"
#include "net/timer_queue.h"

namespace holdfast::ike {

class IkeSa;

/// Sends a message, and again with growing waits until stop() or until it gives up. While the SA
/// waits for an address, or for its peer, it waits too.
class Retransmitter {
 public:
  explicit Retransmitter(IkeSa& sa);
  /// Sends `message` now. `is_answered` is asked before each next time: true if it is not needed
  /// any more.
  void start(Bytes message, std::function<void()> gave_up,
             std::function<bool()> is_answered = nullptr);
  void stop() { timer_.stop(); }
  bool is_running() const { return timer_.is_running(); }

 private:
  void wait();

  IkeSa& sa_;
  Timer timer_;
  Bytes message_;
  std::function<void()> gave_up_;
  std::function<bool()> is_answered_;
  unsigned tries_ = 0;
  Duration interval_{};
};

}  // namespace holdfast::ike

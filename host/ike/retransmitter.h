// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "base/bytes.h"
#include "net/timer_queue.h"

namespace holdfast::ike {

class IkeSa;

/// Sends a message, and again with growing waits until stop() or until it gives up.
class Retransmitter {
 public:
  explicit Retransmitter(IkeSa& sa);
  /// Sends `message` now.
  void start(Bytes message, std::function<void()> gave_up);
  void stop() { timer_.stop(); }
  bool is_running() const { return timer_.is_running(); }

 private:
  void wait();

  IkeSa& sa_;
  Timer timer_;
  Bytes message_;
  std::function<void()> gave_up_;
  unsigned tries_ = 0;
  Duration interval_{};
};

}  // namespace holdfast::ike

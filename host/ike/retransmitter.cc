// SPDX-License-Identifier: Apache-2.0
#include "ike/retransmitter.h"

#include "ike/ike_sa.h"

namespace holdfast::ike {

Retransmitter::Retransmitter(IkeSa& sa) : sa_(sa), timer_(sa.context().outside.timers) {}

void Retransmitter::start(Bytes message, std::function<void()> gave_up,
                          std::function<bool()> is_answered) {
  message_ = std::move(message);
  gave_up_ = std::move(gave_up);
  is_answered_ = std::move(is_answered);
  tries_ = 0;
  interval_ = sa_.context().settings.retransmit_timeout;
  sa_.transmit(message_);
  wait();
}

void Retransmitter::wait() {
  timer_.start(interval_, [this] {
    // Their owner may end this object.
    if (const auto is_answered = is_answered_; is_answered && is_answered()) return;
    const Settings& settings = sa_.context().settings;
    if (sa_.is_waiting()) {  // nobody would hear it; no try is lost
      interval_ = settings.retransmit_timeout;
      return wait();
    }
    if (tries_ == settings.retransmit_tries) {
      const auto gave_up = gave_up_;
      gave_up();
      return;
    }
    ++tries_;
    ++sa_.context().counters.retransmits_out;
    interval_ = Duration(static_cast<Duration::rep>(static_cast<double>(interval_.count()) *
                                                    settings.retransmit_base));
    sa_.log(1, "no answer yet, sending the last message again (" + std::to_string(tries_) + " of " +
                   std::to_string(settings.retransmit_tries) + ")");
    sa_.transmit(message_);
    wait();
  });
}

}  // namespace holdfast::ike

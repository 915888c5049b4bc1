// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "base/address.h"
#include "net/clock.h"
#include "net/timer_queue.h"

namespace holdfast::ike {

class IkeSa;

/// Follows the peer to another endpoint, such as a new mapping of its NAT (RFC 3947, 7), but never
/// because of a mere packet: both endpoints are asked by DPD with numbers of their own, and the new
/// one is bound if it answers twice from itself while the old one is silent for a second, in which
/// each is asked four times. What goes to one does not tell the numbers of the other, and a wrong
/// answer ends the question: a peer with keys cannot answer for somebody who does not. A forwarder
/// who copies packets from elsewhere moves nothing, because the old endpoint answers too; then he
/// is not asked again for a while.
class EndpointProbe {
 public:
  explicit EndpointProbe(IkeSa& sa);

  /// An authentic message came to `own` from `peer`, which is not where the peer is bound.
  void start(const Endpoint& own, const Endpoint& peer);
  /// The card tells of a roaming peer once; it shall tell again, but not at once.
  void arm_later();
  /// The binding changed: what was asked before says nothing now.
  void drop() {
    question_.reset();
    timer_.stop();
  }
  /// An answer to DPD number `sequence` came from `peer`; false if the number is none of ours.
  bool on_answer(std::uint32_t sequence, const Endpoint& peer);
  /// The peer answered what nobody asked: who guesses proves nothing.
  void on_wrong_answer() {
    if (question_) question_->is_guessed_at = true;
  }

 private:
  struct Question {
    Endpoint own, peer;
    std::vector<std::uint32_t> to_new, to_old;  ///< Numbers of DPD.
    std::vector<std::uint32_t> answered;        ///< Of to_new, from there.
    bool has_old_answered = false, is_guessed_at = false;
  };
  void arm();
  void ask();
  void decide();

  IkeSa& sa_;
  std::optional<Question> question_;
  std::optional<Endpoint> refused_;  // until then
  TimePoint refused_until_{};
  Timer timer_;
};

}  // namespace holdfast::ike

// SPDX-License-Identifier: Apache-2.0
#include "ike/endpoint_probe.h"

#include "ike/ike_sa.h"

namespace holdfast::ike {

namespace {

constexpr std::chrono::seconds kPatience(1);

}  // namespace

EndpointProbe::EndpointProbe(IkeSa& sa) : sa_(sa), timer_(sa.context().outside.timers) {}

void EndpointProbe::start(const Endpoint& own, const Endpoint& peer) {
  // One question at a time, so that nobody is sent more than that.
  if (question_ || !sa_.facts.peer_has_dpd || !sa_.is_established()) return;
  question_ = Question{own, peer};
  question_->to_new = sa_.send_dpd(own, peer);
  question_->to_old = sa_.send_dpd(sa_.facts.own, sa_.facts.peer);
  timer_.start(kPatience, [this] { decide(); });
}

bool EndpointProbe::on_answer(std::uint32_t sequence, const Endpoint& peer) {
  if (!question_) return false;
  if (sequence == question_->to_old) {
    // Wherever it came from: the old endpoint has read the question.
    question_->has_old_answered = true;
    return true;
  }
  if (sequence != question_->to_new) return false;
  question_->has_new_answered |= peer == question_->peer;
  return true;
}

void EndpointProbe::decide() {
  const Question asked = *std::exchange(question_, std::nullopt);
  if (!asked.has_new_answered || asked.has_old_answered) return;
  const Endpoint old_peer = sa_.facts.peer;
  if (!sa_.bind(asked.own, asked.peer, sa_.facts.is_nat_local, sa_.facts.is_nat_remote)) return;
  sa_.log(0, "the peer answers from " + asked.peer.address.text() + ":" +
                 std::to_string(asked.peer.port) + " and no more from " + old_peer.address.text() +
                 ":" + std::to_string(old_peer.port) + "; the SAs follow");
}

}  // namespace holdfast::ike

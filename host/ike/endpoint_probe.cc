// SPDX-License-Identifier: Apache-2.0
#include "ike/endpoint_probe.h"

#include <algorithm>

#include "ike/ike_sa.h"

namespace holdfast::ike {

namespace {

constexpr std::size_t kQuestions = 4, kNeededAnswers = 2;
/// Numbers between two questions: few enough that they do not meet the peer's in the life of an SA,
/// of which this end's own are known by their range.
constexpr std::uint32_t kSkip = (1u << 14) - 1;
constexpr std::chrono::milliseconds kBetween(250);  // so a second in all
/// Whoever was refused is not asked about again for as long.
constexpr std::chrono::seconds kRefused(10);
constexpr std::chrono::seconds kArm(1);

bool has(const std::vector<std::uint32_t>& numbers, std::uint32_t number) {
  return std::find(numbers.begin(), numbers.end(), number) != numbers.end();
}

}  // namespace

EndpointProbe::EndpointProbe(IkeSa& sa) : sa_(sa), timer_(sa.context().outside.timers) {}

void EndpointProbe::start(const Endpoint& own, const Endpoint& peer) {
  // One question at a time, so that nobody is sent more than that.
  if (question_ || !sa_.facts.peer_has_dpd || !sa_.is_established()) return;
  // Nobody says that this endpoint is the peer's own. From one that is, only an update leads away
  // where NAT is not allowed.
  const bool may_follow = sa_.update_config().allow_nat || sa_.facts.is_nat_remote;
  if (!may_follow || !sa_.may_bind(peer.address)) return;
  if (refused_ == peer && sa_.context().now() < refused_until_) return;
  question_ = Question{};
  question_->own = own;
  question_->peer = peer;
  ask();
}

void EndpointProbe::arm_later() {
  if (!question_ && !timer_.is_running()) timer_.start(kArm, [this] { arm(); });
}

void EndpointProbe::arm() {
  if (!sa_.arm_roam()) arm_later();
}

void EndpointProbe::ask() {
  Question& question = *question_;
  if (question.to_new.size() == kQuestions) return decide();
  question.to_new.push_back(sa_.send_dpd(question.own, question.peer, kSkip));
  question.to_old.push_back(sa_.send_dpd(sa_.facts.own, sa_.facts.peer, kSkip));
  timer_.start(kBetween, [this] { ask(); });
}

bool EndpointProbe::on_answer(std::uint32_t sequence, const Endpoint& peer) {
  if (!question_) return false;
  if (has(question_->to_old, sequence)) {
    // Wherever it came from: the old endpoint has read the question.
    question_->has_old_answered = true;
    return true;
  }
  if (!has(question_->to_new, sequence)) return false;
  // An answer comes twice if the peer thinks that this end is bound elsewhere.
  const bool is_from_new = peer == question_->peer && !has(question_->answered, sequence);
  if (is_from_new) question_->answered.push_back(sequence);
  return true;
}

void EndpointProbe::decide() {
  const Question asked = *std::exchange(question_, std::nullopt);
  if (asked.answered.size() < kNeededAnswers || asked.has_old_answered || asked.is_guessed_at) {
    refused_ = asked.peer;
    refused_until_ = sa_.context().now() + kRefused;
    timer_.start(kRefused, [this] { arm(); });
    return;
  }
  const Endpoint old_peer = sa_.facts.peer;
  if (!sa_.bind({asked.own, asked.peer, sa_.facts.is_nat_local, sa_.facts.is_nat_remote, {}},
                sa_.children_that_move({}, {})))
    return;
  sa_.on_followed();
  sa_.log(0, "the peer answers from " + asked.peer.address.text() + ":" +
                 std::to_string(asked.peer.port) + " and no more from " + old_peer.address.text() +
                 ":" + std::to_string(old_peer.port) + "; the SAs follow");
}

}  // namespace holdfast::ike

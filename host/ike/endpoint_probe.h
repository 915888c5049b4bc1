// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "base/address.h"
#include "net/timer_queue.h"

namespace holdfast::ike {

class IkeSa;

/// Follows the peer to another endpoint, such as a new mapping of its NAT (RFC 3947, 7), but never
/// because of a mere packet: both endpoints are asked by DPD with numbers of their own, and the new
/// one is bound if it answers from itself while the old one is silent for a second. A forwarder who
/// copies packets from elsewhere moves nothing, because the old endpoint answers too.
class EndpointProbe {
 public:
  explicit EndpointProbe(IkeSa& sa);

  /// An authentic message came to `own` from `peer`, which is not where the peer is bound.
  void start(const Endpoint& own, const Endpoint& peer);
  /// An answer to DPD number `sequence` came from `peer`; false if the number is none of ours.
  bool on_answer(std::uint32_t sequence, const Endpoint& peer);

 private:
  struct Question {
    Endpoint own, peer;
    std::uint32_t to_new = 0, to_old = 0;
    bool has_new_answered = false, has_old_answered = false;
  };
  void decide();

  IkeSa& sa_;
  std::optional<Question> question_;
  Timer timer_;
};

}  // namespace holdfast::ike

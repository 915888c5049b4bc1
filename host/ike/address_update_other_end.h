// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <optional>
#include <vector>

#include "ike/address_update_mover.h"

namespace holdfast::ike {

/// The end whose address did not change: checks an update, challenges, binds.
///
/// Where the old path is gone, an endpoint that the mover both claims and was seen at is bound at
/// once, but within a byte credit and for a short time; everything else is bound when its challenge
/// was answered from where it went to.
class UpdateOtherEnd {
 public:
  explicit UpdateOtherEnd(IkeSa& sa);

  /// The peer has announced a move that is not over yet.
  bool is_pending() const { return pending_.has_value(); }
  /// No own, multicast, loopback … address, and one that `allowed_addresses` allows.
  bool is_bindable(const IpAddress& address) const;
  /// What is bound is not proven.
  bool is_provisional() const { return provisional_.has_value(); }
  /// Bound, and not proven.
  bool is_unproven(const Endpoint& peer) const {
    return provisional_ && provisional_->peer == peer;
  }
  /// Where the peer has proven to be last.
  const Endpoint& proven_peer() const;
  /// False if it came from where it is refused or no proof, and may come again from elsewhere.
  bool on_update(const isakmp::AddressUpdate& update, const Arrival& arrival);
  bool on_confirm(const isakmp::AddressUpdate& update, const Arrival& arrival);
  /// The binding that it speaks of stands no more.
  void forget_answer() { answered_.reset(); }
  /// A copy of an update that is pending gives its source a challenge of its own; true if it is
  /// one. It is not decrypted: the same bytes were authentic.
  bool on_copy(const Arrival& arrival);
  /// Base form: the new endpoint has answered DPD number `sequence`; true if it was asked here.
  bool on_dpd_answer(std::uint32_t sequence, const Arrival& arrival);
  /// The peer answered a DPD that nobody asked: its new endpoint is not proven by guesses.
  void on_wrong_dpd_answer();
  void refuse(const isakmp::AddressUpdate& update, isakmp::UpdateReason reason,
              const Arrival& arrival);
  /// An ISAKMP message may go to `peer`; it is charged to the credit of an unproven endpoint.
  bool may_send(const Endpoint& peer, std::size_t message_bytes);
  /// What is not proven is undone: the SA ends or is renewed.
  void stop();
  void inherit(const UpdateOtherEnd& old) {
    highest_accepted_ = std::max(highest_accepted_, old.highest_accepted_);
  }

 private:
  using Update = isakmp::AddressUpdate;

  struct Candidate {
    Endpoint own, peer;
    Bytes challenge;
    std::uint32_t dpd = 0;  ///< Base form: the number of the question.
  };
  /// The same bytes again are a copy, which counts once from each source.
  struct Datagram {
    std::uint32_t message_id;
    Bytes digest;
    std::vector<Endpoint> sources;
  };
  struct Pending {
    Update update;
    Endpoint claimed, observed, last_proven;
    Endpoint known_own;  ///< Where this end was when it began: it may move too.
    std::vector<std::uint32_t> spis, except;  ///< What moves; empty: all but `except`.
    std::optional<isakmp::UpdateReason> partial;
    std::vector<Candidate> candidates;
    std::vector<Datagram> datagrams;
    std::optional<Endpoint> bound;  ///< Proven.
    TimePoint began{};
  };
  struct Provisional {
    Endpoint proven_own, own, peer, proven_peer;
    bool is_nat_local = false, is_nat_remote = false;  ///< As it was.
    std::vector<std::uint32_t> spis, except;
    std::int64_t budget = 0;  ///< Bytes of ISAKMP that may still be sent.
  };
  /// Of the endpoint that was asked for last (RFC 3947, 3.2).
  struct NatHash {
    Endpoint endpoint;
    Bytes hash;
  };
  struct Answered {
    std::uint32_t request_id = 0;
    UpdateKind kind{};
    Update content;
  };
  std::optional<isakmp::UpdateReason> reason_to_refuse(const Update& update,
                                                       const Arrival& arrival);
  /// The set that moves; the reason if there is none.
  void start(Pending pending, const Arrival& arrival);
  std::optional<isakmp::UpdateReason> choose(Pending& pending) const;
  bool is_over_rate();
  bool is_from_old(const Arrival& arrival) const;
  bool may_win(const Endpoint& peer) const;
  void note(const Arrival& arrival);
  void answer_again(const Update& update, const Arrival& arrival);
  void challenge(const Endpoint& own, const Endpoint& peer);
  void bind_provisionally(const Arrival& arrival);
  void roll_back();
  unsigned rank(const Endpoint& peer) const;
  Status bind(const Endpoint& own, const Endpoint& peer, std::optional<std::uint32_t> credit);
  void bind_finally(const Endpoint& own, const Endpoint& peer);
  void on_time_out();
  void answer(UpdateKind kind, Update content, const Endpoint& own, const Endpoint& peer);
  const Bytes& nat_hash_of(NatHash& last, const Endpoint& endpoint);
  Update reply_to(const Update& update, const Endpoint& own, const Endpoint& peer);
  void report(MoveStep step, const Endpoint& to,
              std::optional<isakmp::UpdateReason> reason = std::nullopt);

  IkeSa& sa_;
  std::uint32_t highest_accepted_ = 0;
  std::optional<Pending> pending_;
  std::optional<Provisional> provisional_;
  Timer pending_timer_;
  std::optional<Answered> answered_;
  std::vector<TimePoint> recent_;  // accepted updates, for the rate limit
  NatHash own_hash_, peer_hash_;   // one move asks for each several times
};

}  // namespace holdfast::ike

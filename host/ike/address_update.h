// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "ike/context.h"
#include "isakmp/address_update.h"

namespace holdfast::ike {

class IkeSa;

/// Both roles of address updates on one ISAKMP SA (docs/protocol/address_update.md): the mover,
/// whose address changed, and the other end. Messages come here authenticated, from an
/// Informational exchange of HASH and one Notification.
///
/// The other end binds a new endpoint only after it answered a challenge from there (`strict`); so
/// nobody is ever sent more than ISAKMP messages before it proved that it is there.
class AddressUpdates {
 public:
  explicit AddressUpdates(IkeSa& sa);

  /// Mover: the address in use is gone (`does_old_path_work` false) or a better one is there. An
  /// update under way is given up for this one.
  void move(const Endpoint& own, bool does_old_path_work);
  /// The peer has announced a move that is not proven yet.
  bool is_pending() const { return pending_.has_value(); }
  bool is_moving_to(const IpAddress& own) const { return move_ && move_->own.address == own; }

  /// A notification of one of the four types, from `peer` to `own`.
  void receive(const isakmp::Notification& notification, const Endpoint& own, const Endpoint& peer);
  /// The SA that this one renews.
  void inherit(const AddressUpdates& old);

 private:
  using Update = isakmp::AddressUpdate;

  // The mover.
  struct Move {
    std::uint32_t request_id = 0;
    Endpoint own, old_own;
    bool does_old_path_work = false;
    std::optional<Bytes> response;  ///< The challenge that came; CONFIRM repeats it.
    std::optional<Endpoint> observed;
    unsigned tries = 0;
    TimePoint began{};
  };
  void send_move();
  void wait_for_answer();
  void on_answer(const isakmp::Notification& notification, const Update& update,
                 const Endpoint& own, const Endpoint& peer);
  void on_moved();
  void on_refused(isakmp::UpdateReason reason, std::optional<std::uint32_t> highest);
  void on_no_answer();
  /// Negotiates anew from the new address (section 7 of the protocol page).
  void fall_back(const Endpoint& own, const std::string& why);

  // The other end.
  struct Candidate {
    Endpoint own, peer;
    Bytes challenge;
  };
  struct Pending {
    std::uint32_t request_id = 0;
    Update update;
    Endpoint claimed, observed;
    std::vector<Candidate> candidates;
  };
  struct Answered {
    std::uint32_t request_id = 0;
    isakmp::NotifyType type{};
    Bytes data;
  };
  void on_update(const Update& update, const Endpoint& own, const Endpoint& peer);
  void on_confirm(const Update& update, const Endpoint& own, const Endpoint& peer);
  void challenge(const Endpoint& own, const Endpoint& peer);
  void answer(isakmp::NotifyType type, Update content, const Endpoint& own, const Endpoint& peer);
  void refuse(const Update& update, isakmp::UpdateReason reason, const Endpoint& own,
              const Endpoint& peer);
  bool is_bindable(const IpAddress& address) const;
  bool is_over_rate();

  void send(isakmp::NotifyType type, Update update, const Endpoint& own, const Endpoint& peer);

  IkeSa& sa_;
  std::uint32_t next_request_id_ = 1, highest_accepted_ = 0;
  IpAddress acknowledged_;  // the last own address that the peer is known to have bound
  std::optional<Move> move_;
  Timer move_timer_, retry_timer_;
  std::optional<Pending> pending_;
  Timer pending_timer_;
  std::optional<Answered> answered_;
  std::vector<TimePoint> recent_;  // accepted updates, for the rate limit
};

}  // namespace holdfast::ike

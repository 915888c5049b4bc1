// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "ike/arrival.h"
#include "ike/context.h"
#include "isakmp/address_update.h"

namespace holdfast::ike {

class IkeSa;
class ChildSa;

/// The four notifications, in the order of their notify types.
enum class UpdateKind : std::uint8_t { kUpdate, kAck, kNack, kConfirm };

/// The end whose address changed: tells the other end, answers its challenge, and when that does
/// not help negotiates anew.
class UpdateMover {
 public:
  explicit UpdateMover(IkeSa& sa);

  /// The address in use is gone (`does_old_path_work` false) or a better one is there; the peer is
  /// reached at `peer` from `own`. An update under way is given up for this one.
  void move(const Endpoint& own, const Endpoint& peer, bool does_old_path_work);
  bool is_moving() const { return move_.has_value(); }
  /// While the peer is asked at addresses that it has not answered from: where it was last.
  const std::optional<Endpoint>& proven_peer() const { return proven_peer_; }
  /// The peer has proven where it is.
  void on_peer_bound() {
    proven_peer_.reset();
    num_fall_backs_ = 0;
  }
  bool is_moving_to(const Endpoint& own, const Endpoint& peer, bool does_old_path_work) const;
  /// ACK or NACK. False if it came from elsewhere than expected, and may come again.
  bool on_answer(UpdateKind kind, const isakmp::AddressUpdate& answer, const Arrival& arrival);
  /// The ISAKMP SA ends or is renewed.
  void stop();
  void inherit(const UpdateMover& old);

 private:
  using Update = isakmp::AddressUpdate;

  struct Move {
    std::uint32_t request_id = 0;
    Endpoint own, old_own, peer;
    IpAddress told_old;   ///< The old address as the peer knows it.
    Endpoint known_peer;  ///< Where the peer was bound when this began: it may move too.
    bool does_old_path_work = false;
    std::vector<std::uint32_t> spis;  ///< Of the update; empty: all.
    std::vector<std::uint32_t> tied;  ///< Children that cannot move, by inbound SPI.
    /// The challenge that came, rather that of this end's own endpoint; CONFIRM repeats it.
    std::optional<Bytes> response;
    bool is_own_asked = false;  ///< It is that one.
    bool is_own_bound = false;  ///< Of a move that is done: the peer says so.
    Endpoint confirm_own, confirm_peer;
    std::vector<Endpoint> tried;  ///< Endpoints of the peer that did not answer.
    unsigned num_strangers = 0;   ///< Challenges from elsewhere that were answered.
    unsigned tries = 0;
    TimePoint began{}, try_began{};
  };
  bool is_capable() const;
  /// Where the peer is now.
  const Endpoint& peer_of(const Move& move) const;
  void begin(Move move);
  void begin_again(Move move);
  Update base_of(const Move& move) const;
  void send_update(const Move& move);
  void send_confirm(const Move& move, const Bytes& challenge, const Endpoint& own,
                    const Endpoint& peer);
  void send_again();
  void wait_for_answer();
  bool on_challenge(const Update& ack, const Arrival& arrival);
  void on_moved(const Update& answer);
  void on_late_final(const Update& answer);
  void ask_again();
  void on_nack(const Update& nack);
  void on_refused(const Update& nack);
  void on_no_answer();
  Status bind(const Move& move, bool is_nat_local, bool is_nat_remote);
  void settle();
  void negotiate_rest(const Move& done, const Update& answer);
  void fall_back(const Move& move, const std::string& why);
  void try_dpd(Move move);
  void report(MoveStep step, const Move& move,
              std::optional<isakmp::UpdateReason> reason = std::nullopt);

  IkeSa& sa_;
  std::uint32_t next_request_id_ = 1;
  IpAddress acknowledged_;  // the last own address that the peer is known to have bound
  std::optional<Endpoint> proven_peer_;
  std::size_t num_fall_backs_ = 0;  // since the peer was bound
  std::optional<Move> move_;
  std::optional<Move> done_;  // the last one: later challenges are still answered
  Timer move_timer_, retry_timer_, settled_timer_;
};

}  // namespace holdfast::ike

// SPDX-License-Identifier: Apache-2.0
#include "ike/address_update.h"

#include <algorithm>

#include "ike/ike_sa.h"

namespace holdfast::ike {

using namespace isakmp;

namespace {

/// UPDATE, and later CONFIRM, leave at these times; given up kGiveUp after the first.
constexpr std::array<std::chrono::milliseconds, 4> kTries = {
    std::chrono::milliseconds(0), std::chrono::milliseconds(250), std::chrono::milliseconds(750),
    std::chrono::milliseconds(1750)};
constexpr std::chrono::seconds kGiveUp(4);

}  // namespace

AddressUpdates::AddressUpdates(IkeSa& sa)
    : sa_(sa),
      move_timer_(sa.context().outside.timers),
      retry_timer_(sa.context().outside.timers),
      pending_timer_(sa.context().outside.timers) {}

void AddressUpdates::inherit(const AddressUpdates& old) {
  next_request_id_ = old.next_request_id_;
  highest_accepted_ = old.highest_accepted_;
  acknowledged_ = old.acknowledged_;
}

void AddressUpdates::send(NotifyType type, Update update, const Endpoint& own,
                          const Endpoint& peer) {
  update.sender = sa_.own_cookie();
  sa_.send_informational(
      PayloadType::kNotification,
      write_notification({Protocol::kIsakmp, {}, type, write_address_update(update)}), own, peer);
}

void AddressUpdates::receive(const Notification& notification, const Endpoint& own,
                             const Endpoint& peer) {
  const auto update = parse_address_update(notification.data);
  const bool is_answer = notification.type == NotifyType::kAddressUpdateAck ||
                         notification.type == NotifyType::kAddressUpdateNack;
  if (!update) {
    ++sa_.context().counters.malformed;
    sa_.log(1, "dropping an address update: " + update.error().text());
    const auto id = request_id_of(notification.data);
    if (!is_answer && id) {
      Update named;
      named.request_id = *id;
      refuse(named, UpdateReason::kMalformed, own, peer);
    }
    return;
  }
  // HASH has no direction: what we sent ourselves must not come back and count.
  if (update->sender != sa_.peer_cookie()) {
    ++sa_.context().counters.replayed;
    sa_.log(1, "dropping an address update that the peer did not send");
    return;
  }
  if (is_answer)
    on_answer(notification, *update, own, peer);
  else if (notification.type == NotifyType::kAddressUpdateConfirm)
    on_confirm(*update, own, peer);
  else
    on_update(*update, own, peer);
}

// ---------------------------------------------------------------- the mover

void AddressUpdates::move(const Endpoint& own, bool does_old_path_work) {
  if (!sa_.facts.peer_has_attributes) return fall_back(own, "the peer knows no address updates");
  Move move;
  move.request_id = next_request_id_++;
  move.own = own;
  move.old_own = sa_.facts.own;
  move.does_old_path_work = does_old_path_work;
  move.began = sa_.context().now();
  sa_.log(1, "moving from " + move.old_own.address.text() + " to " + own.address.text() +
                 (does_old_path_work ? ", the old path still works" : ", the old path is gone"));
  move_ = std::move(move);
  // What leaves from the new address is accepted at once: inbound SAs are found by their SPI.
  if (!does_old_path_work) {
    if (const Status status = sa_.bind(own, sa_.facts.peer, true, sa_.facts.is_nat_remote); !status)
      return fall_back(own, status.error().text());
  }
  send_move();
}

void AddressUpdates::send_move() {
  Update update;
  update.old_address = acknowledged_ == IpAddress{} ? move_->old_own.address : acknowledged_;
  update.new_address = move_->own.address;
  update.request_id = move_->request_id;
  if (move_->response) {
    update.response = move_->response;
  } else {
    update.does_old_path_work = move_->does_old_path_work;
    const HashAlgorithm hash = sa_.keys->proposal.hash;
    update.natd_source = nat_hash(hash, sa_.facts.cookies, move_->own);
    update.natd_destination = nat_hash(hash, sa_.facts.cookies, sa_.facts.peer);
  }
  send(move_->response ? NotifyType::kAddressUpdateConfirm : NotifyType::kAddressUpdate,
       std::move(update), move_->own, sa_.facts.peer);
  ++move_->tries;
  wait_for_answer();
}

void AddressUpdates::wait_for_answer() {
  const Duration left = move_->began + kGiveUp - sa_.context().now();
  const bool is_last = move_->tries >= kTries.size();
  const Duration wait =
      is_last ? left : std::min<Duration>(left, kTries[move_->tries] - kTries[move_->tries - 1]);
  move_timer_.start(std::max<Duration>(wait, Duration(0)), [this, is_last, left, wait] {
    if (is_last || wait >= left) return on_no_answer();
    send_move();
  });
}

void AddressUpdates::on_answer(const Notification& notification, const Update& update,
                               const Endpoint& own, const Endpoint& peer) {
  if (!move_ || update.request_id != move_->request_id) return;
  if (notification.type == NotifyType::kAddressUpdateNack)
    return on_refused(update.reason.value_or(UpdateReason::kPolicy), update.highest);
  if (update.observed) move_->observed = update.observed;
  if (!update.challenge) return on_moved();
  // Each challenge is answered from where it arrived to where it came from.
  move_->response = update.challenge;
  Update confirm;
  confirm.old_address = acknowledged_ == IpAddress{} ? move_->old_own.address : acknowledged_;
  confirm.new_address = move_->own.address;
  confirm.request_id = move_->request_id;
  confirm.response = update.challenge;
  send(NotifyType::kAddressUpdateConfirm, std::move(confirm), own, peer);
  move_->tries = 1;
  wait_for_answer();
}

void AddressUpdates::on_moved() {
  move_timer_.stop();
  const Move done = *std::exchange(move_, std::nullopt);
  const bool is_nat_local = !done.observed || *done.observed != done.own;
  if (const Status status =
          sa_.bind(done.own, sa_.facts.peer, is_nat_local, sa_.facts.is_nat_remote);
      !status)
    return fall_back(done.own, status.error().text());
  acknowledged_ = done.own.address;
  const auto took =
      std::chrono::duration_cast<std::chrono::microseconds>(sa_.context().now() - done.began);
  sa_.log(0, "moved to " + done.own.address.text() + " in " + std::to_string(took.count()) +
                 " microseconds; keys and sequence numbers stay");
  sa_.on_moved();
}

void AddressUpdates::on_refused(UpdateReason reason, std::optional<std::uint32_t> highest) {
  move_timer_.stop();
  const Move refused = *std::exchange(move_, std::nullopt);
  sa_.log(0, "the peer refuses the move: " + std::string(name_of(reason)));
  if (reason == UpdateReason::kSuperseded && highest && *highest < 0xFFFF'FFFE) {
    next_request_id_ = std::max(next_request_id_, *highest + 1);
    return move(refused.own, refused.does_old_path_work);
  }
  if (reason == UpdateReason::kBusy) {
    retry_timer_.start(std::chrono::seconds(1), [this, refused] {
      if (!move_) move(refused.own, refused.does_old_path_work);
    });
    return;
  }
  if (!refused.does_old_path_work)
    fall_back(refused.own, "the peer refuses: " + std::string(name_of(reason)));
}

void AddressUpdates::on_no_answer() {
  const Move given_up = *std::exchange(move_, std::nullopt);
  if (given_up.does_old_path_work) {
    sa_.log(0, "no answer from the peer to the new address; the old path stays in use");
    return;
  }
  fall_back(given_up.own, "the peer does not answer the address update");
}

void AddressUpdates::fall_back(const Endpoint& own, const std::string& why) {
  sa_.log(0, "negotiating anew from the new address: " + why);
  sa_.negotiate_anew(own);
}

}  // namespace holdfast::ike

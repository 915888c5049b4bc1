// SPDX-License-Identifier: Apache-2.0
// A card that stops, or that somebody else resets, while the daemon runs. ISAKMP SAs live on: only
// what was in the card is lost, and one Quick Mode a child brings that back.
#include <algorithm>

#include "app/daemon.h"

namespace holdfast::app {
namespace {

constexpr std::chrono::milliseconds kLook(250);
constexpr std::chrono::seconds kTryAgain(1);
/// A card that is away for longer is not back soon: peers should go elsewhere, or come again.
constexpr std::chrono::seconds kPatience(3);
/// For one Quick Mode a child, and for the old pair to go.
constexpr std::chrono::seconds kRenewal(4);
constexpr unsigned kRenewalRounds = 3;

std::string milliseconds(Duration duration) {
  const auto count = std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
  return std::to_string(count) + " ms";
}

}  // namespace

CardSeat::Outside Daemon::seat_outside() {
  return {loop_, *tun_port_, *socket_port_, *inner_addresses_, [this] { schedule_pump(); }};
}

void Daemon::watch_tun() {
  seat_->offload().on_spd_change([this] { schedule_pump(); });
  loop_.watch(tun_->fd(), [this] {
    seat_->mover().on_plain_readable();
    pump();
  });
}

void Daemon::look_after_card() {
  if (seat_)
    if (const auto ailment = seat_->ailment()) lose_card(*ailment);
  if (!seat_) bring_card_back();
  loop_.start(seat_ ? Duration(kLook) : Duration(kTryAgain), [this] { look_after_card(); });
}

/// Plain packets wait in the TUN interface, as far as there is room.
void Daemon::lose_card(const std::string& why) {
  say(0, "the card " + why + ": its SAs are lost; it is reset and opened again");
  card_watch_.lost_at = loop_.now();
  card_watch_.trouble.clear();
  card_watch_.are_peers_told = false;
  card_watch_.is_renewing = true;
  loop_.unwatch(tun_->fd());
  offload_->detach();
  seat_->give_up();
  seat_.reset();
}

void Daemon::bring_card_back() {
  auto seat = CardSeat::open(file_.daemon.card, seat_outside());
  const Duration away = loop_.now() - card_watch_.lost_at;
  if (!seat) {
    const std::string trouble = seat.error().text();
    if (trouble != std::exchange(card_watch_.trouble, trouble))
      say(0, "the card is not back, tried again each second: " + trouble);
    if (card_watch_.are_peers_told || away < kPatience) return;
    say(0, "the card stays away: connections are ended until it is back");
    card_watch_.are_peers_told = true;
    return end_connections();
  }
  seat_ = std::move(*seat);
  offload_->attach(seat_->offload());
  ++card_watch_.resets;
  say(0, "the card is back after " + milliseconds(away) + "; what it carried is negotiated anew");
  watch_tun();
  initiate_again();
  card_watch_.num_rounds = 0;
  renew_children();
}

/// Those of a negotiation that was under way may have one SA in the card that is gone and one in
/// the new one: so after the first round all are renewed, as long as any SA is lost.
void Daemon::renew_children() {
  ++card_watch_.num_rounds;
  for (const ike::IkeSnapshot& sa : manager_->list({}))
    for (const ike::ChildSnapshot& child : sa.children) {
      ike::SaFilter filter;
      filter.ike_id = sa.unique_id;
      filter.child_id = child.unique_id;
      manager_->rekey(filter);
    }
  loop_.start(kRenewal, [this, reset = card_watch_.resets] {
    if (seat_ && reset == card_watch_.resets) check_renewal();
  });
}

void Daemon::check_renewal() {
  const std::size_t num_lost = offload_->num_lost_sas();
  if (num_lost > 0 && card_watch_.num_rounds < kRenewalRounds) return renew_children();
  if (num_lost > 0) {
    say(0, "some peers do not negotiate anew: all connections are ended and begun again");
    end_connections();
    initiate_again();
  }
  card_watch_.is_renewing = false;
  if (routes_) routes_->forget_version();
  schedule_pump();
}

void Daemon::end_connections() {
  for (const ike::IkeSnapshot& sa : manager_->list({}))
    if (sa.is_initiator)
      for (const ike::ChildSnapshot& child : sa.children)
        card_watch_.initiated.emplace_back(sa.name, child.name);
  if (routes_) routes_->hold();  // nothing leaves in clear meanwhile
  manager_->terminate({});
}

/// What was up by this end, and what always should be.
void Daemon::initiate_again() {
  if (card_watch_.initiated.empty() && !card_watch_.are_peers_told) return;
  auto again = std::exchange(card_watch_.initiated, {});
  for (const auto& [name, config] : manager_->connections())
    for (const ChildConfig& child : config->children)
      if (child.start_action == StartAction::kStart && child.mode == ChildMode::kTunnel)
        again.emplace_back(name, child.name);
  std::ranges::sort(again);
  again.erase(std::unique(again.begin(), again.end()), again.end());
  for (const auto& [connection, child] : again)
    manager_->initiate(child, connection, [](const Status&) {});
}

}  // namespace holdfast::app

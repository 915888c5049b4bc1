// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <list>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "ike/address_update.h"
#include "ike/arrival.h"
#include "ike/child_sa.h"
#include "ike/context.h"
#include "ike/endpoint_probe.h"
#include "ike/exchange.h"
#include "ike/facts.h"
#include "ike/fragment_store.h"
#include "ike/main_mode.h"
#include "ike/retransmitter.h"

namespace holdfast::ike {

/// One ISAKMP SA (RFC 2408, 2.1) with its children: gives messages to exchanges, answers
/// duplicates, keeps times. Nothing that is not authenticated changes it once it is established.
class IkeSa : public std::enable_shared_from_this<IkeSa> {
 public:
  IkeSa(Context& context, Facts facts);
  ~IkeSa();

  /// Initiator: sends message 1.
  void start();
  void receive(const Endpoint& own, const Endpoint& peer, ByteView message);
  /// The same for what has no responder cookie yet: message 1, or a fragment of it.
  void receive_first(const Endpoint& own, const Endpoint& peer, ByteView message);

  // ------------------------------------------------------------ commands
  /// Brings up a child when the SA stands; `rekeys` is the id of the one that it replaces, or 0.
  void add_child(const std::string& name, Manager::Done done, std::uint32_t rekeys = 0);
  /// `done` when the SA stands.
  void when_established(Manager::Done done);
  void rekey_child(ChildSa& child, RekeyCause cause);
  void expire_child(ChildSa& child);
  /// Sends a Delete and ends the child; `action` of the configuration follows if `is_ours` is not.
  void delete_child(ChildSa& child);
  /// Sends Deletes for all and ends; the object lives until the caller returned.
  void terminate(const std::string& reason);
  /// A new Main Mode that adopts the children; then this one ends.
  void rekey();
  /// Addresses or routes of this machine changed: follows, waits, or does nothing.
  void on_network_change();
  /// ESP that is authentic comes from elsewhere; asks both endpoints.
  void on_roam(const Endpoint& own, const Endpoint& peer);

  // ------------------------------------------------------------ for its exchanges
  Facts facts;
  std::optional<Phase1Keys> keys;
  Bytes last_phase1_block;

  Context& context() { return context_; }
  std::uint32_t unique_id() const { return unique_id_; }
  IkeState state() const { return state_; }
  bool is_initiator() const { return facts.role == Role::kInitiator; }
  bool is_established() const { return state_ == IkeState::kEstablished; }
  bool is_dead() const { return is_dead_; }
  /// For an own address, or for a silent peer.
  bool is_waiting() const { return parking_ != nullptr; }
  /// Where message 1 went to, or came from.
  const Endpoint& first_peer() const { return first_peer_; }
  /// Of a responder: nobody has shown yet that he gets what is sent to his address.
  bool is_unproven() const;
  void give_way();
  bool has_nat() const { return facts.is_nat_local || facts.is_nat_remote; }
  /// An end was bound elsewhere, so that the two may see a NAT at different times.
  bool has_moved() const { return has_moved_; }
  /// The cookie that this end chose.
  const isakmp::Cookie& own_cookie() const;
  isakmp::Header header(isakmp::ExchangeType exchange, std::uint32_t message_id) const;
  /// Sends to the peer, in fragments if it is long and the peer takes them.
  void transmit(ByteView message);
  void transmit(ByteView message, const Endpoint& own, const Endpoint& peer);
  /// An Informational exchange of HASH and one payload (RFC 2409, 5.7).
  void send_informational(isakmp::PayloadType type, ByteView body);
  void send_informational(isakmp::PayloadType type, ByteView body, const Endpoint& own,
                          const Endpoint& peer);
  /// In clear, before there are keys.
  void send_notify_in_clear(isakmp::NotifyType type);
  std::uint32_t fresh_message_id();
  /// Main Mode is done.
  void on_established(Seconds peer_lifetime);
  /// The peer has shown that this SA stands at its end too: older ones give their children.
  void on_known_to_peer();
  /// Main Mode got no answer: begins anew as often as `keyingtries` says, then fails.
  void on_no_answer(const std::string& reason);
  /// It failed for good: all that waits is told, and the SA ends.
  void on_failed(const std::string& reason);
  /// Path to the peer, made when it is first needed.
  Result<std::shared_ptr<Path>> path();
  ChildSa* find_child(std::uint32_t unique_id);
  ChildSa& adopt(std::unique_ptr<ChildSa> child);
  /// A child is up; `rekeys` is the id of the one that it replaces, or 0.
  void on_child_up(ChildSa& child, std::uint32_t rekeys);
  /// No other SA with this peer stands (INITIAL-CONTACT may be sent, RFC 2407, 4.6.3.3).
  bool is_first_contact() const;
  /// The peer is here already from elsewhere, and `unique` says that it stays there.
  bool is_unwanted_second() const;
  /// The peer knows of no other SA: those with the same identities go, without a word.
  void on_initial_contact();
  /// The cookie that the peer chose.
  const isakmp::Cookie& peer_cookie() const;
  // For address updates (ike_sa_network.cc).
  const AddressUpdateConfig& update_config() const;
  /// The address may be a peer's, and the configuration does not leave it out.
  bool may_bind(const IpAddress& address) { return updates().other_end.is_bindable(address); }
  const UpdateOtherEnd& other_end() { return updates().other_end; }
  /// Both ends speak of more than the base form.
  bool has_update_attributes() const;
  /// No younger ISAKMP SA with the same peer stands.
  bool is_newest() const;
  void send_update(UpdateKind kind, const isakmp::AddressUpdate& update, const Endpoint& own,
                   const Endpoint& peer);
  /// Own addresses that a peer may try when `used` is silent.
  std::vector<IpAddress> further_addresses(const IpAddress& used) const;
  /// All children, or those with these inbound SPIs, but not those with the others.
  std::vector<ChildSa*> children_that_move(const std::vector<std::uint32_t>& spis,
                                           const std::vector<std::uint32_t>& but) const;
  /// The ISAKMP SA and these children go to other endpoints, together or not at all.
  Status bind(const Rebinding& to, const std::vector<ChildSa*>& moving);
  /// Authentic packets that came where the path is bound now, since it was.
  std::uint64_t inbound_on_path() const;
  /// The card tells again of packets from elsewhere; false while an unproven binding is in force.
  bool arm_roam();
  /// Nothing leaves any more by what the path was bound to before.
  bool is_drained() const;
  /// Another way to the peer that was not tried; nothing if there is none.
  std::optional<Way> other_way(const std::vector<Endpoint>& tried) const;
  /// From where, and to which port, `peer` is reached now.
  std::optional<Way> way_to(const IpAddress& peer) const;
  /// `refused` is not used for a while; false if there is no other address.
  bool try_other_address(const IpAddress& refused);
  void report(MoveReport report);
  /// Asks by DPD (RFC 3706, 5.3), from one endpoint to another; returns the number that the answer
  /// will have. Up to `skip` numbers are left out before it, so that nobody guesses it from others.
  std::uint32_t send_dpd(const Endpoint& own, const Endpoint& peer, std::uint32_t skip = 0);
  /// An address update is over; the network may have changed once more.
  void on_moved() { on_network_change(); }
  /// The peer has proven where it is: what was begun anew is not needed.
  void on_peer_bound();
  /// The peer was bound elsewhere without an update.
  void on_followed() {
    if (updates_) updates_->other_end.forget_answer();
  }
  /// A new ISAKMP SA and new children from where this end is now; the old live until those are up.
  void negotiate_anew(const Endpoint& own, const Endpoint& peer);
  /// The same for a child that cannot move.
  void negotiate_child_anew(std::uint32_t unique_id);
  /// The exchange is over; its message ID is never used again. It lives until its caller returned.
  void finish_exchange(std::uint32_t message_id);
  /// Mode Config is done: children may come.
  void on_configured();
  void log(int level, std::string text);

  IkeSnapshot snapshot() const;
  /// The same without asking the card for counters.
  IkeSnapshot snapshot_without_children() const;
  const std::list<std::unique_ptr<ChildSa>>& children() const { return children_; }
  /// Queued or under way.
  bool is_bringing_up(const std::string& child) const;

 private:
  struct Finished {
    std::uint32_t message_id;
    Bytes digest, reply;
  };
  /// What is left of Main Mode for a while: the last message and what answers it.
  struct MainModeAnswer {
    Bytes digest, reply;
  };
  struct Waiting {
    std::string child;
    std::uint32_t rekeys;
    Manager::Done done;
  };

  void receive_whole(const Endpoint& own, const Endpoint& peer, ByteView message);
  void receive_fragment(const Endpoint& own, const Endpoint& peer, ByteView body);
  void receive_main_mode(const Endpoint& own, const Endpoint& peer, const isakmp::Header& header,
                         ByteView message);
  void receive_phase2(const Endpoint& own, const Endpoint& peer, const isakmp::Header& header,
                      ByteView message);
  bool answer_duplicate(std::uint32_t message_id, ByteView digest);
  std::unique_ptr<Exchange> respond(const isakmp::Header& header);
  void receive_informational(const isakmp::Header& header, ByteView body);
  void note_complaint(const isakmp::Header& header, ByteView body);
  void on_notification(const isakmp::Notification& notification, bool is_alone);
  void on_delete(const isakmp::Delete& payload);
  void delete_outbound(std::uint32_t spi);
  void on_ended_by_peer();
  AddressUpdates& updates();
  EndpointProbe& probe();
  bool is_moving() const { return updates_ && updates_->other_end.is_pending(); }
  bool is_used(std::uint32_t message_id) const;
  void remember(std::uint32_t message_id);
  /// It may come again, from somebody to whom it means more.
  void forget(std::uint32_t message_id) { std::erase(used_, message_id); }
  void on_authenticated(const Endpoint& own, const Endpoint& peer);

  void start_waiting();
  void start_quick_mode(Waiting waiting);
  bool has_same_ends(const IkeSa& other) const;
  bool is_with_same_peer(const IkeSa& other) const;
  void adopt_children();
  void adopt_addresses_of(IkeSa& other);
  void adopt_children_of(IkeSa& other);
  bool waits_for_peer() const;
  template <typename Predicate>
  std::shared_ptr<IkeSa> preferred_of(Predicate is_meant) const;
  std::shared_ptr<IkeSa> heir() const;
  void inherit_from(IkeSa& ended);
  void show_that_it_stands();
  void stand_by_own_ends();
  bool is_preferred_to(const IkeSa& other) const;
  /// Another SA that stands with the same peer, the preferred one; nothing if there is none.
  std::shared_ptr<IkeSa> sibling() const;
  bool is_replaced() const;
  void settle();
  void enforce_uniqueness();
  void remove_child(ChildSa& child, bool is_reported);
  bool has_newer_sibling(const ChildSa& child) const;
  void start_lifetimes(Seconds peer_lifetime);
  void wait_for_end();
  void end(const std::string& reason);
  void leave_half_open();
  void start_again();
  bool may_start_again() const;
  void look_up_peer();
  void on_look_up_failed(const std::string& reason);

  // Moves and waiting (ike_sa_network.cc)
  enum class Wait : std::uint8_t { kForAddress, kForPeer };
  struct Parking {
    Parking(Wait set_wait, bool again, TimePoint now, TimerQueue& timers)
        : wait(set_wait), tries_again(again), since(now), timer(timers) {}
    Wait wait;
    bool tries_again;  // the peer may not know where this end is
    TimePoint since;
    Timer timer;
  };
  void look_at_network();
  std::vector<IpAddress> peer_candidates() const;
  /// Inside what a child protects on one side, everything not counted.
  bool is_inner(const IpAddress& address, bool is_ours) const;
  void start_move(const Way& way, bool does_old_path_work);
  std::set<std::string> wanted_children() const;
  void follow_anew(const std::shared_ptr<IkeSa>& successor);
  void on_anew_failed(const std::string& reason);
  void park(Wait wait, bool tries_again);
  void resume();
  void look_at_silent_peer();
  bool can_wait() const;
  Status bind_children(const Binding& binding, std::optional<std::uint32_t> credit,
                       const std::vector<ChildSa*>& moving);
  void heard();

  // DPD (RFC 3706) and keepalives (RFC 3948, 4)
  void start_dpd();
  void on_dpd_time();
  Duration dpd_timeout() const;
  void ask_by_dpd();
  void on_dpd(const isakmp::Notification& notification);
  bool is_new_dpd(std::uint32_t sequence);
  void on_silent();
  void on_dead();
  void start_keepalive();

  Context& context_;
  std::uint32_t unique_id_;
  IkeState state_ = IkeState::kConnecting;
  bool is_dead_ = false, is_half_open_ = false, is_configuring_ = false, is_renewed_ = false;
  bool is_known_to_peer_ = false;
  std::unique_ptr<MainMode> main_mode_;
  Endpoint first_own_, first_peer_;  // of message 1; Main Mode may have left them
  unsigned tries_ = 0;               // of Main Mode that got no answer
  // Made when they are first needed, which for most SAs is never.
  std::unique_ptr<AddressUpdates> updates_;
  std::unique_ptr<EndpointProbe> probe_;
  std::unique_ptr<FragmentStore> fragments_;
  std::unique_ptr<MainModeAnswer> main_mode_answer_;
  Timer settle_timer_, sibling_timer_;
  bool is_abandoned_ = false, has_moved_ = false;
  std::weak_ptr<IkeSa> successor_;  // of a renewal under way
  std::unique_ptr<Parking> parking_;
  // For moves, of which most SAs see none.
  struct Moves {
    std::vector<TimePoint> recent;
    std::vector<std::pair<IpAddress, TimePoint>> avoided;  // until then
  };
  std::unique_ptr<Moves> moves_;
  std::map<std::uint32_t, std::unique_ptr<Exchange>> exchanges_;
  // Vectors, because there are ten thousand SAs and few entries in each; oldest first.
  std::vector<Finished> finished_;
  std::vector<std::uint32_t> used_;
  std::vector<Waiting> waiting_;
  std::vector<Manager::Done> established_waiters_;
  std::shared_ptr<Path> path_;
  std::list<std::unique_ptr<ChildSa>> children_;
  std::string peer_complaint_;  // what it said in clear, for the sentence at the end
  TimePoint established_{}, rekey_at_{}, life_at_{}, last_heard_{};
  std::uint32_t dpd_first_ = 0, dpd_sequence_ = 0, dpd_asked_ = 0;
  std::optional<std::uint32_t> peer_dpd_sequence_;
  std::uint32_t peer_dpd_seen_ = 0;  // bit n: n below the highest
  unsigned dpd_unanswered_ = 0;
  TimePoint dpd_since_{};
  Arrival* arrival_ = nullptr;  // of the message that is worked on
  Timer half_open_timer_, rekey_timer_, life_timer_, dpd_timer_, keepalive_timer_, main_mode_timer_;
};

/// Both cookies, as SPI of an ISAKMP SA (RFC 2407, 4.6.3.3).
Bytes cookie_pair(const Cookies& cookies);

}  // namespace holdfast::ike

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstring>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <unordered_map>

#include "crypto/random.h"
#include "ike/address_pool.h"
#include "ike/credentials.h"
#include "ike/manager.h"
#include "offload/offload.h"

namespace holdfast::ike {

class ChildSa;

/// Of cookies that this end chose at random: any part of them is as good as a hash.
struct OwnCookieHash {
  std::size_t operator()(const isakmp::Cookie& cookie) const {
    std::size_t hash;
    static_assert(sizeof hash <= sizeof cookie);
    std::memcpy(&hash, cookie.data(), sizeof hash);
    return hash;
  }
};

/// What all ISAKMP SAs of a daemon share. The manager owns it; SAs borrow it.
struct Context {
  Context(const Manager::Outside& out, const Settings& set)
      : outside(out), settings(set), graves_timer(out.timers) {}

  Manager::Outside outside;
  Settings settings;
  ManagerCounters counters;
  Credentials credentials;
  const Manager::NetworkView* network = nullptr;
  Resolver* resolver = nullptr;
  /// Gone when the manager is: for what others call later.
  std::shared_ptr<bool> alive = std::make_shared<bool>(true);
  Manager::Connections connections;
  std::map<std::string, AddressPool> pools;
  std::vector<Observer*> observers;
  std::uint32_t next_ike_id = 1, next_child_id = 1, next_reqid = 1;

  /// By the cookie that this end chose. Never erased from within an SA: see bury().
  std::unordered_map<isakmp::Cookie, std::shared_ptr<IkeSa>, OwnCookieHash> sas;
  /// Initiators of half-open SAs of responders, by the cookie and endpoint of the initiator, so
  /// that a repeated message 1 finds its SA.
  using InitiatorKey = std::pair<isakmp::Cookie, std::string>;
  std::map<InitiatorKey, isakmp::Cookie> by_initiator;
  std::map<std::string, std::size_t> half_open_by_address;
  std::size_t num_half_open = 0;
  /// What all peers that are not proven hold in fragments.
  std::size_t unproven_fragment_bytes = 0;
  /// By their own cookies, oldest first; those that are no longer unproven are passed over.
  std::deque<std::pair<isakmp::Cookie, TimePoint>> half_open_order;
  std::set<std::uint32_t> reserved_spis;
  /// By the hash of the peer's identity.
  std::unordered_multimap<std::size_t, IkeSa*> established;
  std::map<std::string, std::size_t> num_established;  ///< By connection.
  /// Children by the SA ids of offload, for its events.
  std::unordered_map<std::uint32_t, ChildSa*> child_of_sa;
  /// Reqids of children by connection and name, which their policies keep.
  std::map<std::pair<std::string, std::string>, std::uint32_t> reqids;

  TimePoint now() const { return outside.clock.now(); }
  std::uint32_t reqid_of(const std::string& connection, const std::string& child);
  /// A free SPI of 256 or more, reserved until release_spi().
  Spi reserve_spi();
  void release_spi(Spi spi) { reserved_spis.erase(to_number(spi)); }

  static InitiatorKey initiator_key(const isakmp::Cookie& initiator, const Endpoint& peer);
  std::shared_ptr<IkeSa> find(const isakmp::Cookie& own_cookie) const;
  /// Established SAs with a peer of this identity, whatever their connection; oldest first.
  std::vector<std::shared_ptr<IkeSa>> established_with(const Identity& remote_id) const;
  void note_established(IkeSa& sa);
  /// Message 1 of the peer is no longer answered again.
  void forget_initiator(IkeSa& sa);
  void forget_established(const IkeSa& sa);
  /// Set by the manager: brings a child up anew, after DPD; makes a new SA to the same peer; gives
  /// back what an SA that ends had (addresses of pools, inner addresses).
  std::function<void(const std::string& child, const std::string& connection)> restart;
  std::function<std::shared_ptr<IkeSa>(IkeSa& old, const Endpoint& own, const Endpoint& peer)>
      renew;
  std::function<void(IkeSa& sa)> release;
  /// The SA is closed; it ends when whatever calls it now has returned.
  void bury(IkeSa& sa);
  /// `dead` may be on the stack: it is kept until the timer queue runs again.
  void keep_a_moment(std::shared_ptr<void> dead);
  std::vector<std::shared_ptr<void>> graves;
  Timer graves_timer;
  void log(std::string_view group, int level, const IkeSa* sa, std::string text);
};

}  // namespace holdfast::ike

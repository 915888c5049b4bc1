// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "config/address_update_config.h"
#include "ike/events.h"
#include "ike/key_log.h"
#include "net/datagram_sink.h"
#include "net/timer_queue.h"

namespace holdfast {
class Offload;
class Random;
class Resolver;
}  // namespace holdfast

namespace holdfast::ike {

class Credentials;
class IkeSa;
struct Context;

/// Limits and times of the daemon, `holdfast { }` of the configuration.
struct Settings {
  std::size_t max_half_open = 1000;  ///< In all.
  std::size_t max_half_open_per_address = 50;
  Duration retransmit_timeout = std::chrono::seconds(2);
  double retransmit_base = 1.8;  ///< Each wait is this much longer.
  unsigned retransmit_tries = 5;
  Duration half_open_timeout = std::chrono::seconds(30);
  Duration keepalive = std::chrono::seconds(20);  ///< RFC 3948, 4
  AddressUpdateConfig address_update{};
  /// By the names of connections that have settings of their own.
  std::map<std::string, AddressUpdateConfig> address_update_of{};
};

/// Counters since the start; nothing that comes in is lost without one.
struct ManagerCounters {
  std::uint64_t messages_in = 0, messages_out = 0, malformed = 0, unknown_cookies = 0,
                half_open_refused = 0, fragments_refused = 0, bad_hash = 0, replayed = 0,
                unencrypted = 0, retransmits_out = 0, retransmits_in = 0, unsupported_exchange = 0,
                unknown_spis = 0,  ///< Named in address updates.
      held_back = 0;               ///< Not sent to an endpoint that is not proven.
};

/// How much there is at the moment.
struct ManagerTotals {
  std::array<std::size_t, 4> by_state{};  ///< ISAKMP SAs, by IkeState.
  std::size_t half_open = 0, children = 0;
};

/// What terminate, rekey and lists choose by; empty fields match all.
struct SaFilter {
  std::string ike, child;
  std::uint32_t ike_id = 0, child_id = 0;
};

/// All ISAKMP SAs of this end: gives each message to its SA, makes those of responders, keeps the
/// half-open ones within limits. Owns no clock, socket or randomness.
class Manager {
 public:
  /// What stands outside; all of it must outlive the manager.
  struct Outside {
    Clock& clock;
    TimerQueue& timers;
    DatagramSink& sink;
    Random& random;
    Offload& offload;
    LogSink& log;
    KeyLog* key_log = nullptr;  ///< Usually none.
  };
  Manager(const Outside& outside, const Settings& settings);
  ~Manager();

  /// How this machine reaches others now; asked after on_network_change().
  struct NetworkView {
    virtual ~NetworkView() = default;
    /// The address is ours, and its link is up.
    virtual bool is_usable(const IpAddress& own) const = 0;
    /// What the kernel would send from to `peer`, around our tunnels.
    virtual std::optional<IpAddress> source_to(const IpAddress& peer) const = 0;
    /// The same through one of these interfaces (AddressUpdateConfig::interfaces); without any, as
    /// the kernel would.
    virtual std::optional<IpAddress> source_through(
        const IpAddress& peer, const std::vector<std::string>& interfaces) const {
      static_cast<void>(interfaces);
      return source_to(peer);
    }
    /// Usable, and not of a tunnel.
    virtual std::vector<IpAddress> own_addresses() const { return {}; }
  };
  /// `view` must outlive the manager. Without one nothing is ever moved.
  void set_network(const NetworkView* view);
  /// `resolver` must outlive the manager. Without one, a peer that has only a name is not found.
  void set_resolver(Resolver* resolver);
  /// Addresses, links or routes changed.
  void on_network_change();

  /// A datagram from a UDP socket, without non-ESP marker.
  void receive(const Endpoint& own, const Endpoint& peer, ByteView message);

  // ------------------------------------------------------------ configuration
  /// Adds or replaces; SAs that stand stay as they are. Takes `start_action` into account.
  void load_connection(ConnectionConfig config);
  /// Errors: kNotFound.
  Status unload_connection(const std::string& name);
  using Connections = std::map<std::string, std::shared_ptr<const ConnectionConfig>>;
  const Connections& connections() const;
  Credentials& credentials();
  /// What SAs do from their next move on; the second by names of connections.
  void set_address_update(AddressUpdateConfig daemon,
                          std::map<std::string, AddressUpdateConfig> of_connections);
  void load_pool(PoolConfig pool);
  Status unload_pool(const std::string& name);
  struct PoolState {
    PoolConfig config;
    struct Lease {
      IpAddress address;
      std::string identity;
      bool is_online = true;
    };
    std::vector<Lease> leases;
  };
  std::vector<PoolState> pools() const;

  // ------------------------------------------------------------ commands
  using Done = std::function<void(const Status&)>;
  /// Brings up `child`, or the ISAKMP SA of connection `ike` if `child` is empty; `ike` narrows the
  /// search. `done` is called once: at once if it stands already or is not known (kNotFound).
  void initiate(const std::string& child, const std::string& ike, Done done);
  struct Matched {
    unsigned matches = 0, terminated = 0;
  };
  /// Deletes leave at once, and the SAs are gone.
  Matched terminate(const SaFilter& filter);
  unsigned rekey(const SaFilter& filter);
  /// Deletes all; for a clean stop.
  void shutdown();

  std::vector<IkeSnapshot> list(const SaFilter& filter) const;
  std::size_t num_half_open() const;
  ManagerTotals totals() const;
  const ManagerCounters& counters() const;
  void add_observer(Observer* observer);
  void remove_observer(Observer* observer);

 private:
  struct Events;

  void receive_first(const Endpoint& own, const Endpoint& peer, const isakmp::Header& header,
                     ByteView message);
  bool make_room();
  isakmp::Cookie fresh_cookie();
  std::shared_ptr<IkeSa> start_sa(std::shared_ptr<const ConnectionConfig> config,
                                  const Endpoint& own, const Endpoint& peer);
  std::shared_ptr<IkeSa> renew(IkeSa& old, const Endpoint& own, const Endpoint& peer);
  void release(IkeSa& sa);
  void remove_policies(const ConnectionConfig& config);
  bool is_up(const IkeSa& sa, const std::string& child) const;
  void on_acquire(std::uint32_t policy_id);

  std::unique_ptr<Context> context_;
  std::unique_ptr<Events> events_;
};

}  // namespace holdfast::ike

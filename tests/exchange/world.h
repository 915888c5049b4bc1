// SPDX-License-Identifier: Apache-2.0
// Two ends of ISAKMP in one process: an in-memory network, a clock that a test moves, SAs that are
// only written down.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "crypto/random.h"
#include "ike/credentials.h"
#include "ike/manager.h"
#include "offload/offload.h"

namespace holdfast::test {

/// Time and timers of all ends; nothing passes but by advance().
class FakeTime : public Clock, public TimerQueue {
 public:
  TimePoint now() const override { return now_; }
  TimerId start(Duration after, std::function<void()> expired) override;
  void cancel(TimerId id) override;
  /// Runs what is due, in order, up to `duration` from now.
  void advance(Duration duration);
  /// Runs what is due now.
  void run_due() { advance(Duration(0)); }
  /// When the next timer expires; nothing if none runs.
  std::optional<Duration> next() const;

 private:
  TimePoint now_{std::chrono::hours(1)};
  std::uint64_t next_id_ = 1;
  std::map<std::pair<TimePoint, std::uint64_t>, std::function<void()>> timers_;
};

/// Unpredictable to nobody.
class SeededRandom : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : engine_(seed) {}
  void fill(std::span<std::uint8_t> bytes) override {
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(engine_());
  }

 private:
  std::mt19937_64 engine_;
};

/// Writes down what is installed.
class FakeOffload : public Offload {
 public:
  struct Sa {
    Direction direction;
    Spi spi;
    Suite suite;
    Bytes key;
    PathId path;
    TrafficSelector local, remote;
  };
  std::map<std::uint32_t, Sa> sas;
  std::map<std::uint32_t, Binding> paths;
  /// Of paths whose binding is not proven.
  std::map<std::uint32_t, std::uint32_t> credits;
  std::map<std::uint32_t, PolicyAction> policies;
  std::vector<IpAddress> inner_addresses;
  /// The next so many add_sa() fail.
  unsigned failures = 0;
  /// The next so many rebind() and move_sas() fail.
  unsigned rebind_failures = 0;
  std::uint32_t suite_mask = 0xE;
  bool is_all_drained = true;
  PathUsage usage;                                  ///< Of every path.
  std::map<std::uint32_t, TimePoint> last_packets;  ///< Of inbound SAs.
  const Clock* clock = nullptr;                     ///< Of those.
  Observer* observer = nullptr;

  std::uint32_t suites() const override { return suite_mask; }
  bool is_spi_free(Spi spi) const override;
  Result<PathId> add_path(const Binding& binding) override;
  void remove_path(PathId path) override;
  Status rebind(PathId path, const Binding& binding, std::optional<std::uint32_t> credit) override;
  Status move_sas(std::span<const SaId> moved, PathId path) override;
  bool is_drained(PathId) override { return is_all_drained; }
  PathUsage query_path(PathId) override { return usage; }
  Result<SaId> add_sa(SaRequest request) override;
  void remove_sa(SaId sa) override;
  SaUsage query_sa(SaId sa) override;
  void set_observer(Observer* set) override { observer = set; }
  void add_policy(std::uint32_t id, PolicyAction action, const TrafficSelector&,
                  const TrafficSelector&) override {
    policies[id] = action;
  }
  void remove_policy(std::uint32_t id) override { policies.erase(id); }
  Status add_inner_address(const IpAddress& address) override {
    inner_addresses.push_back(address);
    return {};
  }
  void remove_inner_address(const IpAddress& address) override {
    std::erase(inner_addresses, address);
  }
  /// The SA of a direction with an SPI; the test fails if there is none.
  const Sa* find(Direction direction, Spi spi) const;
  std::size_t count(Direction direction) const;

 private:
  std::uint32_t next_ = 1;
};

class World;

/// One daemon without sockets, timers and card.
class End : public DatagramSink, public ike::LogSink, public ike::Observer {
 public:
  End(World& world, std::string name, Endpoint endpoint, std::uint64_t seed,
      const ike::Settings& settings);

  /// `text` as in swanctl.conf: one connection, and a pre-shared key for everybody.
  void load(const std::string& text, const std::string& psk = "a key that is long enough");
  /// Outcome of the last initiate().
  void initiate(const std::string& child);

  void send(const Endpoint& own, const Endpoint& peer, ByteView message) override;
  void send_keepalive(const Endpoint&, const Endpoint&) override { ++keepalives; }
  void log(const ike::LogLine& line) override;
  void on_ike_updown(const ike::IkeSnapshot&, bool is_up) override;
  void on_child_updown(const ike::IkeSnapshot&, const ike::ChildSnapshot&, bool is_up) override;
  void on_child_rekey(const ike::IkeSnapshot&, const ike::ChildSnapshot&,
                      const ike::ChildSnapshot&) override;
  void on_move(const ike::MoveReport& report) override { moves.push_back(report); }

  bool has(const IpAddress& address) const;
  ike::IkeSnapshot only_sa() const;
  std::vector<ike::IkeSnapshot> sas() const { return manager->list({}); }

  World& world;
  std::string name;
  Endpoint endpoint;
  std::vector<IpAddress> more_addresses;  ///< Beside that of `endpoint`, which is preferred.
  SeededRandom random;
  FakeOffload offload;
  std::optional<Status> outcome;
  std::vector<std::string> lines, events;
  std::vector<ike::MoveReport> moves;
  unsigned keepalives = 0;
  std::unique_ptr<ike::Manager> manager;  // ends first, and says so
};

/// A datagram on its way.
struct InFlight {
  Endpoint from, to;
  Bytes bytes;
};

/// The network between the ends, and what a test does to it.
class World {
 public:
  explicit World(std::uint64_t seed = 1, const ike::Settings& settings = {});
  /// What the ends still say finds no hook of the test, whose variables are gone.
  ~World() { on_send = nullptr; }

  /// Delivers one datagram, the oldest. False if there is none.
  bool deliver();
  /// Delivers until nothing is on its way.
  void settle();
  /// Lets time pass and delivers all the while.
  void advance(Duration duration);
  /// The oldest datagram is lost.
  void drop() { in_flight.pop_front(); }
  /// The oldest datagram comes once more.
  void repeat() { in_flight.push_front(in_flight.front()); }

  FakeTime time;
  std::deque<InFlight> in_flight;
  /// Changes or, by false, drops what is sent.
  std::function<bool(InFlight&)> on_send;
  std::size_t num_sent = 0;
  End initiator, responder;

 private:
  friend class End;
};

/// Configurations that most tests use.
std::string client_conf(const std::string& more = "", const std::string& child_more = "");
std::string gateway_conf(const std::string& more = "", const std::string& child_more = "");

/// Both ends agree on one pair of SAs with the same keys; "" if so, otherwise what is wrong.
std::string check_pair(const World& world);

}  // namespace holdfast::test

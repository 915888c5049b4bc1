// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/hex.h"
#include "control/daemon.h"
#include "control/vici_events.h"

namespace holdfast::control {

/// Time that stands still until the test lets it pass.
class FakeTimers : public Clock, public TimerQueue {
 public:
  TimePoint now() const override { return now_; }
  TimerId start(Duration after, std::function<void()> expired) override {
    timers_.emplace(++last_, std::pair{now_ + after, std::move(expired)});
    return TimerId{last_};
  }
  void cancel(TimerId id) override { timers_.erase(static_cast<std::uint64_t>(id)); }
  void pass(Duration time) {
    now_ += time;
    for (auto timer = due(); timer != timers_.end(); timer = due()) {
      const auto expired = std::move(timer->second.second);
      timers_.erase(timer);
      expired();
    }
  }
  std::size_t size() const { return timers_.size(); }

 private:
  using Timers = std::map<std::uint64_t, std::pair<TimePoint, std::function<void()>>>;
  Timers::iterator due() {
    return std::find_if(timers_.begin(), timers_.end(),
                        [this](const auto& timer) { return timer.second.first <= now_; });
  }
  TimePoint now_{};
  std::uint64_t last_ = 0;
  Timers timers_;
};

/// An SA pair as a peer of the lab would make it.
inline ike::IkeSnapshot sample_sa(const std::string& name, const std::string& child) {
  ike::IkeSnapshot sa;
  sa.name = name;
  sa.unique_id = 3;
  sa.state = ike::IkeState::kEstablished;
  sa.local = {*IpAddress::parse("192.0.2.1"), 4500};
  sa.remote = {*IpAddress::parse("198.51.100.7"), 4500};
  sa.local_id = *Identity::parse("gw.lab");
  sa.remote_id = *Identity::parse("client@lab");
  sa.is_initiator = true;
  sa.initiator_cookie = {1, 2, 3, 4, 5, 6, 7, 8};
  sa.responder_cookie = {0xf1, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7, 0xf8};
  sa.is_nat_remote = true;
  sa.proposal = IkeProposal{};
  sa.established_since = 12;
  sa.rekey_in = 13000;
  ike::ChildSnapshot pair;
  pair.name = child;
  pair.unique_id = 7;
  pair.reqid = 1;
  pair.spi_in = Spi{0xc0ffee01};
  pair.spi_out = Spi{0x0000abcd};
  pair.is_udp_encapsulated = true;
  pair.bytes_in = 168;
  pair.packets_in = 2;
  pair.use_in = 1;
  pair.rekey_in = 3000;
  pair.life_in = 3900;
  pair.installed_since = 12;
  pair.local_ts = *TrafficSelector::parse("10.1.0.0/16");
  pair.remote_ts = *TrafficSelector::parse("10.2.0.0/16");
  sa.children.push_back(pair);
  return sa;
}

/// A daemon without network: keeps what is loaded, and remembers what it is told to do.
class FakeDaemon : public Daemon {
 public:
  const Facts& facts() const override { return facts_; }

  void load_connection(ConnectionConfig config) override {
    const std::string name = config.name;
    connections_[name] = std::make_shared<const ConnectionConfig>(std::move(config));
  }
  Status unload_connection(const std::string& name) override {
    return found(connections_.erase(name) > 0);
  }
  const ike::Manager::Connections& connections() const override { return connections_; }
  void load_pool(PoolConfig pool) override { pools_[pool.name] = std::move(pool); }
  Status unload_pool(const std::string& name) override { return found(pools_.erase(name) > 0); }
  std::vector<ike::Manager::PoolState> pools() const override {
    std::vector<ike::Manager::PoolState> states;
    for (const auto& [name, pool] : pools_)
      states.push_back({pool, {{*IpAddress::parse("10.77.0.1"), "client@lab", true}}});
    return states;
  }

  void load_shared(SharedSecret secret) override {
    const std::string id = secret.id;
    shared.insert_or_assign(id, std::move(secret));
  }
  void unload_shared(const std::string& id) override { shared.erase(id); }
  std::vector<std::string> shared_ids() const override {
    std::vector<std::string> ids;
    for (const auto& [id, secret] : shared) ids.push_back(id);
    return ids;
  }
  Status load_certificate(ByteView data) override { return load(data, false); }
  Status load_authority(ByteView data) override { return load(data, true); }
  Status unload_authority(ByteView data) override {
    const Bytes der(data.begin(), data.end());
    return found(std::erase_if(certificates_, [&](const auto& c) { return c.der == der; }) > 0);
  }
  Status load_crl(ByteView data) override {
    crls.emplace_back(data.begin(), data.end());
    return {};
  }
  /// The id of a key is its first four bytes.
  Result<std::string> load_key(ByteView data) override {
    if (data.size() < 4) return fail(ErrorCode::kBadFormat, "", "is no private key");
    const std::string id = hex(data.first(4));
    if (std::find(keys_.begin(), keys_.end(), id) == keys_.end()) keys_.push_back(id);
    return id;
  }
  Status unload_key(const std::string& id) override { return found(std::erase(keys_, id) > 0); }
  std::vector<std::string> key_ids() const override { return keys_; }
  void clear_credentials() override {
    shared.clear();
    certificates_.clear();
    crls.clear();
    keys_.clear();
  }
  std::vector<ListedCertificate> certificates() const override { return certificates_; }

  void initiate(const std::string& child, const std::string& ike, Done done) override {
    calls.push_back("initiate " + child + " " + ike);
    if (on_initiate)
      on_initiate(child, ike, std::move(done));
    else
      waiting.push_back(std::move(done));
  }
  ike::Manager::Matched terminate(const ike::SaFilter& filter) override {
    calls.push_back("terminate " + text_of(filter));
    if (on_terminate) on_terminate();
    const auto count = static_cast<unsigned>(
        std::erase_if(sas, [&](const ike::IkeSnapshot& sa) { return fits(sa, filter); }));
    return {count, count};
  }
  unsigned rekey(const ike::SaFilter& filter) override {
    calls.push_back("rekey " + text_of(filter));
    return static_cast<unsigned>(std::count_if(
        sas.begin(), sas.end(), [&](const ike::IkeSnapshot& sa) { return fits(sa, filter); }));
  }
  std::vector<ike::IkeSnapshot> list(const ike::SaFilter& filter) const override {
    std::vector<ike::IkeSnapshot> chosen;
    for (const ike::IkeSnapshot& sa : sas)
      if (fits(sa, filter)) chosen.push_back(sa);
    return chosen;
  }
  std::size_t num_half_open() const override { return 1; }
  ike::ManagerCounters counters() const override { return manager_counters; }
  Status reload_settings() override {
    calls.push_back("reload");
    return {};
  }

  std::vector<ike::IkeSnapshot> sas;
  std::map<std::string, SharedSecret> shared;
  std::vector<Bytes> crls;
  std::vector<std::string> calls;
  std::vector<Done> waiting;  ///< Of initiates, if there is no on_initiate.
  std::function<void(const std::string& child, const std::string& ike, Done done)> on_initiate;
  std::function<void()> on_terminate;
  ike::ManagerCounters manager_counters;

 private:
  static Status found(bool is_found) {
    return is_found ? Status{} : fail(ErrorCode::kNotFound, "", "not found");
  }
  static std::string text_of(const ike::SaFilter& filter) {
    return filter.ike + "/" + filter.child + " " + std::to_string(filter.ike_id) + "/" +
           std::to_string(filter.child_id);
  }
  static bool fits(const ike::IkeSnapshot& sa, const ike::SaFilter& filter) {
    const auto has_child = [&](const ike::ChildSnapshot& child) {
      return (filter.child.empty() || filter.child == child.name) &&
             (filter.child_id == 0 || filter.child_id == child.unique_id);
    };
    return (filter.ike.empty() || filter.ike == sa.name) &&
           (filter.ike_id == 0 || filter.ike_id == sa.unique_id) &&
           ((filter.child.empty() && filter.child_id == 0) ||
            std::any_of(sa.children.begin(), sa.children.end(), has_child));
  }
  Status load(ByteView data, bool is_authority) {
    const Bytes der(data.begin(), data.end());
    const auto is_same = [&](const auto& c) { return c.der == der; };
    if (std::none_of(certificates_.begin(), certificates_.end(), is_same))
      certificates_.push_back({der, "CN=sample", is_authority, !is_authority});
    return {};
  }

  Facts facts_{.version = "0.1.0", .card = "soft:", .suites = 0xe};
  ike::Manager::Connections connections_;
  std::map<std::string, PoolConfig> pools_;
  std::vector<std::string> keys_;
  std::vector<ListedCertificate> certificates_;
};

}  // namespace holdfast::control

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ctime>
#include <functional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "config/connection.h"
#include "ike/manager.h"

namespace holdfast::control {

/// What the commands of vici ask of the daemon: no more than they need, so that tests can play it.
class Daemon {
 public:
  virtual ~Daemon() = default;

  /// What does not change while it runs.
  struct Facts {
    std::string name = "holdfastd", version;
    std::string card;          ///< As the driver names it, "soft:".
    std::uint32_t suites = 0;  ///< Bit n: the card has suite n.
    std::time_t started = 0;   ///< Wall clock, for people.
    TimePoint started_at{};    ///< The same, of the daemon's clock.
  };
  virtual const Facts& facts() const = 0;

  // ------------------------------------------------------------ connections and pools
  /// Adds or replaces; SAs that stand stay.
  virtual void load_connection(ConnectionConfig config) = 0;
  /// Errors: kNotFound.
  virtual Status unload_connection(const std::string& name) = 0;
  virtual const ike::Manager::Connections& connections() const = 0;
  virtual void load_pool(PoolConfig pool) = 0;
  /// Errors: kNotFound.
  virtual Status unload_pool(const std::string& name) = 0;
  virtual std::vector<ike::Manager::PoolState> pools() const = 0;

  // ------------------------------------------------------------ credentials
  virtual void load_shared(SharedSecret secret) = 0;
  /// An unknown id is no error.
  virtual void unload_shared(const std::string& id) = 0;
  virtual std::vector<std::string> shared_ids() const = 0;
  /// Errors of these: what is wrong with the data. Loading the same again is no error.
  virtual Status load_certificate(ByteView data) = 0;
  virtual Status load_authority(ByteView data) = 0;
  /// Errors: kNotFound, kUnsupported.
  virtual Status unload_authority(ByteView data) = 0;
  virtual Status load_crl(ByteView data) = 0;
  /// Returns the key's id.
  virtual Result<std::string> load_key(ByteView data) = 0;
  /// Errors: kNotFound.
  virtual Status unload_key(const std::string& id) = 0;
  virtual std::vector<std::string> key_ids() const = 0;
  virtual void clear_credentials() = 0;
  struct ListedCertificate {
    Bytes der;
    std::string subject;
    bool is_authority = false, has_key = false;
  };
  virtual std::vector<ListedCertificate> certificates() const = 0;

  // ------------------------------------------------------------ security associations
  using Done = ike::Manager::Done;
  /// `done` is called once, maybe before this returns.
  virtual void initiate(const std::string& child, const std::string& ike, Done done) = 0;
  virtual ike::Manager::Matched terminate(const ike::SaFilter& filter) = 0;
  virtual unsigned rekey(const ike::SaFilter& filter) = 0;
  virtual std::vector<ike::IkeSnapshot> list(const ike::SaFilter& filter) const = 0;
  virtual std::size_t num_half_open() const = 0;
  virtual ike::ManagerCounters counters() const = 0;

  /// Reads `holdfast { }` of the configuration again. Errors: what is wrong with it.
  virtual Status reload_settings() = 0;
};

}  // namespace holdfast::control

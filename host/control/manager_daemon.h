// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <utility>

#include "control/daemon.h"

namespace holdfast::control {

/// The daemon as vici sees it, made of the manager of the ISAKMP SAs.
class ManagerDaemon : public Daemon {
 public:
  using Reload = std::function<Status()>;
  /// `manager` must outlive this. `reload` reads our own settings again.
  ManagerDaemon(ike::Manager& manager, Facts facts, Reload reload)
      : manager_(manager), facts_(std::move(facts)), reload_(std::move(reload)) {}

  const Facts& facts() const override { return facts_; }

  void load_connection(ConnectionConfig config) override;
  Status unload_connection(const std::string& name) override;
  const ike::Manager::Connections& connections() const override;
  void load_pool(PoolConfig pool) override;
  Status unload_pool(const std::string& name) override;
  std::vector<ike::Manager::PoolState> pools() const override;

  void load_shared(SharedSecret secret) override;
  void unload_shared(const std::string& id) override;
  std::vector<std::string> shared_ids() const override;
  Status load_certificate(ByteView data) override;
  Status load_authority(ByteView data) override;
  Status unload_authority(ByteView data) override;
  Status load_crl(ByteView data) override;
  Result<std::string> load_key(ByteView data) override;
  Status unload_key(const std::string& id) override;
  std::vector<std::string> key_ids() const override;
  void clear_credentials() override;
  std::vector<ListedCertificate> certificates() const override;

  void initiate(const std::string& child, const std::string& ike, Done done) override;
  ike::Manager::Matched terminate(const ike::SaFilter& filter) override;
  unsigned rekey(const ike::SaFilter& filter) override;
  std::vector<ike::IkeSnapshot> list(const ike::SaFilter& filter) const override;
  std::size_t num_half_open() const override;
  ike::ManagerCounters counters() const override;
  Status reload_settings() override { return reload_(); }

 private:
  ike::Manager& manager_;
  Facts facts_;
  Reload reload_;
};

}  // namespace holdfast::control

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>

#include "config/connection.h"

namespace holdfast::ike {

/// Inner addresses for peers (Mode Config). An identity gets its last address again if it is free.
class AddressPool {
 public:
  explicit AddressPool(PoolConfig config) : config_(std::move(config)) {}

  const PoolConfig& config() const { return config_; }
  /// Leases stay, also those outside the new prefix.
  void set_config(PoolConfig config) { config_ = std::move(config); }
  /// Nothing if all are taken. The network and, for IPv4, the broadcast address are never given.
  std::optional<IpAddress> acquire(const std::string& identity, const IpAddress& wanted);
  void release(const IpAddress& address);

  struct Lease {
    IpAddress address;
    std::string identity;
    bool is_online = true;
  };
  std::vector<Lease> leases() const;

 private:
  bool is_free(const IpAddress& address) const;

  PoolConfig config_;
  std::map<std::string, Lease> leases_;  // by the text of the address
};

}  // namespace holdfast::ike

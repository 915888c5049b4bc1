// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <unordered_map>

#include "net/netlink.h"
#include "offload/spd.h"

namespace holdfast::app {

/// Routes into the tunnel for all that policies protect, in a table of our own that packets with
/// our mark do not see. A policy without SA keeps its route: what it protects never leaves in
/// clear.
///
/// Behind each route stands a barrier, which refuses packets when the route is gone with its TUN
/// interface. What a killed daemon left barred stays so until it is protected again, and after
/// that no more; the rest of it goes with a clean stop.
class TunnelRoutes {
 public:
  struct Config {
    int if_index = 0;
    std::uint32_t table = 0, priority = 0, mark = 0;
  };
  /// Takes away what a killed daemon left. `netlink` must outlive it. Errors: the kernel's.
  static Result<std::unique_ptr<TunnelRoutes>> create(net::Netlink& netlink, const Config& config);
  TunnelRoutes(const TunnelRoutes&) = delete;
  TunnelRoutes& operator=(const TunnelRoutes&) = delete;
  ~TunnelRoutes();

  /// Adds what is missing and removes what is no more; costs what changed, not what is there.
  /// Unless it `may_remove`, what is no more stays until a later call. Returns what the kernel
  /// refused.
  std::vector<Error> sync(const offload::Spd& spd, bool may_remove = true);
  /// No route is left, but all that was protected stays barred until it is again.
  void hold();
  /// Addresses changed: the preferred sources are chosen anew.
  void forget_version() { version_.reset(); }

 private:
  TunnelRoutes(net::Netlink& netlink, const Config& config) : netlink_(netlink), config_(config) {}
  std::optional<IpAddress> source_in(const Prefix& local) const;
  void protect(const Prefix& destination, const Prefix& local, std::vector<Error>& errors);
  void expose(const Prefix& destination, std::vector<Error>& errors);

  net::Netlink& netlink_;
  Config config_;
  /// Preferred sources by destination.
  std::unordered_map<Prefix, std::optional<IpAddress>, offload::PrefixHash> routes_;
  std::vector<Prefix> held_;  // barred, and protected no more
  std::optional<std::uint64_t> version_;
};

}  // namespace holdfast::app

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "ike/manager.h"
#include "net/netlink.h"
#include "net/sockets.h"

namespace holdfast::app {

/// How the kernel reaches peers, around our tunnels. Links other than Ethernet-like ones of this
/// machine (the TUN, loopback) have no addresses of their own to offer.
class KernelView : public ike::Manager::NetworkView {
 public:
  /// References must outlive this; `tun_index` is the interface whose addresses are inner ones.
  KernelView(net::Netlink& netlink, net::Sockets& sockets, int tun_index)
      : netlink_(netlink), sockets_(sockets), tun_index_(tun_index) {}
  bool is_usable(const IpAddress& own) const override;
  std::optional<IpAddress> source_to(const IpAddress& peer) const override;
  std::optional<IpAddress> source_through(
      const IpAddress& peer, const std::vector<std::string>& interfaces) const override;
  std::vector<IpAddress> own_addresses() const override;

 private:
  net::Netlink& netlink_;
  net::Sockets& sockets_;
  int tun_index_;
};

/// Interface names of AddressUpdateConfig::interfaces in the order of preference, of those that are
/// there: the first index is the best; one that `!` names is left out.
std::vector<int> ranked_interfaces(const std::vector<std::string>& patterns,
                                   const std::vector<std::pair<int, std::string>>& present);

}  // namespace holdfast::app

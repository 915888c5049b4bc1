// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <map>
#include <tuple>
#include <vector>

#include "net/netlink.h"

struct nlmsghdr;

namespace holdfast::net {

/// Our routes and rules carry this number; it is in nobody's list of protocols (rt_protos).
inline constexpr std::uint8_t kRouteProtocol = 72;

/// Links and addresses as the kernel tells of them.
class InterfaceState {
 public:
  /// True if somebody may want to know: a link went up or down, an address came, went or became
  /// usable, a route that is not ours changed in a table other than "local".
  bool apply(const nlmsghdr* message);
  std::vector<Netlink::LocalAddress> addresses() const;

 private:
  using AddressKey = std::tuple<int, bool, std::array<std::uint8_t, 16>>;

  bool apply_link(const nlmsghdr* message);
  bool apply_address(const nlmsghdr* message);

  std::map<int, bool> is_link_up_;
  std::map<AddressKey, bool> is_address_ready_;
};

}  // namespace holdfast::net

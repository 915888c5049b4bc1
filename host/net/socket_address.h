// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include "base/address.h"

namespace holdfast::net {

/// An address as the socket calls want it.
struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

SocketAddress to_socket_address(const Endpoint& endpoint);
/// From AF_INET or AF_INET6.
Endpoint to_endpoint(const sockaddr_storage& storage);

IpAddress to_ip_address(const in_addr& address);
IpAddress to_ip_address(const in6_addr& address);
in_addr to_in_addr(const IpAddress& address);
in6_addr to_in6_addr(const IpAddress& address);

inline int family_of(const IpAddress& address) { return address.is_ipv6 ? AF_INET6 : AF_INET; }
inline bool is_unspecified(const IpAddress& address) {
  return address.bytes == decltype(address.bytes){};
}

}  // namespace holdfast::net

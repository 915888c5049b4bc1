// SPDX-License-Identifier: Apache-2.0
#include "net/socket_address.h"

#include <arpa/inet.h>

#include <cstring>

namespace holdfast::net {

in_addr to_in_addr(const IpAddress& address) {
  in_addr result;
  std::memcpy(&result, address.bytes.data(), sizeof result);
  return result;
}

in6_addr to_in6_addr(const IpAddress& address) {
  in6_addr result;
  std::memcpy(&result, address.bytes.data(), sizeof result);
  return result;
}

IpAddress to_ip_address(const in_addr& address) {
  IpAddress result;
  std::memcpy(result.bytes.data(), &address, sizeof address);
  return result;
}

IpAddress to_ip_address(const in6_addr& address) {
  IpAddress result{.is_ipv6 = true, .bytes = {}};
  std::memcpy(result.bytes.data(), &address, sizeof address);
  return result;
}

SocketAddress to_socket_address(const Endpoint& endpoint) {
  SocketAddress result;
  if (endpoint.address.is_ipv6) {
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_port = htons(endpoint.port);
    address.sin6_addr = to_in6_addr(endpoint.address);
    std::memcpy(&result.storage, &address, sizeof address);
    result.size = sizeof address;
  } else {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(endpoint.port);
    address.sin_addr = to_in_addr(endpoint.address);
    std::memcpy(&result.storage, &address, sizeof address);
    result.size = sizeof address;
  }
  return result;
}

Endpoint to_endpoint(const sockaddr_storage& storage) {
  if (storage.ss_family == AF_INET6) {
    sockaddr_in6 address;
    std::memcpy(&address, &storage, sizeof address);
    return {to_ip_address(address.sin6_addr), ntohs(address.sin6_port)};
  }
  sockaddr_in address;
  std::memcpy(&address, &storage, sizeof address);
  return {to_ip_address(address.sin_addr), ntohs(address.sin_port)};
}

}  // namespace holdfast::net

// SPDX-License-Identifier: Apache-2.0
#include "net/error_queue.h"

#include <linux/errqueue.h>
#include <linux/icmp.h>
#include <linux/icmpv6.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <optional>

#include "net/socket_address.h"

namespace holdfast::net {
namespace {

constexpr unsigned kLeastIpv4Mtu = 68, kLeastIpv6Mtu = 1280;
/// A queue that fills as fast as it is read must not hold the loop.
constexpr int kMaxErrors = 256;

bool is_too_big(const sock_extended_err& error) {
  switch (error.ee_origin) {
    case SO_EE_ORIGIN_ICMP:
      return error.ee_type == ICMP_DEST_UNREACH && error.ee_code == ICMP_FRAG_NEEDED;
    case SO_EE_ORIGIN_ICMP6:
      return error.ee_type == ICMPV6_PKT_TOOBIG;
    default:
      return error.ee_origin == SO_EE_ORIGIN_LOCAL && error.ee_errno == EMSGSIZE;
  }
}

std::optional<sock_extended_err> find_error(msghdr& header) {
  for (cmsghdr* c = CMSG_FIRSTHDR(&header); c != nullptr; c = CMSG_NXTHDR(&header, c)) {
    const bool is_ipv4 = c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_RECVERR;
    const bool is_ipv6 = c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_RECVERR;
    if (!is_ipv4 && !is_ipv6) continue;
    sock_extended_err error;
    std::memcpy(&error, CMSG_DATA(c), sizeof error);
    return error;
  }
  return std::nullopt;
}

}  // namespace

void read_errors(const DaemonSocket& socket,
                 const std::function<void(const IpAddress& peer, unsigned mtu)>& too_big) {
  for (int i = 0; i < kMaxErrors; ++i) {
    sockaddr_storage peer{};
    alignas(cmsghdr) std::array<char, 512> control;
    msghdr header{};
    header.msg_name = &peer;
    header.msg_namelen = sizeof peer;
    header.msg_control = control.data();
    header.msg_controllen = control.size();
    if (::recvmsg(socket.fd(), &header, MSG_ERRQUEUE | MSG_DONTWAIT) < 0) return;
    const auto error = find_error(header);
    if (!error || !is_too_big(*error)) continue;
    if (error->ee_info < (socket.is_ipv6() ? kLeastIpv6Mtu : kLeastIpv4Mtu)) continue;
    too_big(to_endpoint(peer).address, error->ee_info);
  }
}

}  // namespace holdfast::net

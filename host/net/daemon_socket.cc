// SPDX-License-Identifier: Apache-2.0
#include "net/daemon_socket.h"

#include <netinet/udp.h>

#include <cerrno>
#include <cstring>
#include <span>
#include <utility>

#include "net/socket_address.h"

namespace holdfast::net {
namespace {

constexpr int kReceiveBufferBytes = 4 << 20, kSendBufferBytes = 1 << 20;

std::string name_of(SocketKind kind, bool is_ipv6, std::uint16_t port) {
  const std::string family = is_ipv6 ? "IPv6" : "IPv4";
  if (kind == SocketKind::kRawEsp) return "raw ESP socket, " + family;
  return "UDP port " + std::to_string(port) + ", " + family;
}

tl::unexpected<Error> refuse(SocketKind kind, bool is_ipv6, std::uint16_t port, int error) {
  const std::string name = name_of(kind, is_ipv6, port);
  if (error == EADDRINUSE)
    return fail(ErrorCode::kInUse, name, "is taken: stop the other IKE daemon of this machine");
  if (error == EACCES || error == EPERM)
    return fail(ErrorCode::kRefused, name,
                kind == SocketKind::kRawEsp
                    ? "may not be opened: the daemon needs the capability CAP_NET_RAW"
                    : "may not be bound: the daemon needs the capability CAP_NET_BIND_SERVICE");
  return fail(ErrorCode::kIo, name, "cannot be opened: " + std::string(std::strerror(error)));
}

Endpoint wildcard(bool is_ipv6, std::uint16_t port) {
  return {IpAddress{.is_ipv6 = is_ipv6, .bytes = {}}, port};
}

}  // namespace

Result<std::optional<DaemonSocket>> DaemonSocket::open(SocketKind kind, bool is_ipv6,
                                                       std::uint16_t port, std::uint32_t mark) {
  const bool is_raw = kind == SocketKind::kRawEsp;
  Descriptor fd(::socket(is_ipv6 ? AF_INET6 : AF_INET,
                         (is_raw ? SOCK_RAW : SOCK_DGRAM) | SOCK_NONBLOCK | SOCK_CLOEXEC,
                         is_raw ? IPPROTO_ESP : IPPROTO_UDP));
  if (!fd.is_open()) {
    if (errno == EAFNOSUPPORT) return std::nullopt;
    return refuse(kind, is_ipv6, port, errno);
  }
  DaemonSocket socket(std::move(fd), kind, is_ipv6, port);
  if (auto status = socket.configure(mark); !status) return tl::unexpected(status.error());
  const SocketAddress any = to_socket_address(wildcard(is_ipv6, is_raw ? 0 : port));
  if (::bind(socket.fd(), any.get(), any.size) != 0) return refuse(kind, is_ipv6, port, errno);
  return socket;
}

Status DaemonSocket::configure(std::uint32_t mark) {
  struct Option {
    int level, option, value;
    const char* name;
  };
  static constexpr Option kIpv4[] = {
      {IPPROTO_IP, IP_PKTINFO, 1, "IP_PKTINFO"},
      {IPPROTO_IP, IP_RECVTOS, 1, "IP_RECVTOS"},
      {IPPROTO_IP, IP_RECVERR, 1, "IP_RECVERR"},
  };
  static constexpr Option kIpv6[] = {
      {IPPROTO_IPV6, IPV6_RECVPKTINFO, 1, "IPV6_RECVPKTINFO"},
      {IPPROTO_IPV6, IPV6_RECVTCLASS, 1, "IPV6_RECVTCLASS"},
      {IPPROTO_IPV6, IPV6_RECVERR, 1, "IPV6_RECVERR"},
  };
  for (const Option& option : is_ipv6_ ? std::span<const Option>(kIpv6) : kIpv4)
    if (auto status = set_option(option.level, option.option, option.value, option.name); !status)
      return status;
  if (is_ipv6_ && kind_ != SocketKind::kRawEsp)  // raw sockets are of one family anyway
    if (auto status = set_option(IPPROTO_IPV6, IPV6_V6ONLY, 1, "IPV6_V6ONLY"); !status)
      return status;
  if (mark != 0)
    if (auto status = set_option(SOL_SOCKET, SO_MARK, static_cast<int>(mark), "SO_MARK"); !status)
      return status;
  // Buffers: beyond the system's limit where we may, else as much as it gives.
  if (!set_option(SOL_SOCKET, SO_RCVBUFFORCE, kReceiveBufferBytes, ""))
    (void)set_option(SOL_SOCKET, SO_RCVBUF, kReceiveBufferBytes, "");
  if (!set_option(SOL_SOCKET, SO_SNDBUFFORCE, kSendBufferBytes, ""))
    (void)set_option(SOL_SOCKET, SO_SNDBUF, kSendBufferBytes, "");
  // Several datagrams in one, where the kernel can (5.0); see Arrival.
  if (kind_ == SocketKind::kNat) (void)set_option(IPPROTO_UDP, UDP_GRO, 1, "");
  apply_dont_fragment();
  return {};
}

Status DaemonSocket::set_option(int level, int option, int value, const char* name) {
  if (::setsockopt(fd(), level, option, &value, sizeof value) == 0) return {};
  const std::string place = name_of(kind_, is_ipv6_, port_);
  if (errno == EPERM)
    return fail(ErrorCode::kRefused, place,
                std::string(name) +
                    " may not be set: the daemon needs the capability "
                    "CAP_NET_ADMIN");
  return fail(ErrorCode::kIo, place, std::string(name) + " cannot be set: " + std::strerror(errno));
}

/// IPv4 without DF: OMIT, because with DONT the kernel would keep back what ICMP says of packets
/// that were sent before with DF. IPv6: only the source fragments (RFC 8200, 4.5), so it must know
/// the path's size: DONT.
void DaemonSocket::apply_dont_fragment() {
  const bool on = mode_.dont_fragment;
  if (is_ipv6_)
    (void)set_option(IPPROTO_IPV6, IPV6_MTU_DISCOVER, on ? IPV6_PMTUDISC_PROBE : IPV6_PMTUDISC_DONT,
                     "");
  else
    (void)set_option(IPPROTO_IP, IP_MTU_DISCOVER, on ? IP_PMTUDISC_PROBE : IP_PMTUDISC_OMIT, "");
}

void DaemonSocket::set_mode(const SendMode& mode) {
  const SendMode before = std::exchange(mode_, mode);
  if (mode.dont_fragment != before.dont_fragment) apply_dont_fragment();
  if (mode.has_checksum != before.has_checksum && !is_ipv6_ && kind_ != SocketKind::kRawEsp)
    (void)set_option(SOL_SOCKET, SO_NO_CHECK, mode.has_checksum ? 0 : 1, "");
}

Result<IpAddress> source_address(const IpAddress& peer, std::uint32_t mark, int if_index) {
  constexpr std::uint16_t kAnyPort = 500;  // nothing is sent
  const Descriptor fd(::socket(family_of(peer), SOCK_DGRAM | SOCK_CLOEXEC, IPPROTO_UDP));
  if (!fd.is_open())
    return fail(ErrorCode::kIo, peer.text(),
                "no socket of its family: " + std::string(std::strerror(errno)));
  if (mark != 0) ::setsockopt(fd.get(), SOL_SOCKET, SO_MARK, &mark, sizeof mark);
  if (if_index != 0 &&
      ::setsockopt(fd.get(), SOL_SOCKET, SO_BINDTOIFINDEX, &if_index, sizeof if_index) != 0)
    return fail(ErrorCode::kIo, peer.text(),
                "cannot ask for one interface: " + std::string(std::strerror(errno)));
  const SocketAddress to = to_socket_address({peer, kAnyPort});
  if (::connect(fd.get(), to.get(), to.size) != 0)
    return fail(ErrorCode::kNotFound, peer.text(),
                "no route to it: " + std::string(std::strerror(errno)));
  sockaddr_storage own{};
  socklen_t size = sizeof own;
  if (::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&own), &size) != 0)
    return fail(ErrorCode::kIo, peer.text(), std::strerror(errno));
  return to_endpoint(own).address;
}

}  // namespace holdfast::net

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/address.h"
#include "base/result.h"
#include "net/descriptor.h"

namespace holdfast::net {

/// What one of the daemon's sockets is for.
enum class SocketKind : std::uint8_t { kIke, kNat, kRawEsp };

/// How a socket sends; the kernel knows this of sockets, not of packets.
struct SendMode {
  /// With DF a packet goes out up to the size of the link, whatever the kernel believes of the
  /// path: what ICMP says is for our own PMTU to judge (RFC 4301, 8.2). Without, it is fragmented.
  bool dont_fragment = false;
  /// UDP over IPv4 can do without; IPv6 always has one (RFC 8200, 8.1).
  bool has_checksum = true;
  bool operator==(const SendMode&) const = default;
};

/// One non-blocking socket, bound to the wildcard of its family, that tells of each packet the own
/// address and the traffic class, and keeps ICMP errors for read_errors(). UDP_ENCAP stays off: a
/// kernel without ESP would swallow packets.
class DaemonSocket {
 public:
  /// No socket and no error if the machine has no such family. Errors: kInUse, kRefused, kIo.
  static Result<std::optional<DaemonSocket>> open(SocketKind kind, bool is_ipv6, std::uint16_t port,
                                                  std::uint32_t mark);

  int fd() const { return fd_.get(); }
  SocketKind kind() const { return kind_; }
  bool is_ipv6() const { return is_ipv6_; }
  std::uint16_t port() const { return port_; }

  const SendMode& mode() const { return mode_; }
  /// Of what is sent from now on; only a change costs system calls.
  void set_mode(const SendMode& mode);

 private:
  DaemonSocket(Descriptor fd, SocketKind kind, bool is_ipv6, std::uint16_t port)
      : fd_(std::move(fd)), kind_(kind), is_ipv6_(is_ipv6), port_(port) {}
  Status configure(std::uint32_t mark);
  void apply_dont_fragment();
  Status set_option(int level, int option, int value, const char* name);

  Descriptor fd_;
  SocketKind kind_;
  bool is_ipv6_;
  std::uint16_t port_;
  SendMode mode_;
};

/// The address that the kernel would send from to `peer`, by the routes for `mark`.
/// Errors: kNotFound (no route), kIo.
Result<IpAddress> source_address(const IpAddress& peer, std::uint32_t mark, int if_index = 0);

}  // namespace holdfast::net

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>

#include "base/address.h"
#include "holdfast/sa.h"
#include "net/clock.h"

namespace holdfast::offload {

/// No path MTU is taken to be less: IPv6 carries 1,280 bytes everywhere (RFC 8200, 5); 576 bytes
/// are what every host must receive in IPv4 (RFC 791, 3.1).
inline constexpr unsigned kMinIpv4Mtu = 576;
inline constexpr unsigned kMinIpv6Mtu = 1280;

/// What the network said about the size of outer packets, by peer (RFC 1191, RFC 8201).
///
/// A path MTU is only ever lowered; ten minutes after that it is forgotten, to be found again
/// (RFC 1191, 6.3; RFC 8201, 4). ICMP is not authenticated: nothing makes it smaller than what
/// every path must carry.
class PathMtus {
 public:
  explicit PathMtus(unsigned link_mtu) : link_mtu_(link_mtu) {}

  void set(const IpAddress& peer, unsigned mtu, TimePoint now);
  /// What was learnt of `peer` is void: it is reached on another way.
  void forget(const IpAddress& peer) { entries_.erase(peer); }
  /// Forgets what is too old; true if there was something.
  bool expire(TimePoint now);
  unsigned mtu(const IpAddress& peer) const;

 private:
  struct Entry {
    unsigned mtu = 0;
    TimePoint until;
  };
  struct Hash {
    std::size_t operator()(const IpAddress& address) const;
  };
  unsigned link_mtu_;
  std::unordered_map<IpAddress, Entry, Hash> entries_;
  TimePoint next_expiry_ = TimePoint::max();
};

/// Outer bytes of ESP with this binding around nothing, without padding: IP, UDP, SPI and number,
/// IV, ICV (RFC 4303, 2; RFC 4106, 3 to 6; RFC 3948, 2.1). The suites there are all need the same.
std::size_t esp_overhead(const Binding& binding, Suite suite);
/// The longest inner packet whose outer packet has at most `path_mtu` bytes.
std::size_t largest_inner_bytes(const Binding& binding, Suite suite, unsigned path_mtu);

}  // namespace holdfast::offload

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "base/address.h"
#include "net/daemon_socket.h"

namespace holdfast::net {

/// Empties the error queue of `socket`. Calls back for each "fragmentation needed" (RFC 1191, 4)
/// and "packet too big" (RFC 4443, 3.2), and when a packet with DF was larger than the first link:
/// the packet's destination and the size that fits. Sizes below what every link must carry, 68
/// (RFC 791, 3.1) and 1280 (RFC 8200, 5), are no answers and are left out.
void read_errors(const DaemonSocket& socket,
                 const std::function<void(const IpAddress& peer, unsigned mtu)>& too_big);

}  // namespace holdfast::net

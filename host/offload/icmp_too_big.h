// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "base/bytes.h"
#include "offload/inner_packet.h"

namespace holdfast::offload {

/// The answer to a packet that is too long for its path: ICMP "fragmentation needed and DF set"
/// (RFC 792; RFC 1191, 4) or ICMPv6 "packet too big" (RFC 4443, 3.2), from the packet's own
/// destination, because that is an address that the plain side routes to us anyway.
///
/// Nothing where no error may be sent: about an ICMP error, a later fragment, to or from an
/// address that names no single host (RFC 1122, 3.2.2; RFC 4443, 2.4; a "packet too big" may
/// answer multicast, but we have no address to send it from).
std::optional<Bytes> icmp_too_big(ByteView packet, const Flow& flow, unsigned mtu);

}  // namespace holdfast::offload

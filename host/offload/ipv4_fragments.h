// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "base/bytes.h"

namespace holdfast::offload {

/// Cuts a whole IPv4 packet, a fragment too, into fragments of at most `max_bytes` each
/// (RFC 791, 3.2): options go into the first, and into the others those that say so. Its DF is not
/// looked at. Nothing if not even 8 bytes of payload fit.
std::vector<Bytes> fragment_ipv4(ByteView packet, std::size_t max_bytes);

}  // namespace holdfast::offload

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "net/sockets.h"

namespace holdfast::offload {

/// Bytes of the outer headers before ESP: IP, and UDP if it is encapsulated.
std::size_t outer_header_bytes(const net::WirePacket& packet);

/// Puts the outer headers of a packet that a socket delivered without them into `out`, which has
/// outer_header_bytes() bytes. Checksums are 0: the descriptor must say that they are not valid.
/// The card knows ESP in UDP by port 4500 (RFC 3948, 2.1), so our own port is shown as 4500 if
/// neither is.
void write_outer_header(const net::WirePacket& packet, std::span<std::uint8_t> out);

/// Takes apart what the card wrote; `esp` is a part of `outer`. Nothing if it is not of the card's
/// making.
std::optional<net::WirePacket> split_outer(ByteView outer);

}  // namespace holdfast::offload

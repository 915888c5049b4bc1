// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ike/keymat.h"
#include "isakmp/payload.h"

namespace holdfast::ike {

/// Encrypts payloads into a message and moves `iv` on to its last block, which is the IV of the
/// next message of the exchange (RFC 2409, appendix B).
Bytes seal(isakmp::Header header, const isakmp::PayloadWriter& payloads, const Phase1Keys& keys,
           Bytes& iv);

/// Decrypts what follows the header; `iv` moves on only if the caller keeps it. Whether it means
/// anything only the HASH says. Errors: kBadFormat (no whole number of blocks).
Result<Bytes> unseal(ByteView body, const Phase1Keys& keys, Bytes& iv);

}  // namespace holdfast::ike

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.h"
#include "base/secret_bytes.h"
#include "crypto/algorithms.h"

namespace holdfast {

/// Bytes of a block, which is the size of the IV (RFC 2409, appendix B).
std::size_t block_size(CipherAlgorithm algorithm);
/// Raw CBC without padding: `data` is a whole number of blocks, `iv` one block; AES keys have 16,
/// 24 or 32 bytes, 3DES keys 24. Anything else is a fault of the caller.
Bytes cbc_encrypt(CipherAlgorithm algorithm, ByteView key, ByteView iv, ByteView data);
Bytes cbc_decrypt(CipherAlgorithm algorithm, ByteView key, ByteView iv, ByteView data);

}  // namespace holdfast

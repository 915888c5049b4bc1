// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>

#include "base/bytes.h"
#include "base/secret_bytes.h"
#include "crypto/algorithms.h"

namespace holdfast {

/// Bytes of a digest, which is also the size of the prf's output.
std::size_t digest_size(HashAlgorithm algorithm);
/// Digest over the parts, one after the other.
Bytes digest(HashAlgorithm algorithm, std::initializer_list<ByteView> parts);
/// prf(key, parts | more): HMAC (RFC 2409, 4). The key may have any length.
Bytes prf(HashAlgorithm algorithm, ByteView key, std::initializer_list<ByteView> parts,
          std::initializer_list<ByteView> more = {});
/// The same for what is itself a key.
SecretBytes prf_secret(HashAlgorithm algorithm, ByteView key,
                       std::initializer_list<ByteView> parts);

/// Compares in a time that depends on the sizes alone.
bool is_equal_in_constant_time(ByteView a, ByteView b);

}  // namespace holdfast

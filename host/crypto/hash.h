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
/// prf(key, parts | more): HMAC (RFC 2409, 4). The key may have any length. It stays in OpenSSL's
/// context until another one takes its place, or forget_last_key() is called.
Bytes prf(HashAlgorithm algorithm, ByteView key, std::initializer_list<ByteView> parts,
          std::initializer_list<ByteView> more = {});
/// The same for what is itself a key; nothing stays.
SecretBytes prf_secret(HashAlgorithm algorithm, ByteView key,
                       std::initializer_list<ByteView> parts);

/// For who wipes a key that prf() had: of this thread's contexts none knows it any more.
void forget_last_key();

/// Compares in a time that depends on the sizes alone.
bool is_equal_in_constant_time(ByteView a, ByteView b);

}  // namespace holdfast

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "base/bytes.h"
#include "base/result.h"
#include "base/secret_bytes.h"
#include "crypto/algorithms.h"

namespace holdfast {

/// One end of a Diffie-Hellman exchange, with a fresh private value that ends with the object.
class DiffieHellman {
 public:
  /// `group` must not be kNone. Errors: kUnsupported (the library cannot do it).
  static Result<std::unique_ptr<DiffieHellman>> create(DhGroup group);
  virtual ~DiffieHellman() = default;

  /// As it stands in a KE payload: MODP padded to the size of the prime (RFC 2409, 5), ECP x | y
  /// (RFC 5903, 7), Curve25519 32 bytes (RFC 8031, 3.1).
  virtual ByteView public_value() const = 0;
  /// g^xy as it goes into the prf: MODP padded to the prime, ECP the x coordinate alone (RFC 5903,
  /// 7). Errors: kBadValue (wrong length, 0, 1, p-1 or more, not on the curve, result zero).
  virtual Result<SecretBytes> shared_secret(ByteView peer_public_value) const = 0;
};

/// Bytes of a public value; 0 for kNone and unknown groups.
std::size_t public_value_size(DhGroup group);

}  // namespace holdfast

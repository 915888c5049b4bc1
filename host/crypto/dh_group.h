// SPDX-License-Identifier: Apache-2.0
// Private to the room and its tests: groups as OpenSSL knows them.
#pragma once

#include <memory>

#include "crypto/algorithms.h"
#include "crypto/diffie_hellman.h"
#include "crypto/openssl_ptr.h"

namespace holdfast::openssl {

enum class DhFamily : std::uint8_t { kModp, kEcp, kX25519 };

struct DhGroupInfo {
  DhGroup group;
  DhFamily family;
  const char* name;          ///< nullptr: not known to OpenSSL, made from its prime.
  std::size_t public_bytes;  ///< In a KE payload.
  std::size_t secret_bytes;  ///< In the prf.
  int private_bits;          ///< MODP alone: size of the exponent.
};

/// nullptr for kNone and what is not in the table.
const DhGroupInfo* find_dh_group(DhGroup group);

/// Parameters of a MODP or ECP group without a key; nullptr for X25519, which has none, and for
/// what the library cannot do. Made once, never changed, never freed.
EVP_PKEY* dh_parameters(const DhGroupInfo& info);
/// p - 1 of a MODP group, big-endian, of the size of the prime.
const Bytes& modp_prime_minus_one(const DhGroupInfo& info);
/// A fresh key pair; nullptr if the library cannot.
KeyPtr generate_dh_key(const DhGroupInfo& info);

/// The exchange with a key pair that exists: known answers need it.
std::unique_ptr<DiffieHellman> dh_with_key(DhGroup group, KeyPtr key);

}  // namespace holdfast::openssl

// SPDX-License-Identifier: Apache-2.0
// Private to the room: signatures of IKEv1 with a key of OpenSSL, public or private.
#pragma once

#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "crypto/certificate.h"
#include "crypto/openssl_ptr.h"

namespace holdfast::openssl {

/// What signatures need to know of a key.
struct KeyTraits {
  KeyType type;
  unsigned bits;
  std::optional<HashAlgorithm> hash;  ///< See Certificate::signature_hash.
  std::size_t signature_bytes;
};

/// Errors: kUnsupported (see Certificate::parse).
Result<KeyTraits> inspect_key(const EVP_PKEY* key);
/// See Certificate::verify.
Status verify_signature(EVP_PKEY* key, const KeyTraits& traits, ByteView hash, ByteView signature);
/// See PrivateKey::sign; empty if OpenSSL refuses, as it does with a damaged key.
Bytes make_signature(EVP_PKEY* key, const KeyTraits& traits, ByteView hash);
/// Id of a key by the bit string of its SubjectPublicKeyInfo.
std::string key_id(const X509_PUBKEY* key);

}  // namespace holdfast::openssl

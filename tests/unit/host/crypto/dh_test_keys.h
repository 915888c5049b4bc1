// SPDX-License-Identifier: Apache-2.0
// Key pairs whose private value a standard or the arithmetic gives.
#pragma once

#include <openssl/core_names.h>
#include <openssl/param_build.h>

#include <memory>
#include <stdexcept>

#include "crypto/dh_group.h"
#include "unit/host/crypto/test_bytes.h"

namespace holdfast::test {

inline openssl::BnPtr number_of(ByteView bytes) {
  return openssl::BnPtr(BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr));
}

inline openssl::KeyPtr key_from(const char* type, OSSL_PARAM_BLD* builder) {
  OSSL_PARAM* params = OSSL_PARAM_BLD_to_param(builder);
  const openssl::KeyContextPtr context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* key = nullptr;
  const bool is_made = EVP_PKEY_fromdata_init(context.get()) == 1 &&
                       EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_KEYPAIR, params) == 1;
  OSSL_PARAM_free(params);
  OSSL_PARAM_BLD_free(builder);
  if (!is_made) throw std::runtime_error("OpenSSL did not take the key of the test");
  return openssl::KeyPtr(key);
}

/// A group of RFC 3526 with g = 2: private value x, public value 2^x.
inline std::unique_ptr<DiffieHellman> modp_with(DhGroup group, unsigned private_value) {
  const auto* info = openssl::find_dh_group(group);
  const openssl::BnPtr prime = number_of(modp_prime_minus_one(*info));
  BN_add_word(prime.get(), 1);
  const openssl::BnPtr generator(BN_new()), priv(BN_new()), pub(BN_new());
  BN_set_word(generator.get(), 2);
  BN_set_word(priv.get(), private_value);
  BN_set_bit(pub.get(), static_cast<int>(private_value));
  OSSL_PARAM_BLD* builder = OSSL_PARAM_BLD_new();
  OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_FFC_P, prime.get());
  OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_FFC_G, generator.get());
  OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_PRIV_KEY, priv.get());
  OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_PUB_KEY, pub.get());
  return openssl::dh_with_key(group, key_from("DH", builder));
}

/// `public_value` is x | y, `name` as in "P-256".
inline openssl::KeyPtr ec_key_with(const char* name, const Bytes& private_value,
                                   const Bytes& public_value) {
  Bytes point{4};
  point.insert(point.end(), public_value.begin(), public_value.end());
  const openssl::BnPtr priv = number_of(private_value);
  OSSL_PARAM_BLD* builder = OSSL_PARAM_BLD_new();
  OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, name, 0);
  OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_PRIV_KEY, priv.get());
  OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size());
  return key_from("EC", builder);
}

inline std::unique_ptr<DiffieHellman> ecp_with(DhGroup group, const Bytes& private_value,
                                               const Bytes& public_value) {
  const char* name = openssl::find_dh_group(group)->name;
  return openssl::dh_with_key(group, ec_key_with(name, private_value, public_value));
}

inline std::unique_ptr<DiffieHellman> x25519_with(const Bytes& private_value) {
  openssl::KeyPtr key(EVP_PKEY_new_raw_private_key_ex(nullptr, "X25519", nullptr,
                                                      private_value.data(), private_value.size()));
  return openssl::dh_with_key(DhGroup::kCurve25519, std::move(key));
}

}  // namespace holdfast::test

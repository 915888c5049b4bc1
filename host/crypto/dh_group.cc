// SPDX-License-Identifier: Apache-2.0
#include "crypto/dh_group.h"

#include <openssl/core_names.h>
#include <openssl/param_build.h>

#include <array>

#include "base/result.h"

namespace holdfast::openssl {
namespace {

using ParamBuilderPtr = std::unique_ptr<OSSL_PARAM_BLD, Deleter<OSSL_PARAM_BLD_free>>;
using ParamsPtr = std::unique_ptr<OSSL_PARAM, Deleter<OSSL_PARAM_free>>;

// Exponents have at least twice the bits of the group's strength (SP 800-56A rev. 3, 5.6.1.1.1),
// which is 112 bits for group 14 and 128 for group 15 (SP 800-57 part 1, 5.6.1), and more than
// the first estimate of RFC 3526, 8 wants: 180, 220, 260 and 300 bits for groups 5 and 14 to 16.
// The exponent's size is what a set-up costs; a full one would be eight times as slow and no
// safer, as all the primes are safe ones (SP 800-56A rev. 3, appendix D).
constexpr std::array<DhGroupInfo, 9> kGroups{{
    {DhGroup::kModp1024, DhFamily::kModp, nullptr, 128, 128, 256},
    {DhGroup::kModp1536, DhFamily::kModp, "modp_1536", 192, 192, 256},
    {DhGroup::kModp2048, DhFamily::kModp, "modp_2048", 256, 256, 256},
    {DhGroup::kModp3072, DhFamily::kModp, "modp_3072", 384, 384, 320},
    {DhGroup::kModp4096, DhFamily::kModp, "modp_4096", 512, 512, 384},
    {DhGroup::kEcp256, DhFamily::kEcp, "P-256", 64, 32, 0},
    {DhGroup::kEcp384, DhFamily::kEcp, "P-384", 96, 48, 0},
    {DhGroup::kEcp521, DhFamily::kEcp, "P-521", 132, 66, 0},
    {DhGroup::kCurve25519, DhFamily::kX25519, "X25519", 32, 32, 0},
}};

std::size_t index_of(const DhGroupInfo& info) {
  const auto index = static_cast<std::size_t>(&info - kGroups.data());
  HOLDFAST_CHECK(index < kGroups.size());
  return index;
}

/// The Second Oakley Group is in no list of OpenSSL's names (RFC 2409, 6.2).
bool push_parameters(OSSL_PARAM_BLD* builder, const DhGroupInfo& info, const BIGNUM* prime,
                     const BIGNUM* generator) {
  if (info.name != nullptr) {
    return OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, info.name, 0) == 1;
  }
  return OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_FFC_P, prime) == 1 &&
         OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_FFC_G, generator) == 1;
}

KeyPtr make_parameters(const DhGroupInfo& info) {
  if (info.family == DhFamily::kX25519) return nullptr;
  const char* type = info.family == DhFamily::kModp ? "DH" : "EC";
  const BnPtr prime(BN_get_rfc2409_prime_1024(nullptr));
  const BnPtr generator(BN_new());
  BN_set_word(generator.get(), 2);
  const ParamBuilderPtr builder(OSSL_PARAM_BLD_new());
  if (!push_parameters(builder.get(), info, prime.get(), generator.get())) return nullptr;
  const ParamsPtr params(OSSL_PARAM_BLD_to_param(builder.get()));
  const KeyContextPtr context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* key = nullptr;
  if (context == nullptr || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_KEY_PARAMETERS, params.get()) != 1) {
    return nullptr;
  }
  return KeyPtr(key);
}

KeyContextPtr make_generator(const DhGroupInfo& info) {
  EVP_PKEY* parameters = dh_parameters(info);
  KeyContextPtr context(parameters == nullptr
                            ? EVP_PKEY_CTX_new_from_name(nullptr, info.name, nullptr)
                            : EVP_PKEY_CTX_new_from_pkey(nullptr, parameters, nullptr));
  if (context == nullptr || EVP_PKEY_keygen_init(context.get()) != 1) return nullptr;
  if (info.family == DhFamily::kModp) {
    int bits = info.private_bits;
    const OSSL_PARAM params[] = {OSSL_PARAM_construct_int(OSSL_PKEY_PARAM_DH_PRIV_LEN, &bits),
                                 OSSL_PARAM_construct_end()};
    if (EVP_PKEY_CTX_set_params(context.get(), params) != 1) return nullptr;
  }
  return context;
}

Bytes make_prime_minus_one(const DhGroupInfo& info) {
  EVP_PKEY* parameters = dh_parameters(info);
  if (info.family != DhFamily::kModp || parameters == nullptr) return {};
  BIGNUM* prime = nullptr;
  HOLDFAST_CHECK(EVP_PKEY_get_bn_param(parameters, OSSL_PKEY_PARAM_FFC_P, &prime) == 1);
  const BnPtr owner(prime);
  BN_sub_word(prime, 1);
  Bytes out(info.public_bytes);
  HOLDFAST_CHECK(BN_bn2binpad(prime, out.data(), static_cast<int>(out.size())) > 0);
  return out;
}

}  // namespace

const DhGroupInfo* find_dh_group(DhGroup group) {
  for (const DhGroupInfo& info : kGroups) {
    if (info.group == group) return &info;
  }
  return nullptr;
}

EVP_PKEY* dh_parameters(const DhGroupInfo& info) {
  static const auto table = [] {
    std::array<EVP_PKEY*, kGroups.size()> out{};
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = make_parameters(kGroups[i]).release();
    return out;
  }();
  return table[index_of(info)];
}

const Bytes& modp_prime_minus_one(const DhGroupInfo& info) {
  static const auto table = [] {
    std::array<Bytes, kGroups.size()> out;
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = make_prime_minus_one(kGroups[i]);
    return out;
  }();
  return table[index_of(info)];
}

KeyPtr generate_dh_key(const DhGroupInfo& info) {
  // A context may make any number of keys and keeps none of them.
  thread_local std::array<KeyContextPtr, kGroups.size()> contexts;
  KeyContextPtr& context = contexts[index_of(info)];
  if (context == nullptr) context = make_generator(info);
  EVP_PKEY* key = nullptr;
  if (context == nullptr || EVP_PKEY_keygen(context.get(), &key) != 1) return nullptr;
  return KeyPtr(key);
}

}  // namespace holdfast::openssl

// SPDX-License-Identifier: Apache-2.0
#include "crypto/signature_key.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/rsa.h>

#include <cstring>

#include "base/hex.h"

namespace holdfast::openssl {
namespace {

using EcdsaSigPtr = std::unique_ptr<ECDSA_SIG, Deleter<ECDSA_SIG_free>>;

constexpr unsigned kMinRsaBits = 2048;
constexpr unsigned kMaxRsaBits = 8192;  // beyond that a verification takes a peer's word for work

struct Curve {
  const char* name;
  unsigned bits;
  HashAlgorithm hash;
  std::size_t signature_bytes;
};

// RFC 4754, 3 binds each curve to a hash; RFC 4754, 7 says the sizes of r and s.
constexpr Curve kCurves[] = {{"prime256v1", 256, HashAlgorithm::kSha256, 64},
                             {"secp384r1", 384, HashAlgorithm::kSha384, 96},
                             {"secp521r1", 521, HashAlgorithm::kSha512, 132}};

tl::unexpected<Error> unsupported(std::string sentence) {
  return fail(ErrorCode::kUnsupported, "", std::move(sentence));
}

Result<KeyTraits> inspect_rsa(const EVP_PKEY* key) {
  const int size = EVP_PKEY_get_bits(key);
  const unsigned bits = size > 0 ? static_cast<unsigned>(size) : 0;
  if (bits < kMinRsaBits || bits > kMaxRsaBits) {
    return unsupported("the RSA key has " + std::to_string(bits) + " bits; 2048 to 8192 are taken");
  }
  BIGNUM* exponent = nullptr;
  const bool has_exponent = EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &exponent) == 1;
  const BnPtr owner(exponent);
  if (!has_exponent || BN_is_odd(exponent) == 0 || BN_is_one(exponent) != 0) {
    return unsupported("the public exponent of the RSA key is even or 1");
  }
  return KeyTraits{KeyType::kRsa, bits, std::nullopt, (bits + 7) / 8};
}

Result<KeyTraits> inspect_ec(const EVP_PKEY* key) {
  // A curve that spells out its own parameters can be one where its author knows the logarithm.
  int is_explicit = 0;
  EVP_PKEY_get_int_param(key, OSSL_PKEY_PARAM_EC_DECODED_FROM_EXPLICIT_PARAMS, &is_explicit);
  char name[64] = "";
  if (is_explicit == 0 && EVP_PKEY_get_group_name(key, name, sizeof(name), nullptr) == 1) {
    for (const Curve& curve : kCurves) {
      if (std::strcmp(curve.name, name) == 0) {
        return KeyTraits{KeyType::kEcdsa, curve.bits, curve.hash, curve.signature_bytes};
      }
    }
  }
  return unsupported("the ECDSA key is on none of the curves P-256, P-384 and P-521, by name");
}

/// The DER form that OpenSSL reads; empty if it cannot be made.
Bytes der_signature(ByteView signature) {
  const std::size_t half = signature.size() / 2;
  const int length = static_cast<int>(half);
  BIGNUM* r = BN_bin2bn(signature.data(), length, nullptr);
  BIGNUM* s = BN_bin2bn(signature.data() + half, length, nullptr);
  const EcdsaSigPtr parts(ECDSA_SIG_new());
  HOLDFAST_CHECK(r != nullptr && s != nullptr && parts != nullptr);
  ECDSA_SIG_set0(parts.get(), r, s);
  std::uint8_t* der = nullptr;
  const int size = i2d_ECDSA_SIG(parts.get(), &der);
  Bytes out;
  if (size > 0) out.assign(der, der + size);
  OPENSSL_free(der);
  return out;
}

/// r | s in halves of `size` bytes (RFC 4754, 7).
Bytes plain_signature(ByteView der, std::size_t size) {
  const std::uint8_t* next = der.data();
  const EcdsaSigPtr parts(d2i_ECDSA_SIG(nullptr, &next, static_cast<long>(der.size())));
  if (parts == nullptr) return {};
  Bytes out(size);
  const int half = static_cast<int>(size / 2);
  HOLDFAST_CHECK(BN_bn2binpad(ECDSA_SIG_get0_r(parts.get()), out.data(), half) == half);
  HOLDFAST_CHECK(BN_bn2binpad(ECDSA_SIG_get0_s(parts.get()), out.data() + half, half) == half);
  return out;
}

/// PKCS#1 type 1 padding around the hash as it is: the method of RFC 2409, 5.1, which is what
/// OpenSSL does if no digest is named.
bool set_padding(EVP_PKEY_CTX* context, const KeyTraits& traits) {
  return traits.type != KeyType::kRsa ||
         EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1;
}

bool verify_native(EVP_PKEY* key, const KeyTraits& traits, ByteView hash, ByteView signature) {
  const KeyContextPtr context(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
  return context != nullptr && EVP_PKEY_verify_init(context.get()) == 1 &&
         set_padding(context.get(), traits) &&
         EVP_PKEY_verify(context.get(), signature.data(), signature.size(), hash.data(),
                         hash.size()) == 1;
}

}  // namespace

Result<KeyTraits> inspect_key(const EVP_PKEY* key) {
  switch (key == nullptr ? EVP_PKEY_NONE : EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_RSA:
      return inspect_rsa(key);
    case EVP_PKEY_EC:
      return inspect_ec(key);
    default:
      return unsupported("the key is neither an RSA nor an ECDSA key");
  }
}

Status verify_signature(EVP_PKEY* key, const KeyTraits& traits, ByteView hash, ByteView signature) {
  HOLDFAST_CHECK(!hash.empty());
  const ErrorsForgotten forgotten;
  if (traits.hash.has_value() && hash.size() != digest_size(*traits.hash)) {
    return fail(ErrorCode::kBadValue, "",
                "the key is on a curve of " + std::to_string(traits.bits) +
                    " bits, which is not that of the authentication method");
  }
  // Shorter ones too: leading zeros belong to it (RFC 8017, 8.2.2, step 1; RFC 4754, 7).
  if (signature.size() != traits.signature_bytes) {
    return fail(ErrorCode::kBadValue, "",
                "the signature has " + std::to_string(signature.size()) + " bytes, its key wants " +
                    std::to_string(traits.signature_bytes));
  }
  const bool is_right = traits.type == KeyType::kRsa
                            ? verify_native(key, traits, hash, signature)
                            : verify_native(key, traits, hash, der_signature(signature));
  if (!is_right) return fail(ErrorCode::kBadValue, "", "the signature is wrong");
  return {};
}

Bytes make_signature(EVP_PKEY* key, const KeyTraits& traits, ByteView hash) {
  HOLDFAST_CHECK(!hash.empty());
  HOLDFAST_CHECK(!traits.hash.has_value() || hash.size() == digest_size(*traits.hash));
  const ErrorsForgotten forgotten;
  const KeyContextPtr context(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
  if (context == nullptr || EVP_PKEY_sign_init(context.get()) != 1 ||
      !set_padding(context.get(), traits)) {
    return {};
  }
  Bytes out(static_cast<std::size_t>(EVP_PKEY_get_size(key)));
  std::size_t size = out.size();
  if (EVP_PKEY_sign(context.get(), out.data(), &size, hash.data(), hash.size()) != 1) return {};
  out.resize(size);
  return traits.type == KeyType::kRsa ? out : plain_signature(out, traits.signature_bytes);
}

std::string key_id(const X509_PUBKEY* key) {
  const std::uint8_t* bits = nullptr;
  int size = 0;
  HOLDFAST_CHECK(X509_PUBKEY_get0_param(nullptr, &bits, &size, nullptr, key) == 1);
  return hex(digest(HashAlgorithm::kSha1, {ByteView(bits, static_cast<std::size_t>(size))}));
}

}  // namespace holdfast::openssl

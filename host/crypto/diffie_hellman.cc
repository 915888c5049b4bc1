// SPDX-License-Identifier: Apache-2.0
#include "crypto/diffie_hellman.h"

#include <openssl/core_names.h>
#include <openssl/dh.h>

#include <algorithm>

#include "crypto/dh_group.h"

namespace holdfast {
namespace {

using openssl::DhFamily;
using openssl::DhGroupInfo;
using openssl::ErrorsForgotten;
using openssl::KeyContextPtr;
using openssl::KeyPtr;

/// The form in which an uncompressed point is written by OpenSSL and not by IKE (RFC 5903, 7).
constexpr std::uint8_t kUncompressed = 4;

Bytes modp_public_value(const DhGroupInfo& info, const EVP_PKEY* key) {
  BIGNUM* value = nullptr;
  HOLDFAST_CHECK(EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_PUB_KEY, &value) == 1);
  const openssl::BnPtr owner(value);
  Bytes out(info.public_bytes);
  HOLDFAST_CHECK(BN_bn2binpad(value, out.data(), static_cast<int>(out.size())) > 0);
  return out;
}

Bytes curve_public_value(const DhGroupInfo& info, const EVP_PKEY* key) {
  const std::size_t prefix = info.family == DhFamily::kEcp ? 1 : 0;
  Bytes out(prefix + info.public_bytes);
  std::size_t size = 0;
  HOLDFAST_CHECK(EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY, out.data(),
                                                 out.size(), &size) == 1);
  HOLDFAST_CHECK(size == out.size() && (prefix == 0 || out[0] == kUncompressed));
  if (prefix != 0) out.erase(out.begin());
  return out;
}

/// 1 < value < p - 1: with a safe prime no more is needed (RFC 6989, 2.1; SP 800-56A rev. 3,
/// 5.6.2.3.2). Both are big-endian and of one size.
bool is_modp_value_allowed(ByteView value, ByteView prime_minus_one) {
  const bool is_small =
      std::all_of(value.begin(), value.end() - 1, [](std::uint8_t b) { return b == 0; }) &&
      value.back() <= 1;
  return !is_small && std::lexicographical_compare(value.begin(), value.end(),
                                                   prime_minus_one.begin(), prime_minus_one.end());
}

/// nullptr if the library refuses the value; for ECP that includes points that are not on the
/// curve and coordinates that are not below the prime (RFC 6989, 2.3; RFC 5903, 7).
KeyPtr peer_key(const DhGroupInfo& info, ByteView value) {
  if (info.family == DhFamily::kX25519) {
    return KeyPtr(
        EVP_PKEY_new_raw_public_key_ex(nullptr, info.name, nullptr, value.data(), value.size()));
  }
  Bytes encoded;
  encoded.reserve(value.size() + 1);
  if (info.family == DhFamily::kEcp) encoded.push_back(kUncompressed);
  encoded.insert(encoded.end(), value.begin(), value.end());
  KeyPtr key(EVP_PKEY_new());
  if (key == nullptr || EVP_PKEY_copy_parameters(key.get(), dh_parameters(info)) != 1 ||
      EVP_PKEY_set1_encoded_public_key(key.get(), encoded.data(), encoded.size()) != 1) {
    return nullptr;
  }
  return key;
}

/// False if there is no result, as from a point of small order on Curve25519.
bool derive(const DhGroupInfo& info, EVP_PKEY* own, EVP_PKEY* peer, std::span<std::uint8_t> out) {
  const KeyContextPtr context(EVP_PKEY_CTX_new_from_pkey(nullptr, own, nullptr));
  HOLDFAST_CHECK(context != nullptr && EVP_PKEY_derive_init(context.get()) == 1);
  if (info.family == DhFamily::kModp) {
    HOLDFAST_CHECK(EVP_PKEY_CTX_set_dh_pad(context.get(), 1) == 1);
  }
  // Not validated again: for MODP that would be a second exponentiation, with a full exponent.
  if (EVP_PKEY_derive_set_peer_ex(context.get(), peer, 0) != 1) return false;
  std::size_t size = out.size();
  return EVP_PKEY_derive(context.get(), out.data(), &size) == 1 && size == out.size() &&
         std::any_of(out.begin(), out.end(), [](std::uint8_t b) { return b != 0; });
}

class OpensslDiffieHellman : public DiffieHellman {
 public:
  OpensslDiffieHellman(const DhGroupInfo& info, KeyPtr key)
      : info_(info),
        key_(std::move(key)),
        public_(info.family == DhFamily::kModp ? modp_public_value(info, key_.get())
                                               : curve_public_value(info, key_.get())) {}

  ByteView public_value() const override { return public_; }
  Result<SecretBytes> shared_secret(ByteView peer_public_value) const override;

 private:
  const DhGroupInfo& info_;
  KeyPtr key_;
  Bytes public_;
};

Result<SecretBytes> OpensslDiffieHellman::shared_secret(ByteView peer_public_value) const {
  const ErrorsForgotten forgotten;
  if (peer_public_value.size() != info_.public_bytes) {
    return fail(ErrorCode::kBadValue, "",
                "the public value has " + std::to_string(peer_public_value.size()) +
                    " bytes, its group wants " + std::to_string(info_.public_bytes));
  }
  if (info_.family == DhFamily::kModp &&
      !is_modp_value_allowed(peer_public_value, modp_prime_minus_one(info_))) {
    return fail(ErrorCode::kBadValue, "", "the public value is 0, 1, p-1 or more");
  }
  const KeyPtr peer = peer_key(info_, peer_public_value);
  if (peer == nullptr) {
    return fail(ErrorCode::kBadValue, "", "the public value is not a point of the curve");
  }
  Bytes buffer(info_.secret_bytes);
  const bool is_derived = derive(info_, key_.get(), peer.get(), buffer);
  SecretBytes secret{ByteView(buffer)};
  secure_wipe(buffer);
  if (!is_derived) {
    return fail(ErrorCode::kBadValue, "", "the public value leads to no shared secret");
  }
  return secret;
}

}  // namespace

Result<std::unique_ptr<DiffieHellman>> DiffieHellman::create(DhGroup group) {
  HOLDFAST_CHECK(group != DhGroup::kNone);
  const ErrorsForgotten forgotten;
  const DhGroupInfo* info = openssl::find_dh_group(group);
  KeyPtr key = info == nullptr ? nullptr : generate_dh_key(*info);
  if (key == nullptr) {
    return fail(ErrorCode::kUnsupported, "",
                "no Diffie-Hellman group " + std::to_string(static_cast<unsigned>(group)) +
                    " in this build");
  }
  return openssl::dh_with_key(group, std::move(key));
}

std::size_t public_value_size(DhGroup group) {
  const DhGroupInfo* info = openssl::find_dh_group(group);
  return info == nullptr ? 0 : info->public_bytes;
}

namespace openssl {

std::unique_ptr<DiffieHellman> dh_with_key(DhGroup group, KeyPtr key) {
  const DhGroupInfo* info = find_dh_group(group);
  HOLDFAST_CHECK(info != nullptr && key != nullptr);
  return std::make_unique<OpensslDiffieHellman>(*info, std::move(key));
}

}  // namespace openssl
}  // namespace holdfast

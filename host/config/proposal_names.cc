// SPDX-License-Identifier: Apache-2.0
#include "config/proposal.h"

namespace holdfast {
namespace {

/// "AES_CBC_128"; without a number where there is but one size.
std::string with_size(std::string_view name, std::uint16_t key_bits, bool is_sized) {
  return is_sized ? std::string(name) + "_" + std::to_string(key_bits) : std::string(name);
}

}  // namespace

std::string_view cipher_name(CipherAlgorithm cipher) {
  return cipher == CipherAlgorithm::k3DesCbc ? "3DES_CBC" : "AES_CBC";
}

std::string_view integrity_name(HashAlgorithm hash) {
  switch (hash) {
    case HashAlgorithm::kMd5:
      return "HMAC_MD5_96";
    case HashAlgorithm::kSha1:
      return "HMAC_SHA1_96";
    case HashAlgorithm::kSha256:
      return "HMAC_SHA2_256_128";
    case HashAlgorithm::kSha384:
      return "HMAC_SHA2_384_192";
    case HashAlgorithm::kSha512:
      return "HMAC_SHA2_512_256";
  }
  return "UNKNOWN";
}

std::string_view prf_name(HashAlgorithm hash) {
  switch (hash) {
    case HashAlgorithm::kMd5:
      return "PRF_HMAC_MD5";
    case HashAlgorithm::kSha1:
      return "PRF_HMAC_SHA1";
    case HashAlgorithm::kSha256:
      return "PRF_HMAC_SHA2_256";
    case HashAlgorithm::kSha384:
      return "PRF_HMAC_SHA2_384";
    case HashAlgorithm::kSha512:
      return "PRF_HMAC_SHA2_512";
  }
  return "UNKNOWN";
}

std::string_view group_name(DhGroup group) {
  switch (group) {
    case DhGroup::kNone:
      return "NONE";
    case DhGroup::kModp1024:
      return "MODP_1024";
    case DhGroup::kModp1536:
      return "MODP_1536";
    case DhGroup::kModp2048:
      return "MODP_2048";
    case DhGroup::kModp3072:
      return "MODP_3072";
    case DhGroup::kModp4096:
      return "MODP_4096";
    case DhGroup::kEcp256:
      return "ECP_256";
    case DhGroup::kEcp384:
      return "ECP_384";
    case DhGroup::kEcp521:
      return "ECP_521";
    case DhGroup::kCurve25519:
      return "CURVE_25519";
  }
  return "UNKNOWN";
}

std::string_view esp_cipher_name(EspTransform transform) {
  switch (transform) {
    case EspTransform::k3Des:
      return "3DES_CBC";
    case EspTransform::kNull:
      return "NULL";
    case EspTransform::kAesCbc:
      return "AES_CBC";
    case EspTransform::kAesGcm16:
      return "AES_GCM_16";
  }
  return "UNKNOWN";
}

std::string_view esp_auth_name(EspAuth auth) {
  switch (auth) {
    case EspAuth::kNone:
      return "NONE";
    case EspAuth::kHmacMd5:
      return integrity_name(HashAlgorithm::kMd5);
    case EspAuth::kHmacSha1:
      return integrity_name(HashAlgorithm::kSha1);
    case EspAuth::kHmacSha256:
      return integrity_name(HashAlgorithm::kSha256);
    case EspAuth::kHmacSha384:
      return integrity_name(HashAlgorithm::kSha384);
    case EspAuth::kHmacSha512:
      return integrity_name(HashAlgorithm::kSha512);
  }
  return "UNKNOWN";
}

std::string IkeProposal::text() const {
  std::string text = with_size(cipher_name(cipher), key_bits, cipher != CipherAlgorithm::k3DesCbc);
  for (const std::string_view part : {integrity_name(hash), prf_name(hash), group_name(group)})
    (text += "/") += part;
  return text;
}

std::string EspProposal::text() const {
  const bool is_sized = transform == EspTransform::kAesCbc || transform == EspTransform::kAesGcm16;
  std::string text = with_size(esp_cipher_name(transform), key_bits, is_sized);
  if (auth != EspAuth::kNone) (text += "/") += esp_auth_name(auth);
  if (group != DhGroup::kNone) (text += "/") += group_name(group);
  return text + (has_esn ? "/EXT_SEQ" : "/NO_EXT_SEQ");
}

}  // namespace holdfast

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "crypto/algorithms.h"
#include "holdfast/csr_enums.h"

namespace holdfast {

/// One phase 1 transform (RFC 2409, 4 and appendix A), without authentication method and lifetime.
struct IkeProposal {
  CipherAlgorithm cipher = CipherAlgorithm::kAesCbc;
  std::uint16_t key_bits = 128;  ///< 192 for 3DES.
  HashAlgorithm hash = HashAlgorithm::kSha256;
  DhGroup group = DhGroup::kModp2048;

  bool operator==(const IkeProposal&) const = default;
  /// "AES_CBC_128/HMAC_SHA2_256_128/PRF_HMAC_SHA2_256/MODP_2048"
  std::string text() const;
};

/// ESP transform identifiers (RFC 2407, 4.4.4, and IANA's registry).
enum class EspTransform : std::uint8_t { k3Des = 3, kNull = 11, kAesCbc = 12, kAesGcm16 = 20 };
/// Authentication Algorithm values (RFC 2407, 4.5, and IANA's registry); kNone with GCM.
enum class EspAuth : std::uint16_t {
  kNone = 0,
  kHmacMd5 = 1,
  kHmacSha1 = 2,
  kHmacSha256 = 5,
  kHmacSha384 = 6,
  kHmacSha512 = 7,
};

/// One phase 2 transform. With a group: perfect forward secrecy.
struct EspProposal {
  EspTransform transform = EspTransform::kAesGcm16;
  std::uint16_t key_bits = 128;  ///< 192 for 3DES, 0 for NULL.
  EspAuth auth = EspAuth::kNone;
  DhGroup group = DhGroup::kNone;
  bool has_esn = false;

  bool operator==(const EspProposal&) const = default;
  /// "AES_GCM_16_128/ECP_256/NO_EXT_SEQ"
  std::string text() const;
  /// The card's suite for it, if there is one in the map of registers.
  std::optional<Suite> suite() const;
  /// Bytes of KEYMAT for one SA (RFC 2409, 5.5): cipher key, for GCM its salt (RFC 4106, 8.1),
  /// integrity key.
  std::size_t keymat_bytes() const;
};

/// Names in list-sa (vici): "AES_CBC", "HMAC_SHA2_256_128", "PRF_HMAC_SHA2_256", "MODP_2048".
std::string_view cipher_name(CipherAlgorithm cipher);
std::string_view integrity_name(HashAlgorithm hash);
std::string_view prf_name(HashAlgorithm hash);
std::string_view group_name(DhGroup group);
std::string_view esp_cipher_name(EspTransform transform);
std::string_view esp_auth_name(EspAuth auth);

/// Spellings of swanctl.conf, one entry of a list: "aes128-sha256-modp2048",
/// "aes256gcm16-ecp256-esn"; several algorithms of a kind make several proposals, in order of
/// preference; "default" makes ours. Weak ones (3des, md5, groups 2 and 5) only where they are
/// written out. Errors: kBadValue (unknown or senseless; names the token), kUnsupported.
Result<std::vector<IkeProposal>> parse_ike_proposals(std::string_view text);
Result<std::vector<EspProposal>> parse_esp_proposals(std::string_view text);

}  // namespace holdfast

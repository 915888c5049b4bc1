// SPDX-License-Identifier: Apache-2.0
#include "config/proposal_tokens.h"

#include <algorithm>
#include <array>

#include "config/words.h"

namespace holdfast {
namespace {

template <typename T>
constexpr std::uint16_t n(T value) {
  return static_cast<std::uint16_t>(value);
}
using enum TokenKind;
constexpr auto kAes = n(CipherAlgorithm::kAesCbc);
constexpr auto kGcm = n(EspTransform::kAesGcm16);

constexpr std::array kTokens = {
    ProposalToken{"aes", kCipher, kAes, 128},
    ProposalToken{"aes128", kCipher, kAes, 128},
    ProposalToken{"aes192", kCipher, kAes, 192},
    ProposalToken{"aes256", kCipher, kAes, 256},
    ProposalToken{"3des", kCipher, n(CipherAlgorithm::k3DesCbc), 192},
    ProposalToken{"null", kEspCipher, n(EspTransform::kNull), 0},
    ProposalToken{"aes128gcm", kEspCipher, kGcm, 128},
    ProposalToken{"aes128gcm16", kEspCipher, kGcm, 128},
    ProposalToken{"aes128gcm128", kEspCipher, kGcm, 128},
    ProposalToken{"aes192gcm", kEspCipher, kGcm, 192},
    ProposalToken{"aes192gcm16", kEspCipher, kGcm, 192},
    ProposalToken{"aes192gcm128", kEspCipher, kGcm, 192},
    ProposalToken{"aes256gcm", kEspCipher, kGcm, 256},
    ProposalToken{"aes256gcm16", kEspCipher, kGcm, 256},
    ProposalToken{"aes256gcm128", kEspCipher, kGcm, 256},
    ProposalToken{"md5", kIntegrity, n(HashAlgorithm::kMd5)},
    ProposalToken{"sha", kIntegrity, n(HashAlgorithm::kSha1)},
    ProposalToken{"sha1", kIntegrity, n(HashAlgorithm::kSha1)},
    ProposalToken{"sha256", kIntegrity, n(HashAlgorithm::kSha256)},
    ProposalToken{"sha2_256", kIntegrity, n(HashAlgorithm::kSha256)},
    ProposalToken{"sha384", kIntegrity, n(HashAlgorithm::kSha384)},
    ProposalToken{"sha2_384", kIntegrity, n(HashAlgorithm::kSha384)},
    ProposalToken{"sha512", kIntegrity, n(HashAlgorithm::kSha512)},
    ProposalToken{"sha2_512", kIntegrity, n(HashAlgorithm::kSha512)},
    ProposalToken{"prfmd5", kPrf, n(HashAlgorithm::kMd5)},
    ProposalToken{"prfsha1", kPrf, n(HashAlgorithm::kSha1)},
    ProposalToken{"prfsha256", kPrf, n(HashAlgorithm::kSha256)},
    ProposalToken{"prfsha384", kPrf, n(HashAlgorithm::kSha384)},
    ProposalToken{"prfsha512", kPrf, n(HashAlgorithm::kSha512)},
    ProposalToken{"modp1024", kGroup, n(DhGroup::kModp1024)},
    ProposalToken{"modp1536", kGroup, n(DhGroup::kModp1536)},
    ProposalToken{"modp2048", kGroup, n(DhGroup::kModp2048)},
    ProposalToken{"modp3072", kGroup, n(DhGroup::kModp3072)},
    ProposalToken{"modp4096", kGroup, n(DhGroup::kModp4096)},
    ProposalToken{"ecp256", kGroup, n(DhGroup::kEcp256)},
    ProposalToken{"ecp384", kGroup, n(DhGroup::kEcp384)},
    ProposalToken{"ecp521", kGroup, n(DhGroup::kEcp521)},
    ProposalToken{"curve25519", kGroup, n(DhGroup::kCurve25519)},
    ProposalToken{"x25519", kGroup, n(DhGroup::kCurve25519)},
    ProposalToken{"none", kNoGroup},
    ProposalToken{"modpnone", kNoGroup},
    ProposalToken{"esn", kEsn},
    ProposalToken{"noesn", kNoEsn},
};

/// Names that other daemons know and we do not do.
constexpr std::array<std::string_view, 29> kOthers = {
    "des",          "cast128",      "chacha20poly1305", "blowfish", "camellia", "serpent",
    "twofish",      "aesxcbc",      "aescmac",          "sha1_160", "md5_128",  "sha256_96",
    "sha2_256_96",  "prfaesxcbc",   "prfaescmac",       "modp768",  "modp6144", "modp8192",
    "modp1024s160", "modp2048s224", "modp2048s256",     "ecp192",   "ecp224",   "ecp224bp",
    "ecp256bp",     "ecp384bp",     "ecp512bp",         "curve448", "x448",
};
constexpr std::array<std::string_view, 5> kSizedCiphers = {"aes", "camellia", "blowfish", "serpent",
                                                           "twofish"};
constexpr std::array<std::string_view, 14> kModes = {"",      "ctr",   "ccm",   "ccm8",  "ccm12",
                                                     "ccm16", "ccm64", "ccm96", "gcm8",  "gcm12",
                                                     "gcm64", "gcm96", "gmac",  "ccm128"};

/// "aes192ctr", "camellia256", "blowfish128" …
bool is_other_cipher(std::string_view text) {
  for (const std::string_view cipher : kSizedCiphers)
    for (const std::string_view size : {"128", "192", "256"}) {
      if (!text.starts_with(cipher) || text.substr(cipher.size(), 3) != size) continue;
      const std::string_view mode = text.substr(cipher.size() + 3);
      if (std::find(kModes.begin(), kModes.end(), mode) != kModes.end()) return true;
    }
  return false;
}

}  // namespace

std::string_view nearest_proposal_token(std::string_view text) {
  std::array<std::string_view, kTokens.size()> words;
  std::transform(kTokens.begin(), kTokens.end(), words.begin(),
                 [](const ProposalToken& token) { return token.text; });
  return nearest_word(lower(text), words);
}

const ProposalToken* find_proposal_token(std::string_view text) {
  static constexpr ProposalToken kOther{"", kNotSupported};
  for (const ProposalToken& token : kTokens)
    if (token.text == text) return &token;
  const bool is_other = std::find(kOthers.begin(), kOthers.end(), text) != kOthers.end();
  return is_other || is_other_cipher(text) ? &kOther : nullptr;
}

}  // namespace holdfast

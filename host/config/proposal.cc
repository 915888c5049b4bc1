// SPDX-License-Identifier: Apache-2.0
#include "config/proposal.h"

#include <algorithm>

#include "config/proposal_tokens.h"
#include "config/words.h"

namespace holdfast {
namespace {

/// Transforms of one SA payload have numbers of one byte (RFC 2408, 3.6).
constexpr std::size_t kMaxProposals = 255;

/// The tokens of one proposal, by kind, in the order in which they stand.
struct Kinds {
  std::vector<const ProposalToken*> ciphers, integrity, prfs, groups, esns;
};

tl::unexpected<Error> senseless(std::string_view text, const std::string& why) {
  return fail(ErrorCode::kBadValue, "", "proposal '" + printable(text) + "' " + why);
}

std::string unknown_token(const std::string& word) {
  const std::string_view meant = nearest_proposal_token(word);
  return "has the unknown token '" + printable(word) + "'" +
         (meant.empty() ? "; tokens are as in aes256gcm16 (ESP), aes256-sha256-curve25519 (IKE)"
                        : "; did you mean '" + std::string(meant) + "'?");
}

std::vector<const ProposalToken*>& list_of(TokenKind kind, Kinds& kinds) {
  switch (kind) {
    case TokenKind::kIntegrity:
      return kinds.integrity;
    case TokenKind::kPrf:
      return kinds.prfs;
    case TokenKind::kGroup:
    case TokenKind::kNoGroup:
      return kinds.groups;
    case TokenKind::kEsn:
    case TokenKind::kNoEsn:
      return kinds.esns;
    default:
      return kinds.ciphers;
  }
}

/// Tokens of `text` by kind. Errors: kBadValue (a word that is no token, or one twice),
/// kUnsupported.
Result<Kinds> read_tokens(std::string_view text) {
  Kinds kinds;
  for (const std::string& word : split(text, '-')) {
    const ProposalToken* token = find_proposal_token(word);
    if (!token) return senseless(text, unknown_token(word));
    if (token->kind == TokenKind::kNotSupported)
      return fail(ErrorCode::kUnsupported, "",
                  "proposal '" + printable(text) + "': '" + word + "' is not supported");
    auto& list = list_of(token->kind, kinds);
    const bool is_known = std::any_of(list.begin(), list.end(), [&](const ProposalToken* other) {
      return other->kind == token->kind && other->number == token->number &&
             other->key_bits == token->key_bits;
    });
    if (!is_known) list.push_back(token);
  }
  return kinds;
}

Status check_count(std::string_view text, std::size_t count) {
  if (count <= kMaxProposals) return {};
  return senseless(text, "makes more than " + std::to_string(kMaxProposals) + " combinations");
}

/// In IKEv1 the prf is the HMAC of the hash (RFC 2409, 4), so one that is written must be that.
Status check_prfs(std::string_view text, const Kinds& kinds) {
  if (kinds.prfs.empty()) return {};
  const auto has = [](const auto& list, const ProposalToken* token) {
    return std::any_of(list.begin(), list.end(),
                       [&](const ProposalToken* other) { return other->number == token->number; });
  };
  for (const ProposalToken* prf : kinds.prfs)
    if (!has(kinds.integrity, prf))
      return fail(ErrorCode::kUnsupported, "",
                  "proposal '" + printable(text) + "': '" + std::string(prf->text) +
                      "' is not the HMAC of its hash, which IKEv1 takes");
  for (const ProposalToken* hash : kinds.integrity)
    if (!has(kinds.prfs, hash))
      return fail(ErrorCode::kUnsupported, "",
                  "proposal '" + printable(text) + "': no PRF is written for '" +
                      std::string(hash->text) + "', and IKEv1 takes its HMAC");
  return {};
}

Status check_ike(std::string_view text, const Kinds& kinds) {
  for (const ProposalToken* cipher : kinds.ciphers) {
    if (cipher->kind == TokenKind::kCipher) continue;
    const std::string word(cipher->text);
    if (word == "null") return senseless(text, "would not encrypt: 'null' is for ESP only");
    return fail(ErrorCode::kUnsupported, "",
                "proposal '" + printable(text) + "': '" + word + "' is for ESP, IKEv1 has no AEAD");
  }
  if (!kinds.esns.empty()) return senseless(text, "has 'esn' or 'noesn', which are for ESP only");
  for (const ProposalToken* group : kinds.groups)
    if (group->kind == TokenKind::kNoGroup)
      return senseless(text, "has no group, and 'none' is for ESP only");
  if (kinds.ciphers.empty()) return senseless(text, "has no encryption algorithm");
  if (kinds.integrity.empty()) return senseless(text, "has no integrity algorithm");
  if (kinds.groups.empty()) return senseless(text, "has no Diffie-Hellman group");
  return check_prfs(text, kinds);
}

bool is_aead(const ProposalToken& token) {
  return token.kind == TokenKind::kEspCipher &&
         token.number == static_cast<std::uint16_t>(EspTransform::kAesGcm16);
}

Status check_esp(std::string_view text, const Kinds& kinds) {
  if (!kinds.prfs.empty()) return senseless(text, "has a PRF, which is for IKE only");
  if (kinds.ciphers.empty()) return senseless(text, "has no encryption algorithm");
  const auto num_aead = std::count_if(kinds.ciphers.begin(), kinds.ciphers.end(),
                                      [](const ProposalToken* token) { return is_aead(*token); });
  if (num_aead == 0)
    return kinds.integrity.empty() ? senseless(text, "protects no integrity") : Status{};
  if (static_cast<std::size_t>(num_aead) != kinds.ciphers.size())
    return senseless(text, "mixes AEAD with other ciphers; write two proposals");
  if (!kinds.integrity.empty())
    return senseless(text, "has an integrity algorithm beside an AEAD, which has its own");
  return {};
}

EspTransform esp_transform(const ProposalToken& token) {
  if (token.kind == TokenKind::kEspCipher) return static_cast<EspTransform>(token.number);
  return token.number == static_cast<std::uint16_t>(CipherAlgorithm::k3DesCbc)
             ? EspTransform::k3Des
             : EspTransform::kAesCbc;
}

EspAuth esp_auth(const ProposalToken& token) {
  switch (static_cast<HashAlgorithm>(token.number)) {
    case HashAlgorithm::kMd5:
      return EspAuth::kHmacMd5;
    case HashAlgorithm::kSha1:
      return EspAuth::kHmacSha1;
    case HashAlgorithm::kSha256:
      return EspAuth::kHmacSha256;
    case HashAlgorithm::kSha384:
      return EspAuth::kHmacSha384;
    case HashAlgorithm::kSha512:
      return EspAuth::kHmacSha512;
  }
  return EspAuth::kNone;
}

std::size_t integrity_key_bytes(EspAuth auth) {
  switch (auth) {
    case EspAuth::kNone:
      return 0;
    case EspAuth::kHmacMd5:
      return 16;  // RFC 2403, 3
    case EspAuth::kHmacSha1:
      return 20;  // RFC 2404, 3
    case EspAuth::kHmacSha256:
      return 32;  // RFC 4868, 2.1.1: as long as the digest
    case EspAuth::kHmacSha384:
      return 48;
    case EspAuth::kHmacSha512:
      return 64;
  }
  return 0;
}

/// Ours, strong ones only; few enough that message 1 of Main Mode, which nobody can fragment, fits
/// a datagram of 1,280 bytes.
constexpr std::string_view kIkeDefaults[] = {
    "aes256-aes128-sha256-sha384-sha512-curve25519-ecp256-modp2048",
    "aes256-sha384-ecp384",
    "aes256-sha512-ecp521",
    "aes256-sha256-modp3072-modp4096",
};
constexpr std::string_view kEspDefault = "aes256gcm16-aes128gcm16";

}  // namespace

Result<std::vector<IkeProposal>> parse_ike_proposals(std::string_view text) {
  std::vector<IkeProposal> proposals;
  if (is_same_word(text, "default")) {
    for (const std::string_view entry : kIkeDefaults) {
      const auto some = parse_ike_proposals(entry);
      HOLDFAST_CHECK(some.has_value());
      proposals.insert(proposals.end(), some->begin(), some->end());
    }
    return proposals;
  }
  const auto kinds = read_tokens(text);
  if (!kinds) return tl::unexpected(kinds.error());
  if (Status status = check_ike(text, *kinds); !status) return tl::unexpected(status.error());
  for (const ProposalToken* cipher : kinds->ciphers)
    for (const ProposalToken* hash : kinds->integrity)
      for (const ProposalToken* group : kinds->groups)
        proposals.push_back({static_cast<CipherAlgorithm>(cipher->number), cipher->key_bits,
                             static_cast<HashAlgorithm>(hash->number),
                             static_cast<DhGroup>(group->number)});
  if (Status status = check_count(text, proposals.size()); !status)
    return tl::unexpected(status.error());
  return proposals;
}

Result<std::vector<EspProposal>> parse_esp_proposals(std::string_view text) {
  if (is_same_word(text, "default")) text = kEspDefault;
  auto kinds = read_tokens(text);
  if (!kinds) return tl::unexpected(kinds.error());
  if (Status status = check_esp(text, *kinds); !status) return tl::unexpected(status.error());
  static constexpr ProposalToken kNoIntegrity{"", TokenKind::kIntegrity};
  static constexpr ProposalToken kNoPfs{"none", TokenKind::kNoGroup};
  static constexpr ProposalToken kPlain{"noesn", TokenKind::kNoEsn};
  if (kinds->integrity.empty()) kinds->integrity = {&kNoIntegrity};
  if (kinds->groups.empty()) kinds->groups = {&kNoPfs};
  if (kinds->esns.empty()) kinds->esns = {&kPlain};
  std::vector<EspProposal> proposals;
  for (const ProposalToken* cipher : kinds->ciphers)
    for (const ProposalToken* auth : kinds->integrity)
      for (const ProposalToken* group : kinds->groups)
        for (const ProposalToken* esn : kinds->esns)
          proposals.push_back({esp_transform(*cipher), cipher->key_bits, esp_auth(*auth),
                               static_cast<DhGroup>(group->number), esn->kind == TokenKind::kEsn});
  if (Status status = check_count(text, proposals.size()); !status)
    return tl::unexpected(status.error());
  return proposals;
}

std::optional<Suite> EspProposal::suite() const {
  if (transform != EspTransform::kAesGcm16 || auth != EspAuth::kNone) return std::nullopt;
  if (key_bits == 128) return Suite::kAes128gcm16;
  if (key_bits == 192) return Suite::kAes192gcm16;
  if (key_bits == 256) return Suite::kAes256gcm16;
  return std::nullopt;
}

std::size_t EspProposal::keymat_bytes() const {
  constexpr std::size_t kGcmSaltBytes = 4;  // RFC 4106, 8.1
  const std::size_t salt_bytes = transform == EspTransform::kAesGcm16 ? kGcmSaltBytes : 0;
  return key_bits / 8u + salt_bytes + integrity_key_bytes(auth);
}

}  // namespace holdfast

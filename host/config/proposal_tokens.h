// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

#include "config/proposal.h"

namespace holdfast {

/// What a token of a proposal stands for.
enum class TokenKind : std::uint8_t {
  kCipher,     ///< AES-CBC or 3DES: phase 1 and ESP.
  kEspCipher,  ///< ESP only: NULL and AES-GCM-16.
  kIntegrity,  ///< Hash of phase 1, HMAC of ESP.
  kPrf,        ///< Phase 1 only.
  kGroup,      ///< Diffie-Hellman group.
  kNoGroup,    ///< "none": no perfect forward secrecy, ESP only.
  kEsn,
  kNoEsn,         ///< Extended sequence numbers, ESP only.
  kNotSupported,  ///< A name that exists, of something that we do not do.
};

struct ProposalToken {
  std::string_view text;
  TokenKind kind;
  std::uint16_t number = 0;    ///< CipherAlgorithm, EspTransform, HashAlgorithm or DhGroup.
  std::uint16_t key_bits = 0;  ///< Of ciphers.
};

/// The token that `text` may be a slip of; empty if there is none.
std::string_view nearest_proposal_token(std::string_view text);
/// nullptr for a word that is no token. Tokens are in small letters only.
const ProposalToken* find_proposal_token(std::string_view text);

}  // namespace holdfast

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace holdfast {

/// Values of RFC 2409, appendix A, attribute class Hash Algorithm, and IANA's registry of it.
enum class HashAlgorithm : std::uint16_t {
  kMd5 = 1,
  kSha1 = 2,
  kSha256 = 4,
  kSha384 = 5,
  kSha512 = 6,
};

/// Attribute class Encryption Algorithm (RFC 2409, appendix A; AES: RFC 3602, 5.3).
enum class CipherAlgorithm : std::uint16_t { k3DesCbc = 5, kAesCbc = 7 };

/// Attribute class Group Description (RFC 2409, 6; RFC 3526; RFC 5903; 31: RFC 8031).
enum class DhGroup : std::uint16_t {
  kNone = 0,
  kModp1024 = 2,
  kModp1536 = 5,
  kModp2048 = 14,
  kModp3072 = 15,
  kModp4096 = 16,
  kEcp256 = 19,
  kEcp384 = 20,
  kEcp521 = 21,
  kCurve25519 = 31,
};

}  // namespace holdfast

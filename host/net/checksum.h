// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace holdfast::net {

/// One's complement sum of the bytes as 16-bit words in network order, folded to 16 bits; an odd
/// byte at the end counts as if a zero followed (RFC 1071, 1). Sums can be added and folded again.
std::uint16_t sum16(ByteView bytes, std::uint32_t sum = 0);

/// Folds carries (RFC 1071, 1).
constexpr std::uint16_t fold16(std::uint64_t sum) {
  while (sum > 0xFFFF) sum = (sum & 0xFFFF) + (sum >> 16);
  return static_cast<std::uint16_t>(sum);
}

/// What stands in a header for this sum: the complement, and never 0, which UDP reads as "none"
/// (RFC 768) and which means the same as 0xFFFF to all others.
constexpr std::uint16_t checksum_of(std::uint16_t sum) {
  return sum == 0xFFFF ? sum : static_cast<std::uint16_t>(~sum);
}

}  // namespace holdfast::net

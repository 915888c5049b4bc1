// SPDX-License-Identifier: Apache-2.0
#include "net/checksum.h"

#include <bit>
#include <cstring>

namespace holdfast::net {

/// The sum does not depend on the order of bytes in words (RFC 1071, 2 (B)), so it is made of the
/// machine's own words, two at a time, and turned round at the end.
std::uint16_t sum16(ByteView bytes, std::uint32_t sum) {
  std::uint64_t total = 0;
  const std::uint8_t* at = bytes.data();
  std::size_t left = bytes.size();
  for (; left >= 4; left -= 4, at += 4) {
    std::uint32_t word;
    std::memcpy(&word, at, sizeof word);
    total += word;
  }
  std::uint32_t rest = 0;
  if (left > 0) std::memcpy(&rest, at, left);
  const std::uint16_t folded = fold16(total + rest);
  const auto in_order = std::endian::native == std::endian::little
                            ? static_cast<std::uint16_t>(folded << 8 | folded >> 8)
                            : folded;
  return fold16(std::uint64_t{in_order} + sum);
}

}  // namespace holdfast::net

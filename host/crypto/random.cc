// SPDX-License-Identifier: Apache-2.0
#include "crypto/random.h"

#include <openssl/rand.h>

#include "base/result.h"

namespace holdfast {

Bytes Random::bytes(std::size_t size) {
  Bytes out(size);
  fill(out);
  return out;
}

std::uint32_t Random::u32() {
  std::uint8_t b[4];
  fill(b);
  return std::uint32_t{b[0]} << 24 | std::uint32_t{b[1]} << 16 | std::uint32_t{b[2]} << 8 | b[3];
}

void SystemRandom::fill(std::span<std::uint8_t> bytes) {
  HOLDFAST_CHECK(RAND_bytes_ex(nullptr, bytes.data(), bytes.size(), 0) == 1);
}

}  // namespace holdfast

// SPDX-License-Identifier: Apache-2.0
#include "crypto/random.h"

#include <openssl/rand.h>

#include <algorithm>

#include "base/result.h"
#include "base/secret_bytes.h"

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

SystemRandom::~SystemRandom() { secure_wipe(stock_); }

void SystemRandom::fill(std::span<std::uint8_t> bytes) {
  while (!bytes.empty()) {
    if (num_left_ == 0) {
      HOLDFAST_CHECK(RAND_bytes_ex(nullptr, stock_.data(), stock_.size(), 0) == 1);
      num_left_ = stock_.size();
    }
    const std::size_t count = std::min(bytes.size(), num_left_);
    const auto given = std::span(stock_).last(num_left_).first(count);
    std::ranges::copy(given, bytes.begin());
    secure_wipe(given);
    num_left_ -= count;
    bytes = bytes.subspan(count);
  }
}

}  // namespace holdfast

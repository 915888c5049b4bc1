// SPDX-License-Identifier: Apache-2.0
// Bytes as the standards print them.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/hex.h"

namespace holdfast::test {

/// Bytes of hex digits; blanks are passed over.
inline Bytes unhex(std::string_view text) {
  std::string digits;
  for (const char c : text) {
    if (c != ' ') digits.push_back(c);
  }
  auto bytes = parse_hex(digits);
  if (!bytes) throw std::runtime_error(bytes.error().text());
  return *bytes;
}

inline Bytes bytes_of(std::string_view text) { return Bytes(text.begin(), text.end()); }

inline std::string hex_of(ByteView bytes) { return hex(bytes); }

}  // namespace holdfast::test

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/hex.h"
#include "base/result.h"

namespace holdfast::isakmp {

/// Bytes of hexadecimal text in which blanks group the fields.
inline Bytes wire(std::string_view text) {
  std::string digits;
  for (const char c : text)
    if (c != ' ') digits.push_back(c);
  return parse_hex(digits).value();
}

inline Bytes joined(ByteView first, ByteView second) {
  Bytes bytes(first.begin(), first.end());
  bytes.insert(bytes.end(), second.begin(), second.end());
  return bytes;
}

/// Bytes in memory of their own of just this size, so that a sanitizer sees a read behind them.
inline Bytes exactly(ByteView bytes) { return Bytes(bytes.begin(), bytes.end()); }

/// Expects `parse` to refuse `body` with `code`.
template <typename Parse>
void expect_refused(Parse parse, ByteView body, ErrorCode code) {
  const Bytes copy = exactly(body);
  const auto parsed = parse(copy);
  ASSERT_FALSE(parsed) << hex(body);
  EXPECT_EQ(parsed.error().code, code) << hex(body) << ": " << parsed.error().text();
  EXPECT_FALSE(parsed.error().sentence.empty());
}

/// Expects `parse` to take `body`, and to call each shorter one truncated or of bad format, but
/// for the lengths from `free_from` on, where data of any length begins.
template <typename Parse>
void expect_truncations_refused(Parse parse, ByteView body, std::size_t free_from) {
  ASSERT_TRUE(parse(body)) << parse(body).error().text();
  for (std::size_t size = 0; size < body.size(); ++size) {
    const Bytes shorter = exactly(body.first(size));
    const auto parsed = parse(shorter);
    ASSERT_EQ(parsed.has_value(), size >= free_from) << "cut to " << size << " bytes";
    if (parsed) continue;
    EXPECT_TRUE(parsed.error().code == ErrorCode::kTruncated ||
                parsed.error().code == ErrorCode::kBadFormat)
        << "cut to " << size << " bytes: " << parsed.error().text();
  }
}

}  // namespace holdfast::isakmp

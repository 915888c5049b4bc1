// SPDX-License-Identifier: Apache-2.0
#include "config/base64.h"

#include <string>

namespace holdfast {

Result<Bytes> parse_base64(std::string_view text) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const std::size_t num_digits = text.find_last_not_of('=') + 1;
  const std::size_t num_padding = text.size() - num_digits;
  if (num_digits % 4 == 1 || num_padding > 2 || (num_padding != 0 && text.size() % 4 != 0))
    return fail(ErrorCode::kBadFormat, "", "base64 text has an impossible length");
  Bytes bytes;
  bytes.reserve(num_digits * 3 / 4);
  std::uint32_t bits = 0;
  for (std::size_t i = 0; i < num_digits; ++i) {
    const std::size_t digit = kDigits.find(text[i]);
    if (digit == std::string_view::npos)
      return fail(ErrorCode::kBadFormat, "",
                  "character " + std::to_string(i + 1) + " is no digit of base64");
    bits = bits << 6 | static_cast<std::uint32_t>(digit);
    // Digits 2, 3 and 4 of a group complete a byte each.
    if (i % 4 != 0) bytes.push_back(static_cast<std::uint8_t>(bits >> (6 - 2 * (i % 4))));
  }
  return bytes;
}

}  // namespace holdfast

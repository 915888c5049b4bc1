// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace holdfast {

/// Bytes of "0x0aff" or "0aff". Errors: kBadFormat (a digit that is none, or an odd number of
/// them); the sentence never repeats the text, which may be a key.
Result<std::vector<std::uint8_t>> parse_hex(std::string_view text);
/// Lower case, without a prefix.
std::string hex(std::span<const std::uint8_t> bytes);

}  // namespace holdfast

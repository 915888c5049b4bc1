// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "base/address.h"
#include "base/result.h"

namespace holdfast {

/// What `swanctl` and other clients of vici are told; to the reader of a file it says nothing, so
/// add_error() takes it out where there is a place.
inline constexpr std::string_view kDiscarded = ", config discarded";
/// "invalid value for: KEY, config discarded: why". The code is kBadValue unless said otherwise.
tl::unexpected<Error> invalid_value(std::string_view key, const std::string& why,
                                    ErrorCode code = ErrorCode::kBadValue);
/// What exists elsewhere and not here.
tl::unexpected<Error> unsupported_value(std::string_view key, const std::string& why);

/// Decimal, or hexadecimal with "0x". Errors: kBadValue.
Result<std::uint64_t> parse_number(std::string_view key, std::string_view text, std::uint64_t min,
                                   std::uint64_t max);
/// "4096", "10k", "3 m", "1g": powers of 1024. Errors: kBadValue.
Result<std::uint64_t> parse_byte_count(std::string_view key, std::string_view text);
/// A time that may be as short as "250ms". Errors: kBadValue.
Result<std::chrono::milliseconds> parse_short_time(std::string_view key, std::string_view text);
/// A prefix; bits beyond its length are cut, as swanctl's daemon does. Errors: kBadFormat,
/// kBadValue.
Result<Prefix> parse_masked_prefix(std::string_view text);

}  // namespace holdfast

// SPDX-License-Identifier: Apache-2.0
#include "config/values.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "config/connection.h"
#include "config/words.h"

namespace holdfast {
namespace {

/// A number and what stands behind it, in small letters and without blanks between.
struct Amount {
  std::uint64_t number = 0;
  std::string unit;
};

std::optional<Amount> parse_amount(std::string_view text) {
  text = trimmed(text);
  Amount amount;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), amount.number);
  if (error != std::errc{}) return std::nullopt;
  amount.unit = lower(trimmed({end, static_cast<std::size_t>(text.data() + text.size() - end)}));
  return amount;
}

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};

/// The amount in the smallest unit; nothing if the unit is not listed or the product is over `max`.
template <std::size_t N>
std::optional<std::uint64_t> in_units(const Amount& amount, const std::array<Unit, N>& units,
                                      std::uint64_t max) {
  const auto unit = std::find_if(units.begin(), units.end(),
                                 [&](const Unit& other) { return other.name == amount.unit; });
  if (unit == units.end() || amount.number > max / unit->factor) return std::nullopt;
  return amount.number * unit->factor;
}

std::string quoted(std::string_view text) { return "'" + printable(text) + "'"; }

}  // namespace

tl::unexpected<Error> invalid_value(std::string_view key, const std::string& why, ErrorCode code) {
  return fail(code, "",
              "invalid value for: " + std::string(key) + std::string(kDiscarded) + ": " + why);
}

tl::unexpected<Error> unsupported_value(std::string_view key, const std::string& why) {
  return invalid_value(key, why, ErrorCode::kUnsupported);
}

Result<bool> parse_yes_no(std::string_view key, std::string_view text) {
  for (const std::string_view word : {"yes", "true", "enabled", "1"})
    if (is_same_word(text, word)) return true;
  for (const std::string_view word : {"no", "false", "disabled", "0"})
    if (is_same_word(text, word)) return false;
  return invalid_value(key, quoted(text) + " is neither yes nor no");
}

Result<Seconds> parse_time(std::string_view key, std::string_view text) {
  static constexpr std::array kUnits = {Unit{"", 1}, Unit{"s", 1}, Unit{"m", 60}, Unit{"h", 3600},
                                        Unit{"d", 86400}};
  constexpr std::uint64_t kHundredYears = 100ull * 366 * 86400;
  const auto amount = parse_amount(text);
  const auto seconds = amount ? in_units(*amount, kUnits, kHundredYears) : std::nullopt;
  if (!seconds)
    return invalid_value(
        key, quoted(text) + " is no time: a whole number with s, m, h or d, up to 100 years");
  return Seconds(static_cast<Seconds::rep>(*seconds));
}

Result<std::chrono::milliseconds> parse_short_time(std::string_view key, std::string_view text) {
  static constexpr std::array kUnits = {Unit{"ms", 1}, Unit{"", 1000}, Unit{"s", 1000},
                                        Unit{"m", 60000}, Unit{"h", 3600000}};
  constexpr std::uint64_t kDay = 86400000;
  const auto amount = parse_amount(text);
  const auto count = amount ? in_units(*amount, kUnits, kDay) : std::nullopt;
  if (!count)
    return invalid_value(
        key, quoted(text) + " is no time: a whole number with ms, s, m or h, up to a day");
  return std::chrono::milliseconds(static_cast<std::chrono::milliseconds::rep>(*count));
}

Result<std::uint64_t> parse_byte_count(std::string_view key, std::string_view text) {
  static constexpr std::array kUnits = {Unit{"", 1}, Unit{"k", 1ull << 10}, Unit{"m", 1ull << 20},
                                        Unit{"g", 1ull << 30}};
  const auto amount = parse_amount(text);
  const auto bytes = amount ? in_units(*amount, kUnits, 1ull << 62) : std::nullopt;
  if (!bytes)
    return invalid_value(key,
                         quoted(text) + " is no count of bytes: a whole number with k, m or g");
  return *bytes;
}

Result<std::uint64_t> parse_number(std::string_view key, std::string_view text, std::uint64_t min,
                                   std::uint64_t max) {
  std::string_view digits = trimmed(text);
  const bool is_hex = digits.starts_with("0x") || digits.starts_with("0X");
  if (is_hex) digits.remove_prefix(2);
  std::uint64_t number = 0;
  const char* const last = digits.data() + digits.size();
  const auto [end, error] = std::from_chars(digits.data(), last, number, is_hex ? 16 : 10);
  if (error != std::errc{} || end != last || number < min || number > max)
    return invalid_value(key, quoted(text) + " is no number from " + std::to_string(min) + " to " +
                                  std::to_string(max));
  return number;
}

Result<Prefix> parse_masked_prefix(std::string_view text) {
  const std::size_t slash = text.find('/');
  auto prefix = Prefix::parse(text);
  if (prefix || slash == std::string_view::npos) return prefix;
  const auto address = IpAddress::parse(text.substr(0, slash));
  if (!address) return prefix;
  const auto length = parse_number("", text.substr(slash + 1), 0, address->is_ipv6 ? 128 : 32);
  if (!length) return prefix;
  Prefix masked{*address, static_cast<std::uint8_t>(*length)};
  for (std::size_t bit = *length; bit < 128; ++bit)
    masked.address.bytes[bit / 8] &= static_cast<std::uint8_t>(~(0x80u >> (bit % 8)));
  return masked;
}

}  // namespace holdfast

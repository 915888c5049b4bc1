// SPDX-License-Identifier: Apache-2.0
#include "app/toml_reader.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <toml++/toml.h>

#include <algorithm>
#include <charconv>
#include <limits>

namespace holdfast::app {
namespace {

std::string_view kind_of(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::string:
      return "text";
    case toml::node_type::integer:
      return "a number";
    case toml::node_type::floating_point:
      return "a number with a fraction";
    case toml::node_type::boolean:
      return "true or false";
    case toml::node_type::array:
      return "a list";
    case toml::node_type::table:
      return "a table";
    default:
      return "a date or time";
  }
}

/// Decimal, or hexadecimal behind 0x. Nothing if it is no number of 64 bits.
std::optional<std::uint64_t> parse_natural(std::string_view text) {
  const int base = text.starts_with("0x") ? 16 : 10;
  if (base == 16) text.remove_prefix(2);
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

std::string TomlReader::place(std::string_view key) const {
  const toml::node* node = key.empty() ? &table_ : table_.get(key);
  const toml::node& where = node ? *node : table_;
  std::string text = file_;
  if (where.source().begin) text += fmt::format(":{}", where.source().begin.line);
  if (!name_.empty() || !key.empty())
    text += fmt::format(", {}{}{}", name_, name_.empty() || key.empty() ? "" : ".", key);
  return text;
}

void TomlReader::wrong(std::string_view key, std::string sentence, ErrorCode code) {
  if (!error_) error_ = Error{code, place(key), std::move(sentence)};
}

void TomlReader::adopt(Status status) {
  if (!status && !error_) error_ = status.error();
}

const toml::node* TomlReader::find(std::string_view key) {
  known_.emplace(key);
  return table_.get(key);
}

bool TomlReader::has(std::string_view key) const { return table_.get(key) != nullptr; }

void TomlReader::require(std::string_view key) {
  if (find(key) == nullptr) wrong(key, "is missing");
}

std::string TomlReader::text(std::string_view key) {
  const toml::node* node = find(key);
  if (node == nullptr) return {};
  if (const auto* value = node->as_string()) return value->get();
  wrong(key, fmt::format("must be text in quotes, and is {}", kind_of(*node)),
        ErrorCode::kBadFormat);
  return {};
}

std::int64_t TomlReader::integer(std::string_view key, std::int64_t min, std::int64_t max,
                                 std::int64_t fallback) {
  const toml::node* node = find(key);
  if (node == nullptr) return fallback;
  const auto* value = node->as_integer();
  if (value == nullptr) {
    wrong(key, fmt::format("must be a number without quotes, and is {}", kind_of(*node)),
          ErrorCode::kBadFormat);
    return fallback;
  }
  if (value->get() >= min && value->get() <= max) return value->get();
  wrong(key, fmt::format("must be from {} to {}, and is {}", min, max, value->get()));
  return fallback;
}

std::uint64_t TomlReader::natural(std::string_view key, std::uint64_t min, std::uint64_t max,
                                  std::uint64_t fallback) {
  const toml::node* node = find(key);
  if (node == nullptr) return fallback;
  if (!node->is_string()) {
    constexpr std::uint64_t kMaxInteger = std::numeric_limits<std::int64_t>::max();
    return static_cast<std::uint64_t>(integer(key, static_cast<std::int64_t>(min),
                                              static_cast<std::int64_t>(std::min(max, kMaxInteger)),
                                              static_cast<std::int64_t>(fallback)));
  }
  const std::string& written = node->as_string()->get();
  const auto value = parse_natural(written);
  if (value && *value >= min && *value <= max) return *value;
  if (value)
    wrong(key, fmt::format("must be from {} to {}, and is {}", min, max, *value));
  else
    wrong(key, fmt::format("'{}' is not a number of 64 bits, decimal or with 0x", written),
          ErrorCode::kBadFormat);
  return fallback;
}

bool TomlReader::boolean(std::string_view key, bool fallback) {
  const toml::node* node = find(key);
  if (node == nullptr) return fallback;
  if (const auto* value = node->as_boolean()) return value->get();
  wrong(key, fmt::format("must be true or false without quotes, and is {}", kind_of(*node)),
        ErrorCode::kBadFormat);
  return fallback;
}

const toml::table* TomlReader::table(std::string_view key) {
  const toml::node* node = find(key);
  if (node == nullptr) return nullptr;
  if (const auto* value = node->as_table()) return value;
  wrong(key, fmt::format("must be a table in braces, and is {}", kind_of(*node)),
        ErrorCode::kBadFormat);
  return nullptr;
}

std::size_t TomlReader::choice(std::string_view key, const std::vector<std::string_view>& names,
                               std::size_t fallback) {
  if (!has(key)) {
    known_.emplace(key);
    return fallback;
  }
  const std::string value = text(key);
  if (!is_right()) return fallback;
  const auto found = std::ranges::find(names, value);
  if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
  wrong(key, fmt::format("'{}' is not one of {}", value, fmt::join(names, ", ")));
  return fallback;
}

Status TomlReader::finish() {
  for (const auto& [key, node] : table_) {
    if (error_) break;
    if (!known_.contains(key.str()))
      wrong(key.str(), fmt::format("is not known here; known are {}", fmt::join(known_, ", ")));
  }
  if (error_) return tl::unexpected(*error_);
  return {};
}

}  // namespace holdfast::app

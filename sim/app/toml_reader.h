// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace toml {
inline namespace v3 {
class table;
class node;
}  // namespace v3
}  // namespace toml

namespace holdfast::app {

/// Takes the values of one TOML table by name, and remembers the first thing that is wrong.
///
/// After an error the getters give fallbacks; finish() tells the error. This keeps the code that
/// gives meaning to a table straight. A sentence never repeats a value that may be a key.
class TomlReader {
 public:
  /// `name` is how the user would write the table: "sa[0]", or nothing for the file itself.
  TomlReader(const toml::table& table, std::string file, std::string name)
      : table_(table), file_(std::move(file)), name_(std::move(name)) {}

  bool has(std::string_view key) const;
  /// Empty if there is none; use require() first for what must be there.
  std::string text(std::string_view key);
  std::int64_t integer(std::string_view key, std::int64_t min, std::int64_t max,
                       std::int64_t fallback);
  /// A number from `min` to `max`, which may also stand in quotes, decimal or with 0x: numbers of
  /// TOML end at 2^63 - 1.
  std::uint64_t natural(std::string_view key, std::uint64_t min, std::uint64_t max,
                        std::uint64_t fallback);
  bool boolean(std::string_view key, bool fallback);
  const toml::table* table(std::string_view key);
  /// Index of the value in `names`; `fallback` if the key is not there.
  std::size_t choice(std::string_view key, const std::vector<std::string_view>& names,
                     std::size_t fallback);
  void require(std::string_view key);
  /// The value of `key` is wrong.
  void wrong(std::string_view key, std::string sentence, ErrorCode code = ErrorCode::kBadValue);
  /// Takes over what a reader of a table below found.
  void adopt(Status status);
  bool is_right() const { return !error_; }
  /// "sas.toml:7, sa[0].key"; without a key the table itself.
  std::string place(std::string_view key) const;
  /// The first error, or that of a key which nobody asked for.
  Status finish();

 private:
  const toml::node* find(std::string_view key);

  const toml::table& table_;
  std::string file_, name_;
  std::set<std::string, std::less<>> known_;
  std::optional<Error> error_;
};

}  // namespace holdfast::app

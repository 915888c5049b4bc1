// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast {

/// Letters A to Z to small ones; all else stays, whatever the locale.
std::string lower(std::string_view text);
/// Equal in any case.
bool is_same_word(std::string_view a, std::string_view b);
/// Without blanks, tabs and line breaks at its ends.
std::string_view trimmed(std::string_view text);
/// At every `separator`; parts may be empty.
std::vector<std::string> split(std::string_view text, char separator);
/// A list as a swanctl.conf has it: split at commas, blanks cut, empty items dropped.
std::vector<std::string> split_list(std::string_view text);
/// The word of `known` that `text` may be a slip of: at most two letters differ, and fewer than
/// half. Empty if there is none.
std::string_view nearest_word(std::string_view text, std::span<const std::string_view> known);
/// What may go into a log: bytes that are not printable ASCII become "?".
std::string printable(std::string_view text);

}  // namespace holdfast

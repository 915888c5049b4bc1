// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/tree.h"
#include "config/values.h"
#include "config/words.h"

namespace holdfast {

/// One key as a reader gets it: `text` of a value, `items` of a list.
struct Setting {
  std::string key;  ///< In small letters: key names count in any case.
  std::string text;
  std::vector<std::string> items;
  bool is_list = false;
  std::string place;
};

/// Values and lists of the section, in their order.
std::vector<Setting> settings_of(const Section& section);
/// Makes `setting` what its rule wants: in a file a list is a value with commas; a value of vici is
/// never a list. Errors: kBadValue.
Status shape(Setting& setting, bool wants_list);
/// Puts `place` in front, if the error has none; with a place there is no kDiscarded.
void add_error(std::vector<Error>& errors, Error error, const std::string& place);
/// "unknown option: KEY, config discarded", and the key of `known` that may be meant.
Error unknown_option(const std::string& key, std::span<const std::string_view> known = {});

/// What a key means for a T.
template <typename T>
struct KeyRule {
  std::string_view key;
  bool is_list;
  Status (*read)(const Setting& setting, T& out);
};

/// Reads all keys of `section` by `rules`; a key without a rule is an error.
template <typename T>
void read_keys(const Section& section, std::span<const KeyRule<T>> rules, T& out,
               std::vector<Error>& errors) {
  for (Setting& setting : settings_of(section)) {
    const KeyRule<T>* rule = nullptr;
    for (const KeyRule<T>& other : rules)
      if (other.key == setting.key) rule = &other;
    if (!rule) {
      std::vector<std::string_view> known;
      for (const KeyRule<T>& other : rules) known.push_back(other.key);
      add_error(errors, unknown_option(setting.key, known), setting.place);
      continue;
    }
    Status status = shape(setting, rule->is_list);
    if (status) status = rule->read(setting, out);
    if (!status) add_error(errors, status.error(), setting.place);
  }
}

/// Puts a parsed value where it belongs, or hands the error on.
template <typename V, typename O>
Status store(Result<V> value, O& out) {
  if (!value) return tl::unexpected(value.error());
  out = static_cast<O>(std::move(*value));
  return {};
}

/// Fails with the sentence of `parsed`, after the words that name the key.
template <typename V>
Status name_key(const Setting& setting, const Result<V>& parsed) {
  if (parsed) return {};
  return invalid_value(setting.key, parsed.error().sentence, parsed.error().code);
}

/// A word and what it stands for.
template <typename V>
struct Word {
  std::string_view word;
  V value;
};

/// The value of the word, in any case. Errors: kBadValue, with all words that there are.
template <typename V, std::size_t N>
Status read_word(const Setting& setting, const Word<V> (&words)[N], V& out) {
  std::string all;
  for (const auto& [word, value] : words) {
    if (is_same_word(setting.text, word)) {
      out = value;
      return {};
    }
    (all += all.empty() ? "" : ", ") += word;
  }
  return invalid_value(setting.key, "'" + printable(setting.text) + "' is none of " + all);
}

/// Accepts what we do anyway, refuses all else with `why`.
Status only_yes(const Setting& setting, const char* why);
Status only_no(const Setting& setting, const char* why);
Status only_zero(const Setting& setting, const char* why);
Status only_empty(const Setting& setting, const char* why);

}  // namespace holdfast

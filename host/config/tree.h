// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace holdfast {

/// Sections, values and lists, in their order: what a swanctl.conf and a vici message both are.
/// Values are octet strings (a vici message carries keys in them).
struct Section {
  struct Value {
    std::string name, value;
    std::string place;  ///< "file:line", empty from vici.
  };
  struct List {
    std::string name;
    std::vector<std::string> items;
    std::string place;
  };

  std::string name;
  std::string place;
  std::vector<Value> values;
  std::vector<List> lists;
  std::vector<Section> sections;
  /// Kind and index of each element in the order in which it came: 'v', 'l' or 's'.
  std::vector<std::pair<char, std::size_t>> order;

  Section& add_section(std::string name, std::string place = "");
  void add(std::string name, std::string value, std::string place = "");
  void add_list(std::string name, std::vector<std::string> items, std::string place = "");

  /// nullptr if there is none.
  const std::string* value(std::string_view name) const;
  const List* list(std::string_view name) const;
  const Section* section(std::string_view name) const;
  /// The value, or `otherwise`.
  std::string value_or(std::string_view name, std::string_view otherwise) const;
};

/// Parses a file in the grammar of swanctl.conf, with its includes and references; the root has no
/// name. Everything is a value; what is a list is for the reader to say (split at commas).
/// Errors: kNotFound (cannot be opened), kBadFormat (file, line, and what was expected).
Result<Section> parse_config_file(const std::string& path);
/// The same from text; `place` stands for the file's name and its folder is where includes begin.
Result<Section> parse_config(std::string_view text, const std::string& place);

}  // namespace holdfast

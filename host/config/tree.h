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

/// Where includes come from. The default is the disk; tests and the fuzzer bring their own.
class FileSource {
 public:
  virtual ~FileSource() = default;
  /// Contents of a regular file of at most 4 MiB. Errors: kNotFound, kBadValue.
  virtual Result<std::string> read(const std::string& path) const = 0;
  /// Sorted paths that fit `pattern`, with "*" and "?" as a shell has them.
  virtual std::vector<std::string> match(const std::string& pattern) const = 0;
};
const FileSource& disk_files();

/// Parses a file in the grammar of swanctl.conf, with its includes and references; the root has no
/// name. Everything is a value; what is a list is for the reader to say (split at commas).
/// `warnings`, if given, gets a line for each include without a file.
/// Errors: kNotFound (cannot be opened), kBadFormat (file, line, and what was expected), kBadValue
/// (an include of something that is no file; nested too deep or too large).
Result<Section> parse_config_file(const std::string& path, std::vector<Error>* warnings = nullptr);
/// The same from text; `place` stands for the file's name and its folder is where includes begin.
Result<Section> parse_config(std::string_view text, const std::string& place,
                             const FileSource& files = disk_files(),
                             std::vector<Error>* warnings = nullptr);

}  // namespace holdfast

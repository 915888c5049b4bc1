// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/tree.h"

namespace holdfast {

/// A section as it was written: same names merged, references not followed yet.
struct RawSection {
  struct Value {
    std::string name;
    std::optional<std::string> text;  ///< Empty where "key =" unsets it.
    std::string place;
  };
  struct Reference {
    std::string path;  ///< "connections.base"
    std::string place;
  };

  std::string name, place;
  std::vector<Value> values;
  std::vector<std::unique_ptr<RawSection>> sections;
  std::vector<Reference> references;
  /// Value ('v') or section ('s') and its index, in the order of the file.
  std::vector<std::pair<char, std::size_t>> order;

  /// Sets or unsets; what was set before keeps its position.
  void set(std::string value_name, std::optional<std::string> text, std::string value_place);
  /// The sub-section of that name, made if it is not there.
  RawSection& sub_section(std::string_view section_name, const std::string& section_place);
  /// nullptr if there is none.
  const RawSection* find(std::string_view section_name) const;
};

/// Reads one text and its includes into `root`. Errors: those of parse_config.
Status parse_raw(std::string_view text, const std::string& place, const FileSource& files,
                 std::vector<Error>* warnings, RawSection& root);

/// Follows the references: own values win, then those of the referenced sections from left to
/// right, and the same for sub-sections. A reference to nothing is ignored, a loop is cut.
/// Errors: kBadValue (more than kMaxElements values and sections come out, or nested too deep).
Result<Section> resolve_references(const RawSection& root);

inline constexpr std::size_t kMaxNesting = 32;
inline constexpr std::size_t kMaxElements = 200000;

}  // namespace holdfast

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/raw_section.h"
#include "config/scanner.h"

namespace holdfast {

/// What all files of one configuration share.
struct RawInput {
  const FileSource& files;
  std::vector<Error>* warnings = nullptr;
  std::vector<std::string> open_files = {};  ///< From the first one to the one being read.
  std::size_t num_includes = 0;
};

/// Reads one file, which may hold several sections or, when included inside one, keys of it.
class RawParser {
 public:
  RawParser(std::string_view text, const std::string& file, RawInput& input)
      : scanner_(text, file), file_(file), input_(input) {}

  /// All statements to the end of the text, into `root`.
  Status parse(RawSection& root, std::size_t depth);

 private:
  /// One key, section, include, or an end of section.
  Status statement(const Scanner::Token& token);
  Status open_section(const std::string& name, std::vector<RawSection::Reference> references,
                      const std::string& place);
  Status section_with_references(const std::string& name, const std::string& place);
  Status include(const std::string& pattern, const std::string& place);
  Status include_file(const std::string& path, const std::string& place);

  Scanner scanner_;
  const std::string& file_;
  RawInput& input_;
  std::vector<RawSection*> open_;  ///< The innermost last.
  std::vector<std::string> open_places_;
  std::size_t outer_depth_ = 0;
};

}  // namespace holdfast

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fnmatch.h>

#include <map>
#include <string>
#include <vector>

#include "config/tree.h"

namespace holdfast {

/// Files that exist in the test only.
class MemoryFiles : public FileSource {
 public:
  explicit MemoryFiles(std::map<std::string, std::string> files) : files_(std::move(files)) {}

  Result<std::string> read(const std::string& path) const override {
    const auto found = files_.find(path);
    if (found == files_.end()) return fail(ErrorCode::kNotFound, path, "is not there");
    return found->second;
  }
  std::vector<std::string> match(const std::string& pattern) const override {
    std::vector<std::string> paths;
    for (const auto& [path, text] : files_)
      if (fnmatch(pattern.c_str(), path.c_str(), FNM_PATHNAME) == 0) paths.push_back(path);
    return paths;
  }

 private:
  std::map<std::string, std::string> files_;
};

/// The tree as one line: "a{k=v b{}}".
inline std::string line_of(const Section& section) {
  std::string text;
  for (const auto& [kind, at] : section.order) {
    if (!text.empty()) text += " ";
    if (kind == 'v')
      text += section.values[at].name + "=" + section.values[at].value;
    else
      text += section.sections[at].name + "{" + line_of(section.sections[at]) + "}";
  }
  return text;
}

/// The tree of a text, or its error.
inline std::string parsed(const std::string& text, std::map<std::string, std::string> files = {}) {
  const auto root = parse_config(text, "/etc/s.conf", MemoryFiles(std::move(files)));
  return root ? line_of(*root) : root.error().text();
}

}  // namespace holdfast

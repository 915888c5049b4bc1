// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "config/connection.h"
#include "unit/host/config/memory_files.h"

namespace holdfast {

/// The only section of a file "/etc/s.conf" whose first line is `name {`.
inline Section section_of(const std::string& name, const std::string& body) {
  auto root = parse_config(name + " {\n" + body + "\n}", "/etc/s.conf", MemoryFiles({}));
  if (!root || root->sections.size() != 1) {
    Section broken;
    broken.add("test-text-does-not-parse", body);
    return broken;
  }
  return std::move(root->sections[0]);
}

/// All errors of a connection in a file.
inline std::vector<std::string> connection_errors(const std::string& body) {
  std::vector<Error> errors;
  read_connection(section_of("gw", body), "/etc", errors);
  std::vector<std::string> texts;
  for (const Error& error : errors) texts.push_back(error.text());
  return texts;
}

/// A key of a connection, of its local or remote round, or of a child, and what is said of it.
struct RefusedKey {
  const char* line;
  const char* reason;
};

}  // namespace holdfast

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "config/connection.h"
#include "config/tree.h"

namespace holdfast {

/// Parts of a connection, each with errors appended to `errors`.
ChildConfig read_child(const Section& section, std::vector<Error>& errors);
AuthConfig read_round(const Section& section, bool is_local, const std::string& directory,
                      std::vector<Error>& errors);

}  // namespace holdfast

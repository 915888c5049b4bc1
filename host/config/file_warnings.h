// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "config/file_config.h"

namespace holdfast {

/// What a file says that may be meant as it stands, and may be a mistake: names that nothing has,
/// and what does not go along when an address moves.
std::vector<Error> warnings_of(const FileConfig& file);

}  // namespace holdfast

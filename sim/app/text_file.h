// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/result.h"

namespace holdfast::app {

/// The whole file, at most 16 MiB. Errors: kNotFound, kIo, kBadValue.
Result<std::string> read_text_file(const std::string& path);

/// Writes a file that only its owner can read; never replaces one. Errors: kInUse, kIo.
Status write_secret_file(const std::string& path, const std::string& text);

}  // namespace holdfast::app

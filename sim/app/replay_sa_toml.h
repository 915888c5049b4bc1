// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/replay_sa.h"
#include "base/result.h"

namespace holdfast::app {

/// Reads `[[sa]]` tables (docs/holdfast_replay.md has all their keys).
/// Errors name file, line and key, and never repeat the bytes of a key.
Result<std::vector<ReplaySa>> read_sa_toml(const std::string& path);

/// The same of a text; `path` is for messages. The text is overwritten with zeros.
Result<std::vector<ReplaySa>> parse_sa_toml(std::string text, const std::string& path);

}  // namespace holdfast::app

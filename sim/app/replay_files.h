// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "app/replay_options.h"
#include "base/result.h"

namespace holdfast::app {

/// Where --keys-out writes; empty without it.
std::string keys_file(const ReplayOptions& options);

/// No output may be a file that the replay reads, or another output, under whatever name; and the
/// keys never replace a file. Looks only, and changes nothing. Devices (/dev/null) may be shared.
/// Errors: kBadValue, kInUse, kIo.
Status check_files(const ReplayOptions& options);

}  // namespace holdfast::app

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/replay_options.h"

namespace holdfast::app {

/// The whole replay, with its output on stdout and its complaints on stderr. The cards must have
/// been registered. Returns the exit code.
int replay(const ReplayOptions& options);

}  // namespace holdfast::app

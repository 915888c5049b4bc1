// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace holdfast {

/// Called, if it is set, when a broken contract ends the program: for what must not be lost.
extern void (*before_abort)();

}  // namespace holdfast

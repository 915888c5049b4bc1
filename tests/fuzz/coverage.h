// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace holdfast::fuzz {

/// Whether the target went along an edge between two blocks of code, since the last call, that it
/// never went before. Always false in a build without -fsanitize-coverage=trace-pc.
bool has_reached_more();
std::size_t num_reached();

}  // namespace holdfast::fuzz

// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace holdfast {

/// Looks at a register before the driver gives up. A look takes about a microsecond on PCIe and
/// some hundred cycles on a simulated card; the longest wait is a delete behind queued packets.
inline constexpr unsigned kMaxPolls = 100'000;

}  // namespace holdfast

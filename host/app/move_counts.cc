// SPDX-License-Identifier: Apache-2.0
#include "app/move_counts.h"

#include <algorithm>

namespace holdfast::app {

void MoveCounts::on_move(const ike::MoveReport& report) {
  ++counts_[report.is_ours ? 0 : 1][static_cast<std::size_t>(report.step)];
  if (report.step != ike::MoveStep::kMoved) return;
  const double took = std::chrono::duration<double>(report.took).count();
  seconds_ += took;
  ++buckets_[static_cast<std::size_t>(std::ranges::lower_bound(kBounds, took) - kBounds.begin())];
}

}  // namespace holdfast::app

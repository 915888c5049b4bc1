// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "app/move_counts.h"
#include "holdfast/card.h"
#include "ike/manager.h"
#include "offload/mover_counters.h"

namespace holdfast::app {

/// What the daemon counts, at one moment.
struct MetricsSnapshot {
  std::string version, card;
  std::uint64_t started = 0;  ///< Seconds since 1970.
  ike::ManagerTotals totals;
  ike::ManagerCounters isakmp;
  offload::MoverCounters mover;
  Counters card_counters{};
  std::uint64_t card_resets = 0;  ///< How often the daemon lost its card and brought it back.
  MoveCounts moves;
};

/// In Prometheus' text format, 0.0.4; the names are in docs/reference/metrics.md.
std::string metrics_text(const MetricsSnapshot& snapshot);

}  // namespace holdfast::app

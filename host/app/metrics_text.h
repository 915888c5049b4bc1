// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

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
};

/// In Prometheus' text format, 0.0.4; the names are in docs/reference/metrics.md.
std::string metrics_text(const MetricsSnapshot& snapshot);

}  // namespace holdfast::app

// SPDX-License-Identifier: Apache-2.0
#include "app/metrics_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>
#include <set>
#include <sstream>

namespace holdfast::app {
namespace {

using testing::HasSubstr;

MetricsSnapshot snapshot() {
  MetricsSnapshot s;
  s.version = "1.2.3";
  s.card = "soft:";
  s.started = 1700000000;
  s.totals.by_state = {1, 2, 3, 4};
  s.totals.half_open = 5;
  s.totals.children = 6;
  s.isakmp.bad_hash = 7;
  s.mover.plain_in = 8;
  s.mover.wire_bytes_out = 9;
  s.mover.drops[static_cast<std::size_t>(offload::MoverDrop::kTooBig)] = 10;
  s.card_counters.packets_out[1] = 11;
  s.card_counters.drops[static_cast<std::size_t>(DropReason::kDisabled)] = 12;
  s.card_resets = 13;
  s.card_counters.credit_bytes = 14;
  ike::MoveReport move;
  move.is_ours = true;
  s.moves.on_move(move);
  move.step = ike::MoveStep::kMoved;
  for (const int milliseconds : {1, 2, 300, 5000}) {
    move.took = std::chrono::milliseconds(milliseconds);
    s.moves.on_move(move);
  }
  move.is_ours = false;
  move.step = ike::MoveStep::kTimedOut;
  s.moves.on_move(move);
  return s;
}

TEST(Metrics, EachStandsUnderItsName) {
  const std::string text = metrics_text(snapshot());
  for (const char* line : {"holdfast_info{version=\"1.2.3\",card=\"soft:\"} 1\n",
                           "holdfast_start_time_seconds 1700000000\n",
                           "holdfast_isakmp_sas{state=\"CONNECTING\"} 1\n",
                           "holdfast_isakmp_sas{state=\"ESTABLISHED\"} 2\n",
                           "holdfast_isakmp_sas{state=\"REKEYING\"} 3\n",
                           "holdfast_isakmp_sas{state=\"DELETING\"} 4\n",
                           "holdfast_isakmp_half_open 5\n",
                           "holdfast_child_sas 6\n",
                           "holdfast_isakmp_refused_total{reason=\"bad_hash\"} 7\n",
                           "holdfast_packets_total{side=\"plain\",direction=\"in\"} 8\n",
                           "holdfast_bytes_total{side=\"wire\",direction=\"out\"} 9\n",
                           "holdfast_drops_total{reason=\"too_big\"} 10\n",
                           "holdfast_card_packets_total{direction=\"outbound\",end=\"out\"} 11\n",
                           "holdfast_card_drops_total{reason=\"disabled\"} 12\n",
                           "holdfast_card_drops_total{reason=\"credit\"} 0\n",
                           "holdfast_card_resets_total 13\n",
                           "holdfast_card_credit_bytes_total 14\n",
                           "holdfast_moves_total{who=\"ours\",outcome=\"began\"} 1\n",
                           "holdfast_moves_total{who=\"ours\",outcome=\"moved\"} 4\n",
                           "holdfast_moves_total{who=\"peer\",outcome=\"moved\"} 0\n",
                           "holdfast_moves_total{who=\"peer\",outcome=\"timed_out\"} 1\n"})
    EXPECT_THAT(text, HasSubstr(line));
}

// Buckets are cumulative, and a bound belongs to its bucket.
TEST(Metrics, DurationsOfMovesAreAHistogram) {
  const std::string text = metrics_text(snapshot());
  for (const char* line :
       {"_count 4\n", "_sum 5.303", "_bucket{le=\"0.001\"} 1\n", "_bucket{le=\"0.002\"} 2\n",
        "_bucket{le=\"0.25\"} 2\n", "_bucket{le=\"0.5\"} 3\n", "_bucket{le=\"4\"} 3\n",
        "_bucket{le=\"+Inf\"} 4\n"})
    EXPECT_THAT(text, HasSubstr(std::string("holdfast_move_duration_seconds") + line));
}

// The text format, version 0.0.4: each family once, with its type before its values.
TEST(Metrics, EveryLineIsOfTheFormat) {
  std::istringstream text(metrics_text(snapshot()));
  const std::regex value(R"re(([a-z_]+)(\{([a-z]+="[^"\\]*",?)+\})? [0-9.e+]+)re");
  const std::regex type(R"re(# TYPE ([a-z_]+) (gauge|counter|histogram))re");
  std::set<std::string> families, series;
  std::string family;
  for (std::string line; std::getline(text, line);) {
    std::smatch match;
    if (line.starts_with("# HELP ")) continue;
    if (std::regex_match(line, match, type)) {
      family = match[1];
      EXPECT_TRUE(families.insert(family).second) << line;
      EXPECT_EQ(family.ends_with("_total"), match[2] == "counter") << line;
      continue;
    }
    ASSERT_TRUE(std::regex_match(line, match, value)) << line;
    const std::string name = match[1];
    EXPECT_TRUE(name == family || name == family + "_bucket" || name == family + "_sum" ||
                name == family + "_count")
        << line;
    EXPECT_TRUE(series.insert(line.substr(0, line.rfind(' '))).second) << line;
  }
  EXPECT_GT(series.size(), 60u);
}

}  // namespace
}  // namespace holdfast::app

// SPDX-License-Identifier: Apache-2.0
#include "app/move_counts.h"

#include <gtest/gtest.h>

namespace holdfast::app {
namespace {

using Who = MoveCounts::Who;
using ike::MoveStep;

ike::MoveReport report(MoveStep step, bool is_ours, Duration took) {
  ike::MoveReport report;
  report.step = step;
  report.is_ours = is_ours;
  report.took = took;
  return report;
}

TEST(MoveCounts, EachStepByWhoMoved) {
  MoveCounts counts;
  counts.on_move(report(MoveStep::kBegan, true, {}));
  counts.on_move(report(MoveStep::kBegan, false, {}));
  counts.on_move(report(MoveStep::kBegan, false, {}));
  counts.on_move(report(MoveStep::kSettled, true, {}));
  EXPECT_EQ(counts.count(Who::kOurs, MoveStep::kBegan), 1u);
  EXPECT_EQ(counts.count(Who::kPeer, MoveStep::kBegan), 2u);
  EXPECT_EQ(counts.count(Who::kOurs, MoveStep::kSettled), 1u);
  EXPECT_EQ(counts.count(Who::kPeer, MoveStep::kSettled), 0u);
}

TEST(MoveCounts, OnlyWhatEndedAsMovedHasADuration) {
  MoveCounts counts;
  for (std::size_t step = 0; step < ike::kNumMoveSteps; ++step)
    counts.on_move(report(static_cast<MoveStep>(step), true, std::chrono::milliseconds(3)));
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i <= MoveCounts::kBounds.size(); ++i) sum += counts.bucket(i);
  EXPECT_EQ(sum, 1u);
  EXPECT_EQ(counts.bucket(2), 1u);  // up to 5 ms
  EXPECT_DOUBLE_EQ(counts.seconds(), 0.003);
}

TEST(MoveCounts, ABoundBelongsToItsBucketAndBeyondTheLastIsOneMore) {
  MoveCounts counts;
  counts.on_move(report(MoveStep::kMoved, false, std::chrono::seconds(4)));
  counts.on_move(report(MoveStep::kMoved, false, std::chrono::seconds(5)));
  EXPECT_EQ(counts.bucket(MoveCounts::kBounds.size() - 1), 1u);
  EXPECT_EQ(counts.bucket(MoveCounts::kBounds.size()), 1u);
}

}  // namespace
}  // namespace holdfast::app

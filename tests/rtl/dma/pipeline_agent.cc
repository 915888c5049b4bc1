// SPDX-License-Identifier: Apache-2.0
#include "pipeline_agent.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace holdfast::test {

void PipelineAgent::take(const PlayedBeat& beat) {
  if (is_open_) {
    EXPECT_EQ(ingress_, beat.ingress) << "side-band changes within a packet";
  }
  ingress_ = beat.ingress;
  unsigned count = 0;
  while (count < 16 && ((beat.keep >> count) & 1)) ++count;
  EXPECT_EQ(beat.keep, (1u << count) - 1) << "keep is not contiguous";
  if (!beat.last) {
    EXPECT_EQ(count, 16u);
  }
  if (count == 0) {
    EXPECT_NE(beat.ingress.reason, 0u) << "empty beat of a good packet";
  }
  for (unsigned i = count; i < 16; ++i) EXPECT_EQ(beat.data[i], 0u) << "data beyond keep";
  current_.insert(current_.end(), beat.data, beat.data + count);
  is_open_ = !beat.last;
  if (!beat.last) return;
  std::uint64_t due = cycle_ + setup_.latency;
  if (setup_.latency_spread) due += random_() % setup_.latency_spread;
  if (!results_.empty()) due = std::max(due, results_.back().due);
  results_.push_back({on_packet(ingress_, current_), due});
  current_.clear();
}

PipelineAgent::Offer PipelineAgent::drive_offer() {
  if (!is_offering_ && !results_.empty() && results_.front().due <= cycle_ &&
      random_() % 100 >= setup_.pause_percent) {
    is_offering_ = true;
  }
  if (!is_offering_) return {nullptr, 0};
  return {&results_.front().result, offset_};
}

void PipelineAgent::accept() {
  is_offering_ = false;
  offset_ += 16;
  if (offset_ < results_.front().result.bytes.size()) return;
  results_.pop_front();
  offset_ = 0;
}

}  // namespace holdfast::test

// SPDX-License-Identifier: Apache-2.0
#include "app/replay_shadow.h"

#include <gmock/gmock.h>

#include "model/soft_card.h"

namespace holdfast::app {
namespace {

using testing::Optional;

Verdict verdict(DropReason reason, std::vector<std::uint8_t> bytes = {}) {
  return {reason, 3, 7, std::move(bytes)};
}

TEST(ReplayShadow, SaysWhatIsDifferent) {
  const Verdict here = verdict(DropReason::kNone, {1, 2, 3});
  EXPECT_EQ(difference(here, here), std::nullopt);
  EXPECT_THAT(difference(here, verdict(DropReason::kIcv)),
              Optional(std::string("reason: none here, icv there")));
  EXPECT_THAT(difference(here, verdict(DropReason::kNone, {1, 2})),
              Optional(std::string("length: 3 bytes here, 2 there")));
  EXPECT_THAT(difference(here, verdict(DropReason::kNone, {1, 9, 3})),
              Optional(std::string("byte 1: 0x02 here, 0x09 there")));
  Verdict there = here;
  there.sa_index = 4;
  EXPECT_THAT(difference(here, there), Optional(std::string("SA index: 3 here, 4 there")));
  there = here;
  there.generation = 8;
  EXPECT_THAT(difference(here, there), Optional(std::string("generation: 7 here, 8 there")));
}

TEST(ReplayShadow, TimingOfRepeatedPacketsIsNoDifference) {
  const Verdict early = verdict(DropReason::kReplayEarly);
  for (const DropReason reason :
       {DropReason::kReplayLate, DropReason::kIcv, DropReason::kTruncated}) {
    EXPECT_EQ(difference(early, verdict(reason)), std::nullopt);
    EXPECT_EQ(difference(verdict(reason), early), std::nullopt);
  }
  EXPECT_NE(difference(early, verdict(DropReason::kPadding)), std::nullopt);
  EXPECT_NE(difference(verdict(DropReason::kIcv), verdict(DropReason::kReplayLate)), std::nullopt);
}

TEST(ReplayShadow, ErrorsOfTheOtherProcessComeOver) {
  register_card_io("soft", model::SoftCard::make);
  auto shadow = ReplayShadow::start("soft:", "/nowhere/x.pcap", {});
  ASSERT_TRUE(shadow);
  const auto verdict = (*shadow)->next();
  ASSERT_FALSE(verdict);
  EXPECT_EQ(verdict.error().code, ErrorCode::kNotFound);
  EXPECT_EQ(verdict.error().text(),
            "the card to compare with: /nowhere/x.pcap: cannot be opened: No such file or "
            "directory");
  const auto after = (*shadow)->next();
  ASSERT_FALSE(after);
  EXPECT_EQ(after.error().text(), "the card to compare with: ended before its time");
}

}  // namespace
}  // namespace holdfast::app

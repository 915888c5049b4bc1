// SPDX-License-Identifier: Apache-2.0
#include "app/replay_shadow.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>

#include "model/soft_card.h"
#include "pcap/capture_writer.h"

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

/// A capture of raw IP with ESP in it, which goes when the test ends.
class EspCapture {
 public:
  explicit EspCapture(unsigned num_packets) {
    path_ = (std::filesystem::temp_directory_path() / "holdfast_shadow_XXXXXX").string();
    close(mkstemp(path_.data()));
    auto writer = pcap::CaptureWriter::create(path_, pcap::LinkType::kRaw).value();
    const std::vector<std::uint8_t> esp = {0x45, 0, 0,  28, 0, 0, 0, 0, 64, 50, 0x32, 0xCF, 10, 1,
                                           0,    1, 10, 2,  0, 1, 0, 0, 16, 0,  0,    0,    0,  1};
    for (unsigned i = 0; i < num_packets; ++i) EXPECT_TRUE(writer.write({}, esp));
    EXPECT_TRUE(writer.finish());
  }
  EspCapture(const EspCapture&) = delete;
  EspCapture& operator=(const EspCapture&) = delete;
  ~EspCapture() { std::filesystem::remove(path_); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

std::unique_ptr<ReplayShadow> start(const std::string& path) {
  register_card_io("soft", model::SoftCard::make);
  return ReplayShadow::start("soft:", path, {}).value();
}

TEST(ReplayShadow, ComesToTheSameEnd) {
  const EspCapture capture(2);
  const auto shadow = start(capture.path());
  ASSERT_TRUE(shadow->wait_open());
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(shadow->next());
  const Status end = shadow->finish();
  EXPECT_TRUE(end) << end.error().text();
}

TEST(ReplayShadow, VerdictsThatNobodyAskedForAreAnError) {
  const EspCapture capture(2);
  const auto shadow = start(capture.path());
  ASSERT_TRUE(shadow->wait_open());
  EXPECT_TRUE(shadow->next());
  const Status end = shadow->finish();
  ASSERT_FALSE(end);
  EXPECT_EQ(end.error().text(),
            "the card to compare with: has verdicts on more packets than this card took");
}

TEST(ReplayShadow, AMissingVerdictIsAnError) {
  const EspCapture capture(1);
  const auto shadow = start(capture.path());
  ASSERT_TRUE(shadow->wait_open());
  EXPECT_TRUE(shadow->next());
  const auto missing = shadow->next();
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().text(),
            "the card to compare with: has no verdict on a packet that this card took");
}

TEST(ReplayShadow, ACardThatCannotOpenIsAnErrorWithoutAnyPacket) {
  register_card_io("soft", model::SoftCard::make);
  const EspCapture capture(0);
  const auto shadow = ReplayShadow::start("abacus:", capture.path(), {}).value();
  const Status open = shadow->wait_open();
  ASSERT_FALSE(open);
  EXPECT_THAT(open.error().text(), testing::StartsWith("the card to compare with: card 'abacus:'"));
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

// SPDX-License-Identifier: Apache-2.0
#include "app/replay_run.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>

#include "model/soft_card.h"
#include "pcap/capture_writer.h"

namespace holdfast::app {
namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr unsigned kPackets = 200;  // more than the queue takes at once
constexpr unsigned kAnswered = 64;  // four doorbells of 16

/// A card whose queue stops at the doorbell behind the first kAnswered packets.
class StoppingCard : public model::SoftCard {
 public:
  using SoftCard::SoftCard;
  static Result<std::unique_ptr<CardIo>> make(std::string_view) {
    return std::unique_ptr<CardIo>(new StoppingCard(model::Limits{}));
  }
  void write_csr(CsrOffset offset, std::uint32_t value) override {
    const bool is_late = offset == csr::kDoorbellSqProducer(0) && value > kAnswered;
    SoftCard::write_csr(offset, is_late ? value + 1000 : value);
  }
};

/// A card whose queue takes descriptors and does nothing.
class SilentCard : public model::SoftCard {
 public:
  using SoftCard::SoftCard;
  static Result<std::unique_ptr<CardIo>> make(std::string_view) {
    return std::unique_ptr<CardIo>(new SilentCard(model::Limits{}));
  }
  void write_csr(CsrOffset offset, std::uint32_t value) override {
    if (offset != csr::kDoorbellSqProducer(0)) SoftCard::write_csr(offset, value);
  }
};

/// A card that works, and stops, only when it is asked for the cause: its writes are under way
/// until that read pushes them.
class LateCard : public model::SoftCard {
 public:
  using SoftCard::SoftCard;
  static Result<std::unique_ptr<CardIo>> make(std::string_view) {
    return std::unique_ptr<CardIo>(new LateCard(model::Limits{}));
  }
  void write_csr(CsrOffset offset, std::uint32_t value) override {
    if (offset == csr::kDoorbellSqProducer(0))
      producer_ = value;
    else
      SoftCard::write_csr(offset, value);
  }
  std::uint32_t read_csr(CsrOffset offset) override {
    if (offset == csr::kQueuesStatus(0) && producer_ > 0) {
      SoftCard::write_csr(csr::kDoorbellSqProducer(0), producer_);
      SoftCard::write_csr(csr::kDoorbellSqProducer(0), producer_ + 1000);
    }
    return SoftCard::read_csr(offset);
  }

 private:
  std::uint32_t producer_ = 0;
};

struct Line {
  std::uint64_t number;
  Way way;
  std::string sentence;
  bool has_verdict;
};

/// A capture of ESP, every tenth packet of which is something else.
class ReplayRun : public testing::Test {
 protected:
  void SetUp() override {
    register_card_io("soft", model::SoftCard::make);
    register_card_io("stopping", StoppingCard::make);
    register_card_io("late", LateCard::make);
    register_card_io("silent", SilentCard::make);
    path_ = (std::filesystem::temp_directory_path() / "holdfast_run_XXXXXX").string();
    close(mkstemp(path_.data()));
    auto writer = pcap::CaptureWriter::create(path_, pcap::LinkType::kRaw).value();
    for (unsigned number = 1; number <= kPackets; ++number) {
      Bytes packet = {0x45, 0, 0,  28, 0, 0, 0, 0, 64, 50, 0, 0, 10, 1,
                      0,    1, 10, 2,  0, 1, 0, 0, 16, 0,  0, 0, 0,  1};
      if (is_other(number)) packet[9] = 1;
      ASSERT_TRUE(writer.write({}, packet));
    }
    ASSERT_TRUE(writer.finish());
  }
  void TearDown() override { std::filesystem::remove(path_); }

  static bool is_other(std::uint64_t number) { return number % 10 == 0; }

  Status run(const std::string& card_name) {
    auto capture = pcap::CaptureReader::open(path_).value();
    const auto card = ReplayCard::open(card_name, {}).value();
    return run_capture(
        capture, {}, *card, [this](const auto& packet, const Route& route, const Verdict* verdict) {
          lines_.push_back({packet.number, route.way, route.sentence, verdict != nullptr});
          return Status{};
        });
  }

  /// Every packet has its line, the first `answered` of ESP with a verdict, the others `sentence`.
  void expect_lines(unsigned answered, const std::string& sentence) {
    ASSERT_EQ(lines_.size(), kPackets);
    unsigned esp = 0;
    for (std::size_t i = 0; i < lines_.size(); ++i) {
      const Line& line = lines_[i];
      ASSERT_EQ(line.number, i + 1);
      if (is_other(line.number)) {
        EXPECT_EQ(line.way, Way::kNotOurs) << line.number;
        continue;
      }
      const bool is_answered = ++esp <= answered;
      EXPECT_EQ(line.has_verdict, is_answered) << line.number;
      EXPECT_EQ(line.way, is_answered ? Way::kInbound : Way::kRefused) << line.number;
      EXPECT_EQ(line.sentence, is_answered ? "" : sentence) << line.number;
    }
  }

  std::string path_;
  std::vector<Line> lines_;
};

TEST_F(ReplayRun, EveryPacketHasItsLineInOrder) {
  const Status status = run("soft:");
  EXPECT_TRUE(status) << status.error().text();
  expect_lines(kPackets, "");
}

TEST_F(ReplayRun, PacketsBehindAStopAreRefusedWithTheReason) {
  const Status status = run("stopping:");
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().text(), "queue 0: the card stopped: doorbell");
  expect_lines(kAnswered, "The card stopped: doorbell.");
}

TEST_F(ReplayRun, AnswersWrittenBeforeTheStopCount) {
  ASSERT_FALSE(run("late:"));
  expect_lines(128, "The card stopped: doorbell.");  // what the queue takes
}

TEST_F(ReplayRun, ACardThatSaysNothingHasLinesToo) {
  const Status status = run("silent:");
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::kTimeout);
  expect_lines(0, "The card does not answer: 128 packets wait.");
}

TEST_F(ReplayRun, AReportThatFailsEndsIt) {
  auto capture = pcap::CaptureReader::open(path_).value();
  const auto card = ReplayCard::open("soft:", {}).value();
  unsigned count = 0;
  const Status status =
      run_capture(capture, {}, *card, [&count](const auto&, const Route&, const Verdict*) {
        return ++count == 3 ? Status(fail(ErrorCode::kIo, "report", "full")) : Status{};
      });
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().text(), "report: full");
  EXPECT_EQ(count, 3u);
}

}  // namespace
}  // namespace holdfast::app

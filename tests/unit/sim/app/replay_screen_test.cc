// SPDX-License-Identifier: Apache-2.0
#include "app/replay_screen.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <cstdlib>

#include "app/replay_tally.h"

namespace holdfast::app {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::vector<std::uint8_t> kBytes(100);

std::vector<ReplaySa> one_sa() {
  std::vector<ReplaySa> sas(1);
  sas[0].place = "sas.toml:1, sa[0]";
  sas[0].config.spi = Spi{0x1000};
  return sas;
}

Route inbound(std::uint32_t spi) {
  Route route;
  route.way = Way::kInbound;
  route.spi = spi;
  route.packet = kBytes;
  return route;
}

Verdict drop(DropReason reason, std::uint16_t sa_index = 0) { return {reason, sa_index, 1, {}}; }

TEST(ReplayScreen, CountsAddUp) {
  Tally tally(1);
  const Verdict good{DropReason::kNone, 0, 1, std::vector<std::uint8_t>(60)};
  tally.add(inbound(0x1000), &good);
  const Verdict bad = drop(DropReason::kIcv);
  tally.add(inbound(0x1000), &bad);
  tally.add(Route{}, nullptr);
  Summary summary;
  summary.input = "in.pcap";
  summary.card = "soft:";
  summary.cycles = 100;
  const std::string screen = format_screen(summary, tally, one_sa());
  EXPECT_THAT(screen, HasSubstr("in.pcap: 3 packets through soft:"));
  EXPECT_THAT(screen, HasSubstr("inbound 2, outbound 0, not ours 1, refused 0"));
  EXPECT_THAT(screen, HasSubstr("1  icv             The ICV is wrong."));
  EXPECT_THAT(screen, HasSubstr("in = out + drops: 2 = 1 + 1, holds"));
  EXPECT_THAT(screen, HasSubstr("16.0 bits a cycle into the card, 4.8 out of it"));
  summary.account = "the card counted 3";
  EXPECT_THAT(format_screen(summary, tally, one_sa()),
              HasSubstr("in = out + drops: DOES NOT HOLD: the card counted 3"));
}

TEST(ReplayScreen, SuggestsWhatTheDropsSay) {
  Tally unknown(1);
  const Verdict no_sa = drop(DropReason::kNoSa, kNoSa);
  unknown.add(inbound(0xABCD), &no_sa);
  EXPECT_THAT(suggest(unknown, one_sa()),
              ElementsAre("1 packets have SPI 0x0000abcd, of which no SA is given"));

  Tally wrong_key(1);
  const Verdict icv = drop(DropReason::kIcv);
  wrong_key.add(inbound(0x1000), &icv);
  EXPECT_THAT(suggest(wrong_key, one_sa()),
              ElementsAre("every ICV of SA 0 is wrong: look at its key, salt and esn (sas.toml:1, "
                          "sa[0])"));

  Tally other_family(1);
  const Verdict selector = drop(DropReason::kSelector);
  other_family.add(inbound(0x1000), &selector);
  EXPECT_THAT(suggest(other_family, one_sa()), ElementsAre(HasSubstr("--inner ipv6")));

  Tally nothing(1);
  nothing.add(Route{}, nullptr);
  EXPECT_THAT(suggest(nothing, one_sa()), ElementsAre(HasSubstr("no packet went to the card")));

  Tally good(1);
  const Verdict fine{DropReason::kNone, 0, 1, {1}};
  good.add(inbound(0x1000), &fine);
  EXPECT_THAT(suggest(good, one_sa()), IsEmpty());
}

TEST(ReplayScreen, TheAccountComparesEachReason) {
  Tally tally(1);
  const Verdict icv = drop(DropReason::kIcv);
  tally.add(inbound(0x1000), &icv);
  Counters before{}, after{};
  after.packets_in[0] = 1;
  after.drops[static_cast<std::size_t>(DropReason::kIcv)] = 1;
  EXPECT_EQ(check_account(tally, before, after), std::nullopt);
  after.packets_in[0] = 2;
  EXPECT_EQ(check_account(tally, before, after), "the card's counters: in is not out + drops");
  after.packets_out[0] = 1;
  EXPECT_EQ(check_account(tally, before, after), "1 inbound packets went in, the card counted 2");
  after.packets_in[0] = 1;
  after.packets_out[0] = 0;
  after.drops = {};
  after.drops[static_cast<std::size_t>(DropReason::kPadding)] = 1;
  EXPECT_EQ(check_account(tally, before, after), "1 completions said icv, the card counted 0");
}

std::chrono::milliseconds passed;  // of the clock below

ProgressBar::Clock::time_point now() { return ProgressBar::Clock::time_point(passed); }

/// Two ends of a pipe or of a pseudo terminal: what is written to one comes out of the other.
class Stream {
 public:
  explicit Stream(bool is_terminal) {
    int ends[2];
    if (is_terminal) {
      ends[0] = posix_openpt(O_RDWR | O_NOCTTY);
      EXPECT_EQ(grantpt(ends[0]) + unlockpt(ends[0]), 0);
      ends[1] = open(ptsname(ends[0]), O_RDWR | O_NOCTTY);
    } else {
      EXPECT_EQ(pipe(ends), 0);
    }
    reader_ = ends[0];
    file_ = fdopen(ends[1], "w");
    EXPECT_NE(file_, nullptr);
  }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  ~Stream() {
    std::fclose(file_);
    close(reader_);
  }
  std::FILE* file() { return file_; }
  /// What was written since the last look: up to a mark that goes the same way, and so needs no
  /// waiting. The mark passes the buffer of the stream, so text that was not flushed is missed.
  std::string take() {
    constexpr char kMark = '$';
    EXPECT_EQ(write(fileno(file_), &kMark, 1), 1);
    std::string text;
    for (char next; read(reader_, &next, 1) == 1 && next != kMark;) text += next;
    return text;
  }

 private:
  std::FILE* file_;
  int reader_;
};

TEST(ProgressBar, AppearsOnATerminalAfterTwoSeconds) {
  passed = {};
  Stream terminal(true);
  ProgressBar bar(terminal.file(), now);
  passed += std::chrono::milliseconds(1999);
  bar.update(0.4, 40);
  bar.end();
  EXPECT_EQ(terminal.take(), "") << "what was never shown is not wiped";
  passed += std::chrono::milliseconds(1);
  bar.update(0.5, 50);
  EXPECT_EQ(terminal.take(), "\r  [####################....................]  50 %  50 packets ");
  passed += std::chrono::milliseconds(199);
  bar.update(0.6, 60);
  EXPECT_EQ(terminal.take(), "") << "at most five times a second";
  passed += std::chrono::milliseconds(1);
  bar.update(1, 100);
  EXPECT_EQ(terminal.take(), "\r  [########################################] 100 %  100 packets ");
  bar.end();
  EXPECT_EQ(terminal.take(), "\r" + std::string(80, ' ') + "\r");
  bar.end();
  EXPECT_EQ(terminal.take(), "");
}

TEST(ProgressBar, IsNotWrittenToAPipe) {
  passed = {};
  Stream pipe(false);
  ProgressBar bar(pipe.file(), now);
  passed += std::chrono::hours(1);
  bar.update(0.5, 50);
  bar.end();
  EXPECT_EQ(pipe.take(), "");
}

TEST(ProgressBar, StartsEmpty) {
  passed = {};
  Stream terminal(true);
  ProgressBar bar(terminal.file(), now);
  passed += std::chrono::seconds(2);
  bar.update(0, 0);
  EXPECT_EQ(terminal.take(), "\r  [........................................]   0 %  0 packets ");
}

}  // namespace
}  // namespace holdfast::app

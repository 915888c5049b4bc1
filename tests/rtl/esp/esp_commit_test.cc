// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <deque>

#include "Vesp_commit_model.h"
#include "rtl/common/beat_bench.h"

namespace holdfast::test {
namespace {

/// One packet: beats that are written, and the bytes of them that leave.
struct Held {
  Bytes beats;
  std::size_t num_bytes = 0;
};

class EspCommit : public testing::TestWithParam<Pauses> {
 protected:
  static constexpr unsigned kNumBeats = 24;  // PARAMS in CMakeLists.txt; not a power of two

  void SetUp() override {
    top.valid_i = top.exit_valid_i = top.ready_i = 0;
    sim.reset();
  }

  bool chance(unsigned percent) { return random() % 100 < percent; }

  /// One cycle; offers hold until they are taken.
  void cycle() {
    const auto [source, sink] = GetParam();
    if (!top.valid_i && written < to_write.size() && !chance(source)) {
      put_bytes(top.data_i, to_write.data() + written, 16);
      top.valid_i = 1;
    }
    const bool is_next_written = !exits.empty() && written >= exits.front().end;
    if (!top.exit_valid_i && is_next_written && !chance(source)) {
      top.exit_i = num_exits & 1;
      top.num_beats_i = static_cast<std::uint16_t>(exits.front().packet.beats.size() / 16);
      top.num_bytes_i = static_cast<std::uint16_t>(exits.front().packet.num_bytes);
      top.exit_valid_i = 1;
    }
    top.ready_i = !chance(sink);
    top.eval();
    const bool is_written = top.valid_i && top.ready_o;
    const bool is_decided = top.exit_valid_i && top.exit_ready_o;
    if (top.valid_o && top.ready_i) take();
    sim.tick();
    if (is_written) {
      written += 16;
      top.valid_i = 0;
    }
    if (is_decided) {
      exits.pop_front();
      ++num_exits;
      top.exit_valid_i = 0;
    }
  }

  void take() {
    Beat beat;
    std::memcpy(&beat, &top.beat_o, 19);
    EXPECT_EQ(top.exit_o, packets.size() & 1);
    EXPECT_EQ(top.is_first_o, current.empty());
    std::size_t count = 0;
    while (count < 16 && (beat.keep >> count & 1)) ++count;
    for (std::size_t i = count; i < 16; ++i) EXPECT_EQ(beat.data[i], 0);
    current.insert(current.end(), beat.data, beat.data + count);
    if (!(beat.fault_and_last & 4)) return;
    packets.push_back(std::exchange(current, {}));
  }

  struct Pending {
    Held packet;
    std::size_t end;  // in to_write
  };
  std::mt19937_64 random{seed_or(1)};
  Sim<Vesp_commit_model> sim;
  Vesp_commit_model& top = sim.top();
  Bytes to_write, current;
  std::size_t written = 0, num_exits = 0;
  std::deque<Pending> exits;
  std::vector<Bytes> packets;
};

TEST_P(EspCommit, LetsOutWhatIsDecidedAndPassesOverTheRest) {
  std::vector<Bytes> expected;
  for (unsigned n = 0; n < 2000; ++n) {
    Held held{some_bytes(random, 16 * (random() % 13)), 0};
    if (!held.beats.empty() && chance(70)) held.num_bytes = 1 + random() % held.beats.size();
    expected.emplace_back(held.beats.begin(),
                          held.beats.begin() + static_cast<std::ptrdiff_t>(held.num_bytes));
    to_write.insert(to_write.end(), held.beats.begin(), held.beats.end());
    exits.push_back({held, to_write.size()});
  }
  unsigned sweep = 0;
  for (; !top.swept_o && sweep < 1000; ++sweep) {
    EXPECT_EQ(top.ready_o, 0);
    sim.tick();
  }
  EXPECT_EQ(sweep, kNumBeats);
  for (int i = 0; i < 1'000'000 && packets.size() < expected.size(); ++i) cycle();
  EXPECT_EQ(packets, expected);
}

TEST_P(EspCommit, TakesNoMoreThanItHolds) {
  to_write = some_bytes(random, 16 * (kNumBeats + 8));
  for (int i = 0; i < 2000; ++i) cycle();
  EXPECT_EQ(written, 16 * kNumBeats);
  EXPECT_EQ(top.ready_o, 0);
  EXPECT_EQ(top.valid_o, 0);
}

INSTANTIATE_TEST_SUITE_P(All, EspCommit, testing::ValuesIn(kPauseMatrix));

}  // namespace
}  // namespace holdfast::test

// SPDX-License-Identifier: Apache-2.0
#include <Vdma_slots_model.h>
#include <gtest/gtest.h>

#include <deque>

#include "packed_port.h"
#include "support/sim.h"
#include "support/stream.h"

namespace holdfast::test {
namespace {

constexpr unsigned kSlots = 32, kRows = 2048, kLargestRows = 578;
constexpr unsigned kDmaReadFailed = 4;  // DropReasonDmaRead

/// dma_pkg::slot_t, and where the packet is on its way.
struct Slot {
  unsigned sa_index = 0, has_ethernet = 0, checksum_not_valid = 0, reason = 0;
  unsigned length = 0, shift = 0, num_rows = 0;
  unsigned slot = 0, row = 0;  // that it was given
  unsigned reads = 0;          // that wait
  bool is_failed = false;
};

/// dma_slots with a model of what it must do: packets are taken, issued, read and played, each
/// step in order, reads of different packets in any order.
class Bench {
 public:
  explicit Bench(Pauses pauses = {}, std::uint64_t seed = 1) : pauses_(pauses), random_(seed) {
    sim.add_agent([this] { drive(); }, [this] { sample(); });
    reset();
  }
  void reset() {
    taken.clear();
    issued_ = done_ = 0;
    next_slot_ = next_row_ = 0;
    sim.top().take_i = sim.top().issued_i = sim.top().failed_i = 0;
    sim.top().ready_i = sim.top().is_pending_i = 0;
    sim.reset();
  }

  Sim<Vdma_slots_model> sim;
  /// Oldest first: played ones are gone.
  std::deque<Slot> taken;
  std::size_t num_played = 0, num_failed = 0, most = 0;
  std::function<Slot()> next_packet;
  bool may_take = true, may_issue = true, may_read = true, may_play = true;

  unsigned rows_in_use() const {
    unsigned rows = 0;
    for (const Slot& slot : taken) rows += slot.num_rows;
    return rows;
  }

 private:
  bool chance(unsigned pause_percent) { return random_() % 100 >= pause_percent; }

  void drive() {
    auto& top = sim.top();
    top.eval();
    top.take_i = may_take && top.has_room_o && chance(pauses_.source_percent);
    if (top.take_i) drive_packet();
    top.issued_i = may_issue && issued_ < taken.size() && chance(30);
    drive_read();
    top.ready_i = may_play && chance(pauses_.sink_percent);
    // Looked at for the packet that the module names.
    const bool has_waiting = done_ < issued_;
    EXPECT_TRUE(!has_waiting || top.done_slot_o == taken[done_].slot);
    top.is_pending_i = has_waiting ? taken[done_].reads != 0 : random_() % 2;
  }
  void drive_packet() {
    const Slot& packet = next_ = next_packet();
    PackedWriter(sim.top().take_packet_i)
        .put(packet.num_rows, 10)
        .put(packet.shift, 2)
        .put(packet.length, 14)
        .put(packet.sa_index, 16)
        .put(packet.checksum_not_valid, 1)
        .put(packet.has_ethernet, 1)
        .put(packet.reason, 6);
  }
  // One read ends: of any packet that was taken.
  void drive_read() {
    auto& top = sim.top();
    top.failed_i = 0;
    read_of_ = taken.size();
    if (!may_read || taken.empty() || !chance(20)) return;
    const std::size_t index = random_() % taken.size();
    if (taken[index].reads == 0) return;
    read_of_ = index;
    top.failed_i = random_() % 8 == 0;
    top.failed_slot_i = static_cast<std::uint8_t>(taken[index].slot);
  }

  void sample() {
    auto& top = sim.top();
    EXPECT_EQ(top.valid_o, done_ > 0);
    EXPECT_EQ(top.has_room_o, taken.size() < kSlots && rows_in_use() <= kRows - kLargestRows);
    if (top.valid_o) expect_played(taken.front());
    const bool is_played = top.valid_o && top.ready_i;
    const bool is_done = done_ < issued_ && !top.is_pending_i;
    if (read_of_ < taken.size()) {
      --taken[read_of_].reads;
      if (top.failed_i) taken[read_of_].is_failed = true;
    }
    if (top.issued_i) ++issued_;
    if (is_done) ++done_;
    if (top.take_i) take();
    if (is_played) pop();
  }
  void expect_played(const Slot& slot) {
    auto& top = sim.top();
    PackedReader reader(top.packet_o);
    EXPECT_EQ(reader.get(10), slot.num_rows);
    EXPECT_EQ(reader.get(2), slot.shift);
    EXPECT_EQ(reader.get(14), slot.is_failed ? 0 : slot.length);
    EXPECT_EQ(reader.get(16), slot.sa_index);
    EXPECT_EQ(reader.get(1), slot.checksum_not_valid);
    EXPECT_EQ(reader.get(1), slot.has_ethernet);
    EXPECT_EQ(reader.get(6), slot.is_failed ? kDmaReadFailed : slot.reason);
    EXPECT_EQ(top.row_o, slot.row);
    EXPECT_EQ(slot.reads, 0u) << "played before it was read";
  }
  void take() {
    next_.slot = next_slot_;
    next_.row = next_row_;
    EXPECT_EQ(sim.top().take_slot_o, next_slot_);
    EXPECT_EQ(sim.top().take_row_o, next_row_);
    next_slot_ = (next_slot_ + 1) % kSlots;
    next_row_ = (next_row_ + next_.num_rows) % kRows;
    taken.push_back(next_);
    most = std::max(most, taken.size());
  }
  void pop() {
    num_failed += taken.front().is_failed;
    taken.pop_front();
    --issued_;
    --done_;
    ++num_played;
  }

  Pauses pauses_;
  std::mt19937_64 random_;
  Slot next_;
  std::size_t issued_ = 0, done_ = 0, read_of_ = 0;
  unsigned next_slot_ = 0, next_row_ = 0;
};

/// A packet of up to `max_length` bytes and as many reads as a host would want for it.
Slot random_packet(std::mt19937_64& random, unsigned max_length) {
  Slot slot;
  slot.sa_index = static_cast<unsigned>(random() % 0x10000);
  slot.has_ethernet = random() % 2;
  slot.checksum_not_valid = random() % 2;
  if (random() % 16 == 0) {
    slot.reason = 2;
    return slot;
  }
  slot.length = 1 + static_cast<unsigned>(random() % max_length);
  slot.shift = random() % 4;
  slot.num_rows = (slot.length + slot.shift + 15) / 16;
  slot.reads = 1 + slot.length / 512;
  return slot;
}

class DmaSlots : public testing::TestWithParam<Pauses> {};

TEST_P(DmaSlots, PacketsStayInOrderWithTheirRowsAndFailures) {
  const auto seed = seed_or(71);
  SCOPED_TRACE("HOLDFAST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  for (const unsigned max_length : {60u, 9230u}) {
    Bench bench(GetParam(), seed + 1);
    bench.next_packet = [&] { return random_packet(random, max_length); };
    ASSERT_TRUE(bench.sim.run_until([&] { return bench.num_played >= 500; }, 100'000));
    bench.may_take = false;
    ASSERT_TRUE(bench.sim.run_until([&] { return bench.taken.empty(); }, 5'000));
    EXPECT_GT(bench.num_failed, 10u);
  }
}

INSTANTIATE_TEST_SUITE_P(Pauses, DmaSlots, testing::ValuesIn(kPauseMatrix));

TEST(DmaSlotsRoom, EndsWithTheSlotsOrTheRows) {
  for (const unsigned rows : {1u, 64u, kLargestRows}) {
    Bench bench;
    bench.may_issue = false;
    bench.next_packet = [&] {
      Slot slot;
      slot.length = 16 * rows;
      slot.num_rows = rows;
      return slot;
    };
    bench.sim.step(100);
    // One more of the largest size fits until the last one is taken.
    const unsigned expected = std::min(kSlots, (kRows - kLargestRows) / rows + 1);
    EXPECT_EQ(bench.taken.size(), expected) << rows;
    EXPECT_LE(bench.rows_in_use(), kRows);
    bench.may_issue = true;
    ASSERT_TRUE(bench.sim.run_until([&] { return bench.num_played >= 100; }, 10'000));
    EXPECT_EQ(bench.most, expected);
  }
}

TEST(DmaSlotsRoom, AReadThatIsOpenHoldsBackThePacketsBehindIt) {
  Bench bench;
  unsigned made = 0;
  bench.next_packet = [&] {
    Slot slot;
    slot.length = slot.num_rows = 1;
    slot.reads = made++ == 3;  // only the fourth has one
    return slot;
  };
  bench.may_read = false;
  bench.sim.step(200);
  EXPECT_EQ(bench.num_played, 3u);
  bench.may_read = true;
  bench.sim.step(200);
  EXPECT_GT(bench.num_played, 20u);
}

// A failure belongs to one packet, not to the next one in its slot, also not after a reset.
TEST(DmaSlotsFailure, EndsWithItsPacket) {
  std::mt19937_64 random(72);
  Bench bench;
  bench.next_packet = [&] { return random_packet(random, 9000); };
  bench.may_play = false;
  bench.sim.step(300);
  bench.reset();
  bench.may_play = true;
  bench.may_read = false;  // thus no failure
  bench.next_packet = [] {
    Slot slot;
    slot.length = slot.num_rows = 1;
    return slot;
  };
  bench.sim.step(300);
  EXPECT_GT(bench.num_played, 2 * kSlots);
  EXPECT_EQ(bench.num_failed, 0u);
}

}  // namespace
}  // namespace holdfast::test

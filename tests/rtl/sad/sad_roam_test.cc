// SPDX-License-Identifier: Apache-2.0
// Roam events: an authentic packet, newer than all others, from elsewhere (sad_decide, sad_events).
#include <gtest/gtest.h>

#include "Vsad_model.h"
#include "sad_bench.h"

namespace holdfast::test {
namespace {

/// Inbound SA 3 on path 1, of whose packets the last known number is 100.
class SadRoam : public ::testing::Test {
 protected:
  SadRoam() {
    write();
    Command c = add_sa(3, 0x3333);
    c.path_index = 1;
    bench_.must(c);
    receive(100, false);
  }
  void write() { generation_ = bench_.write_path(1).generation; }
  static Endpoints place(std::uint64_t n) {
    return {n % 2 != 0, {n, ~n}, {n + 7, n * 3}, static_cast<unsigned>(n & 0xFFFF), 4500};
  }
  Reason receive(std::uint64_t seq, bool is_elsewhere, bool is_charged = true, unsigned sa = 3,
                 unsigned epoch = 1) {
    Arrival a;
    a.endpoints = place(seq);
    a.path_index = 1;
    a.generation = generation_;
    a.is_from_peer = !is_elsewhere;
    a.is_elsewhere = is_elsewhere;
    const Reason reason = bench_.update({sa, epoch, seq, is_charged, 10, a})->reason;
    bench_.sim.step(10);
    return reason;
  }
  std::size_t count() const { return bench_.events.size(); }

  SadBench<Vsad_model> bench_;
  std::uint32_t generation_ = 0;
};

TEST_F(SadRoam, TellsWhoCameFromWhere) {
  for (const std::uint64_t seq : {101u, 102u}) {
    write();
    EXPECT_EQ(receive(seq, true), Reason::kNone);
    ASSERT_EQ(count(), seq - 100);
    const Event& event = bench_.events.back();
    EXPECT_EQ(event.kind, Kind::kRoam);
    EXPECT_EQ(event.sa_index, 3u);
    EXPECT_EQ(event.path_index, 1u);
    EXPECT_EQ(event.generation, generation_);
    EXPECT_EQ(event.seq, seq);
    EXPECT_EQ(event.endpoints, place(seq));
  }
}

TEST_F(SadRoam, NotFromHomeNotForAnOlderNumberNotForOneThatFailed) {
  EXPECT_EQ(receive(101, false), Reason::kNone);
  EXPECT_EQ(receive(99, true), Reason::kNone);
  EXPECT_EQ(receive(101, true), Reason::kReplayLate);
  EXPECT_EQ(receive(20, true), Reason::kReplayLate);
  EXPECT_EQ(receive(102, true, true, 3, 2), Reason::kStale);
  EXPECT_EQ(receive(102, true, true, 5), Reason::kStale);
  EXPECT_EQ(count(), 0u);
  // What is inside the packet does not matter: it is authentic.
  EXPECT_EQ(receive(102, true, false), Reason::kNone);
  EXPECT_EQ(count(), 1u);
}

TEST_F(SadRoam, OnceAWriteOfThePathRow) {
  for (std::uint64_t seq = 101; seq < 110; ++seq) receive(seq, seq % 3 != 0);
  EXPECT_EQ(count(), 1u);
  write();
  for (std::uint64_t seq = 110; seq < 120; ++seq) receive(seq, true);
  EXPECT_EQ(count(), 2u);
  // The other SA of the path tells for itself.
  Command c = add_sa(5, 0x5555);
  c.path_index = 1;
  bench_.must(c);
  receive(1, true, true, 5);
  receive(2, true, true, 5);
  ASSERT_EQ(count(), 3u);
  EXPECT_EQ(bench_.events.back().sa_index, 5u);
}

TEST_F(SadRoam, TheNextOwnerOfTheRowTellsAnew) {
  receive(101, true);
  ASSERT_EQ(count(), 1u);
  ASSERT_EQ(bench_.do_sa(Op::kDeleteSa, 3).code, Code::kOk);
  Command c = add_sa(3, 0x4444);
  c.path_index = 1;
  bench_.must(c);
  EXPECT_EQ(receive(200, true, true, 3, 1), Reason::kStale);  // of the owner before
  EXPECT_EQ(count(), 1u);
  EXPECT_EQ(receive(1, true, true, 3, 2), Reason::kNone);
  EXPECT_EQ(count(), 2u);
}

TEST_F(SadRoam, ComesBeforeALifetimeOfTheSamePacket) {
  for (const bool is_hard : {false, true}) {
    const unsigned sa = is_hard ? 6 : 7;
    Command c = add_sa(sa, 0x6000 + sa);
    c.path_index = 1;
    c.lifetime.soft_bytes = is_hard ? 0 : 1;
    c.lifetime.hard_bytes = is_hard ? 1 : 0;
    bench_.must(c);
    bench_.events.clear();
    EXPECT_EQ(receive(5, true, true, sa), is_hard ? Reason::kLifetime : Reason::kNone);
    ASSERT_EQ(count(), 2u);
    EXPECT_EQ(bench_.events[0].kind, Kind::kRoam);
    EXPECT_EQ(bench_.events[1].kind, is_hard ? Kind::kHardLifetime : Kind::kSoftLifetime);
    EXPECT_EQ(bench_.events[0].endpoints, place(5));
    EXPECT_EQ(bench_.events[1].endpoints, Endpoints{});
  }
}

}  // namespace
}  // namespace holdfast::test

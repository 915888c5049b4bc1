// SPDX-License-Identifier: Apache-2.0
// Byte credit of a path: what packets and commands do to it.
#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>

#include "Vsad_model.h"
#include "sad_bench.h"

namespace holdfast::test {
namespace {

/// Outbound SA 4 and inbound SA 3 on path 1, whose credit is the test's.
class SadCreditOfPath : public ::testing::Test {
 protected:
  SadCreditOfPath() {
    write(1, std::nullopt);
    bench_.must(on_path(add_sa(3, 0x3333), 1));
    bench_.must(on_path(add_sa(4, 0x4444, true), 1));
  }
  static Command on_path(Command c, unsigned path) {
    c.path_index = path;
    return c;
  }
  void write(unsigned path, std::optional<std::uint32_t> credit, bool is_ipv6 = false,
             bool has_udp = false) {
    Command c;
    c.op = Op::kWritePath;
    c.path_index = path;
    c.path.is_ipv6 = is_ipv6;
    c.path.has_udp = has_udp;
    c.path.is_limited = credit.has_value();
    c.credit = credit.value_or(0);
    generation_ = bench_.must(c).generation;
  }
  /// A packet whose outer length over IPv4 is `outer_bytes`.
  Reason send(unsigned outer_bytes, unsigned sa = 4, unsigned headers = 20) {
    OutQuery q{sa, 10, false, {}, {}};
    q.esp_bytes = outer_bytes - headers;
    return bench_.query(q)->reason;
  }
  Arrival from_peer(unsigned bytes) const {
    Arrival a;
    a.path_index = 1;
    a.generation = generation_;
    a.is_from_peer = true;
    a.bytes = bytes;
    return a;
  }
  Reason receive(const Arrival& arrival, std::uint64_t seq, bool is_charged = true,
                 unsigned epoch = 1) {
    return bench_.update({3, epoch, seq, is_charged, 10, arrival})->reason;
  }
  /// What is left, found by sending.
  unsigned left(unsigned at_most) {
    for (unsigned bytes = at_most; bytes >= 20; --bytes)
      if (send(bytes) == Reason::kNone) return bytes;
    return 0;
  }
  std::vector<Event> events(Kind kind) {
    bench_.sim.step(10);
    std::vector<Event> found;
    std::copy_if(bench_.events.begin(), bench_.events.end(), std::back_inserter(found),
                 [&](const Event& e) { return e.kind == kind; });
    return found;
  }

  SadBench<Vsad_model> bench_;
  std::uint32_t generation_ = 0;
};

TEST_F(SadCreditOfPath, ExactlyTheCreditIsSent) {
  write(1, 1000);
  EXPECT_EQ(send(1001), Reason::kCredit);
  EXPECT_EQ(send(400), Reason::kNone);
  EXPECT_EQ(send(601), Reason::kCredit);
  EXPECT_EQ(send(600), Reason::kNone);
  EXPECT_EQ(send(20), Reason::kCredit);
}

TEST_F(SadCreditOfPath, WhatIsHeldBackTakesNoNumberAndNoLifetime) {
  write(1, 100);
  EXPECT_EQ(send(60), Reason::kNone);
  EXPECT_EQ(send(60), Reason::kCredit);
  const CommandResult r = bench_.do_sa(Op::kReadSa, 4);
  EXPECT_EQ(r.seq, 2u);
  EXPECT_EQ(r.packets, 1u);
  EXPECT_EQ(r.bytes, 10u);
  write(1, std::nullopt);
  EXPECT_EQ(send(60), Reason::kNone);
  EXPECT_EQ(bench_.out_tickets.back().seq, 2u);
}

TEST_F(SadCreditOfPath, TheBindingsHeadersCount) {
  for (const bool is_ipv6 : {false, true}) {
    for (const bool has_udp : {false, true}) {
      const unsigned headers = (is_ipv6 ? 40 : 20) + (has_udp ? 8 : 0);
      write(1, 500, is_ipv6, has_udp);
      EXPECT_EQ(send(501, 4, headers), Reason::kCredit) << headers;
      EXPECT_EQ(send(500, 4, headers), Reason::kNone) << headers;
    }
  }
}

TEST_F(SadCreditOfPath, EachBytePassedFromThePeerGivesThree) {
  write(1, 0);
  EXPECT_EQ(send(20), Reason::kCredit);
  EXPECT_EQ(receive(from_peer(100), 5), Reason::kNone);
  EXPECT_EQ(send(301), Reason::kCredit);
  EXPECT_EQ(send(300), Reason::kNone);
  EXPECT_EQ(send(20), Reason::kCredit);
  // Behind the top too, and when the packet is dropped for what is inside it.
  EXPECT_EQ(receive(from_peer(100), 4), Reason::kNone);
  EXPECT_EQ(receive(from_peer(50), 6, false), Reason::kNone);
  EXPECT_EQ(send(451), Reason::kCredit);
  EXPECT_EQ(send(450), Reason::kNone);
}

TEST_F(SadCreditOfPath, NothingElseGives) {
  write(1, 100);
  ASSERT_EQ(receive(from_peer(0), 5), Reason::kNone);
  EXPECT_EQ(receive(from_peer(100), 5), Reason::kReplayLate);
  EXPECT_EQ(receive(from_peer(100), 9, true, 7), Reason::kStale);
  Arrival elsewhere = from_peer(100);
  elsewhere.is_from_peer = false;
  EXPECT_EQ(receive(elsewhere, 6), Reason::kNone);
  Arrival before = from_peer(100);  // measured against the binding before this one
  --before.generation;
  EXPECT_EQ(receive(before, 7), Reason::kNone);
  EXPECT_EQ(left(400), 100u);
}

TEST_F(SadCreditOfPath, EachWriteSetsItAnew) {
  write(1, 100);
  EXPECT_EQ(send(100), Reason::kNone);
  write(1, 200);
  EXPECT_EQ(send(200), Reason::kNone);
  EXPECT_EQ(send(20), Reason::kCredit);
  EXPECT_EQ(receive(from_peer(1000), 1), Reason::kNone);
  write(1, 50);
  EXPECT_EQ(left(100), 50u);
  write(1, std::nullopt);
  for (unsigned i = 0; i < 20; ++i) EXPECT_EQ(send(60'000), Reason::kNone);
}

TEST_F(SadCreditOfPath, AllSasOfThePathShareItAndAMovedOneUsesTheOther) {
  write(2, std::nullopt);
  bench_.must(on_path(add_sa(5, 0x5555, true), 1));
  write(1, 300);
  EXPECT_EQ(send(200, 4), Reason::kNone);
  EXPECT_EQ(send(101, 5), Reason::kCredit);
  EXPECT_EQ(send(100, 5), Reason::kNone);
  ASSERT_EQ(bench_.do_sa(Op::kMoveSa, 5, 2).code, Code::kOk);
  EXPECT_EQ(send(9000, 5), Reason::kNone);
  EXPECT_EQ(send(20, 4), Reason::kCredit);
  ASSERT_EQ(bench_.do_sa(Op::kMoveSa, 5, 1).code, Code::kOk);
  EXPECT_EQ(send(20, 5), Reason::kCredit);
  // What an SA that was moved away brings gives to neither.
  write(1, 100);
  const Arrival arrival = from_peer(500);
  ASSERT_EQ(bench_.do_sa(Op::kMoveSa, 3, 2).code, Code::kOk);
  EXPECT_EQ(receive(arrival, 1), Reason::kNone);
  EXPECT_EQ(left(200), 100u);
}

TEST_F(SadCreditOfPath, OtherReasonsComeFirst) {
  Command c = on_path(add_sa(6, 0x6666, true), 1);
  c.first_seq = 0xFFFFFFFF;
  c.lifetime.hard_packets = 1;
  bench_.must(c);
  Command d = on_path(add_sa(7, 0x7777, true), 1);
  d.lifetime.hard_bytes = 1;
  bench_.must(d);
  write(1, 100);
  EXPECT_EQ(send(500, 7), Reason::kLifetime);
  EXPECT_EQ(send(100, 6), Reason::kNone);
  EXPECT_EQ(send(500, 6), Reason::kSequence);
  OutQuery q{4, 10, true, {}, {}};  // of the other family
  EXPECT_EQ(bench_.query(q)->reason, Reason::kSelector);
  EXPECT_EQ(events(Kind::kCredit).size(), 0u);
}

TEST_F(SadCreditOfPath, ItsEndIsToldOnceAWrite) {
  bench_.must(on_path(add_sa(5, 0x5555, true), 1));
  for (unsigned round = 1; round <= 3; ++round) {
    write(1, 100);
    EXPECT_EQ(send(100), Reason::kNone);
    EXPECT_EQ(events(Kind::kCredit).size(), round - 1);
    EXPECT_EQ(send(60), Reason::kCredit);
    EXPECT_EQ(send(60, 5), Reason::kCredit);
    EXPECT_EQ(receive(from_peer(20), round), Reason::kNone);
    EXPECT_EQ(send(60), Reason::kNone);
    EXPECT_EQ(send(60), Reason::kCredit);
    const auto told = events(Kind::kCredit);
    ASSERT_EQ(told.size(), round);
    EXPECT_EQ(told.back().sa_index, 4u);
    EXPECT_EQ(told.back().path_index, 1u);
    EXPECT_EQ(told.back().generation, generation_);
    EXPECT_EQ(told.back().seq, 2 * round);  // that would have been next
    EXPECT_EQ(told.back().endpoints, Endpoints{});
  }
  // Another path tells for itself.
  write(2, 0);
  bench_.must(on_path(add_sa(6, 0x6666, true), 2));
  EXPECT_EQ(send(60, 6), Reason::kCredit);
  EXPECT_EQ(events(Kind::kCredit).back().path_index, 2u);
}

}  // namespace
}  // namespace holdfast::test

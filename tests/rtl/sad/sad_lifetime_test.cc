// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "Vsad_model.h"
#include "sad_bench.h"

namespace holdfast::test {
namespace {

using Bench = SadBench<Vsad_model>;
constexpr std::uint32_t kSpi = 0x3333;

/// One SA of either direction, and one packet of it.
struct OneSa {
  OneSa(bool outbound, const Lifetime& lifetime) : is_outbound(outbound) {
    bench.write_path(0);
    Command c = add_sa(3, kSpi, outbound);
    c.lifetime = lifetime;
    bench.must(c);
  }
  Reason send(unsigned inner_bytes) {
    if (is_outbound) return bench.query(OutQuery{3, inner_bytes, false, {}, {}})->reason;
    return bench.receive({kSpi, ++wire}, inner_bytes);
  }
  unsigned count(Kind kind) {
    bench.sim.step(5);
    unsigned n = 0;
    for (const Event& e : bench.events) n += e.kind == kind;
    return n;
  }
  bool is_outbound;
  std::uint32_t wire = 0;
  Bench bench;
};

class SadLifetime : public ::testing::TestWithParam<bool> {};

TEST_P(SadLifetime, HardBytesMayBeReachedNotPassed) {
  OneSa sa(GetParam(), {0, 1000, 0, 0});
  EXPECT_EQ(sa.send(600), Reason::kNone);
  EXPECT_EQ(sa.send(401), Reason::kLifetime);  // dropped whole, not charged
  EXPECT_EQ(sa.count(Kind::kHardLifetime), 1u);
  EXPECT_EQ(sa.send(400), Reason::kNone);
  EXPECT_EQ(sa.send(1), Reason::kLifetime);
  EXPECT_EQ(sa.send(0), Reason::kNone);
  EXPECT_EQ(sa.count(Kind::kHardLifetime), 1u);  // once
  EXPECT_EQ(sa.count(Kind::kSoftLifetime), 0u);
  const CommandResult r = sa.bench.do_sa(Op::kReadSa, 3);
  EXPECT_EQ(r.bytes, 1000u);
  EXPECT_EQ(r.packets, 3u);
  // Outbound, a packet that was refused took no number; inbound, its number is used.
  EXPECT_EQ(r.seq, GetParam() ? 4u : 5u);
}

TEST_P(SadLifetime, HardPacketsMayBeReachedNotPassed) {
  OneSa sa(GetParam(), {0, 0, 0, 3});
  for (unsigned i = 0; i < 3; ++i) EXPECT_EQ(sa.send(9000), Reason::kNone);
  EXPECT_EQ(sa.count(Kind::kHardLifetime), 0u);
  for (unsigned i = 0; i < 3; ++i) EXPECT_EQ(sa.send(1), Reason::kLifetime);
  EXPECT_EQ(sa.count(Kind::kHardLifetime), 1u);
}

TEST_P(SadLifetime, SoftBytesTellOnceWhenReached) {
  OneSa sa(GetParam(), {1000, 0, 0, 0});
  EXPECT_EQ(sa.send(999), Reason::kNone);
  EXPECT_EQ(sa.count(Kind::kSoftLifetime), 0u);
  EXPECT_EQ(sa.send(1), Reason::kNone);
  EXPECT_EQ(sa.count(Kind::kSoftLifetime), 1u);
  EXPECT_EQ(sa.bench.events[0].seq, 2u);
  EXPECT_EQ(sa.send(1), Reason::kNone);
  EXPECT_EQ(sa.count(Kind::kSoftLifetime), 1u);
}

TEST_P(SadLifetime, SoftPacketsTellOnceWhenReached) {
  OneSa sa(GetParam(), {5000, 0, 2, 0});
  EXPECT_EQ(sa.send(10), Reason::kNone);
  EXPECT_EQ(sa.count(Kind::kSoftLifetime), 0u);
  EXPECT_EQ(sa.send(10), Reason::kNone);
  EXPECT_EQ(sa.count(Kind::kSoftLifetime), 1u);
  EXPECT_EQ(sa.send(6000), Reason::kNone);  // the other soft limit: the same kind
  EXPECT_EQ(sa.count(Kind::kSoftLifetime), 1u);
}

TEST_P(SadLifetime, NoneIsZero) {
  OneSa sa(GetParam(), {});
  for (unsigned i = 0; i < 50; ++i) EXPECT_EQ(sa.send(0xFFFF), Reason::kNone);
  EXPECT_EQ(sa.count(Kind::kSoftLifetime) + sa.count(Kind::kHardLifetime), 0u);
}

TEST_P(SadLifetime, LimitsBeyond32Bits) {
  const std::uint64_t big = 0x123456789ABC;
  OneSa sa(GetParam(), {big, big, big, big});
  EXPECT_EQ(sa.send(0xFFFF), Reason::kNone);
  EXPECT_EQ(sa.count(Kind::kSoftLifetime) + sa.count(Kind::kHardLifetime), 0u);
}

TEST_P(SadLifetime, BackToBackPacketsStopExactly) {
  OneSa sa(GetParam(), {0, 0, 50, 77});
  for (unsigned i = 1; i <= 200; ++i) {
    if (GetParam()) {
      sa.bench.out_queries.push_back({3, 10, false, {}, {}});
    } else {
      sa.bench.in_updates.push_back({3, 1, i, true, 10});
    }
  }
  sa.bench.drain();
  unsigned num_passed = 0;
  for (const Ticket& t : sa.bench.out_tickets) num_passed += t.reason == Reason::kNone;
  for (const Verdict& v : sa.bench.verdicts) num_passed += v.reason == Reason::kNone;
  EXPECT_EQ(num_passed, 77u);
  EXPECT_EQ(sa.count(Kind::kSoftLifetime), 1u);
  EXPECT_EQ(sa.count(Kind::kHardLifetime), 1u);
  EXPECT_EQ(sa.bench.do_sa(Op::kReadSa, 3).bytes, 770u);
}

TEST_P(SadLifetime, StartsAnewWithTheNextSa) {
  OneSa sa(GetParam(), {0, 0, 1, 1});
  EXPECT_EQ(sa.send(1), Reason::kNone);
  EXPECT_EQ(sa.send(1), Reason::kLifetime);
  EXPECT_EQ(sa.bench.do_sa(Op::kDeleteSa, 3).code, Code::kOk);
  Command c = add_sa(3, kSpi, GetParam());
  c.lifetime = {0, 0, 1, 1};
  sa.bench.must(c);
  sa.wire = 0;
  EXPECT_EQ(sa.bench.do_sa(Op::kReadSa, 3).packets, 0u);
  if (GetParam()) {
    EXPECT_EQ(sa.send(1), Reason::kNone);
    EXPECT_EQ(sa.send(1), Reason::kLifetime);
    EXPECT_EQ(sa.count(Kind::kSoftLifetime), 2u);
    EXPECT_EQ(sa.count(Kind::kHardLifetime), 2u);
  }
}

INSTANTIATE_TEST_SUITE_P(BothDirections, SadLifetime, ::testing::Bool(),
                         [](const auto& i) { return i.param ? "Outbound" : "Inbound"; });

}  // namespace
}  // namespace holdfast::test

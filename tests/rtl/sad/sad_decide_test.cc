// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <set>

#include "Vsad_model.h"
#include "sad_bench.h"

namespace holdfast::test {
namespace {

using Bench = SadBench<Vsad_model>;
constexpr OutQuery kPacket{4, 100, false, {0x0A00000100000000, 0}, {0x0A00000200000000, 0}};

TEST(SadOutbound, NoSaWhenEmptyInboundOrBeyond) {
  Bench bench;
  bench.write_path(0);
  bench.must(add_sa(3, 0x3333));
  bench.must(add_sa(4, 0x4444, true));
  for (unsigned index : {3u, 5u, 16u, 20u, 0x8004u, 0xFFFFu}) {
    OutQuery q = kPacket;
    q.sa_index = index;
    const auto ticket = bench.query(q);
    EXPECT_EQ(ticket->reason, Reason::kNoSa) << index;
    EXPECT_EQ(ticket->sa_index, index);
  }
  EXPECT_EQ(bench.query(kPacket)->reason, Reason::kNone);
  // An outbound SA's SPI finds nothing inbound.
  const auto in = bench.query(InQuery{0x4444, 1});
  EXPECT_EQ(in->reason, Reason::kNoSa);
  EXPECT_EQ(in->sa_index, 0xFFFFu);
}

TEST(SadOutbound, FirstReasonCounts) {
  Bench bench;
  bench.write_path(0);
  Command c = add_sa(4, 0x4444, true);
  c.first_seq = 0xFFFFFFFF;
  c.lifetime.hard_packets = 1;
  c.row.selector = {false, {0x0A00000000000000, 0}, {0x0A00000200000000, 0}, 8, 32};
  bench.must(c);
  OutQuery outside = kPacket;
  outside.destination.high = 0x0A00000300000000;
  EXPECT_EQ(bench.query(outside)->reason, Reason::kSelector);
  OutQuery family = kPacket;
  family.is_ipv6 = true;
  EXPECT_EQ(bench.query(family)->reason, Reason::kSelector);
  EXPECT_EQ(bench.query(kPacket)->seq, 0xFFFFFFFFu);
  // Now number and lifetime are both used up, and the selector still comes first.
  EXPECT_EQ(bench.query(kPacket)->reason, Reason::kSequence);
  EXPECT_EQ(bench.query(outside)->reason, Reason::kSelector);
  const CommandResult r = bench.do_sa(Op::kReadSa, 4);
  EXPECT_EQ(r.packets, 1u);  // dropped packets are not charged
  EXPECT_EQ(r.seq, 0x100000000u);
}

TEST(SadOutbound, NumbersAreTakenOnceAtAnySpacing) {
  for (const unsigned pause : {0u, 50u}) {
    Bench bench;
    bench.source_pause = bench.sink_pause = pause;
    bench.write_path(0);
    bench.must(add_sa(4, 0x4444, true));
    bench.must(add_sa(5, 0x5555, true));
    std::mt19937_64 random(seed_or(5));
    std::uint64_t next[2] = {1, 1};
    std::vector<unsigned> order;
    for (unsigned i = 0; i < 2000; ++i) {
      OutQuery q = kPacket;
      q.sa_index = random() % 4 ? 4 : 5;  // long runs of one SA
      order.push_back(q.sa_index);
      bench.out_queries.push_back(q);
    }
    bench.drain();
    ASSERT_EQ(bench.out_tickets.size(), 2000u);
    for (std::size_t i = 0; i < order.size(); ++i) {
      const Ticket& ticket = bench.out_tickets[i];
      ASSERT_EQ(ticket.reason, Reason::kNone);
      ASSERT_EQ(ticket.sa_index, order[i]);
      ASSERT_EQ(ticket.seq, next[order[i] - 4]++) << i;
    }
    EXPECT_EQ(bench.do_sa(Op::kReadSa, 4).bytes, 100 * (next[0] - 1));
  }
}

TEST(SadOutbound, TheLastNumberIsUsedAndNoneAfterIt) {
  for (const bool has_esn : {false, true}) {
    Bench bench;
    bench.write_path(2);
    Command c = add_sa(4, 0x4444, true);
    c.path_index = 2;
    c.row.has_esn = has_esn;
    const std::uint64_t last = has_esn ? ~std::uint64_t{0} : 0xFFFFFFFF;
    c.first_seq = last - 2;
    bench.must(c);
    for (unsigned i = 0; i < 10; ++i) bench.out_queries.push_back(kPacket);
    bench.drain();
    for (unsigned i = 0; i < 10; ++i) {
      EXPECT_EQ(bench.out_tickets[i].reason, i < 3 ? Reason::kNone : Reason::kSequence);
      EXPECT_EQ(bench.out_tickets[i].seq, i < 3 ? last - 2 + i : 0);
    }
    ASSERT_EQ(bench.events.size(), 1u);  // once, by the packet that took the last one
    EXPECT_EQ(bench.events[0].kind, Kind::kSequence);
    EXPECT_EQ(bench.events[0].sa_index, 4u);
    EXPECT_EQ(bench.events[0].path_index, 2u);
    EXPECT_EQ(bench.events[0].seq, last);
    EXPECT_EQ(bench.events[0].generation, 1u);
    EXPECT_EQ(bench.do_sa(Op::kReadSa, 4).packets, 3u);
  }
}

TEST(SadOutbound, EsnGoesOver32BitsWithoutAnEvent) {
  Bench bench;
  bench.write_path(0);
  Command c = add_sa(4, 0x4444, true);
  c.row.has_esn = true;
  c.first_seq = 0xFFFFFFFE;
  bench.must(c);
  for (std::uint64_t i = 0; i < 5; ++i) EXPECT_EQ(bench.query(kPacket)->seq, 0xFFFFFFFE + i);
  EXPECT_TRUE(bench.events.empty());
}

}  // namespace
}  // namespace holdfast::test

// SPDX-License-Identifier: Apache-2.0
// Latency and rate of sad_accept and sad_answer_fifo, and everything at once.
#include <gtest/gtest.h>

#include <cstdio>

#include "Vsad_model.h"
#include "sad_bench.h"
#include "support/stream.h"

namespace holdfast::test {
namespace {

using Bench = SadBench<Vsad_model>;

TEST(Sad, AnswersAfterAFixedNumberOfCycles) {
  Bench bench;
  bench.write_path(0);
  bench.must(add_sa(3, 0x3333));
  bench.must(add_sa(4, 0x4444, true));
  std::uint64_t in = 0, out = 0, verdict = 0;
  for (std::uint32_t i = 1; i <= 20; ++i) {
    bench.receive({0x3333, i});
    bench.query(OutQuery{4, 10, false, {}, {}});
    in = bench.in_tickets.back().cycle - bench.in_query_cycles.back();
    out = bench.out_tickets.back().cycle - bench.out_query_cycles.back();
    verdict = bench.verdict_cycles.back() - bench.update_cycles.back();
    EXPECT_EQ(in, 7u);
    EXPECT_EQ(out, 7u);
    EXPECT_EQ(verdict, 7u);
  }
  std::printf(
      "figure: query to ticket inbound %llu, outbound %llu, update to verdict %llu "
      "cycles\n",
      static_cast<unsigned long long>(in), static_cast<unsigned long long>(out),
      static_cast<unsigned long long>(verdict));
}

/// Cycles a question, with `num` of each kind that is asked.
double rate(bool in, bool update, bool out, bool one_sa) {
  Bench bench;
  bench.write_path(0);
  for (unsigned i = 0; i < 8; ++i) bench.must(add_sa(i, 0x3000 + i));
  for (unsigned i = 8; i < 16; ++i) bench.must(add_sa(i, 0x3000 + i, true));
  constexpr unsigned kNum = 2000;
  for (unsigned i = 0; i < kNum; ++i) {
    const unsigned sa = one_sa ? 0 : i % 8;
    if (in) bench.in_queries.push_back({0x3000 + sa, 60000});
    if (update) bench.in_updates.push_back({sa, 1, i + 1, true, 10});
    if (out) bench.out_queries.push_back({8 + sa, 10, false, {}, {}});
  }
  const std::uint64_t begin = bench.sim.cycle();
  EXPECT_TRUE(bench.sim.run_until(
      [&] {
        return (!in || bench.in_tickets.size() == kNum) &&
               (!update || bench.verdicts.size() == kNum) &&
               (!out || bench.out_tickets.size() == kNum);
      },
      100000));
  for (const Ticket& t : bench.in_tickets) EXPECT_EQ(t.reason, Reason::kNone);
  for (const Ticket& t : bench.out_tickets) EXPECT_EQ(t.reason, Reason::kNone);
  for (const Verdict& v : bench.verdicts) EXPECT_EQ(v.reason, Reason::kNone);
  return static_cast<double>(bench.sim.cycle() - begin) / kNum;
}

TEST(Sad, KeepsUpWithPacketsOfFiveBeats) {
  std::printf("figure: cycles a question, many SAs: inbound %.2f, outbound %.2f\n",
              rate(true, false, false, false), rate(false, false, true, false));
  std::printf("figure: cycles a question, one SA: inbound %.2f, outbound %.2f, update %.2f\n",
              rate(true, false, false, true), rate(false, false, true, true),
              rate(false, true, false, true));
  const double all = rate(true, true, true, false), all_one = rate(true, true, true, true);
  std::printf(
      "figure: cycles a packet of both directions at once: many SAs %.2f, one SA each "
      "%.2f\n",
      all, all_one);
  EXPECT_LT(all, 5.0);
  EXPECT_LT(all_one, 5.0);
}

/// Everything at once, with pauses, against a reference that knows each SA's counters.
void run_everything(Pauses pauses, std::uint64_t seed) {
  SCOPED_TRACE("seed " + std::to_string(seed) + " pauses " + std::to_string(pauses.source_percent) +
               "/" + std::to_string(pauses.sink_percent));
  std::mt19937_64 random(seed);
  Bench bench;
  bench.source_pause = pauses.source_percent;
  bench.sink_pause = pauses.sink_percent;
  struct Owner {
    std::uint32_t spi;
    bool is_outbound, is_here;
    std::uint64_t next, packets, bytes, hard_packets;
    unsigned epoch;
  };
  std::vector<Owner> owners(16, Owner{});
  for (unsigned i = 0; i < 8; ++i) bench.write_path(i, PathRow::made_from(i));
  std::uint32_t next_spi = 0x10000;
  for (unsigned round = 0; round < 60; ++round) {
    // One row changes its owner.
    const auto index = static_cast<unsigned>(random() % 16);
    Owner& owner = owners[index];
    if (owner.is_here) {
      const CommandResult r = bench.do_sa(Op::kReadSa, index);
      EXPECT_EQ(r.packets, owner.packets);
      EXPECT_EQ(r.bytes, owner.bytes);
      EXPECT_EQ(r.seq, owner.is_outbound ? owner.next : owner.next - 1);
      EXPECT_EQ(bench.do_sa(Op::kDeleteSa, index).code, Code::kOk);
      owner.is_here = false;
    } else {
      owner.spi = next_spi++;
      owner.is_outbound = random() & 1;
      Command c = add_sa(index, owner.spi, owner.is_outbound);
      c.path_index = static_cast<unsigned>(random() % 8);
      c.row.has_esn = random() & 1;
      c.row.replay_window = 1024;
      c.first_seq = 1 + random() % 0xFFFF0000;
      c.lifetime.hard_packets = random() % 3 ? 0 : random() % 40 + 1;
      bench.must(c);
      owner = {owner.spi, owner.is_outbound,       true,           c.first_seq, 0,
               0,         c.lifetime.hard_packets, owner.epoch + 1};
    }
    // A burst of packets: outbound queries mixed with inbound ones, then the updates.
    struct Asked {
      unsigned index;
      unsigned bytes;
    };
    std::vector<Asked> out_asked;
    std::vector<unsigned> in_asked;
    bench.in_tickets.clear();
    bench.out_tickets.clear();
    bench.verdicts.clear();
    for (unsigned i = 0; i < 40; ++i) {
      const auto sa = static_cast<unsigned>(random() % 16);
      if (owners[sa].spi && !owners[sa].is_outbound) {
        bench.in_queries.push_back(
            {owners[sa].spi, static_cast<std::uint32_t>(owners[sa].next + i)});
        in_asked.push_back(sa);
      } else {
        const auto bytes = static_cast<unsigned>(random() % 9000);
        bench.out_queries.push_back({sa, bytes, false, {}, {}});
        out_asked.push_back({sa, bytes});
      }
    }
    bench.drain();
    ASSERT_EQ(bench.out_tickets.size(), out_asked.size());
    ASSERT_EQ(bench.in_tickets.size(), in_asked.size());
    for (std::size_t i = 0; i < out_asked.size(); ++i) {
      Owner& o = owners[out_asked[i].index];
      const Ticket& ticket = bench.out_tickets[i];
      EXPECT_EQ(ticket.sa_index, out_asked[i].index);
      if (!o.is_here || !o.is_outbound) {
        EXPECT_EQ(ticket.reason, Reason::kNoSa);
      } else if (o.hard_packets && o.packets == o.hard_packets) {
        EXPECT_EQ(ticket.reason, Reason::kLifetime);
      } else {
        EXPECT_EQ(ticket.reason, Reason::kNone);
        EXPECT_EQ(ticket.seq, o.next++);
        EXPECT_EQ(ticket.row.spi, o.spi);
        EXPECT_EQ(ticket.row.epoch, o.epoch);
        EXPECT_TRUE(ticket.path.same_binding(PathRow::made_from(ticket.row.path_index)));
        ++o.packets;
        o.bytes += out_asked[i].bytes;
      }
    }
    for (std::size_t i = 0; i < in_asked.size(); ++i) {
      const Ticket& ticket = bench.in_tickets[i];
      const Owner& o = owners[in_asked[i]];
      EXPECT_EQ(ticket.reason, o.is_here ? Reason::kNone : Reason::kNoSa);
      if (ticket.reason != Reason::kNone) continue;
      EXPECT_EQ(ticket.sa_index, in_asked[i]);
      bench.in_updates.push_back({ticket.sa_index, ticket.row.epoch, ticket.seq, true, 100});
    }
    const std::deque<Update> updates = bench.in_updates;
    bench.drain();
    ASSERT_EQ(bench.verdicts.size(), updates.size());
    for (std::size_t i = 0; i < updates.size(); ++i) {
      Owner& o = owners[updates[i].sa_index];
      const bool is_over = o.hard_packets && o.packets == o.hard_packets;
      EXPECT_EQ(bench.verdicts[i].reason, is_over ? Reason::kLifetime : Reason::kNone);
      EXPECT_TRUE(bench.verdicts[i].is_highest);
      o.next = updates[i].seq + 1;
      if (is_over) continue;
      ++o.packets;
      o.bytes += 100;
    }
  }
  EXPECT_EQ(bench.num_lost, 0u);
}

TEST(Sad, CountsEverythingInAllPauses) {
  std::uint64_t seed = seed_or(11);
  for (const Pauses& pauses : kPauseMatrix) run_everything(pauses, seed++);
}

}  // namespace
}  // namespace holdfast::test

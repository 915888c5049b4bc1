// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <optional>

#include "sad_types.h"
#include "support/sim.h"

namespace holdfast::test {

/// Module sad with everything around it: queues of questions, answers in order, a stand-in for
/// crypto_aes_subkey, and commands as calls. After construction the card is swept.
template <typename Model>
class SadBench {
 public:
  /// What the stand-in answers for a key.
  static Bits128 subkey_of(const Key& key) { return {key[0] ^ key[2], key[1] ^ ~key[3]}; }

  explicit SadBench(bool wait_for_sweep = true) : random_(seed_or(1)) {
    Model& top = sim.top();
    std::memset(&top.command_i, 0, sizeof(top.command_i));
    top.command_start_i = 0;
    top.card_swept_i = 1;
    top.in_query_valid_i = top.in_update_valid_i = top.out_query_valid_i = 0;
    top.in_done_i = top.out_done_i = 0;
    top.subkey_done_i = 0;
    sim.add_agent([this] { drive(); }, [this] { sample(); });
    sim.reset();
    if (wait_for_sweep) {
      EXPECT_TRUE(sim.run_until([&] { return sim.top().swept_o != 0; }, 100000));
    }
  }

  Sim<Model> sim;

  // Questions that wait, and answers that came.
  std::deque<InQuery> in_queries;
  std::deque<Update> in_updates;
  std::deque<OutQuery> out_queries;
  std::vector<Ticket> in_tickets, out_tickets;
  std::vector<Verdict> verdicts;
  std::vector<Event> events;
  unsigned num_lost = 0;
  std::vector<std::uint64_t> in_query_cycles, out_query_cycles, update_cycles;  // when taken
  std::vector<std::uint64_t> verdict_cycles;

  /// Percent of the cycles in which a side waits.
  unsigned source_pause = 0, sink_pause = 0;
  bool takes_events = true;
  /// A ticket's packet is done as soon as the ticket is taken. 0: the test says so itself.
  bool is_auto_done = true;
  unsigned in_dones = 0, out_dones = 0;  // pulses still to give
  unsigned subkey_cycles = 12;

  std::uint64_t command_cycles = 0;  // that the last command was busy

  void start(const Command& command) {
    command.store(sim.top().command_i);
    sim.top().command_start_i = 1;
    sim.step();
    sim.top().command_start_i = 0;
    // The caller holds nothing after the start.
    std::memset(&sim.top().command_i, 0xFF, sizeof(sim.top().command_i));
    command_cycles = 0;
  }
  bool is_busy() { return sim.top().command_busy_o; }
  CommandResult result() { return CommandResult::load(sim.top().command_result_o); }

  /// Runs a command to its end.
  CommandResult command(const Command& c) {
    start(c);
    const std::uint64_t begin = sim.cycle();
    EXPECT_TRUE(sim.run_until([&] { return !is_busy(); }, 100000)) << "command never ends";
    command_cycles = sim.cycle() - begin;
    return result();
  }
  /// A command that must succeed.
  CommandResult must(const Command& c) {
    const CommandResult r = command(c);
    EXPECT_EQ(r.code, Code::kOk) << "op " << static_cast<unsigned>(c.op) << " sa " << c.sa_index;
    return r;
  }
  CommandResult write_path(unsigned index, const PathRow& row = PathRow::made_from(1)) {
    Command c;
    c.op = Op::kWritePath;
    c.path_index = index;
    c.path = row;
    return must(c);
  }
  CommandResult do_sa(Op op, unsigned sa_index, unsigned path_index = 0) {
    Command c;
    c.op = op;
    c.sa_index = sa_index;
    c.path_index = path_index;
    return command(c);
  }

  std::optional<Ticket> query(const InQuery& q) {
    const std::size_t had = in_tickets.size();
    in_queries.push_back(q);
    if (!sim.run_until([&] { return in_tickets.size() > had; }, 1000)) return std::nullopt;
    return in_tickets.back();
  }
  std::optional<Ticket> query(const OutQuery& q) {
    const std::size_t had = out_tickets.size();
    out_queries.push_back(q);
    if (!sim.run_until([&] { return out_tickets.size() > had; }, 1000)) return std::nullopt;
    return out_tickets.back();
  }
  std::optional<Verdict> update(const Update& u) {
    const std::size_t had = verdicts.size();
    in_updates.push_back(u);
    if (!sim.run_until([&] { return verdicts.size() > had; }, 1000)) return std::nullopt;
    return verdicts.back();
  }
  /// Query and, if it passes, update: the whole life of an inbound packet.
  Reason receive(const InQuery& q, unsigned inner_bytes = 100, bool is_charged = true) {
    const auto ticket = query(q);
    if (!ticket || ticket->reason != Reason::kNone) return ticket ? ticket->reason : Reason::kStale;
    const auto verdict =
        update({ticket->sa_index, ticket->row.epoch, ticket->seq, is_charged, inner_bytes});
    return verdict ? verdict->reason : Reason::kStale;
  }
  /// Until every question has its answer and every packet that was said to be done is.
  void drain(std::uint64_t limit = 200000) {
    EXPECT_TRUE(sim.run_until(
        [&] {
          return in_queries.empty() && in_updates.empty() && out_queries.empty() && !num_open_ &&
                 !in_dones && !out_dones;
        },
        limit));
    sim.step(20);
  }

 private:
  bool pauses(unsigned percent) { return percent && random_() % 100 < percent; }

  void drive() {
    Model& top = sim.top();
    if (!in_query_offered_ && !in_queries.empty() && !pauses(source_pause)) {
      in_query_offered_ = true;
      PackedWriter w;
      w.put(in_queries.front().spi, 32).put(in_queries.front().seq_lo, 32);
      w.store(top.in_query_i);
    }
    if (!update_offered_ && !in_updates.empty() && !pauses(source_pause)) {
      update_offered_ = true;
      in_updates.front().store(top.in_update_i);
    }
    if (!out_query_offered_ && !out_queries.empty() && !pauses(source_pause)) {
      out_query_offered_ = true;
      const OutQuery& q = out_queries.front();
      PackedWriter w;
      w.put(q.sa_index, 16).put(q.inner_bytes, 16).put(q.esp_bytes, 16).put(q.is_ipv6, 1);
      w.put(q.source).put(q.destination);
      w.store(top.out_query_i);
    }
    top.in_query_valid_i = in_query_offered_;
    top.in_update_valid_i = update_offered_;
    top.out_query_valid_i = out_query_offered_;
    top.in_ticket_ready_i = !pauses(sink_pause);
    top.in_verdict_ready_i = !pauses(sink_pause);
    top.out_ticket_ready_i = !pauses(sink_pause);
    top.event_ready_i = takes_events && !pauses(sink_pause);
    top.in_done_i = in_dones > 0;
    top.out_done_i = out_dones > 0;
    top.subkey_done_i = subkey_wait_ == 1;
    if (subkey_wait_ == 1) {
      PackedWriter w;
      w.put(subkey_of(subkey_key_));
      w.store(top.subkey_i);
    }
    if (subkey_wait_ > 0) --subkey_wait_;
  }

  void sample() {
    Model& top = sim.top();
    if (top.in_done_i) --in_dones;
    if (top.out_done_i) --out_dones;
    if (top.in_query_valid_i && top.in_query_ready_o) {
      in_queries.pop_front();
      in_query_offered_ = false;
      in_query_cycles.push_back(sim.cycle());
      ++num_open_;
    }
    if (top.in_update_valid_i && top.in_update_ready_o) {
      in_updates.pop_front();
      update_offered_ = false;
      update_cycles.push_back(sim.cycle());
      ++num_open_;
    }
    if (top.out_query_valid_i && top.out_query_ready_o) {
      out_queries.pop_front();
      out_query_offered_ = false;
      out_query_cycles.push_back(sim.cycle());
      ++num_open_;
    }
    if (top.in_ticket_valid_o && top.in_ticket_ready_i) {
      in_tickets.push_back(Ticket::load(top.in_ticket_o));
      in_tickets.back().cycle = sim.cycle();
      in_dones += is_auto_done;
      --num_open_;
    }
    if (top.out_ticket_valid_o && top.out_ticket_ready_i) {
      out_tickets.push_back(Ticket::load(top.out_ticket_o));
      out_tickets.back().cycle = sim.cycle();
      out_dones += is_auto_done;
      --num_open_;
    }
    if (top.in_verdict_valid_o && top.in_verdict_ready_i) {
      PackedReader r(top.in_verdict_o, 7);
      Verdict v;
      v.reason = static_cast<Reason>(r.get(6));
      v.is_highest = r.get(1);
      verdicts.push_back(v);
      verdict_cycles.push_back(sim.cycle());
      --num_open_;
    }
    if (top.event_valid_o && top.event_ready_i) {
      events.push_back(Event::load(top.event_o));
    }
    num_lost += top.event_lost_o;
    if (top.subkey_start_o) {
      PackedReader r(top.subkey_key_o, 256);
      for (std::uint64_t& word : subkey_key_) word = r.get(64);
      subkey_wait_ = subkey_cycles;
    }
  }

  std::mt19937_64 random_;
  bool in_query_offered_ = false, update_offered_ = false, out_query_offered_ = false;
  std::uint64_t num_open_ = 0;  // questions taken and not answered yet
  unsigned subkey_wait_ = 0;
  Key subkey_key_{};
};

/// An add_sa of an inbound or outbound SA that carries everything.
inline Command add_sa(unsigned sa_index, std::uint32_t spi, bool is_outbound = false) {
  Command c;
  c.op = Op::kAddSa;
  c.sa_index = sa_index;
  c.row.spi = spi;
  c.row.is_outbound = is_outbound;
  c.key = {0x1111222233334444u ^ spi, 0x5555666677778888u ^ sa_index, 0x9999AAAABBBBCCCC,
           0xDDDDEEEEFFFF0000};
  c.salt = 0xA5A50000 + sa_index;
  return c;
}

}  // namespace holdfast::test

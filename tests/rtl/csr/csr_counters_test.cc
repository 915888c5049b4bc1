// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <optional>

#include "Vcsr_counters_model.h"
#include "support/bits.h"
#include "support/csr_walk.h"
#include "support/sim.h"

namespace holdfast::test {
namespace {

using Counters = std::array<std::uint64_t, 128>;

/// Slot of a counter as it lies in the block.
unsigned slot(const std::string& name) {
  return (csr_offset("counters." + name + ".lo") - csr_offset("counters.cycles.lo")) / 8;
}

constexpr unsigned kCredit = 27;

struct Retired {
  bool is_outbound;
  unsigned reason, bytes_in, bytes_out;
};

class Bench {
 public:
  Bench() {
    // The cycle in which the counters are latched counts itself, its events come with the next.
    counters[slot("cycles")] = 1;
    sim.reset();
    sim.add_agent([this] { drive(); }, [] {});
  }

  void drive() {
    if (hold_inputs) return;
    auto& top = sim.top();
    top.pulse_i = 0;
    top.retired_valid_i = 0;
    top.taken_i = 0;
    top.take_i = take_next;
    if (take_next) history.clear();
    take_next = false;
    if (busy_percent > random() % 100) {
      for (const auto& name : kPulses)
        if (random() % 2) top.pulse_i |= 1u << slot(name);
    }
    for (unsigned d = 0; d < 2; ++d) {
      if (busy_percent > random() % 100) take(d);
      if (busy_percent <= random() % 100) continue;
      const Retired r{d == 1, random() % 3 ? 0 : static_cast<unsigned>(random() % 29),
                      static_cast<unsigned>(random() % 65536),
                      static_cast<unsigned>(random() % 65536)};
      retire(r);
    }
    for (unsigned i = 0; i < 32; ++i) counters[i] += (top.pulse_i >> i) & 1;
    ++counters[slot("cycles")];
    history.push_back(counters);
  }

  void take(unsigned direction) {
    sim.top().taken_i |= static_cast<std::uint8_t>(1u << direction);
    ++counters[slot("packets_in[0]") + direction];
  }

  void retire(const Retired& r) {
    auto& top = sim.top();
    const unsigned d = r.is_outbound;
    // retired_t: 56 bits, from the top is_outbound, has_ticket, reason, sa_index, bytes in, out.
    const unsigned base = 56 * d;
    set_bits(top.retired_i, base + 55, 1, r.is_outbound);
    set_bits(top.retired_i, base + 48, 6, r.reason);
    set_bits(top.retired_i, base + 16, 16, r.bytes_in);
    set_bits(top.retired_i, base, 16, r.bytes_out);
    top.retired_valid_i |= static_cast<std::uint8_t>(1u << d);
    if (r.reason == 0)
      ++counters[slot("packets_out[0]") + d];
    else
      ++counters[slot("drops[0]") + r.reason];
    counters[slot("bytes_in[0]") + d] += r.bytes_in;
    if (d == 1 && r.reason == kCredit) counters[slot("credit_bytes")] += r.bytes_in;
    counters[slot("bytes_out[0]") + d] += r.bytes_out;
  }

  std::optional<std::uint32_t> read(unsigned slot_index, bool is_high) {
    auto& top = sim.top();
    top.request_i = 1;
    top.is_write_i = 0;
    top.address_i = static_cast<std::uint16_t>(8 * slot_index + 4 * is_high);
    sim.step();
    top.request_i = 0;
    for (unsigned i = 0; i < 140; ++i) {
      sim.top().eval();
      if (top.read_ack_o) {
        const auto data = top.read_data_o;
        sim.step();
        return data;
      }
      sim.step();
    }
    return std::nullopt;
  }
  std::optional<Counters> read_all() {
    Counters all{};
    for (unsigned i = 0; i < 128; ++i) {
      const auto low = read(i, false), high = read(i, true);
      if (!low || !high) return std::nullopt;
      all[i] = *low | (std::uint64_t{*high} << 32);
    }
    return all;
  }
  static constexpr const char* kPulses[] = {
      "completion_stalls", "events",     "events_lost", "dma_reads",    "dma_read_errors",
      "dma_read_timeouts", "dma_writes", "interrupts",  "bad_requests", "unsupported_requests",
      "bad_completions"};

  Sim<Vcsr_counters_model> sim;
  std::mt19937_64 random{seed_or(21)};
  Counters counters{};
  /// The counters as they were at the end of each cycle since the last take.
  std::vector<Counters> history;
  unsigned busy_percent = 0;
  bool take_next = false, hold_inputs = false;
};

TEST(CsrCounters, AreZeroAfterReset) {
  Bench b;
  const auto all = b.read_all();
  ASSERT_TRUE(all);
  for (unsigned i = 0; i < 128; ++i) EXPECT_EQ((*all)[i], 0u) << "slot " << i;
}

// A snapshot is the state of one cycle after it was asked for, however busy the card is.
TEST(CsrCounters, SnapshotIsOneCycle) {
  SCOPED_TRACE("HOLDFAST_SEED=" + std::to_string(seed_or(21)));
  for (const unsigned busy : {3u, 50u, 100u}) {
    Bench b;
    b.busy_percent = busy;
    for (unsigned round = 0; round < 20; ++round) {
      b.sim.step(1 + b.random() % 500);
      b.take_next = true;
      b.sim.step();
      // The first read is answered when the snapshot is complete.
      const auto cycle = b.sim.cycle();
      ASSERT_TRUE(b.read(0, false));
      EXPECT_LT(b.sim.cycle() - cycle, 135u);
      const std::vector<Counters> candidates = b.history;
      const auto all = b.read_all();
      ASSERT_TRUE(all);
      const auto match = std::find(candidates.begin(), candidates.end(), *all);
      if (match != candidates.end()) continue;
      // For the message: what differs from the cycle that has the same cycle count.
      for (const auto& c : candidates) {
        if (c[0] != (*all)[0]) continue;
        for (unsigned i = 0; i < 128; ++i) EXPECT_EQ((*all)[i], c[i]) << "slot " << i;
      }
      FAIL() << "no cycle has these counters; cycles " << (*all)[0];
    }
  }
}

TEST(CsrCounters, NoSnapshotIsForgotten) {
  Bench b;
  for (unsigned phase = 0; phase < 64; ++phase) {
    while (b.sim.cycle() % 64 != phase) b.sim.step();
    b.take_next = true;
    b.sim.step();
    const auto asked = b.counters[slot("cycles")];
    const auto cycles = b.read(slot("cycles"), false);
    ASSERT_TRUE(cycles);
    EXPECT_GE(*cycles, asked) << "phase " << phase;
  }
}

TEST(CsrCounters, SnapshotHoldsUntilTheNext) {
  Bench b;
  b.busy_percent = 50;
  b.sim.step(1000);
  b.take_next = true;
  b.sim.step();
  const auto first = b.read_all();
  b.sim.step(1000);
  const auto second = b.read_all();
  ASSERT_TRUE(first && second);
  EXPECT_EQ(*first, *second);
  b.take_next = true;
  b.sim.step();
  const auto third = b.read_all();
  ASSERT_TRUE(third);
  EXPECT_NE(*first, *third);
}

TEST(CsrCounters, APacketThatNeverRetiresShows) {
  Bench b;
  for (unsigned i = 0; i < 5; ++i) {
    b.sim.top().taken_i = 2;
    b.sim.top().eval();
    b.hold_inputs = true;
    b.sim.step();
    b.hold_inputs = false;
  }
  b.take_next = true;
  b.sim.step();
  const auto all = b.read_all();
  ASSERT_TRUE(all);
  EXPECT_EQ((*all)[slot("packets_in[1]")], 5u);
  EXPECT_EQ((*all)[slot("packets_in[0]")], 0u);
  EXPECT_EQ((*all)[slot("packets_out[1]")], 0u);
}

TEST(CsrCounters, ClearStartsAllAnewAndAnswersTheHost) {
  Bench b;
  b.busy_percent = 100;
  b.sim.step(5000);
  b.busy_percent = 0;
  b.sim.top().clear_i = 1;
  b.sim.step(30);
  EXPECT_TRUE(b.read(slot("events"), false)) << "a read while the card is in reset";
  b.sim.step(64);
  b.sim.top().clear_i = 0;
  b.sim.step(200);
  b.take_next = true;
  b.sim.step();
  const auto all = b.read_all();
  ASSERT_TRUE(all);
  for (unsigned i = 0; i < all->size(); ++i) {
    if (i == slot("cycles")) {
      EXPECT_LE((*all)[i], 400u);
    } else {
      EXPECT_EQ((*all)[i], 0u) << "slot " << i;
    }
  }
}

}  // namespace
}  // namespace holdfast::test

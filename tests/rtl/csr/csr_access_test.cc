// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <deque>
#include <map>

#include "Vcsr_access_model.h"
#include "support/bits.h"
#include "support/csr_walk.h"
#include "support/sim.h"
#include "support/stream.h"

namespace holdfast::test {
namespace {

constexpr std::uint32_t kUnknownData = 0xDEAD'DEAD;

struct Access {
  bool is_write = false;
  std::uint32_t offset = 0, data = 0;
  unsigned byte_enable = 0xF;
};

/// What came of one access.
struct Outcome {
  std::uint32_t data = 0;
  unsigned unknown = 0, partial = 0, busy = 0;  // pulses
  std::uint32_t offset = 0;                     // beside the pulse
  std::uint64_t cycles = 0;                     // from its first cycle to its answer
};

/// csr_access between a host with one access at a time and registers that answer in the same cycle
/// or up to `max_latency` cycles later.
class Bench {
 public:
  explicit Bench(unsigned pause_percent = 0, unsigned max_latency = 0, std::uint64_t seed = 1)
      : pause_percent_(pause_percent), max_latency_(max_latency), random_(seed) {
    sim.top().valid_i = 0;
    sim.add_agent([this] { drive(); }, [this] { sample(); });
    sim.reset();
  }

  Outcome run(const Access& access) {
    accesses_.push_back(access);
    const auto target = outcomes.size() + accesses_.size();
    EXPECT_TRUE(sim.run_until([&] { return outcomes.size() >= target; }, 1000));
    return outcomes.empty() ? Outcome{} : outcomes.back();
  }
  /// Registers forget what they were asked; the access at the door stays there.
  void reset(unsigned cycles) {
    sim.reset(cycles);
    is_asked_ = false;
  }
  void queue(const Access& access) { accesses_.push_back(access); }

  Sim<Vcsr_access_model> sim;
  std::vector<Outcome> outcomes;
  std::vector<Access> seen;  // by the registers
  std::vector<std::uint32_t> enables_seen;
  bool is_command_busy = false;
  /// The command becomes busy or free in each cycle, by chance.
  bool is_busy_random = false;

 private:
  void drive() {
    auto& top = sim.top();
    if (is_busy_random) is_command_busy = random_() % 2;
    top.command_busy_i = is_command_busy;
    if (!is_open_ && !accesses_.empty() && random_() % 100 >= pause_percent_) {
      is_open_ = true;
      first_cycle_ = sim.cycle();
    }
    top.valid_i = is_open_;
    if (is_open_) {
      const Access& access = accesses_.front();
      set_bits(top.request_i, 53, 1, access.is_write);
      set_bits(top.request_i, 36, 17, access.offset);
      set_bits(top.request_i, 4, 32, access.data);
      set_bits(top.request_i, 0, 4, access.byte_enable);
    }
    answer();
  }
  // As card_csr does: an access that it does not know is answered too.
  void answer() {
    auto& top = sim.top();
    top.read_ack_i = top.write_ack_i = top.read_error_i = top.write_error_i = 0;
    top.read_data_i = static_cast<std::uint32_t>(random_());
    top.eval();
    if (top.req_o) {
      EXPECT_FALSE(is_asked_) << "one access asks twice";
      is_asked_ = true;
      asks_write_ = top.req_is_write_o;
      wait_ = static_cast<unsigned>(random_() % (max_latency_ + 1));
      Access access = accesses_.front();
      access.is_write = asks_write_;
      seen.push_back(access);
      enables_seen.push_back(top.write_bit_enable_o);
    }
    if (!is_asked_ || wait_-- != 0) return;
    is_asked_ = false;
    const auto& offset = accesses_.front().offset;
    const bool is_known = registers().contains(offset);
    (asks_write_ ? top.write_ack_i : top.read_ack_i) = 1;
    (asks_write_ ? top.write_error_i : top.read_error_i) = !is_known;
    if (!asks_write_) top.read_data_i = value_of(offset);
  }

 public:
  static std::uint32_t value_of(std::uint32_t offset) { return offset * 0x9E37'79B1u + 1; }
  static const std::set<std::uint32_t>& registers() {
    static const auto all = [] {
      std::set<std::uint32_t> offsets;
      for (const auto& row : kCsrRows) offsets.insert(row.offset);
      // Counters are one memory: card_csr answers for all of them.
      const auto first = csr_offset("counters.cycles.lo");
      for (std::uint32_t offset = 0; offset < 0x400; offset += 4) offsets.insert(first + offset);
      return offsets;
    }();
    return all;
  }

 private:
  void sample() {
    auto& top = sim.top();
    current_.unknown += top.unknown_offset_o;
    current_.partial += top.partial_write_o;
    current_.busy += top.command_busy_o;
    if (top.unknown_offset_o || top.partial_write_o || top.command_busy_o)
      current_.offset = top.offset_o;
    if (!top.ack_o) return;
    EXPECT_TRUE(is_open_);
    current_.data = top.data_o;
    current_.cycles = sim.cycle() - first_cycle_;
    outcomes.push_back(std::exchange(current_, {}));
    accesses_.pop_front();
    is_open_ = false;
  }

  unsigned pause_percent_, max_latency_;
  std::mt19937_64 random_;
  std::deque<Access> accesses_;
  bool is_open_ = false, is_asked_ = false, asks_write_ = false;
  unsigned wait_ = 0;
  std::uint64_t first_cycle_ = 0;
  Outcome current_;
};

/// By name in the map, or, of the counters, by the names that there are.
bool is_real(std::uint32_t offset) {
  for (const auto& row : kCsrRows)
    if (row.offset == offset) return true;
  return false;
}
std::string name_of(std::uint32_t offset) {
  for (const auto& row : kCsrRows)
    if (row.offset == offset) return std::string(row.name);
  return "";
}

/// What must come of an access, from the map of the registers.
Outcome expected_outcome(const Access& access, bool is_busy) {
  Outcome outcome;
  const std::string name = name_of(access.offset);
  if (!is_real(access.offset)) {
    outcome.unknown = 1;
    outcome.data = kUnknownData;
    outcome.offset = access.offset;
    return outcome;
  }
  outcome.data = access.is_write ? 0 : Bench::value_of(access.offset);
  if (!access.is_write) return outcome;
  if (refuses_partial_writes(name) && access.byte_enable != 0xF)
    outcome.partial = 1;
  else if (name.starts_with("command.") && is_busy)
    outcome.busy = 1;
  if (outcome.partial || outcome.busy) outcome.offset = access.offset;
  return outcome;
}
void expect_outcome(const Outcome& outcome, const Outcome& expected, const Access& access) {
  const auto where = (access.is_write ? "write of " : "read of ") + name_of(access.offset);
  EXPECT_EQ(outcome.data, expected.data) << where;
  EXPECT_EQ(outcome.unknown, expected.unknown) << where;
  EXPECT_EQ(outcome.partial, expected.partial) << where;
  EXPECT_EQ(outcome.busy, expected.busy) << where;
  EXPECT_EQ(outcome.offset, expected.offset) << where;
}

// Every offset of the BAR, read and written whole, in part, and while a command runs. What is
// refused reaches the registers as a read.
TEST(CsrAccess, EveryOffsetAndKind) {
  for (const bool is_busy : {false, true}) {
    Bench bench;
    bench.is_command_busy = is_busy;
    for (std::uint32_t offset = 0; offset < 0x2'0000; offset += 4) {
      for (const unsigned byte_enable : {0xFu, 0x6u}) {
        for (const bool is_write : {false, true}) {
          const Access access{is_write, offset, 0x1234'5678, byte_enable};
          const auto expected = expected_outcome(access, is_busy);
          const auto outcome = bench.run(access);
          expect_outcome(outcome, expected, access);
          EXPECT_EQ(outcome.cycles, 1u);
          if (is_real(offset)) {
            EXPECT_EQ(bench.seen.back().is_write, is_write && !expected.partial && !expected.busy);
          }
          if (HasFailure()) return;
        }
      }
    }
    EXPECT_EQ(bench.seen.size(), bench.outcomes.size());
  }
}

TEST(CsrAccess, ByteEnablesBecomeBits) {
  Bench bench;
  for (unsigned be = 0; be < 16; ++be) {
    std::uint32_t bits = 0;
    for (unsigned i = 0; i < 4; ++i)
      if ((be >> i) & 1) bits |= 0xFFu << (8 * i);
    bench.run({true, csr_offset("identity.scratch"), 0, be});
    EXPECT_EQ(bench.enables_seen.back(), bits);
  }
}

class CsrAccessMatrix : public testing::TestWithParam<Pauses> {};

// Registers that answer late, accesses one after the other or with pauses, a command that starts
// and ends: what counts is how it was when the access began.
TEST_P(CsrAccessMatrix, RandomAccesses) {
  const auto seed = seed_or(91);
  SCOPED_TRACE("HOLDFAST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  Bench bench(GetParam().source_percent, GetParam().sink_percent / 10, seed + 1);
  bench.is_busy_random = true;
  std::vector<bool> was_busy;
  bench.sim.add_agent([] {},
                      [&] {
                        if (bench.sim.top().req_o) was_busy.push_back(bench.is_command_busy);
                      });
  std::vector<Access> accesses;
  const std::uint32_t counters = csr_offset("counters.cycles.lo");
  for (unsigned i = 0; i < 3000; ++i) {
    const auto& row = kCsrRows[random() % std::size(kCsrRows)];
    std::uint32_t offset = row.offset;
    if (random() % 3 == 0) offset = csr_offset("command.spi");
    if (random() % 4 == 0) offset = counters + static_cast<std::uint32_t>(random() % 256 * 4);
    if (random() % 8 == 0) offset = static_cast<std::uint32_t>(random() % 0x8000) * 4;
    accesses.push_back({random() % 2 == 0, offset, static_cast<std::uint32_t>(random()),
                        random() % 2 ? 0xF : static_cast<unsigned>(random() % 16)});
    bench.queue(accesses.back());
  }
  ASSERT_TRUE(
      bench.sim.run_until([&] { return bench.outcomes.size() == accesses.size(); }, 200'000));
  ASSERT_EQ(was_busy.size(), accesses.size()) << "each access asks once";
  for (std::size_t i = 0; i < accesses.size(); ++i) {
    const auto expected = expected_outcome(accesses[i], was_busy[i]);
    expect_outcome(bench.outcomes[i], expected, accesses[i]);
    if (expected.unknown) continue;  // it may be refused too
    EXPECT_EQ(bench.seen[i].is_write, accesses[i].is_write && !expected.partial && !expected.busy);
  }
}

INSTANTIATE_TEST_SUITE_P(Pauses, CsrAccessMatrix, testing::ValuesIn(kPauseMatrix));

TEST(CsrAccess, AnAccessThatAResetMeetsBeginsAnew) {
  for (unsigned cut = 0; cut < 8; ++cut) {
    for (const unsigned reset_cycles : {1u, 2u}) {
      Bench bench(0, 5, cut + 1);
      const auto offset = csr_offset("identity.magic");
      bench.queue({false, offset, 0, 0xF});
      bench.sim.step(cut);
      const auto before = bench.outcomes.size(), seen_before = bench.seen.size();
      bench.reset(reset_cycles);
      EXPECT_EQ(bench.run({false, offset, 0, 0xF}).data, Bench::value_of(offset));
      bench.sim.step(10);
      EXPECT_EQ(bench.outcomes.size(), before == 0 ? 2u : before + 1) << "answered twice";
      EXPECT_EQ(bench.seen.size() - seen_before, bench.outcomes.size() - before);
    }
  }
}

}  // namespace
}  // namespace holdfast::test

// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <bit>
#include <optional>

#include "Vcsr_errors_model.h"
#include "support/sim.h"

namespace holdfast::test {
namespace {

constexpr unsigned kOfAccess = 0b0'0100'0011;  // bits that an access sets

/// csr_errors with the latch in front of it, as card_csr has it: a bit shows the cycle after it was
/// set, and setting wins over clearing.
class Bench {
 public:
  Bench() {
    sim.top().is_of_access_i = kOfAccess;
    reset();
  }
  void reset() {
    latch_ = 0;
    apply();
    sim.reset();
  }
  /// One cycle in which `set` is set and `clear` cleared; afterwards the outputs of the next one
  /// can be looked at. Returns its rise pulse.
  bool step(unsigned set, unsigned clear = 0) {
    sim.tick();
    latch_ = (latch_ & ~clear) | set;
    apply();
    return sim.top().rise_o;
  }
  void access(unsigned offset) {
    sim.top().offset_i = offset;
    sim.top().eval();
  }
  void expect_first(unsigned bit, unsigned offset) {
    EXPECT_TRUE(sim.top().first_valid_o);
    EXPECT_EQ(sim.top().first_bit_index_o, bit);
    EXPECT_EQ(sim.top().first_offset_o, offset);
  }
  unsigned latch() const { return latch_; }

  Sim<Vcsr_errors_model> sim;

 private:
  void apply() {
    sim.top().latch_i = static_cast<std::uint16_t>(latch_);
    sim.top().eval();
  }
  unsigned latch_ = 0;
};

TEST(CsrErrors, TheFirstStaysUntilTheLatchIsClear) {
  for (unsigned first = 0; first < 9; ++first) {
    for (unsigned second = 0; second < 9; ++second) {
      if (first == second) continue;
      Bench bench;
      EXPECT_FALSE(bench.sim.top().first_valid_o);
      bench.access(0x1230);
      EXPECT_TRUE(bench.step(1u << first));
      const unsigned offset = (kOfAccess >> first) & 1 ? 0x1230 : 0;
      bench.expect_first(first, offset);
      EXPECT_FALSE(bench.step(0)) << "rises once";
      bench.access(0x4560);
      bench.expect_first(first, offset);
      EXPECT_TRUE(bench.step(1u << second));
      bench.expect_first(first, offset);
      // What came first is cleared, the other one stays: the record stays with it.
      EXPECT_FALSE(bench.step(0, 1u << first));
      bench.expect_first(first, offset);
      EXPECT_FALSE(bench.step(0, 1u << second));
      EXPECT_FALSE(bench.sim.top().first_valid_o);
      EXPECT_TRUE(bench.step(1u << second));
      bench.expect_first(second, (kOfAccess >> second) & 1 ? 0x4560 : 0);
    }
  }
}

TEST(CsrErrors, OfSeveralAtOnceTheLowest) {
  for (unsigned set = 1; set < 512; ++set) {
    Bench bench;
    bench.access(0x88);
    EXPECT_TRUE(bench.step(set));
    const auto bit = static_cast<unsigned>(std::countr_zero(set));
    const unsigned offset = (kOfAccess >> bit) & 1 ? 0x88 : 0;
    bench.expect_first(bit, offset);
    bench.step(0);
    bench.expect_first(bit, offset);
  }
}

TEST(CsrErrors, ABitThatComesWhileTheOthersGoIsTheFirst) {
  Bench bench;
  bench.step(1u << 2);
  bench.step(0);
  EXPECT_TRUE(bench.step(1u << 5, 1u << 2));
  bench.expect_first(5, 0);
  EXPECT_FALSE(bench.step(1u << 5, 1u << 5)) << "set while it is cleared: it stays";
  bench.expect_first(5, 0);
}

// Any order of setting, clearing and reset against what a reader of the latch would note down.
TEST(CsrErrors, RandomOrders) {
  const auto seed = seed_or(95);
  SCOPED_TRACE("HOLDFAST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  Bench bench;
  struct First {
    unsigned bit, offset;
  };
  std::optional<First> first;
  for (unsigned n = 0; n < 20'000; ++n) {
    if (random() % 500 == 0) {
      bench.reset();
      first.reset();
    }
    const unsigned before = bench.latch();
    const unsigned set = random() % 3 ? 0 : 1u << (random() % 9) | (random() % 4 ? 0 : 1u);
    const unsigned clear = random() % 3 ? 0 : static_cast<unsigned>(random() % 512);
    const bool rises = bench.step(set, clear);
    const unsigned risen = bench.latch() & ~before;
    EXPECT_EQ(rises, risen != 0);
    // The offset of the latest access stays until the cycle after its bit shows.
    if (n % 2 == 0) bench.access(static_cast<unsigned>(random() % 0x8000) * 4);
    if ((bench.latch() & before) == 0) first.reset();
    if (!first && risen) {
      const auto bit = static_cast<unsigned>(std::countr_zero(risen));
      first = First{bit, (kOfAccess >> bit) & 1 ? bench.sim.top().offset_i : 0};
    }
    ASSERT_EQ(bench.sim.top().first_valid_o != 0, first.has_value());
    if (first) bench.expect_first(first->bit, first->offset);
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace holdfast::test

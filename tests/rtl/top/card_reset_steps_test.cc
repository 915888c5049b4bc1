// SPDX-License-Identifier: Apache-2.0
// card_reset alone, cycle by cycle; what a host sees of it is in card_reset_test.
#include <gtest/gtest.h>

#include "Vcard_reset_model.h"
#include "support/sim.h"

namespace holdfast::test {
namespace {

constexpr unsigned kResetCycles = 16;  // of the model

class CardResetSteps : public testing::Test {
 protected:
  CardResetSteps() {
    set(false, false, false);
    sim.reset();
    EXPECT_EQ(cycles_in_reset(), kResetCycles);
  }
  void set(bool soft, bool flr, bool is_stopped) {
    auto& top = sim.top();
    top.soft_reset_i = soft;
    top.flr_i = flr;
    top.stopped_i = is_stopped;
    top.eval();
  }
  void tick() {
    sim.tick();
    sim.top().eval();
  }
  bool is_core_in_reset() { return !sim.top().core_rst_no; }
  bool are_registers_in_reset() { return !sim.top().registers_rst_no; }
  /// How long the core stays in reset from now on; the streams rest as long as they are stopped.
  unsigned cycles_in_reset() {
    unsigned cycles = 0;
    for (; is_core_in_reset() && cycles < 200; ++cycles) {
      EXPECT_TRUE(sim.top().stop_o) << "a stream runs in reset";
      tick();
    }
    return cycles;
  }
  /// A pulse of either kind, then a wait for the streams of `wait` cycles.
  void request(bool is_flr, unsigned wait) {
    set(!is_flr, is_flr, false);
    tick();
    set(false, false, false);
    for (unsigned i = 0; i < wait; ++i) {
      EXPECT_TRUE(sim.top().stop_o);
      EXPECT_FALSE(is_core_in_reset()) << "before the streams rest";
      tick();
    }
    set(false, false, true);
    tick();
  }

  Sim<Vcard_reset_model> sim;
};

TEST_F(CardResetSteps, PowerUpHoldsTheCoreAndLeavesTheRegisters) {
  sim.reset();
  sim.top().eval();
  EXPECT_TRUE(is_core_in_reset());
  EXPECT_FALSE(are_registers_in_reset()) << "they have rst_ni";
  EXPECT_EQ(cycles_in_reset(), kResetCycles);
  EXPECT_FALSE(sim.top().stop_o);
}

TEST_F(CardResetSteps, ARequestWaitsForTheStreams) {
  for (const bool is_flr : {false, true}) {
    for (const unsigned wait : {0u, 1u, 7u, 100u}) {
      request(is_flr, wait);
      EXPECT_TRUE(is_core_in_reset());
      EXPECT_EQ(are_registers_in_reset(), is_flr);
      EXPECT_EQ(cycles_in_reset(), kResetCycles) << wait;
      EXPECT_FALSE(sim.top().stop_o);
      EXPECT_FALSE(are_registers_in_reset());
      set(false, false, false);
      tick();
    }
  }
}

// A function level reset that comes while a soft reset waits or runs is one all the same.
TEST_F(CardResetSteps, TheTwoKindsTogether) {
  for (unsigned when = 0; when < kResetCycles + 3; ++when) {
    set(true, false, false);
    tick();
    set(false, false, false);
    tick();
    set(false, false, when >= 2);
    for (unsigned i = 0; i < when; ++i) tick();
    set(false, true, when >= 2);
    tick();
    set(false, false, true);
    tick();
    unsigned in_reset = 0;
    for (unsigned i = 0; i < 3 * kResetCycles; ++i) {
      in_reset += are_registers_in_reset();
      tick();
    }
    EXPECT_GE(in_reset, kResetCycles) << when;
    EXPECT_FALSE(is_core_in_reset());
    set(false, false, false);
    tick();
  }
}

// And a soft reset behind it does not become one.
TEST_F(CardResetSteps, AFunctionResetIsForgottenWithItsEnd) {
  request(true, 3);
  EXPECT_EQ(cycles_in_reset(), kResetCycles);
  set(false, false, false);
  tick();
  request(false, 3);
  EXPECT_TRUE(is_core_in_reset());
  EXPECT_FALSE(are_registers_in_reset());
  EXPECT_EQ(cycles_in_reset(), kResetCycles);
}

// cfg_flr_i may be a level: the reset lasts until it has fallen, and a whole time more.
TEST_F(CardResetSteps, ALevelHoldsTheReset) {
  set(false, true, true);
  tick();
  tick();
  for (unsigned i = 0; i < 10 * kResetCycles; ++i) {
    EXPECT_TRUE(is_core_in_reset() && are_registers_in_reset()) << i;
    tick();
  }
  set(false, false, true);
  tick();
  EXPECT_GE(cycles_in_reset(), kResetCycles - 1);
  EXPECT_FALSE(sim.top().stop_o);
}

}  // namespace
}  // namespace holdfast::test

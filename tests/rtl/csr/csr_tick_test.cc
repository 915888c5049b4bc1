// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "Vcsr_tick_125_model.h"
#include "Vcsr_tick_62_model.h"
#include "support/sim.h"

namespace holdfast::test {
namespace {

template <typename Model>
std::pair<unsigned, unsigned> ticks_and_shortest(unsigned cycles) {
  Sim<Model> sim;
  sim.reset();
  unsigned ticks = 0, shortest = ~0u, since = 0;
  for (unsigned i = 0; i < cycles; ++i) {
    sim.step();
    ++since;
    if (!sim.top().tick_us_o) continue;
    if (ticks++) shortest = std::min(shortest, since);
    since = 0;
  }
  return {ticks, shortest};
}

TEST(CsrTick, WholeCycles) {
  const auto [ticks, shortest] = ticks_and_shortest<Vcsr_tick_125_model>(125 * 1000 + 5);
  EXPECT_EQ(ticks, 1000u);
  EXPECT_EQ(shortest, 125u);
}

TEST(CsrTick, HalfCyclesAreExactInTheMean) {
  const auto [ticks, shortest] = ticks_and_shortest<Vcsr_tick_62_model>(62'500 + 5);
  EXPECT_EQ(ticks, 1000u);
  EXPECT_EQ(shortest, 62u);
}

}  // namespace
}  // namespace holdfast::test

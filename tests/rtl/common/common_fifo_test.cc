// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <deque>

#include "Vcommon_fifo_model.h"
#include "Vcommon_fifo_swept_model.h"
#include "support/sim.h"
#include "support/stream.h"

namespace holdfast::test {
namespace {

/// Pushes and pops at random and compares with a deque; Depth is 5, not a power of two.
template <typename Model>
void expect_fifo(Pauses pauses, unsigned reset_cycles) {
  const std::uint64_t seed = seed_or(1);
  SCOPED_TRACE(seed);
  std::mt19937_64 random(seed);
  Sim<Model> sim;
  auto& top = sim.top();
  std::deque<unsigned> expected;
  top.valid_i = 0;
  for (unsigned n = 0; n < 5000; ++n) {
    if (n == 2000) {  // reset in the middle: empty again
      sim.reset(reset_cycles);
      expected.clear();
      top.valid_i = 0;
    } else if (n == 0) {
      sim.reset(reset_cycles);
    }
    if (!top.valid_i && random() % 100 >= pauses.source_percent) {
      top.valid_i = 1;
      top.data_i = random() & 1;
    }
    top.ready_i = random() % 100 >= pauses.sink_percent;
    top.eval();
    ASSERT_EQ(top.count_o, expected.size());
    ASSERT_EQ(top.valid_o, !expected.empty());
    ASSERT_EQ(top.ready_o, expected.size() < 5);
    const bool is_pushed = top.valid_i && top.ready_o;
    if (top.valid_o && top.ready_i) {
      ASSERT_EQ(top.data_o, expected.front());
      expected.pop_front();
    }
    if (is_pushed) expected.push_back(top.data_i);
    sim.tick();
    if (is_pushed) top.valid_i = 0;
  }
}

class Fifo : public testing::TestWithParam<Pauses> {};

TEST_P(Fifo, KeepsTheOrder) { expect_fifo<Vcommon_fifo_model>(GetParam(), 1); }
TEST_P(Fifo, KeepsTheOrderAlsoIfResetSweeps) {
  for (unsigned reset_cycles : {8u, 9u, 32u})
    expect_fifo<Vcommon_fifo_swept_model>(GetParam(), reset_cycles);
}

INSTANTIATE_TEST_SUITE_P(All, Fifo, testing::ValuesIn(kPauseMatrix));

}  // namespace
}  // namespace holdfast::test

// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <deque>

#include "Vcrypto_swept_fifo_model.h"
#include "support/sim.h"
#include "support/stream.h"

namespace holdfast::test {
namespace {

constexpr unsigned kDepth = 8;  // of the model, whose entries are one bit

class CryptoSweptFifo : public testing::TestWithParam<Pauses> {};

TEST_P(CryptoSweptFifo, KeepsTheOrder) {
  const auto seed = seed_or(151);
  SCOPED_TRACE("HOLDFAST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  Sim<Vcrypto_swept_fifo_model> sim;
  auto& top = sim.top();
  std::deque<unsigned> expected;
  std::size_t most = 0;
  top.valid_i = 0;
  for (unsigned n = 0; n < 5000; ++n) {
    if (n % 1000 == 0) {  // again and again, at any fill and for any time that is enough
      top.valid_i = 0;
      sim.reset(kDepth + n / 1000);
      expected.clear();
    }
    if (!top.valid_i && random() % 100 >= GetParam().source_percent) {
      top.valid_i = 1;
      top.data_i = random() & 1;
    }
    top.ready_i = random() % 100 >= GetParam().sink_percent;
    top.eval();
    ASSERT_EQ(top.valid_o, !expected.empty());
    ASSERT_EQ(top.ready_o, expected.size() < kDepth);
    const bool is_pushed = top.valid_i && top.ready_o;
    if (top.valid_o) {
      ASSERT_EQ(top.data_o, expected.front());
      if (top.ready_i) expected.pop_front();
    }
    if (is_pushed) expected.push_back(top.data_i);
    most = std::max(most, expected.size());
    sim.tick();
    if (is_pushed) top.valid_i = 0;
  }
  // Full at least where the sink is slower.
  if (GetParam().sink_percent > GetParam().source_percent) {
    EXPECT_EQ(most, kDepth);
  }
}

INSTANTIATE_TEST_SUITE_P(Pauses, CryptoSweptFifo, testing::ValuesIn(kPauseMatrix));

// In reset the read index runs through the entries, so each of them shows at the output.
TEST(CryptoSweptFifoReset, NoEntryStays) {
  for (unsigned popped = 0; popped <= kDepth; ++popped) {
    Sim<Vcrypto_swept_fifo_model> sim;
    auto& top = sim.top();
    top.valid_i = top.ready_i = 0;
    sim.reset(kDepth);
    top.data_i = top.valid_i = 1;
    sim.step(kDepth);
    top.valid_i = 0;
    top.eval();
    ASSERT_FALSE(top.ready_o) << "full of ones";
    top.ready_i = 1;
    sim.step(popped);  // popped entries stay in the memory until now
    top.ready_i = 0;
    sim.reset(kDepth);
    top.rst_ni = 0;
    for (unsigned i = 0; i < kDepth; ++i) {
      sim.tick();
      EXPECT_FALSE(top.valid_o);
      EXPECT_EQ(top.data_o, 0u) << popped << " popped, entry " << i;
    }
  }
}

/// Ones that the memory of an empty FIFO holds: in reset each entry shows before it is overwritten.
unsigned ones_in(Sim<Vcrypto_swept_fifo_model>& sim) {
  auto& top = sim.top();
  unsigned ones = top.data_o;
  top.rst_ni = 0;
  for (unsigned i = 1; i < kDepth; ++i) {
    sim.tick();
    ones += top.data_o;
  }
  return ones;
}

// Nothing that was popped stays in an empty FIFO: an entry a cycle is overwritten.
TEST(CryptoSweptFifoEmpty, OverwritesWhatWasPopped) {
  for (unsigned count = 1; count <= kDepth; ++count) {
    for (const unsigned idle_cycles : {0u, 1u, kDepth / 2, kDepth, 3 * kDepth}) {
      Sim<Vcrypto_swept_fifo_model> sim;
      auto& top = sim.top();
      top.valid_i = top.ready_i = 0;
      sim.reset(kDepth);
      top.data_i = top.valid_i = 1;
      sim.step(count);
      top.valid_i = 0;
      top.ready_i = 1;
      sim.step(count);
      top.ready_i = 0;
      top.eval();
      ASSERT_FALSE(top.valid_o);
      sim.step(idle_cycles);
      if (idle_cycles >= kDepth) {
        EXPECT_EQ(ones_in(sim), 0u) << count << " popped";
      } else if (idle_cycles == 0) {
        EXPECT_EQ(ones_in(sim), count) << "they were there";
      }
    }
  }
}

// An entry that comes while old ones are overwritten stays.
TEST(CryptoSweptFifoEmpty, TakesAnEntryAtAnyTime) {
  for (unsigned idle_cycles = 0; idle_cycles < 2 * kDepth; ++idle_cycles) {
    Sim<Vcrypto_swept_fifo_model> sim;
    auto& top = sim.top();
    top.valid_i = top.ready_i = 0;
    sim.reset(kDepth);
    top.data_i = top.valid_i = top.ready_i = 1;
    sim.step(4);
    top.valid_i = 0;
    sim.step(1 + idle_cycles);
    top.ready_i = 0;
    top.valid_i = 1;
    sim.step();
    top.valid_i = 0;
    sim.step(2 * kDepth);
    ASSERT_TRUE(top.valid_o);
    EXPECT_EQ(top.data_o, 1u) << idle_cycles;
    top.ready_i = 1;
    sim.step();
    EXPECT_FALSE(top.valid_o);
  }
}

// The sweep needs all of its cycles: after one fewer there is still something.
TEST(CryptoSweptFifoReset, TakesDepthCycles) {
  Sim<Vcrypto_swept_fifo_model> sim;
  auto& top = sim.top();
  top.valid_i = top.ready_i = 0;
  sim.reset(kDepth);
  top.data_i = top.valid_i = 1;
  sim.step(kDepth);
  top.valid_i = 0;
  unsigned left = 0;
  top.rst_ni = 0;
  for (unsigned i = 0; i < kDepth - 1; ++i) {
    sim.tick();
    left += top.data_o;
  }
  EXPECT_EQ(left, kDepth - 1) << "what has not been swept yet shows";
  sim.tick();
  EXPECT_EQ(top.data_o, 0u);
}

}  // namespace
}  // namespace holdfast::test

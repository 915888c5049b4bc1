// SPDX-License-Identifier: Apache-2.0
#include <Vdma_round_robin_model.h>
#include <gtest/gtest.h>

#include <array>

#include "support/sim.h"

namespace holdfast::test {
namespace {

/// Looks at the choice, and serves it if asked.
struct Bench {
  Bench() {
    sim.top().request_i = sim.top().take_i = 0;
    sim.reset();
  }
  /// -1: no one asks.
  int choice(unsigned request, bool is_taken) {
    auto& top = sim.top();
    top.request_i = static_cast<std::uint8_t>(request);
    top.take_i = is_taken && request != 0;
    top.eval();
    const int index = top.valid_o ? top.index_o : -1;
    sim.tick();
    return index;
  }
  Sim<Vdma_round_robin_model> sim;
};

TEST(DmaRoundRobin, TheFirstOneAfterTheLastServed) {
  // Every set of requests after every one that was served.
  for (unsigned last = 0; last < 4; ++last) {
    for (unsigned request = 0; request < 16; ++request) {
      Bench bench;
      ASSERT_EQ(bench.choice(1u << last, true), static_cast<int>(last));
      int expected = -1;
      for (unsigned n = 4; n > 0; --n)
        if ((request >> ((last + n) % 4)) & 1) expected = static_cast<int>((last + n) % 4);
      EXPECT_EQ(bench.choice(request, false), expected) << last << " " << request;
      EXPECT_EQ(bench.choice(request, true), expected) << "it was not served before";
    }
  }
}

TEST(DmaRoundRobin, NobodyWaitsForMoreThanThreeOthers) {
  const auto seed = seed_or(81);
  SCOPED_TRACE("HOLDFAST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  Bench bench;
  std::array<unsigned, 4> waited{};
  unsigned request = 0;
  for (unsigned n = 0; n < 20'000; ++n) {
    request |= static_cast<unsigned>(random() % 16);
    const bool is_taken = random() % 2;
    const int index = bench.choice(request, is_taken);
    if (index < 0 || !is_taken) continue;
    ASSERT_TRUE((request >> index) & 1);
    for (unsigned i = 0; i < 4; ++i) {
      if ((request >> i) & 1) ++waited[i];
      EXPECT_LE(waited[i], 4u);
    }
    waited[static_cast<unsigned>(index)] = 0;
    request &= ~(1u << index);
  }
}

}  // namespace
}  // namespace holdfast::test

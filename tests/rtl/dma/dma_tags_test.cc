// SPDX-License-Identifier: Apache-2.0
// Time-outs, and tags that rest.
#include <gtest/gtest.h>

#include "fault_cases.h"

namespace holdfast::test {
namespace {

TEST(DmaTags, TagRestsAsLongAgainAfterTimeout) {
  DmaBench bench(quick_timeout(), 2);
  std::uint64_t first_read = 0;
  bench.packet_fault = [&](std::uint64_t, unsigned) {
    if (first_read == 0) first_read = bench.sim.cycle();
    return Fault::kSilent;
  };
  bench.start();
  // More packets than tags; each needs one.
  for (unsigned i = 0; i < 40; ++i) ASSERT_TRUE(bench.submit(0, false, 64, 0));
  bench.ring(0);
  ASSERT_TRUE(bench.sim.run_until([&] { return bench.num_completed(0) == 1; }, 3000));
  EXPECT_GE(bench.sim.cycle(), first_read + kTimeoutCycles);
  EXPECT_LE(bench.sim.cycle(), first_read + kTimeoutCycles + 100);
  const auto num_reads = bench.root.num_reads();
  ASSERT_TRUE(bench.sim.run_until([&] { return bench.root.num_reads() > num_reads; }, 3000));
  EXPECT_GE(bench.sim.cycle(), first_read + 2 * kTimeoutCycles);
  EXPECT_LE(bench.sim.cycle(), first_read + 2 * kTimeoutCycles + 100);
  bench.packet_fault = {};
  EXPECT_TRUE(bench.drain());
  bench.expect_idle();
}

TEST(DmaTags, ResetLetsOpenTagsRest) {
  BenchSetup setup = quick_timeout();
  setup.link.latency = 3000;    // answers come after the sweep
  setup.read_timeout_us = 400;  // 4000 cycles
  DmaBench bench(setup, 3);
  bench.start(1);
  for (unsigned i = 0; i < 8; ++i) ASSERT_TRUE(bench.submit(0, false, 700, 0));
  bench.ring(0);
  ASSERT_TRUE(bench.sim.run_until([&] { return bench.root.num_open() > 10; }, 6000));
  const auto before = bench.root.num_open();
  bench.start(1);
  for (unsigned i = 0; i < 8; ++i) ASSERT_TRUE(bench.submit(0, false, 700, 0));
  bench.ring(0);
  // The root complex finds a tag that is used again before its answer.
  EXPECT_TRUE(bench.drain());
  EXPECT_EQ(bench.num_completed(0), 8u);
  EXPECT_EQ(bench.pulses.bad_completions, before);
  EXPECT_EQ(bench.pulses.read_errors + bench.pulses.read_timeouts, 0u);
}

}  // namespace
}  // namespace holdfast::test

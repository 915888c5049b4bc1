// SPDX-License-Identifier: Apache-2.0
// A completion that is wrong is one packet's counted error, and never data.
#include <gtest/gtest.h>

#include "fault_cases.h"

namespace holdfast::test {
namespace {

TEST(DmaCpl, OneFailedReadIsOnePacketsError) {
  for (const FaultCase& fault : kFaultCases) {
    SCOPED_TRACE(fault.name);
    DmaBench bench(quick_timeout(), 1);
    bench.root.late_cycles = kTimeoutCycles * 3 / 2;
    unsigned num_reads = 0;
    // The second of the reads of the second packet.
    bench.packet_fault = [&](std::uint64_t, unsigned) {
      return ++num_reads == 4 ? fault.fault : Fault::kNone;
    };
    bench.start();
    for (unsigned i = 0; i < 8; ++i) ASSERT_TRUE(bench.submit(0, false, 500, 12));
    bench.ring(0);
    ASSERT_TRUE(bench.drain());
    bench.sim.step(3 * kTimeoutCycles);
    EXPECT_EQ(bench.packet(0, 1).reason, DropReason::kDmaRead);
    EXPECT_EQ(bench.packet(0, 2).reason, static_cast<DropReason>(bench.packet(0, 2).result.reason));
    EXPECT_EQ(bench.pulses.read_errors, fault.errors);
    EXPECT_EQ(bench.pulses.read_timeouts, fault.timeouts);
    EXPECT_EQ(bench.pulses.bad_completions, fault.bad_completions);
    bench.expect_idle();
  }
}

TEST(DmaCpl, RandomFaultsAmongGoodReads) {
  for (std::uint64_t seed = seed_or(10), last = seed + 3; seed < last; ++seed) {
    SCOPED_TRACE("HOLDFAST_SEED=" + std::to_string(seed));
    BenchSetup setup = quick_timeout();
    setup.link.max_read_req = static_cast<unsigned>(seed % 3);
    setup.link.latency_spread = 60;
    setup.link.is_split = setup.link.is_reordered = true;
    setup.read_timeout_us = 400;  // beyond what the link takes when all tags are open
    DmaBench bench(setup, seed);
    bench.root.late_cycles = 6000;
    bench.packet_fault = [&](std::uint64_t, unsigned) {
      if (bench.random() % 30) return Fault::kNone;
      return kFaultCases[bench.random() % std::size(kFaultCases)].fault;
    };
    bench.start();
    for (unsigned round = 0; round < 12; ++round) {
      for (unsigned q = 0; q < kNumQueues; ++q) {
        for (unsigned i = 0; i < 8; ++i) {
          ASSERT_TRUE(bench.submit(q, bench.random() % 2, 1 + unsigned(bench.random() % 3000),
                                   unsigned(bench.random() % 100)));
        }
        bench.ring(q);
      }
      ASSERT_TRUE(bench.drain()) << "packets hang";
    }
    EXPECT_GT(bench.pulses.read_errors, 0u);
    EXPECT_GT(bench.pulses.read_timeouts, 0u);
    bench.expect_idle();
  }
}

}  // namespace
}  // namespace holdfast::test

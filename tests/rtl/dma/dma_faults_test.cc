// SPDX-License-Identifier: Apache-2.0
// Reads that fail, stops, and doorbells that cannot be: what goes wrong stays with its packet or
// its queue, and every descriptor that was taken has its completion.
#include <gtest/gtest.h>

#include "dma_bench.h"

namespace holdfast::test {
namespace {

BenchSetup quick_timeout() {
  BenchSetup setup;
  setup.link.max_payload = setup.link.max_read_req = 1;  // so that a read is one completion
  setup.read_timeout_us = 50;
  setup.cycles_per_us = 10;
  return setup;
}
constexpr unsigned kTimeoutCycles = 500;

struct FaultCase {
  const char* name;
  Fault fault;
  unsigned errors, timeouts, bad_completions;  // of one failed read
};
constexpr FaultCase kFaultCases[] = {
    {"unsupported request", Fault::kUnsupported, 1, 0, 0},
    {"completer abort", Fault::kAbort, 1, 0, 0},
    {"poisoned", Fault::kPoisoned, 1, 0, 0},
    {"poisoned, on the pin", Fault::kPoisonedPin, 1, 0, 0},
    {"bad status, on the pin", Fault::kBadStatusPin, 1, 0, 0},
    {"mismatch, on the pin", Fault::kMismatchPin, 1, 0, 0},
    {"byte count", Fault::kByteCount, 1, 0, 0},
    {"lower address", Fault::kLowerAddress, 1, 0, 0},
    {"requester", Fault::kRequester, 1, 0, 0},
    {"no data", Fault::kNoData, 1, 0, 0},
    {"payload too short", Fault::kShort, 1, 0, 0},
    {"never answered", Fault::kSilent, 0, 1, 0},
    {"answered while the tag rests", Fault::kLate, 0, 1, 1},
    {"other tag", Fault::kOtherTag, 0, 1, 1},
};

TEST(DmaFaults, OneFailedReadIsOnePacketsError) {
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

TEST(DmaFaults, RandomFaultsAmongGoodReads) {
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

TEST(DmaFaults, TagRestsAsLongAgainAfterTimeout) {
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

TEST(DmaFaults, ResetLetsOpenTagsRest) {
  BenchSetup setup = quick_timeout();
  setup.link.latency = 300;
  setup.link.max_payload = 1;   // a read is one completion
  setup.read_timeout_us = 250;  // 2500 cycles, longer than the sweep
  DmaBench bench(setup, 3);
  bench.start(1);
  for (unsigned i = 0; i < 8; ++i) ASSERT_TRUE(bench.submit(0, false, 700, 0));
  bench.ring(0);
  ASSERT_TRUE(bench.sim.run_until([&] { return bench.root.num_open() > 10; }, 3000));
  const auto before = bench.root.num_open();
  bench.start(1);  // the answers come while the memories are swept
  EXPECT_EQ(bench.pulses.bad_completions, before);
  bench.pulses = {};
  for (unsigned i = 0; i < 8; ++i) ASSERT_TRUE(bench.submit(0, false, 700, 0));
  bench.ring(0);
  EXPECT_TRUE(bench.drain());
  EXPECT_EQ(bench.num_completed(0), 8u);
}

TEST(DmaFaults, FailedDescriptorReadStopsTheQueueOnly) {
  for (const FaultCase& fault : kFaultCases) {
    SCOPED_TRACE(fault.name);
    DmaBench bench(quick_timeout(), 4);
    bench.root.late_cycles = kTimeoutCycles * 3 / 2;
    bench.start();
    for (unsigned i = 0; i < 6; ++i) ASSERT_TRUE(bench.submit(0, false, 300, 0));
    bench.ring(0);
    ASSERT_TRUE(bench.sim.run_until([&] { return bench.status(0).sq_consumer == 6; }, 3000));
    bench.descriptor_fault = fault.fault;
    ASSERT_TRUE(bench.submit(0, false, 300, 0));
    bench.ring(0);
    ASSERT_TRUE(bench.sim.run_until([&] { return !bench.status(0).is_running; }, 3000));
    bench.descriptor_fault = Fault::kNone;
    EXPECT_EQ(bench.status(0).cause, QueueCause::kDescriptorRead);
    EXPECT_EQ(bench.num_completed(0), 6u);
    EXPECT_EQ(bench.pulses.queue_stops, 1u);
    ASSERT_TRUE(bench.submit(1, true, 64, 0));
    bench.ring(1);
    ASSERT_TRUE(bench.sim.run_until([&] { return bench.num_completed(1) == 1; }, 3000));
    // It starts again from index 0 after `enable` was low.
    bench.queues[0].enable = false;
    bench.sim.step(3 * kTimeoutCycles);
    bench.enable(0);
    bench.sim.step(3);
    EXPECT_EQ(bench.status(0).cause, QueueCause::kNone);
    ASSERT_TRUE(bench.submit(0, true, 64, 0));
    bench.ring(0);
    EXPECT_TRUE(bench.drain());
    bench.expect_idle();
  }
}

TEST(DmaFaults, BadConfigurationDoesNotStart) {
  struct Case {
    const char* name;
    void (*spoil)(QueueConfig&);
  };
  constexpr Case kCases[] = {
      {"sq_base", [](QueueConfig& queue) { queue.sq_base += 32; }},
      {"cq_base", [](QueueConfig& queue) { queue.cq_base += 16; }},
      {"sq too small", [](QueueConfig& queue) { queue.sq_log2 = 2; }},
      {"sq too large", [](QueueConfig& queue) { queue.sq_log2 = 16; }},
      {"cq too small", [](QueueConfig& queue) { queue.cq_log2 = 0; }},
      {"cq too large", [](QueueConfig& queue) { queue.cq_log2 = 31; }},
  };
  for (const Case& bad : kCases) {
    SCOPED_TRACE(bad.name);
    DmaBench bench({}, 5);
    bad.spoil(bench.queues[2]);
    bench.start();
    EXPECT_FALSE(bench.status(2).is_running);
    EXPECT_EQ(bench.status(2).cause, QueueCause::kBadConfig);
    EXPECT_EQ(bench.pulses.queue_stops, 1u);
    bench.queues[2].sq_producer = 1;
    bench.sim.step(200);
    EXPECT_EQ(bench.root.num_reads(), 0u);
    // Put right, it needs a new rise.
    bench.queues[2] = DmaBench::usual_queue(2, 15, 15);
    bench.sim.step(5);
    bench.enable(2);
    bench.sim.step(5);
    EXPECT_TRUE(bench.status(2).is_running);
    EXPECT_EQ(bench.status(2).cause, QueueCause::kNone);
  }
}

TEST(DmaFaults, DoorbellTooFarAheadStopsTheQueue) {
  DmaBench bench({}, 6);
  bench.queues[0] = DmaBench::usual_queue(0, 4, 4);
  bench.start();
  for (unsigned i = 0; i < 16; ++i) ASSERT_TRUE(bench.submit(0, true, 100, 0));
  bench.ring(0);  // a full ring is allowed
  ASSERT_TRUE(bench.drain());
  bench.queues[0].sq_producer = 16 + 17;
  bench.sim.step(50);
  EXPECT_EQ(bench.status(0).cause, QueueCause::kDoorbell);
  EXPECT_FALSE(bench.status(0).is_running);
  EXPECT_EQ(bench.pulses.queue_stops, 1u);
  EXPECT_EQ(bench.num_completed(0), 16u);
}

TEST(DmaFaults, DoorbellsThatGoBackStopTheQueue) {
  for (const bool is_producer : {true, false}) {
    DmaBench bench({}, 7);
    bench.start();
    for (unsigned i = 0; i < 10; ++i) ASSERT_TRUE(bench.submit(0, true, 100, 0));
    bench.ring(0);
    ASSERT_TRUE(bench.drain());
    if (is_producer)
      bench.queues[0].sq_producer = 9;
    else
      bench.queues[0].cq_consumer = 11;
    bench.sim.step(50);
    EXPECT_EQ(bench.status(0).cause, QueueCause::kDoorbell);
    EXPECT_FALSE(bench.status(0).is_running);
  }
}

TEST(DmaFaults, HostStopCompletesWhatWasTakenAndRestarts) {
  for (std::uint64_t seed = seed_or(20), last = seed + 8; seed < last; ++seed) {
    SCOPED_TRACE("HOLDFAST_SEED=" + std::to_string(seed));
    BenchSetup setup;
    setup.link.latency = 50;
    setup.pipeline.latency_spread = 200;
    DmaBench bench(setup, seed);
    bench.start();
    for (unsigned run = 0; run < 6; ++run) {
      for (unsigned i = 0; i < 50; ++i) ASSERT_TRUE(bench.submit(0, i % 2, 400, i));
      bench.ring(0);
      ASSERT_TRUE(bench.submit(1, false, 90, 0));
      bench.ring(1);
      bench.sim.step(bench.random() % 1500);
      bench.queues[0].enable = false;
      ASSERT_TRUE(bench.sim.run_until([&] { return !bench.status(0).is_running; }, 5000));
      EXPECT_EQ(bench.status(0).cause, QueueCause::kHostStop);
      EXPECT_EQ(bench.num_completed(0), bench.status(0).sq_consumer);
      bench.sim.step(50);
      EXPECT_EQ(bench.num_completed(0), bench.status(0).sq_consumer);
      bench.queues[0] = DmaBench::usual_queue(0, 6 + run % 2, 6);
      bench.enable(0);
      bench.sim.step(2);
    }
    EXPECT_EQ(bench.pulses.queue_stops, 0u);
    EXPECT_TRUE(bench.drain());
    bench.expect_idle();
  }
}

TEST(DmaFaults, BusMasteringOffInTheMiddleKeepsEverything) {
  DmaBench bench({}, 8);
  // What was offered may not be taken back: a write of 8 beats may just have begun.
  bench.root.bus_master_grace_cycles = 12;
  for (auto& queue : bench.queues) queue.irq_enable = true;
  bench.start();
  for (unsigned round = 0; round < 40; ++round) {
    for (unsigned q = 0; q < kNumQueues; ++q) {
      ASSERT_TRUE(bench.submit(q, round % 2, 700, round));
      bench.ring(q);
    }
    bench.sim.step(bench.random() % 300);
    bench.root.is_bus_master = false;
    bench.sim.step(12);
    const auto before = bench.root.num_reads() + bench.root.num_writes();
    bench.sim.step(200);
    EXPECT_EQ(bench.root.num_reads() + bench.root.num_writes(), before);
    bench.root.is_bus_master = true;
    ASSERT_TRUE(bench.drain());
  }
  bench.expect_idle();
}

}  // namespace
}  // namespace holdfast::test

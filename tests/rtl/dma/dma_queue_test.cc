// SPDX-License-Identifier: Apache-2.0
// A queue starts, waits, stops and starts again.
#include <gtest/gtest.h>

#include "fault_cases.h"

namespace holdfast::test {
namespace {

TEST(DmaQueue, FailedDescriptorReadStopsTheQueueOnly) {
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

TEST(DmaQueue, BadConfigurationDoesNotStart) {
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

TEST(DmaQueue, DoorbellTooFarAheadStopsTheQueue) {
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

TEST(DmaQueue, DoorbellsThatGoBackStopTheQueue) {
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

TEST(DmaQueue, ProducerThatGoesBackBehindWhatWasFetchedStopsTheQueue) {
  DmaBench bench({}, 7);
  bench.queues[0] = DmaBench::usual_queue(0, 6, 3);
  bench.start();
  for (unsigned i = 0; i < 30; ++i) ASSERT_TRUE(bench.submit(0, true, 100, 0));
  bench.ring(0);
  ASSERT_TRUE(bench.sim.run_until([&] { return bench.num_completed(0) == 8; }, 3000));
  bench.sim.step(100);
  EXPECT_TRUE(bench.status(0).is_running);
  bench.queues[0].sq_producer = 9;  // one more than was taken, fewer than were read ahead
  bench.sim.step(50);
  EXPECT_EQ(bench.status(0).cause, QueueCause::kDoorbell);
  EXPECT_FALSE(bench.status(0).is_running);
}

TEST(DmaQueue, HostStopCompletesWhatWasTakenAndRestarts) {
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

TEST(DmaQueue, ReadsOfAnEarlierRunAreOverBeforeTheNext) {
  BenchSetup setup;
  setup.link.latency = 600;
  DmaBench bench(setup, 9);
  bench.start(1);
  for (unsigned i = 0; i < 20; ++i) ASSERT_TRUE(bench.submit(0, true, 100, 0));
  bench.ring(0);
  ASSERT_TRUE(bench.sim.run_until([&] { return bench.root.num_open() == 3; }, 100));
  bench.queues[0].enable = false;
  bench.sim.step(300);
  EXPECT_TRUE(bench.status(0).is_running);
  ASSERT_TRUE(bench.sim.run_until([&] { return !bench.status(0).is_running; }, 1000));
  EXPECT_EQ(bench.num_completed(0), 0u);
  bench.enable(0);
  bench.sim.step(2);
  for (unsigned i = 0; i < 5; ++i) ASSERT_TRUE(bench.submit(0, false, 333, 1));
  bench.ring(0);
  EXPECT_TRUE(bench.drain());
  bench.expect_idle();
}

TEST(DmaQueue, WaitsForCompletionSpaceOncePerWait) {
  DmaBench bench({}, 2);
  bench.queues[1] = DmaBench::usual_queue(1, 6, 3);
  bench.start();
  for (unsigned i = 0; i < 20; ++i) ASSERT_TRUE(bench.submit(1, i % 2, 100, 0));
  bench.ring(1);
  bench.sim.step(3000);
  EXPECT_EQ(bench.num_completed(1), 8u);
  EXPECT_TRUE(bench.status(1).waits);
  EXPECT_EQ(bench.pulses.stalls, 1u);
  bench.consume(1);
  bench.sim.step(3000);
  EXPECT_EQ(bench.num_completed(1), 16u);
  EXPECT_EQ(bench.pulses.stalls, 2u);
  EXPECT_TRUE(bench.drain());
  EXPECT_FALSE(bench.status(1).waits);
  EXPECT_EQ(bench.pulses.stalls, 2u);
  bench.expect_idle();
}

}  // namespace
}  // namespace holdfast::test

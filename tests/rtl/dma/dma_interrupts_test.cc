// SPDX-License-Identifier: Apache-2.0
// Moderation, MSI-X masks and pending bits (PCIe 3.0, 6.8.2), and the event ring.
#include <gtest/gtest.h>

#include "dma_bench.h"

namespace holdfast::test {
namespace {

void enable_interrupts(DmaBench& bench, unsigned packets, unsigned microseconds) {
  for (auto& queue : bench.queues) {
    queue.irq_enable = true;
    queue.moderation_packets = packets;
    queue.moderation_us = microseconds;
  }
}

void send(DmaBench& bench, unsigned queue_index, unsigned count) {
  for (unsigned i = 0; i < count; ++i) ASSERT_TRUE(bench.submit(queue_index, i % 2, 100, 0));
  bench.ring(queue_index);
  ASSERT_TRUE(bench.drain());
}

TEST(DmaInterrupts, OnePacketOneMessageAfterItsCompletion) {
  DmaBench bench({}, 1);
  enable_interrupts(bench, 1, 0);
  bench.start();
  for (unsigned i = 1; i <= 5; ++i) {
    ASSERT_TRUE(bench.submit(2, true, 64, 0));
    bench.ring(2);
    ASSERT_TRUE(bench.sim.run_until([&] { return bench.messages[2] == i; }, 2000));
    EXPECT_EQ(bench.num_completed(2), i);
  }
  EXPECT_EQ(bench.messages[0] + bench.messages[1] + bench.messages[3], 0u);
  EXPECT_EQ(bench.pulses.interrupts, 5u);
  bench.expect_idle();
}

TEST(DmaInterrupts, ModerationByCountAndByTime) {
  BenchSetup setup;
  setup.cycles_per_us = 10;
  DmaBench bench(setup, 2);
  enable_interrupts(bench, 8, 100);
  bench.start();
  send(bench, 0, 7);
  bench.sim.step(500);
  EXPECT_EQ(bench.messages[0], 0u);
  bench.sim.step(600);  // 100 microseconds after the first
  EXPECT_EQ(bench.messages[0], 1u);
  send(bench, 0, 8);
  bench.sim.step(20);
  EXPECT_EQ(bench.messages[0], 2u);
  bench.sim.step(2000);
  EXPECT_EQ(bench.messages[0], 2u);
  bench.expect_idle();
}

TEST(DmaInterrupts, DisabledOrWithoutVectorSendsNone) {
  DmaBench bench({}, 3);
  enable_interrupts(bench, 1, 0);
  bench.queues[0].irq_enable = false;
  bench.queues[1].vector_index = 8;
  bench.start();
  send(bench, 0, 5);
  send(bench, 1, 5);
  bench.sim.step(100);
  EXPECT_EQ(bench.pulses.interrupts, 0u);
  EXPECT_EQ(bench.msix_pending(), 0u);
}

TEST(DmaInterrupts, MaskedVectorSetsItsPendingBit) {
  struct Case {
    const char* name;
    void (*mask)(DmaBench&, bool);
  };
  constexpr Case kCases[] = {
      {"entry", [](DmaBench& bench, bool is_masked) { bench.msix[3].is_masked = is_masked; }},
      {"function", [](DmaBench& bench, bool is_masked) { bench.msix_mask = is_masked; }},
      {"off", [](DmaBench& bench, bool is_masked) { bench.msix_en = !is_masked; }},
  };
  for (const Case& by : kCases) {
    SCOPED_TRACE(by.name);
    DmaBench bench({}, 4);
    enable_interrupts(bench, 1, 0);
    by.mask(bench, true);
    bench.start();
    send(bench, 3, 6);
    bench.sim.step(50);
    EXPECT_EQ(bench.pulses.interrupts, 0u);
    EXPECT_EQ(bench.msix_pending(), 1u << 3);
    by.mask(bench, false);
    ASSERT_TRUE(bench.sim.run_until([&] { return bench.messages[3] == 1; }, 50));
    bench.sim.step(50);
    EXPECT_EQ(bench.messages[3], 1u) << "all requests of a masked time are one message";
    EXPECT_EQ(bench.msix_pending(), 0u);
    bench.expect_idle();
  }
}

TEST(DmaInterrupts, QueuesMayShareAVector) {
  DmaBench bench({}, 5);
  enable_interrupts(bench, 1, 0);
  for (auto& queue : bench.queues) queue.vector_index = 5;
  bench.start();
  for (unsigned q = 0; q < kNumQueues; ++q) send(bench, q, 3);
  bench.sim.step(100);
  EXPECT_GE(bench.messages[5], 1u);
  EXPECT_EQ(bench.messages[5], bench.pulses.interrupts);
}

TEST(DmaInterrupts, MessagesAndEventsAmongPackets) {
  BenchSetup setup;
  setup.link.write_stall_percent = 40;
  setup.pipeline = {30, 30, 0, 50};
  DmaBench bench(setup, seed_or(6));
  enable_interrupts(bench, 3, 5);
  bench.event_ring = {.enable = true,
                      .base = 0x3000'0000,
                      .log2 = 4,
                      .vector_index = 7,
                      .irq_enable = true,
                      .consumer = 0};
  bench.start();
  for (unsigned round = 0; round < 40; ++round) {
    for (unsigned q = 0; q < kNumQueues; ++q) {
      ASSERT_TRUE(bench.submit(q, bench.random() % 2, 1 + unsigned(bench.random() % 600), round));
      bench.ring(q);
      bench.consume(q);
    }
    bench.event_ring.consumer = static_cast<std::uint16_t>(bench.events.size());
    bench.raise_event(2, round, round + 1000);
    bench.sim.step(bench.random() % 200);
    bench.msix[round % 4].is_masked = bench.random() % 2;
  }
  ASSERT_TRUE(bench.drain());
  bench.sim.step(200);
  ASSERT_EQ(bench.events.size(), 40u);
  for (unsigned i = 0; i < 40; ++i) EXPECT_EQ(bench.events[i].sa_index, i);
  EXPECT_GT(bench.messages[7], 0u);
  EXPECT_EQ(bench.pulses.events, 40u);
  bench.expect_idle();
}

DmaBench* with_events(DmaBench& bench, unsigned log2) {
  bench.event_ring = {.enable = true,
                      .base = 0x3000'0000,
                      .log2 = log2,
                      .vector_index = 6,
                      .irq_enable = true,
                      .consumer = 0};
  bench.start();
  bench.sim.step(2);
  return &bench;
}

TEST(DmaEvents, EntryHasTheEventsFields) {
  DmaBench bench({}, 7);
  with_events(bench, 2);
  bench.raise_event(4, 0x1234, 0x1122334455667788);
  ASSERT_TRUE(bench.sim.run_until([&] { return bench.messages[6] == 1; }, 100));
  ASSERT_EQ(bench.events.size(), 1u);
  const Event& event = bench.events[0];
  EXPECT_EQ(event.kind, 4);
  EXPECT_EQ(event.sa_index, 0x1234);
  EXPECT_EQ(event.path_index, 0x1234 ^ 0xFF);
  EXPECT_EQ(event.generation, 0x1234u + 7);
  EXPECT_EQ(event.sequence, 0x1122334455667788u);
  EXPECT_EQ(event.detail, 0u);
  EXPECT_EQ(event.address_family, 0);
  EXPECT_EQ(bench.sim.top().event_producer_o, 1);
  EXPECT_EQ(bench.sim.top().event_last_kind_o, 4);
  bench.raise_error(0x00A5);
  ASSERT_TRUE(bench.sim.run_until([&] { return bench.events.size() == 2; }, 100));
  EXPECT_EQ(bench.events[1].kind, 6);
  EXPECT_EQ(bench.events[1].detail, 0x00A5u);
  EXPECT_EQ(bench.events[1].sa_index, 0u);
}

TEST(DmaEvents, FullRingLosesAndCounts) {
  DmaBench bench({}, 8);
  with_events(bench, 2);
  for (unsigned i = 0; i < 7; ++i) bench.raise_event(2, i, i);
  bench.sim.step(200);
  EXPECT_TRUE(bench.event_taken());
  EXPECT_EQ(bench.events.size(), 4u);
  EXPECT_EQ(bench.pulses.events_lost, 3u);
  bench.event_ring.consumer = 4;
  for (unsigned i = 7; i < 9; ++i) bench.raise_event(2, i, i);
  bench.sim.step(200);
  ASSERT_EQ(bench.events.size(), 6u);
  EXPECT_EQ(bench.events[4].sa_index, 7);
  EXPECT_EQ(bench.pulses.events, 6u);
}

TEST(DmaEvents, RingThatIsOffForgetsEvents) {
  for (const unsigned log2 : {0u, 1u, 13u, 31u}) {
    DmaBench bench({}, 9);
    with_events(bench, log2);
    if (log2 == 0) bench.event_ring.enable = false;
    bench.raise_event(2, 1, 1);
    bench.raise_error(1);
    bench.sim.step(100);
    EXPECT_TRUE(bench.event_taken());
    EXPECT_EQ(bench.root.num_writes(), 0u);
    EXPECT_EQ(bench.pulses.events_lost, 0u);
  }
}

TEST(DmaEvents, RingStartsAgainAtZero) {
  DmaBench bench({}, 10);
  with_events(bench, 3);
  for (unsigned i = 0; i < 3; ++i) bench.raise_event(2, i, i);
  bench.sim.step(200);
  EXPECT_EQ(bench.events.size(), 3u);
  bench.event_ring.enable = false;
  bench.sim.step(5);
  bench.events.clear();
  bench.event_ring.base = 0x3100'0000;
  bench.event_ring.enable = true;
  bench.sim.step(5);
  bench.raise_event(3, 9, 9);
  bench.sim.step(50);
  ASSERT_EQ(bench.events.size(), 1u);
  EXPECT_EQ(bench.events[0].sa_index, 9);
}

}  // namespace
}  // namespace holdfast::test

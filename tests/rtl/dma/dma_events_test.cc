// SPDX-License-Identifier: Apache-2.0
// The event ring.
#include <gtest/gtest.h>

#include "dma_bench.h"

namespace holdfast::test {
namespace {

void start_with_events(DmaBench& bench, unsigned log2) {
  bench.event_ring = {.enable = true,
                      .base = 0x3000'0000,
                      .log2 = log2,
                      .vector_index = 6,
                      .irq_enable = true,
                      .consumer = 0};
  bench.start();
  bench.sim.step(2);
}

TEST(DmaEvents, EntryHasTheEventsFields) {
  DmaBench bench({}, 7);
  start_with_events(bench, 2);
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

// The addresses of a roam stand as on the wire, whatever the host's order is.
TEST(DmaEvents, ARoamHasAddressesAndPorts) {
  for (const bool is_ipv6 : {false, true}) {
    DmaBench bench({}, 11);
    start_with_events(bench, 2);
    bench.event_endpoints = {.is_ipv6 = is_ipv6,
                             .own = {0x0102030405060708, is_ipv6 ? 0x090A0B0C0D0E0F10u : 0},
                             .peer = {0xA1A2A3A4A5A6A7A8, is_ipv6 ? 0xA9AAABACADAEAFB0u : 0},
                             .own_port = 4500,
                             .peer_port = 40001};
    bench.raise_event(1, 3, 77);
    ASSERT_TRUE(bench.sim.run_until([&] { return bench.messages[6] == 1; }, 100));
    const Event& event = bench.events.at(0);
    EXPECT_EQ(event.kind, 1);
    EXPECT_EQ(event.address_family, is_ipv6 ? 6 : 4);
    EXPECT_EQ(event.own_port, 4500);
    EXPECT_EQ(event.peer_port, 40001);
    for (unsigned i = 0; i < (is_ipv6 ? 16u : 8u); ++i) {
      EXPECT_EQ(event.own_address[i], 1 + i);
      EXPECT_EQ(event.peer_address[i], 0xA1 + i);
    }
    EXPECT_EQ(event.detail, 0u);
  }
}

TEST(DmaEvents, FullRingLosesAndCounts) {
  DmaBench bench({}, 8);
  start_with_events(bench, 2);
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
    start_with_events(bench, log2);
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
  start_with_events(bench, 3);
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

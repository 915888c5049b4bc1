// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include "dma_bench.h"

namespace holdfast::test {

inline void enable_interrupts(DmaBench& bench, unsigned packets, unsigned microseconds) {
  for (auto& queue : bench.queues) {
    queue.irq_enable = true;
    queue.moderation_packets = packets;
    queue.moderation_us = microseconds;
  }
}

inline void send(DmaBench& bench, unsigned queue_index, unsigned count) {
  for (unsigned i = 0; i < count; ++i) ASSERT_TRUE(bench.submit(queue_index, i % 2, 100, 0));
  bench.ring(queue_index);
  ASSERT_TRUE(bench.drain());
}

}  // namespace holdfast::test

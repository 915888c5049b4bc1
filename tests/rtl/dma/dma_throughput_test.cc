// SPDX-License-Identifier: Apache-2.0
// Cycles a packet through the rings, against the bound of the busiest TLP stream: data, one
// descriptor beat and one completion beat a packet.
#include <gtest/gtest.h>

#include <cstdio>

#include "dma_bench.h"

namespace holdfast::test {
namespace {

enum class Traffic { kInbound, kOutbound, kBoth };

struct Load {
  unsigned inner, outer;         // bytes
  double bound_one, bound_both;  // inner bits per cycle each way
};
constexpr Load kLoads[] = {
    {64, 120, 56.9, 36.6}, {512, 568, 110.7, 58.5}, {1500, 1556, 121.2, 61.9}};

/// Inner bits per cycle and direction, between the first tenth and the end of a run.
double measure(const Load& load, Traffic traffic, unsigned latency) {
  BenchSetup setup;
  setup.link.latency = latency;
  setup.link.max_read_req = 2;  // 512 bytes
  setup.link.max_payload = 1;   // 256 bytes
  setup.pipeline.latency = 60;
  DmaBench bench(setup, 1);
  bench.transform = [&](bool is_outbound, const Bytes& bytes) {
    Result result;
    result.bytes = bytes;
    result.bytes.resize(is_outbound ? load.outer : load.inner);
    return result;
  };
  const unsigned num_queues = traffic == Traffic::kBoth ? 2 : 1;
  for (unsigned q = 0; q < num_queues; ++q) {
    bench.queues[q] = DmaBench::usual_queue(q, 10, 10);
    // On 128 bytes, so that no descriptor read is a half one.
    bench.queues[q].sq_base &= ~std::uint64_t{127};
  }
  bench.start((1u << num_queues) - 1);
  const std::size_t warm_up = 150, total = 1000;
  for (std::size_t i = 0; i < total; ++i) {
    for (unsigned q = 0; q < num_queues; ++q) {
      const bool is_outbound = traffic == Traffic::kOutbound || q == 1;
      EXPECT_TRUE(bench.submit(q, is_outbound, is_outbound ? load.inner : load.outer, 0));
    }
  }
  for (unsigned q = 0; q < num_queues; ++q) bench.ring(q);
  const auto reached = [&](std::size_t count) {
    return bench.sim.run_until([&] { return bench.num_completed(0) >= count; }, 500'000);
  };
  EXPECT_TRUE(reached(warm_up));
  const auto begin = bench.sim.cycle();
  EXPECT_TRUE(reached(total - 50));
  const auto cycles = static_cast<double>(bench.sim.cycle() - begin);
  EXPECT_TRUE(bench.drain());
  bench.expect_idle();
  return 8.0 * load.inner * static_cast<double>(total - 50 - warm_up) / cycles;
}

void run(Traffic traffic, const char* name, unsigned latency, double least) {
  for (const Load& load : kLoads) {
    const double bound = traffic == Traffic::kBoth ? load.bound_both : load.bound_one;
    const double bits = measure(load, traffic, latency);
    std::printf(
        "%-8s latency %3u inner %4u: %6.1f bits/cycle each way, %6.2f cycles/packet, %3.0f %%\n",
        name, latency, load.inner, bits, 8 * load.inner / bits, 100 * bits / bound);
    EXPECT_GE(bits, least * bound) << name << " " << load.inner;
  }
}

TEST(DmaThroughput, InboundOnLinkWithoutLatency) { run(Traffic::kInbound, "inbound", 0, 0.85); }
TEST(DmaThroughput, OutboundOnLinkWithoutLatency) { run(Traffic::kOutbound, "outbound", 0, 0.85); }
TEST(DmaThroughput, BothOnLinkWithoutLatency) { run(Traffic::kBoth, "both", 0, 0.85); }
TEST(DmaThroughput, InboundWithLatency) { run(Traffic::kInbound, "inbound", 100, 0.85); }
TEST(DmaThroughput, OutboundWithLatency) { run(Traffic::kOutbound, "outbound", 100, 0.85); }
TEST(DmaThroughput, BothWithLatency) { run(Traffic::kBoth, "both", 100, 0.85); }
TEST(DmaThroughput, InboundWithMuchLatency) { run(Traffic::kInbound, "inbound", 250, 0.6); }

}  // namespace
}  // namespace holdfast::test

// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "lockstep_run.h"
#include "ring_bench.h"

namespace holdfast::lockstep {
namespace {

constexpr TrafficMix kNoFaults{0, 0, 0, 0, 0, 0, 0};

/// A link that delays, reorders, cuts and stalls whatever it may.
sim::CardOptions rough_link(unsigned width_bits, std::uint64_t seed) {
  auto options = sim::parse_card_options(
      "latency=60,jitter=80,reorder=30,split=random,stalls=15,mps=128,mrrs=256,rcb=128");
  HOLDFAST_CHECK(options.has_value());
  options->width_bits = width_bits;
  options->link.seed = seed;
  return *options;
}

void lockstep(const RingPlan& plan, std::uint64_t seed, std::size_t packets_each_way) {
  TrafficMix mix;
  mix.end_percent = 40;  // also short runs see their SAs end
  RingBench bench(plan, seed, mix);
  run_with_changes(bench, packets_each_way);
  print_figures("lockstep through the rings, " + std::to_string(plan.card.width_bits) + " bits",
                bench);
  expect_clean(bench);
  EXPECT_GT(bench.num_events(), 0u);
  EXPECT_GT(bench.num_roams(), 0u);
  const Counters counters = bench.card().counters();
  EXPECT_LE(bench.broken_reads(), counters.dma_read_errors + counters.dma_read_timeouts);
  if (plan.dma_fault_percent != 0) {
    EXPECT_GT(bench.broken_reads(), 0u);
    EXPECT_GT(bench.bad_descriptors(), 0u);
  }
}

TEST(RingLockstep, EveryPacketLikeTheModelAt128Bits) {
  lockstep({}, seed_of_run(11), packets_or(6'000) / 2);
}

TEST(RingLockstep, EveryPacketLikeTheModelAt64Bits) {
  RingPlan plan;
  plan.card.width_bits = 64;
  plan.has_queue_per_direction = true;
  lockstep(plan, seed_of_run(12), packets_or(6'000) / 12);
}

TEST(RingLockstep, EveryPacketLikeTheModelWhileReadsFailAndDescriptorsAreWrong) {
  RingPlan plan;
  plan.card = rough_link(128, seed_of_run(13));
  plan.dma_fault_percent = 10;
  lockstep(plan, seed_of_run(13), 1'000);
}

TEST(RingLockstep, EveryPacketLikeTheModelOnARoughLinkAt64Bits) {
  RingPlan plan;
  plan.card = rough_link(64, seed_of_run(14));
  plan.card.link.error_on_last_beat = true;
  plan.has_queue_per_direction = true;
  plan.dma_fault_percent = 10;
  plan.queue.sq_log2 = 4;
  plan.queue.cq_log2 = 3;  // completions wait for the host
  lockstep(plan, seed_of_run(14), 300);
}

TEST(RingLockstep, BindingsSwapInTheMiddleOfBursts) {
  const std::uint64_t seed = seed_of_run(15);
  RingPlan plan;
  plan.has_queue_per_direction = true;
  RingBench bench(plan, seed, kNoFaults);
  EXPECT_EQ(swap_under_load(bench, 300), 0u);
  expect_clean(bench);
}

}  // namespace
}  // namespace holdfast::lockstep

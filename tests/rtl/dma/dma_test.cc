// SPDX-License-Identifier: Apache-2.0
// The data path of `dma`: random descriptors in both directions on all queues, over every kind of
// link, each completion checked by the bench.
#include <gtest/gtest.h>

#include "dma_bench.h"

namespace holdfast::test {
namespace {

/// Lengths that matter: the shortest, around beats, around request sizes, the longest.
unsigned random_length(std::mt19937_64& random, unsigned longest) {
  constexpr unsigned kEdges[] = {1,  2,   3,   4,   5,   15,  16,  17,   31,   32,   33,   63,  64,
                                 65, 127, 128, 129, 255, 256, 257, 4095, 4096, 4097, 9229, 9230};
  switch (random() % 4) {
    case 0:
      return std::min(longest, kEdges[random() % std::size(kEdges)]);
    case 1:
      return 1 + static_cast<unsigned>(random() % longest);
    default:
      return 1 + static_cast<unsigned>(random() % std::min(longest, 300u));
  }
}

unsigned random_offset(std::mt19937_64& random) {
  switch (random() % 4) {
    case 0:
      return 0;
    case 1:
      return static_cast<unsigned>(random() % 64);
    case 2:
      return static_cast<unsigned>(random() % 5000);
    default:
      return 4 * static_cast<unsigned>(random() % 1024);
  }
}

/// A descriptor that the card must refuse, in one of many ways.
Descriptor bad_descriptor(std::mt19937_64& random, const QueueConfig& queue) {
  const std::uint64_t middle = queue.window_base + 0x80'0000;
  Descriptor d{.buffer_iova = middle,
               .length = 100,
               .offset = 0,
               .sa_index = 0,
               .flags = static_cast<std::uint16_t>(random() % 8)};
  switch (random() % 8) {
    case 0:
      d.length = 0;
      break;
    case 1:
      d.flags |= static_cast<std::uint16_t>(8u << (random() % 13));
      break;
    case 2:
      d.buffer_iova += 1 + random() % 63;
      break;
    case 3:
      d.length = static_cast<std::uint16_t>(9231 + random() % (65536 - 9231));
      break;
    case 4:
      d.buffer_iova = queue.window_base - 64;
      break;
    case 5:
      d.buffer_iova = queue.window_limit - 63;
      break;  // ends 36 bytes behind the window
    case 6:
      d.buffer_iova = ~std::uint64_t{63};
      break;  // wraps beyond 2^64
    default:
      d.buffer_iova = ~std::uint64_t{63};
      d.offset = 0xFFC0;
      break;  // first byte wraps too
  }
  return d;
}

struct RandomRun {
  BenchSetup setup;
  unsigned sq_log2 = 5, cq_log2 = 5;
  unsigned packets = 150;  // a queue
  unsigned longest = 2000;
  unsigned bad_percent = 10;
};

/// Keeps all queues busy at random until each has had its packets.
void run_random(const RandomRun& run, std::uint64_t fallback_seed,
                const std::function<void(DmaBench&)>& prepare = {}) {
  const std::uint64_t seed = seed_or(fallback_seed);
  SCOPED_TRACE("HOLDFAST_SEED=" + std::to_string(seed));
  DmaBench bench(run.setup, seed);
  for (unsigned q = 0; q < kNumQueues; ++q)
    bench.queues[q] = DmaBench::usual_queue(q, run.sq_log2, run.cq_log2);
  if (prepare) prepare(bench);
  bench.start();
  auto& random = bench.random;
  const std::uint64_t limit = bench.sim.cycle() + 600'000;
  bool is_done = false;
  while (!is_done && bench.sim.cycle() < limit && !testing::Test::HasFatalFailure()) {
    is_done = true;
    for (unsigned q = 0; q < kNumQueues; ++q) {
      if (random() % 3 == 0) bench.consume(q);
      if (bench.num_submitted(q) == run.packets) continue;
      is_done = false;
      for (auto burst = random() % 6; burst > 0 && bench.num_submitted(q) < run.packets; --burst) {
        if (random() % 100 < run.bad_percent) {
          bench.submit(q, bad_descriptor(random, bench.queues[q]));
        } else {
          bench.submit(q, random() % 2, random_length(random, run.longest), random_offset(random));
        }
      }
      if (random() % 2) bench.ring(q);
    }
    bench.sim.step(1 + random() % 100);
  }
  for (unsigned q = 0; q < kNumQueues; ++q) bench.ring(q);
  EXPECT_TRUE(bench.drain(600'000)) << "packets hang";
  bench.expect_idle();
  for (unsigned q = 0; q < kNumQueues; ++q) {
    EXPECT_EQ(bench.num_completed(q), run.packets);
    EXPECT_TRUE(bench.status(q).is_running);
  }
  EXPECT_EQ(bench.pulses.retired[0] + bench.pulses.retired[1], 4 * run.packets);
}

TEST(Dma, OnePacketEachWay) {
  DmaBench bench({}, 1);
  bench.start();
  ASSERT_TRUE(bench.submit(0, false, 120, 0));
  ASSERT_TRUE(bench.submit(0, true, 64, 0));
  bench.ring(0);
  EXPECT_TRUE(bench.drain(5000));
  bench.expect_idle();
}

TEST(Dma, PauseMatrix) {
  std::uint64_t seed = 100;
  for (const Pauses pauses : kPauseMatrix) {
    SCOPED_TRACE("source " + std::to_string(pauses.source_percent) + " sink " +
                 std::to_string(pauses.sink_percent));
    RandomRun run;
    run.packets = 60;
    run.setup.link.completion_pause_percent = pauses.source_percent;
    run.setup.link.read_stall_percent = pauses.sink_percent;
    run.setup.link.write_stall_percent = pauses.sink_percent;
    run.setup.pipeline = {pauses.sink_percent, pauses.source_percent, 20, 100};
    // The host may be slow here: it must not look like a time-out.
    run.setup.read_timeout_us = 2000;
    run_random(run, ++seed);
  }
}

TEST(Dma, EverySizeOfRequestAndPayload) {
  std::uint64_t seed = 200;
  for (unsigned code = 0; code < 8; ++code) {
    SCOPED_TRACE("code " + std::to_string(code));
    RandomRun run;
    run.packets = 40;
    run.longest = kMaxPacketBytes;
    run.setup.link.max_read_req = code;
    run.setup.link.max_payload = 7 - code;
    run.setup.link.rcb = code % 2;
    run.setup.read_timeout_us = 2000;
    run_random(run, ++seed);
  }
}

TEST(Dma, SplitAndOvertakingCompletions) {
  for (std::uint64_t seed = 300; seed < 304; ++seed) {
    RandomRun run;
    run.longest = kMaxPacketBytes;
    run.setup.link = {.max_payload = 1,
                      .max_read_req = static_cast<unsigned>(seed % 4),
                      .rcb = static_cast<unsigned>(seed % 2),
                      .latency = 20,
                      .latency_spread = 300,
                      .is_split = true,
                      .is_reordered = true,
                      .read_stall_percent = 0,
                      .write_stall_percent = 20,
                      .completion_pause_percent = 10};
    run.setup.pipeline = {20, 20, 0, 500};
    run.setup.read_timeout_us = 2000;
    run_random(run, seed);
  }
}

TEST(Dma, SmallestRingsWrapManyTimes) {
  RandomRun run;
  run.sq_log2 = run.cq_log2 = 3;
  run.packets = 600;
  run.longest = 200;
  run_random(run, 400);
}

TEST(Dma, IndicesWrapAt16Bits) {
  DmaBench bench({}, 7);
  for (unsigned q = 0; q < 2; ++q) bench.queues[q] = DmaBench::usual_queue(q, q ? 15 : 6, 15);
  bench.transform = [](bool, const Bytes& bytes) {
    Result result;
    result.bytes = bytes;
    return result;
  };
  bench.start();
  constexpr std::size_t kPackets = 66'000;
  const auto is_done = [&] {
    for (unsigned q = 0; q < 2; ++q) {
      bench.consume(q);
      while (bench.num_submitted(q) < kPackets &&
             bench.num_submitted(q) < bench.num_completed(q) + 50)
        bench.submit(q, q == 1, 1, 0);
      bench.ring(q);
    }
    return bench.num_completed(0) == kPackets && bench.num_completed(1) == kPackets;
  };
  EXPECT_TRUE(bench.sim.run_until(is_done, 1'500'000));
  bench.expect_idle();
}

TEST(Dma, FullCompletionRingHoldsDescriptorsBack) {
  RandomRun run;
  run.sq_log2 = 6;
  run.cq_log2 = 3;
  run.packets = 200;
  run.longest = 100;
  run_random(run, 500);
}

TEST(Dma, SlowPipelineHoldsThePacketsInTheBuffers) {
  RandomRun run;
  run.longest = kMaxPacketBytes;
  run.packets = 60;
  run.setup.pipeline = {97, 90, 0, 2000};
  run_random(run, 600);
}

}  // namespace
}  // namespace holdfast::test

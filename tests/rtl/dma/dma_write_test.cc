// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <numeric>

#include "dma_write_bench.h"

namespace holdfast::test {
namespace {

Bytes random_bytes(std::mt19937_64& random, std::size_t count) {
  Bytes bytes(count);
  for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
  return bytes;
}

/// A packet of `length` bytes for a buffer of its own; 0: dropped.
WriteJob job_of(std::mt19937_64& random, unsigned queue, bool is_outbound, std::size_t length,
                std::uint64_t offset) {
  WriteJob job;
  job.queue = queue;
  job.is_outbound = is_outbound;
  job.buffer = DmaWriteBench::buffers_of(queue) + offset;
  job.length_in = static_cast<unsigned>(1 + random() % 9230);
  job.result.has_ticket = random() % 2;
  job.result.sa_index = static_cast<unsigned>(random() % 0x10000);
  job.result.generation = static_cast<std::uint32_t>(random());
  job.result.bytes = random_bytes(random, length);
  if (length == 0) job.result.reason = 7 + static_cast<unsigned>(random() % 20);
  return job;
}

std::size_t random_length(std::mt19937_64& random) {
  const unsigned shape = random() % 8;
  return shape == 0 ? 0 : shape < 6 ? 1 + random() % 200 : 1 + random() % 2000;
}

class DmaWrite : public testing::TestWithParam<Pauses> {};

TEST_P(DmaWrite, DataThenEntryThenInterruptForEveryPacket) {
  const auto seed = seed_or(61);
  SCOPED_TRACE("HOLDFAST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  DmaWriteBench bench(GetParam(), seed + 1);
  for (unsigned i = 0; i < 400; ++i) {
    const auto queue = static_cast<unsigned>(random() % 4);
    const std::uint64_t offset =
        random() % 16 ? 0x1000 * i + 64 * (random() % 64) : DmaWriteBench::kWindowBytes - 64;
    bench.add(job_of(random, queue, random() % 2, random_length(random), offset));
  }
  for (unsigned i = 0; i < 20; ++i) bench.raise_event(i);
  ASSERT_TRUE(bench.settle());
  EXPECT_EQ(bench.sink.error, "");
  ASSERT_EQ(bench.events.size(), 20u);
  for (unsigned i = 0; i < 20; ++i) EXPECT_EQ(bench.events[i].sequence, i);
  for (unsigned q = 0; q < 4; ++q) {
    EXPECT_EQ(bench.untold[q], 0u) << "no message after the last entry of queue " << q;
    EXPECT_GT(bench.messages[q], 0u);
  }
  EXPECT_GT(bench.messages[DmaWriteBench::kEventVector], 0u);
  EXPECT_EQ(bench.retired[0].size() + bench.retired[1].size(), 400u);
  // Each TLP that left is counted once, as a write or as a message.
  const unsigned all_messages = std::accumulate(bench.messages.begin(), bench.messages.end(), 0u);
  EXPECT_EQ(bench.interrupts, all_messages);
  EXPECT_EQ(bench.writes, bench.num_data_tlps + 400 + 20);
  EXPECT_EQ(bench.num_tlps, bench.writes + all_messages);
}

INSTANTIATE_TEST_SUITE_P(Pauses, DmaWrite, testing::ValuesIn(kPauseMatrix));

// The bench looks at each TLP: none longer than the limit, none across 4 KiB, no one too many.
TEST(DmaWriteCuts, AtMultiplesOfTheLargestPayload) {
  std::mt19937_64 random(62);
  for (unsigned code = 0; code <= 5; ++code) {
    DmaWriteBench bench;
    bench.max_payload = code;
    const std::size_t limit = std::size_t{128} << code;
    unsigned expected = 0;
    for (const std::uint64_t offset : {0u, 64u, 0x1FC0u, 0x2F80u}) {
      for (const std::size_t length : {std::size_t{1}, std::size_t{63}, std::size_t{65}, limit - 64,
                                       limit, limit + 1, std::size_t{4097}, std::size_t{9230}}) {
        bench.add(job_of(random, 1, true, length, offset));
        const std::uint64_t last = offset + length - 1;
        expected += static_cast<unsigned>(last / limit - offset / limit + 1);
      }
    }
    ASSERT_TRUE(bench.settle());
    EXPECT_EQ(bench.num_data_tlps, expected) << limit;
  }
}

// Queues hold both directions; a direction that has nothing yet holds back the other one only
// where a queue's order asks for it.
TEST(DmaWriteOrder, ADirectionThatIsLateHoldsBackItsQueuesOnly) {
  std::mt19937_64 random(63);
  for (const unsigned late : {0u, 1u}) {
    DmaWriteBench bench;
    bench.is_held[late] = true;
    bench.add(job_of(random, 0, 1 - late, 40, 0));       // may go
    bench.add(job_of(random, 1, 1 - late, 50, 0));       // may go
    bench.add(job_of(random, 1, late, 60, 0x1000));      // late
    bench.add(job_of(random, 0, 1 - late, 70, 0x1000));  // may go
    bench.add(job_of(random, 1, 1 - late, 80, 0x2000));  // behind a late one
    bench.sim.step(200);
    const auto is_done = [&](std::size_t i) { return bench.jobs[i].is_completed; };
    EXPECT_TRUE(is_done(0) && is_done(1) && is_done(3)) << late;
    EXPECT_FALSE(is_done(2) || is_done(4)) << late;
    bench.is_held[late] = false;
    EXPECT_TRUE(bench.settle()) << late;
  }
}

TEST(DmaWriteBusMaster, NothingLeavesWhileItIsOff) {
  const auto seed = seed_or(64);
  SCOPED_TRACE("HOLDFAST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  DmaWriteBench bench({20, 20}, seed + 1);
  for (unsigned i = 0; i < 100; ++i)
    bench.add(job_of(random, i % 4, random() % 2, 1 + random() % 900, 0x1000 * i));
  for (unsigned i = 0; i < 4; ++i) bench.raise_event(i);
  for (unsigned round = 0; round < 60; ++round) {
    bench.sim.step(random() % 60);
    bench.is_bus_master = false;
    bench.sim.step(40);  // what was begun or offered has left
    const unsigned before = bench.num_tlps;
    EXPECT_FALSE(bench.sim.top().tx_wr_req_valid_o) << "a TLP does not end";
    bench.sim.step(60);
    EXPECT_FALSE(bench.sim.top().tx_wr_req_valid_o);
    EXPECT_EQ(bench.num_tlps, before);
    bench.is_bus_master = true;
  }
  ASSERT_TRUE(bench.settle());
  EXPECT_EQ(bench.sink.error, "");
}

// Entries without data before them, from the first one on.
TEST(DmaWriteBusMaster, NorDoEntriesOfDroppedPackets) {
  std::mt19937_64 random(69);
  DmaWriteBench bench;
  bench.is_bus_master = false;
  for (unsigned i = 0; i < 4; ++i) bench.add(job_of(random, i, i % 2, 0, 0));
  bench.sim.step(50);
  EXPECT_EQ(bench.num_tlps, 0u);
  bench.is_bus_master = true;
  EXPECT_TRUE(bench.settle());
}

// The bench knows what fits; here are the results whose last byte is the window's last, and those
// of a byte more.
TEST(DmaWriteWindow, EndsWithItsLastByte) {
  std::mt19937_64 random(70);
  DmaWriteBench bench;
  for (const std::size_t length : {64u, 65u, 128u, 129u, 9152u, 9153u}) {
    const std::uint64_t offset = DmaWriteBench::kWindowBytes - length / 64 * 64;
    bench.add(job_of(random, 2, random() % 2, length, offset));
  }
  ASSERT_TRUE(bench.settle());
  for (std::size_t i = 0; i < 6; ++i)
    EXPECT_EQ(bench.jobs[i].reason, i % 2 ? static_cast<unsigned>(DropReason::kDmaWindow) : 0u);
}

TEST(DmaWriteMessages, AMaskedVectorWaitsAndIsToldOnce) {
  std::mt19937_64 random(65);
  DmaWriteBench bench;
  bench.is_masked[2] = true;
  for (unsigned i = 0; i < 5; ++i) bench.add(job_of(random, 2, i % 2, 10, 0x1000 * i));
  bench.add(job_of(random, 3, false, 10, 0));
  ASSERT_TRUE(bench.settle());
  EXPECT_EQ(bench.messages[2], 0u);
  EXPECT_EQ(bench.messages[3], 1u);
  EXPECT_EQ(bench.sim.top().msix_pending_o, 1u << 2);
  bench.is_bus_master = false;
  bench.is_masked[2] = false;
  bench.sim.step(20);
  EXPECT_EQ(bench.messages[2], 0u) << "without bus mastering";
  bench.is_bus_master = true;
  bench.sim.step(20);
  EXPECT_EQ(bench.messages[2], 1u);
  EXPECT_EQ(bench.sim.top().msix_pending_o, 0u);
}

// Bursts of short packets, so that completions come while a message is on its way.
TEST(DmaWriteMessages, EveryBurstIsToldToItsEnd) {
  const auto seed = seed_or(68);
  SCOPED_TRACE("HOLDFAST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  DmaWriteBench bench({0, 50}, seed + 1);  // stalls push entries together
  for (unsigned round = 0; round < 300; ++round) {
    const auto count = static_cast<unsigned>(2 + random() % 6);
    for (unsigned i = 0; i < count; ++i)
      bench.add(job_of(random, round % 4, random() % 2, random() % 2, 0x1000 * i));
    ASSERT_TRUE(bench.settle());
    EXPECT_THAT(bench.untold, testing::Each(0u)) << "round " << round;
    bench.forget();
  }
}

TEST(DmaWriteMessages, NoneWithoutInterrupts) {
  std::mt19937_64 random(66);
  DmaWriteBench bench;
  bench.has_interrupts = false;
  for (unsigned i = 0; i < 8; ++i) bench.add(job_of(random, i % 4, i % 2, 10, 0x1000 * i));
  ASSERT_TRUE(bench.settle());
  EXPECT_EQ(bench.interrupts, 0u);
  EXPECT_EQ(bench.sim.top().msix_pending_o, 0u);
}

TEST(DmaWriteReset, LeavesNoDataAtTheLink) {
  std::mt19937_64 random(67);
  DmaWriteBench bench({0, 70}, 3);
  for (unsigned cut = 1; cut < 60; cut += 7) {
    for (unsigned i = 0; i < 4; ++i) bench.add(job_of(random, i, i % 2, 300, 0x1000 * i));
    bench.sink.is_stalled = true;
    bench.sim.step(cut);
    bench.reset();
    auto& top = bench.sim.top();
    top.eval();
    EXPECT_FALSE(top.tx_wr_req_valid_o);
    for (unsigned i = 0; i < 4; ++i) EXPECT_EQ(get_beat(top.tx_wr_req_o).data[i], 0u) << cut;
    EXPECT_EQ(top.cq_producer_o, 0u);
  }
  // And it works again.
  bench.sink.is_stalled = false;
  bench.add(job_of(random, 1, true, 300, 0));
  EXPECT_TRUE(bench.settle());
}

}  // namespace
}  // namespace holdfast::test

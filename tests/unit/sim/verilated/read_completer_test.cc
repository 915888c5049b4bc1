// SPDX-License-Identifier: Apache-2.0
#include "verilated/read_completer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/sim.h"
#include "test_bench.h"

namespace holdfast::sim {
namespace {

TEST(ReadCompleter, AnswersReadsOfEveryAlignment) {
  for (const Split split : {Split::kWhole, Split::kBoundary, Split::kRandom}) {
    for (const bool rcb_128 : {false, true}) {
      LinkConfig link;
      link.split = split;
      PcieConfig pins;
      pins.rcb_128 = rcb_128;
      Bench bench(link, pins);
      for (const DmaRegion& region : {bench.low, bench.high}) {
        for (const unsigned start : {0u, 1u, 2u, 3u, 60u, 61u, 127u, 130u}) {
          for (const unsigned count : {1u, 2u, 3u, 4u, 5u, 63u, 64u, 65u, 200u, 500u}) {
            bench.card.completions.clear();
            bench.card.read(to_number(region.iova) + start, count, 7);
            bench.card.step(300);
            ASSERT_EQ(bench.card.data_of(7), bench.expected(start, count))
                << "start " << start << " count " << count;
          }
        }
      }
    }
  }
}

TEST(ReadCompleter, CutsCompletionsOnlyAtTheBoundary) {
  LinkConfig link;
  link.split = Split::kRandom;
  Bench bench(link);
  for (unsigned i = 0; i < 50; ++i) {
    bench.card.read(to_number(bench.low.iova) + 4 * i, 512, static_cast<std::uint8_t>(i));
  }
  bench.card.step(3000);
  EXPECT_GT(bench.card.completions.size(), 60u);
  for (const Tlp& tlp : bench.card.completions) {
    const CompletionHeader header = parse_completion(tlp.hdr);
    EXPECT_LE(4 * header.dwords, 256u);
    if (header.byte_count > 4 * header.dwords) {
      EXPECT_EQ((header.lower_address + 4 * header.dwords) % 64, 0u);
    }
  }
}

TEST(ReadCompleter, ReordersReadsButNotWithinOne) {
  LinkConfig link;
  link.seed = test::seed_or(3);
  link.reorder_percent = 60;
  link.split = Split::kBoundary;
  link.read_latency_cycles = 20;
  link.latency_jitter_cycles = 30;
  Bench bench(link);
  for (unsigned tag = 0; tag < 64; ++tag) {
    bench.card.read(to_number(bench.low.iova) + 32 * tag, 256, static_cast<std::uint8_t>(tag));
  }
  bench.card.step(5000);
  bool overtaken = false;
  std::uint8_t newest = 0;
  for (const Tlp& tlp : bench.card.completions) {
    const std::uint8_t tag = parse_completion(tlp.hdr).tag;
    overtaken = overtaken || tag < newest;
    newest = std::max(newest, tag);
  }
  EXPECT_TRUE(overtaken) << "seed " << link.seed;
  for (unsigned tag = 0; tag < 64; ++tag) {
    EXPECT_EQ(bench.card.data_of(static_cast<std::uint8_t>(tag)), bench.expected(32 * tag, 256))
        << "seed " << link.seed;
  }
}

TEST(ReadCompleter, KeepsReadsForTheirLatency) {
  LinkConfig link;
  link.read_latency_cycles = 100;
  Bench bench(link);
  bench.card.read(to_number(bench.low.iova), 16, 1);
  bench.card.step(100);
  EXPECT_TRUE(bench.card.completions.empty());
  bench.card.step(3);
  EXPECT_EQ(bench.card.completions.size(), 1u);
}

struct FaultCase {
  Fault fault;
  CompletionStatus status;
  CompletionError error;
};

TEST(ReadCompleterFaults, FailsTheReadThatWasChosen) {
  const FaultCase cases[] = {
      {Fault::kUnsupported, CompletionStatus::kUnsupported, CompletionError::kBadStatus},
      {Fault::kAbort, CompletionStatus::kAbort, CompletionError::kBadStatus},
      {Fault::kPoisoned, CompletionStatus::kSuccess, CompletionError::kPoisoned},
      {Fault::kTimeoutCode, CompletionStatus::kSuccess, CompletionError::kTimeout},
      {Fault::kMismatch, CompletionStatus::kSuccess, CompletionError::kMismatch},
  };
  for (const FaultCase& fault_case : cases) {
    Bench bench;
    bench.root_complex.completer().inject(fault_case.fault, 1);
    for (std::uint8_t tag = 0; tag < 3; ++tag) bench.card.read(to_number(bench.low.iova), 64, tag);
    bench.card.step(50);
    EXPECT_EQ(bench.card.data_of(0), bench.expected(0, 64));
    EXPECT_EQ(bench.card.data_of(2), bench.expected(0, 64));
    ASSERT_EQ(bench.card.completions.size(), 3u);
    const Tlp& failed = bench.card.completions[1];
    EXPECT_EQ(parse_completion(failed.hdr).status, fault_case.status);
    EXPECT_EQ(failed.error, static_cast<std::uint8_t>(fault_case.error));
    EXPECT_EQ(parse_completion(failed.hdr).poisoned, fault_case.fault == Fault::kPoisoned);
  }
}

TEST(ReadCompleterFaults, AbortsAfterGoodCompletions) {
  LinkConfig link;
  link.split = Split::kBoundary;
  Bench bench(link);
  bench.root_complex.completer().inject(Fault::kAbort);
  bench.card.read(to_number(bench.low.iova), 256, 4);
  bench.card.step(50);
  ASSERT_EQ(bench.card.completions.size(), 4u);
  EXPECT_EQ(parse_completion(bench.card.completions[3].hdr).status, CompletionStatus::kAbort);
  EXPECT_EQ(bench.card.data_of(4), bench.expected(0, 192));
}

TEST(ReadCompleterFaults, LosesAndDelays) {
  Bench bench;
  bench.root_complex.completer().inject_at(Fault::kNoCompletion, to_number(bench.high.iova), 64);
  bench.root_complex.completer().inject_at(Fault::kLate, to_number(bench.high.iova) + 64, 64);
  bench.card.read(to_number(bench.high.iova), 64, 1);
  bench.card.read(to_number(bench.high.iova) + 64, 64, 2);
  bench.card.read(to_number(bench.high.iova), 64, 3);
  bench.card.step(100);
  EXPECT_EQ(bench.card.completions.size(), 1u);  // only tag 3
  bench.card.step(bench.root_complex.link().late_cycles);
  EXPECT_EQ(bench.card.completions.size(), 2u);
  EXPECT_EQ(bench.root_complex.completer().faults(), 2u);
}

TEST(ReadCompleterFaults, ComeWithTheirProbability) {
  LinkConfig link;
  link.seed = test::seed_or(9);
  link.fault_percent[static_cast<std::size_t>(Fault::kUnsupported)] = 20;
  Bench bench(link);
  for (unsigned i = 0; i < 1000; ++i) {
    bench.card.read(to_number(bench.low.iova), 16, static_cast<std::uint8_t>(i));
    bench.card.step(4);
  }
  EXPECT_NEAR(static_cast<double>(bench.root_complex.completer().faults()), 200, 60)
      << "seed " << link.seed;
}

TEST(ReadCompleterFaults, AnswersUnmappedReadsUnsupported) {
  LinkConfig link;
  link.unmapped_is_violation = false;
  Bench bench(link);
  bench.card.read(0x5000, 16, 1);
  bench.card.write(0x5000, Bytes(16, 1));
  bench.card.step(20);
  ASSERT_EQ(bench.card.completions.size(), 1u);
  EXPECT_EQ(parse_completion(bench.card.completions[0].hdr).status, CompletionStatus::kUnsupported);
}

}  // namespace
}  // namespace holdfast::sim

// SPDX-License-Identifier: Apache-2.0
#include "verilated/root_complex.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

#include "support/sim.h"
#include "test_card.h"

namespace holdfast::sim {
namespace {

using testing::HasSubstr;
using Bytes = std::vector<std::uint8_t>;

Bytes counting_bytes(std::size_t count) {
  Bytes bytes(count);
  std::iota(bytes.begin(), bytes.end(), std::uint8_t{1});
  return bytes;
}

/// Root complex, memory, and the small card of these tests; `violations` is empty at the end.
struct Bench {
  explicit Bench(const LinkConfig& link = {}, const PcieConfig& pins = {}, unsigned width = 128)
      : root_complex(width, memory, link, pins), card(root_complex, width) {
    low = memory.map(0x4000).value();
    high = memory.map(0x4000).value();
    const Bytes pattern = counting_bytes(0x4000);
    std::copy(pattern.begin(), pattern.end(), low.bytes.begin());
    std::copy(pattern.begin(), pattern.end(), high.bytes.begin());
  }
  ~Bench() {
    EXPECT_EQ(root_complex.violations().report(), "");
    EXPECT_TRUE(card.complaints.empty()) << card.complaints.front();
  }
  Bytes expected(std::size_t offset, std::size_t count) const {
    return Bytes(low.bytes.begin() + static_cast<std::ptrdiff_t>(offset),
                 low.bytes.begin() + static_cast<std::ptrdiff_t>(offset + count));
  }
  std::vector<std::uint32_t> read_registers(std::uint32_t offset, unsigned dwords) {
    const std::uint8_t tag = root_complex.start_read(offset, dwords);
    for (unsigned i = 0; i < 5000 && !root_complex.reads().is_done(tag); ++i) card.step();
    std::vector<std::uint32_t> data;
    EXPECT_TRUE(root_complex.reads().is_done(tag));
    EXPECT_EQ(root_complex.reads().finish(tag, data), CompletionStatus::kSuccess);
    return data;
  }

  HostMemory memory;
  RootComplex root_complex;
  TestCard card;
  DmaRegion low, high;
};

TEST(RootComplex, WritesAndReadsRegisters) {
  for (const unsigned width : {64u, 128u}) {
    for (const bool high_bar : {false, true}) {
      Bench bench({}, {}, width);
      bench.root_complex.use_high_bar = high_bar;
      bench.root_complex.write(0x28, 0x11223344);
      const std::array<std::uint32_t, 5> many{1, 2, 3, 4, 5};
      bench.root_complex.write(0x100, many);
      EXPECT_EQ(bench.read_registers(0x28, 1), std::vector<std::uint32_t>{0x11223344});
      EXPECT_EQ(bench.read_registers(0x100, 5), (std::vector<std::uint32_t>{1, 2, 3, 4, 5}));
      EXPECT_EQ(bench.read_registers(0x80, 40).size(), 40u);  // several completions
    }
  }
}

TEST(RootComplex, AppliesWritesOfEveryAlignmentInOrder) {
  for (const unsigned width : {64u, 128u}) {
    Bench bench({}, {}, width);
    for (unsigned start = 0; start < 8; ++start) {
      for (unsigned count = 1; count < 40; ++count) {
        const Bytes bytes = counting_bytes(count);
        std::fill(bench.high.bytes.begin(), bench.high.bytes.begin() + 64, std::uint8_t{0xAA});
        bench.card.write(to_number(bench.high.iova) + start, Bytes(count, 0x55));
        bench.card.write(to_number(bench.high.iova) + start, bytes);
        bench.card.step(40);
        Bytes expected(64, 0xAA);
        std::copy(bytes.begin(), bytes.end(), expected.begin() + start);
        ASSERT_TRUE(std::equal(expected.begin(), expected.end(), bench.high.bytes.begin()))
            << "start " << start << " count " << count;
      }
    }
  }
}

TEST(RootComplex, AnswersReadsOfEveryAlignment) {
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

TEST(RootComplex, CutsCompletionsOnlyAtTheBoundary) {
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

TEST(RootComplex, ReordersReadsButNotWithinOne) {
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

TEST(RootComplex, SurvivesStallsOnAllStreams) {
  LinkConfig link;
  link.seed = test::seed_or(5);
  link.rx_request_idle_percent = link.rx_completion_idle_percent = 40;
  link.tx_completion_stall_percent = link.tx_read_stall_percent = 60;
  link.tx_write_stall_percent = 60;
  Bench bench(link, {}, 64);
  for (unsigned i = 0; i < 32; ++i) {
    bench.card.read(to_number(bench.low.iova) + 100 * i, 100, static_cast<std::uint8_t>(i));
    bench.card.write(to_number(bench.high.iova) + 100 * i,
                     Bytes(100, static_cast<std::uint8_t>(i)));
  }
  bench.root_complex.write(0x40, 77);
  EXPECT_EQ(bench.read_registers(0x40, 1), std::vector<std::uint32_t>{77});
  bench.card.step(4000);
  for (unsigned i = 0; i < 32; ++i) {
    EXPECT_EQ(bench.card.data_of(static_cast<std::uint8_t>(i)), bench.expected(100 * i, 100));
    EXPECT_EQ(bench.high.bytes[100 * i + 99], i);
  }
  EXPECT_TRUE(bench.root_complex.idle());
  EXPECT_GT(bench.root_complex.stats(TlpStream::kTxWrite).stalled_cycles, 0u);
}

TEST(RootComplex, KeepsReadsForTheirLatency) {
  LinkConfig link;
  link.read_latency_cycles = 100;
  Bench bench(link);
  bench.card.read(to_number(bench.low.iova), 16, 1);
  bench.card.step(100);
  EXPECT_TRUE(bench.card.completions.empty());
  bench.card.step(3);
  EXPECT_EQ(bench.card.completions.size(), 1u);
}

TEST(RootComplex, CountsInterruptMessages) {
  Bench bench;
  for (const unsigned vector : {0u, 1u, 1u, 7u}) {
    const CardIo::MsixMessage message = Interrupts::message(vector);
    Bytes bytes(4);
    std::memcpy(bytes.data(), &message.data, 4);
    bench.card.write(message.address, bytes);
  }
  bench.card.step(10);
  EXPECT_EQ(bench.root_complex.interrupts().pending_vectors(), 0b10000011u);
  EXPECT_EQ(bench.root_complex.interrupts().pending(1), 2u);
  EXPECT_TRUE(bench.root_complex.interrupts().take(1));
  EXPECT_TRUE(bench.root_complex.interrupts().take(1));
  EXPECT_FALSE(bench.root_complex.interrupts().take(1));
}

TEST(RootComplex, CountsStreams) {
  Bench bench;
  bench.card.write(to_number(bench.low.iova), Bytes(64, 1));
  bench.card.write(to_number(bench.low.iova), Bytes(20, 1));
  bench.card.step(10);
  const StreamStats& stats = bench.root_complex.stats(TlpStream::kTxWrite);
  EXPECT_EQ(stats.tlps, 2u);
  EXPECT_EQ(stats.beats, 6u);
  EXPECT_EQ(stats.bytes, 84u);
  EXPECT_EQ(stats.first_cycle, 0u);
  EXPECT_EQ(stats.last_cycle, 5u);
}

// ---------------------------------------------------------------- faults

struct FaultCase {
  Fault fault;
  CompletionStatus status;
  CompletionError error;
};

TEST(RootComplexFaults, FailsTheReadThatWasChosen) {
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

TEST(RootComplexFaults, AbortsAfterGoodCompletions) {
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

TEST(RootComplexFaults, LosesAndDelays) {
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

TEST(RootComplexFaults, ComeWithTheirProbability) {
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

TEST(RootComplexFaults, AnswersUnmappedReadsUnsupported) {
  LinkConfig link;
  link.unmapped_is_violation = false;
  Bench bench(link);
  bench.card.read(0x5000, 16, 1);
  bench.card.write(0x5000, Bytes(16, 1));
  bench.card.step(20);
  ASSERT_EQ(bench.card.completions.size(), 1u);
  EXPECT_EQ(parse_completion(bench.card.completions[0].hdr).status, CompletionStatus::kUnsupported);
}

TEST(RootComplex, PassesRawRequestsAndTheirAnswers) {
  Bench bench;
  Tlp io_read;
  io_read.hdr = {0x0200'0001, 0x0000'2A0F, 0x1000, 0};  // IORdReq, tag 42
  bench.root_complex.send_raw(io_read, true);
  CompletionHeader answer;
  answer.status = CompletionStatus::kUnsupported;
  answer.completer_id = bench.root_complex.pins().completer_id;
  answer.tag = 42;
  bench.card.step(3);
  Tlp& tlp = bench.card.tx_completion.push();
  tlp.hdr = pack(answer);
  tlp.payload.clear();
  bench.card.step(3);
  const std::vector<Tlp> answers = bench.root_complex.take_raw_completions();
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_EQ(parse_completion(answers[0].hdr).status, CompletionStatus::kUnsupported);
}

TEST(RootComplex, ForgetsWhatWasInFlightAtAReset) {
  LinkConfig link;
  link.read_latency_cycles = 50;
  Bench bench(link);
  bench.card.read(to_number(bench.low.iova), 64, 1);
  bench.root_complex.start_read(0);
  bench.card.answers = false;
  bench.card.step(5);
  EXPECT_FALSE(bench.root_complex.idle());
  bench.root_complex.on_card_reset();
  EXPECT_TRUE(bench.root_complex.idle());
  bench.card.read(to_number(bench.low.iova), 64, 1);  // the tag is free again
  bench.card.step(100);
  EXPECT_EQ(bench.card.completions.size(), 1u);
}

}  // namespace
}  // namespace holdfast::sim

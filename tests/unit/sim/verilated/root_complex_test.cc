// SPDX-License-Identifier: Apache-2.0
#include "verilated/root_complex.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "rule_bench.h"
#include "support/sim.h"
#include "test_bench.h"

namespace holdfast::sim {
namespace {

using testing::HasSubstr;

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

// ---------------------------------------------------------------- rules that can fail

TEST(RootComplexRules, OnlyMappedMemoryIsTouched) {
  RuleBench bench;
  bench.card.push_read(pack(bench.request(false, 0x8000, 4)));
  EXPECT_THAT(bench.violation(), HasSubstr("not mapped"));
  RuleBench other;
  other.send_write(other.request(true, 0x8000, 4));
  EXPECT_THAT(other.violation(), HasSubstr("not mapped"));
}

TEST(RootComplexRules, NothingLeavesWithoutBusMastering) {
  PcieConfig pins;
  pins.bus_master_enable = false;
  RuleBench bench(pins);
  bench.card.step(20);
  bench.card.read(bench.base, 4, 1);
  EXPECT_THAT(bench.violation(), HasSubstr("bus mastering is off"));
  RuleBench other(pins);
  other.card.step(20);
  other.card.write(other.base, Bytes(4, 1));
  EXPECT_THAT(other.violation(), HasSubstr("bus mastering is off"));
}

TEST(RootComplexRules, OffersStayAsTheyAreWhileStalled) {
  RuleBench bench;
  bench.root_complex.link().tx_write_stall_percent = 99;
  bench.card.write(bench.base, Bytes(4, 7));
  std::uint32_t count = 0;
  bench.card.spoil_write_beat = [&count](TlpBeat& beat) { beat.data[0] = ++count; };
  EXPECT_THAT(bench.violation(5), HasSubstr("changed while stalled"));

  RuleBench other;
  other.root_complex.link().tx_write_stall_percent = 99;
  other.card.write(other.base, Bytes(4, 7));
  other.card.step(1);
  other.card.tx_write.clear();
  EXPECT_THAT(other.violation(5), HasSubstr("taken back"));
}

TEST(RootComplexRules, InterruptMessagesAreThoseOfAVector) {
  const CardIo::MsixMessage message = Interrupts::message(2);
  const auto data = static_cast<std::uint8_t>(message.data);
  RuleBench bench;
  bench.card.write(message.address, Bytes{data, 0, 0, 0});  // upper bytes missing
  EXPECT_THAT(bench.violation(), HasSubstr("not that of a vector"));

  PcieConfig pins;
  pins.msix_enable = false;
  RuleBench other(pins);
  const auto high = static_cast<std::uint8_t>(message.data >> 8);
  other.card.write(message.address, Bytes{data, high, 0, 0});
  EXPECT_THAT(other.violation(), HasSubstr("MSI-X is off"));
}

TEST(RootComplexRules, CompletionsDoNotPassWrites) {
  RuleBench bench;
  bench.root_complex.link().tx_write_stall_percent = 99;
  bench.card.write(bench.base, Bytes(4, 7));
  bench.card.passes_writes = true;
  bench.card.step(2);  // offered, not taken
  bench.root_complex.start_read(0);
  EXPECT_THAT(bench.violation(5), HasSubstr("passes DMA writes"));
}

}  // namespace
}  // namespace holdfast::sim

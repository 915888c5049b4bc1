// SPDX-License-Identifier: Apache-2.0
#include "systemc/pcie_host.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <memory>

#include "pcie_host_bench.h"
#include "sc_gtest.h"
#include "verilated/root_complex.h"

namespace holdfast::sim {
namespace {

using sc_core::SC_NS;
using sc_core::sc_time;
using sc_core::sc_time_stamp;
using testing::ElementsAre;

using Host = PcieHostBench;
std::unique_ptr<Host> quick, narrow, slow;

// ------------------------------------------------------------------ registers

TEST(PcieHost, AReadBlocksUntilItsCompletionCame) {
  Access access(*quick, tlm::TLM_READ_COMMAND, 0x48, std::vector<std::uint8_t>(8, 0xEE));
  const Tlp read = quick->next();
  const MemoryRequest request = parse_memory_request(read.hdr);
  EXPECT_FALSE(has_payload(read.hdr));
  EXPECT_EQ(request.address, RootComplex::kBar0 + 0x48);
  EXPECT_EQ(request.dwords, 2u);
  EXPECT_EQ(request.first_be, 0xF);
  EXPECT_EQ(request.last_be, 0xF);
  quick->settle();
  EXPECT_FALSE(access.is_done);
  quick->send(completion_of(read, {0x1122'3344, 0x5566'7788}));
  quick->settle();
  ASSERT_TRUE(access.is_done);
  EXPECT_EQ(access.response, tlm::TLM_OK_RESPONSE);
  EXPECT_THAT(access.bytes, ElementsAre(0x44, 0x33, 0x22, 0x11, 0x88, 0x77, 0x66, 0x55));
  EXPECT_EQ(quick->broken_rules(), "");
}

TEST(PcieHost, OnlyEnabledBytesAreReadAndWritten) {
  // Bytes 3 to 5 of 8.
  const std::vector<std::uint8_t> enables{0, 0, 0, 0xFF, 0xFF, 0xFF, 0, 0};
  Access read(*quick, tlm::TLM_READ_COMMAND, 0x100, std::vector<std::uint8_t>(8, 0xEE), enables);
  const Tlp tlp = quick->next();
  const MemoryRequest request = parse_memory_request(tlp.hdr);
  EXPECT_EQ(request.address, RootComplex::kBar0 + 0x100);
  EXPECT_EQ(request.first_be, 0x8);
  EXPECT_EQ(request.last_be, 0x3);
  quick->send(completion_of(tlp, {0x0302'0100, 0x0706'0504}));
  quick->settle();
  ASSERT_TRUE(read.is_done);
  EXPECT_THAT(read.bytes, ElementsAre(0xEE, 0xEE, 0xEE, 3, 4, 5, 0xEE, 0xEE));

  // The second DW alone: the request begins there.
  Access second_read(*quick, tlm::TLM_READ_COMMAND, 0x100, std::vector<std::uint8_t>(8, 0xEE),
                     {0, 0, 0, 0, 0, 0xFF, 0xFF, 0});
  quick->send(completion_of(quick->next(), {0x0706'0504}));
  quick->settle();
  ASSERT_TRUE(second_read.is_done);
  EXPECT_THAT(second_read.bytes, ElementsAre(0xEE, 0xEE, 0xEE, 0xEE, 0xEE, 5, 6, 0xEE));
  Access write(*quick, tlm::TLM_WRITE_COMMAND, 0x100, {1, 2, 3, 4, 5, 6, 7, 8},
               {0, 0, 0, 0, 0xFF, 0xFF, 0, 0});
  const Tlp written = quick->next();
  const MemoryRequest second = parse_memory_request(written.hdr);
  EXPECT_TRUE(has_payload(written.hdr));
  EXPECT_EQ(second.address, RootComplex::kBar0 + 0x104);
  EXPECT_EQ(second.first_be, 0x3);
  EXPECT_EQ(second.dwords, 1u);
  ASSERT_EQ(written.payload.size(), 1u);
  EXPECT_EQ(written.payload[0] & 0xFFFF, 0x0605u);
  quick->settle();
  EXPECT_TRUE(write.is_done) << "a write is posted";
  EXPECT_EQ(quick->broken_rules(), "");
}

TEST(PcieHost, AReadThatTheCardDoesNotSupportIsAnAddressError) {
  Access access(*quick, tlm::TLM_READ_COMMAND, 0, std::vector<std::uint8_t>(4, 0xEE));
  quick->send(completion_of(quick->next(), {}, CompletionStatus::kUnsupported));
  quick->settle();
  ASSERT_TRUE(access.is_done);
  EXPECT_EQ(access.response, tlm::TLM_ADDRESS_ERROR_RESPONSE);
  EXPECT_THAT(access.bytes, ElementsAre(0xEE, 0xEE, 0xEE, 0xEE));
  EXPECT_EQ(quick->broken_rules(), "");
}

TEST(PcieHost, ReadsMayBeAnsweredInAnyOrder) {
  std::vector<std::unique_ptr<Access>> accesses;
  std::vector<Tlp> reads;
  for (unsigned i = 0; i < 5; ++i) {
    accesses.push_back(std::make_unique<Access>(*quick, tlm::TLM_READ_COMMAND, 4 * i,
                                                std::vector<std::uint8_t>(4)));
    reads.push_back(quick->next());
  }
  for (const unsigned i : {3u, 0u, 4u, 1u, 2u}) quick->send(completion_of(reads[i], {0x100 + i}));
  quick->settle();
  for (unsigned i = 0; i < 5; ++i) {
    ASSERT_TRUE(accesses[i]->is_done) << i;
    EXPECT_THAT(accesses[i]->bytes, ElementsAre(i, 1, 0, 0));
  }
  EXPECT_EQ(quick->broken_rules(), "");
}

TEST(PcieHost, ACompletionThatNobodyAskedForIsAViolation) {
  quick->send(completion_of(dma_read(0x1000, 4, 30), {1}));
  quick->settle();
  EXPECT_NE(quick->broken_rules(), "");
}

// ------------------------------------------------------------------ DMA

TEST(PcieHost, WritesReachThePlatformByteForByte) {
  const DmaRegion region = quick->platform.map_dma(4096).value();
  std::fill(region.bytes.begin(), region.bytes.end(), std::uint8_t{0xEE});
  quick->send(dma_write(to_number(region.iova) + 5, {1, 2, 3, 4, 5, 6}));
  quick->settle();
  EXPECT_THAT(region.bytes.subspan(4, 8), ElementsAre(0xEE, 1, 2, 3, 4, 5, 6, 0xEE));
  EXPECT_EQ(quick->broken_rules(), "");
}

// A completion finds the writes before it in memory, however long the platform takes for them, and
// writes stay in their order.
TEST(PcieHost, ACompletionDoesNotPassTheWritesBeforeIt) {
  for (Host* host : {quick.get(), slow.get()}) {
    const DmaRegion region = host->platform.map_dma(4096).value();
    Access access(*host, tlm::TLM_READ_COMMAND, 0, std::vector<std::uint8_t>(4));
    const Tlp read = host->next();
    for (std::uint8_t i = 1; i <= 4; ++i) {
      host->send(dma_write(to_number(region.iova) + i, {i}));
      host->send(dma_write(to_number(region.iova), {i}));
    }
    host->send(completion_of(read, {1}));
    while (!access.is_done) sc_core::wait(1, SC_NS);
    EXPECT_THAT(region.bytes.first(5), ElementsAre(4, 1, 2, 3, 4));
  }
}

TEST(PcieHost, ReadsComeBackWithTheirBytes) {
  const DmaRegion region = quick->platform.map_dma(4096).value();
  for (unsigned i = 0; i < 4096; ++i) region.bytes[i] = static_cast<std::uint8_t>(i * 7);
  quick->send(dma_read(to_number(region.iova) + 0x101, 300, 9));
  std::vector<std::uint8_t> got;
  while (got.size() < 300) {
    const Tlp tlp = quick->next();
    const CompletionHeader header = parse_completion(tlp.hdr);
    ASSERT_EQ(header.tag, 9);
    ASSERT_EQ(header.byte_count, 300 - got.size());
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(tlp.payload.data());
    const std::size_t lead = header.lower_address % 4;
    const std::size_t count = std::min<std::size_t>(4 * header.dwords - lead, header.byte_count);
    got.insert(got.end(), bytes + lead, bytes + lead + count);
  }
  EXPECT_TRUE(std::ranges::equal(got, region.bytes.subspan(0x101, 300)));
  // The tag is free again.
  quick->send(dma_read(to_number(region.iova), 4, 9));
  EXPECT_EQ(quick->next().payload.size(), 1u);
  EXPECT_EQ(quick->broken_rules(), "");
}

TEST(PcieHost, WhatThePlatformRefusesIsAViolation) {
  quick->send(dma_write(0x10, {1, 2, 3, 4}));
  quick->settle();
  EXPECT_THAT(quick->broken_rules(), testing::HasSubstr("refused"));
  quick->send(dma_read(0x10, 4, 2));
  EXPECT_EQ(parse_completion(quick->next().hdr).status, CompletionStatus::kUnsupported);
  EXPECT_THAT(quick->broken_rules(), testing::HasSubstr("refused"));
}

TEST(PcieHost, RequestsThatBreakTheRulesAreViolations) {
  const DmaRegion region = quick->platform.map_dma(8192).value();
  Tlp crossing = dma_write(to_number(region.iova) + 4088, {1, 2, 3, 4, 5, 6, 7, 8});
  MemoryRequest request = parse_memory_request(crossing.hdr);
  request.dwords = 4;  // into the next page
  crossing.hdr = pack(request);
  crossing.payload.resize(4, 0xFFFF'FFFF);
  quick->send(crossing);
  quick->settle();
  EXPECT_THAT(quick->broken_rules(), testing::HasSubstr("4 KiB"));
  // Less payload than the header says: nothing is written.
  std::fill(region.bytes.begin(), region.bytes.end(), std::uint8_t{0xEE});
  Tlp torn = dma_write(to_number(region.iova), std::vector<std::uint8_t>(16, 1));
  torn.payload.resize(2);
  quick->send(torn);
  quick->settle();
  EXPECT_THAT(region.bytes, testing::Each(0xEE));
  quick->broken_rules();
  // The tag twice, while the first read waits for the host.
  const DmaRegion other = narrow->platform.map_dma(4096).value();
  narrow->send(dma_read(to_number(other.iova), 64, 5));
  narrow->send(dma_read(to_number(other.iova), 64, 5));
  narrow->settle();
  EXPECT_THAT(narrow->broken_rules(), testing::HasSubstr("in use"));
  EXPECT_EQ(narrow->arrived.size(), 1u);
  narrow->arrived.clear();
}

TEST(PcieHost, FaultsAreThoseOfTheCompleter) {
  const DmaRegion region = quick->platform.map_dma(4096).value();
  quick->host.completer().inject(Fault::kAbort);
  quick->host.completer().inject(Fault::kNoCompletion, 1);
  quick->send(dma_read(to_number(region.iova), 4, 1));
  EXPECT_EQ(parse_completion(quick->next().hdr).status, CompletionStatus::kAbort);
  quick->send(dma_read(to_number(region.iova), 4, 2));
  quick->settle();
  EXPECT_TRUE(quick->arrived.empty());
  EXPECT_EQ(quick->broken_rules(), "");
}

TEST(PcieHost, AMessageIsAnInterruptOfThePlatform) {
  const auto message = quick->platform.msix_message(3);
  std::vector<std::uint8_t> data(4);
  std::memcpy(data.data(), &message.data, 4);
  quick->send(dma_write(message.address, data));
  EXPECT_TRUE(quick->platform.wait_irq(3, std::chrono::microseconds(5)));
  EXPECT_FALSE(quick->platform.wait_irq(3, std::chrono::nanoseconds(100)));
  EXPECT_EQ(quick->broken_rules(), "");
}

// ------------------------------------------------------------------ time and credits

TEST(PcieHost, ReadsTakeTheLatencyOfTheHost) {
  const DmaRegion region = narrow->platform.map_dma(4096).value();
  const sc_time start = sc_time_stamp();
  narrow->send(dma_read(to_number(region.iova), 4, 1));
  narrow->next();
  // 20 bytes each way at 1 ns and the link's latency twice, then 500 ns of the host's.
  EXPECT_GE(sc_time_stamp() - start, sc_time(500 + 2 * 100 + 20 + 24, SC_NS));
  EXPECT_LE(sc_time_stamp() - start, sc_time(500 + 2 * 100 + 20 + 24 + 20, SC_NS));
}

// One credit of each kind: it comes back when the TLP was worked on, so all of them arrive.
TEST(PcieHost, CreditsComeBack) {
  const DmaRegion region = narrow->platform.map_dma(4096).value();
  for (std::uint8_t i = 0; i < 20; ++i) {
    narrow->send(dma_write(to_number(region.iova) + i, {i}));
    narrow->send(dma_read(to_number(region.iova) + 64, 4, i));
    narrow->next();
  }
  narrow->settle();
  for (std::uint8_t i = 0; i < 20; ++i) EXPECT_EQ(region.bytes[i], i);
  EXPECT_EQ(narrow->upstream.stats().fewest_header_credits[0], 0);
  EXPECT_EQ(narrow->upstream.stats().fewest_header_credits[1], 0);
  EXPECT_EQ(narrow->broken_rules(), "");
}

}  // namespace
}  // namespace holdfast::sim

int sc_main(int argc, char* argv[]) {
  testing::InitGoogleTest(&argc, argv);
  using namespace holdfast::sim;
  DirectionConfig config;
  config.time_per_byte = sc_core::sc_time(1, sc_core::SC_NS);
  config.latency = sc_core::sc_time(100, sc_core::SC_NS);
  config.credits = {{{0, 0}, {0, 0}, {0, 0}}};
  config.sender_depth = 16;
  quick = std::make_unique<Host>("quick", config);
  slow =
      std::make_unique<Host>("slow", config, LinkConfig{}, sc_core::sc_time(300, sc_core::SC_NS));
  config.credits = {{{1, 8}, {1, 0}, {1, 8}}};
  LinkConfig reads;
  reads.read_latency_cycles = 500;
  narrow = std::make_unique<Host>("narrow", config, reads);
  return holdfast::test::run_tests_in_simulation();
}

int main(int argc, char* argv[]) { return sc_core::sc_elab_and_sim(argc, argv); }

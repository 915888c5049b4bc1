// SPDX-License-Identifier: Apache-2.0
// What a root complex may rely on, at the TLP ports of the whole card (docs/pcie_dma.md).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "card_core_traffic.h"
#include "support/sim.h"

namespace holdfast::test {
namespace {

using sim::TlpStream;
using testing::Each;

constexpr unsigned kRuns = 20;

class CardCoreLink : public testing::TestWithParam<const char*> {
 protected:
  static std::string options(const std::string& more) { return GetParam() + ("," + more); }
  /// Starts 60 packets and, after `cycles`, a reset of either kind; register reads go on all the
  /// while. Afterwards every TLP must be whole and every read answered.
  static void reset_in_traffic(unsigned run, bool is_function_reset) {
    const std::uint64_t seed = seed_or(1) * 1000 + run;
    CardCoreTraffic bench(options("stalls=30,seed=" + std::to_string(seed)));
    ASSERT_NO_FATAL_FAILURE(bench.start());
    ASSERT_NO_FATAL_FAILURE(bench.submit(60, 1000));
    bench.io.run(300 + 61 * run);
    sim::RootComplex& host = bench.io.root_complex();
    std::vector<std::uint8_t> tags;
    for (unsigned i = 0; i < 10; ++i)
      tags.push_back(host.start_read(static_cast<std::uint32_t>(csr::kIdentityMagic)));
    if (is_function_reset) {
      host.pins().function_reset = true;
      bench.io.run(1 + run % 4);
      host.pins().function_reset = false;
    } else {
      host.write(static_cast<std::uint32_t>(csr::kControlControl),
                 csr::kControlControlSoftReset.mask());
    }
    bench.io.run(20'000);
    EXPECT_TRUE(host.requests_rest()) << "a TLP was begun and never ended";
    for (const std::uint8_t tag : tags) {
      ASSERT_TRUE(host.reads().is_done(tag)) << "a read is not answered";
      std::vector<std::uint32_t> data;
      EXPECT_EQ(host.reads().finish(tag, data), sim::CompletionStatus::kSuccess);
      EXPECT_THAT(data, testing::ElementsAre(0x484F'4C44u));
    }
    // The queues are off: nothing leaves any more.
    host.clear_stats();
    bench.io.run(3'000);
    EXPECT_EQ(host.stats(TlpStream::kTxRead).beats + host.stats(TlpStream::kTxWrite).beats, 0u);
  }
  static void reset_in_traffic(bool is_function_reset) {
    for (unsigned run = 0; run < kRuns && !HasFailure(); ++run) {
      SCOPED_TRACE("HOLDFAST_SEED=" + std::to_string(seed_or(1)) + ", run " + std::to_string(run));
      reset_in_traffic(run, is_function_reset);
    }
  }
};

TEST_P(CardCoreLink, NoTlpIsTornByAFunctionReset) { reset_in_traffic(true); }
TEST_P(CardCoreLink, NoTlpIsTornByASoftReset) { reset_in_traffic(false); }

TEST_P(CardCoreLink, ARegisterReadIsAnsweredAfterTheWritesBeforeIt) {
  CardCoreTraffic bench(options("stalls=0"));
  ASSERT_NO_FATAL_FAILURE(bench.start());
  sim::RootComplex& host = bench.io.root_complex();
  for (unsigned round = 0; round < 10; ++round) {
    host.clear_stats();
    ASSERT_NO_FATAL_FAILURE(bench.submit(4, 700));
    const auto is_writing = [&] { return host.stats(TlpStream::kTxWrite).beats > 3 * round; };
    for (unsigned i = 0; i < 5'000 && !is_writing(); ++i) bench.io.run(1);
    host.link().tx_write_stall_percent = 100;
    bench.io.run(50);
    ASSERT_GT(host.stats(TlpStream::kTxWrite).stalled_cycles, 40u) << "no write is on offer";
    const auto tag = host.start_read(static_cast<std::uint32_t>(csr::kControlStatus));
    bench.io.run(500);
    EXPECT_FALSE(host.reads().is_done(tag)) << "it passed a DMA write";
    host.link().tx_write_stall_percent = 0;
    bench.io.run(100);
    ASSERT_TRUE(host.reads().is_done(tag));
    std::vector<std::uint32_t> data;
    host.reads().finish(tag, data);
    EXPECT_THAT(bench.take(4), Each(std::string("none")));
  }
}

// A register read must not wait for DMA reads, which the host may answer after it.
TEST_P(CardCoreLink, ARegisterReadDoesNotWaitForDmaReads) {
  CardCoreTraffic bench(options("stalls=0"));
  ASSERT_NO_FATAL_FAILURE(bench.start());
  sim::RootComplex& host = bench.io.root_complex();
  host.link().tx_read_stall_percent = 100;
  ASSERT_NO_FATAL_FAILURE(bench.submit(4, 700));
  bench.io.run(200);
  const auto tag = host.start_read(static_cast<std::uint32_t>(csr::kControlStatus));
  bench.io.run(100);
  EXPECT_TRUE(host.reads().is_done(tag));
  std::vector<std::uint32_t> data;
  host.reads().finish(tag, data);
  host.link().tx_read_stall_percent = 0;
  EXPECT_THAT(bench.take(4), Each(std::string("none")));
}

TEST_P(CardCoreLink, NothingLeavesBeforeBusMasteringIsOn) {
  CardCoreTraffic bench(options("stalls=0"));
  sim::RootComplex& host = bench.io.root_complex();
  host.pins().bus_master_enable = false;
  bench.io.run(100);
  ASSERT_NO_FATAL_FAILURE(bench.start());
  ASSERT_TRUE(bench.card->open_events(4, 3));
  host.clear_stats();
  ASSERT_NO_FATAL_FAILURE(bench.submit(4, 700));
  bench.io.read_csr(CsrOffset{csr::kBar0Bytes - 4});  // no register: an error event
  bench.io.run(5'000);
  EXPECT_EQ(host.stats(TlpStream::kTxRead).beats + host.stats(TlpStream::kTxWrite).beats, 0u);
  host.pins().bus_master_enable = true;
  EXPECT_THAT(bench.take(4), Each(std::string("none")));
}

// PCIe 3.0, 6.8.2: the mask bits are 1 after reset.
TEST_P(CardCoreLink, EveryVectorIsMaskedAfterAReset) {
  CardCoreTraffic bench(options("stalls=0"));
  for (unsigned life = 0; life < 2; ++life) {
    bench.io.reset();
    for (unsigned v = 0; v < bench.card->info().num_vectors; ++v) {
      EXPECT_EQ(bench.io.read_csr(csr::kMsixControl(v)), csr::kMsixControlMask.mask()) << v;
      bench.io.write_csr(csr::kMsixControl(v), 0);
      EXPECT_EQ(bench.io.read_csr(csr::kMsixControl(v)), 0u) << v;
    }
  }
}

TEST_P(CardCoreLink, AMaskedVectorIsPendingUntilItIsUnmasked) {
  CardCoreTraffic bench(options("stalls=0"));
  QueueConfig config;
  config.vector = 5;
  ASSERT_NO_FATAL_FAILURE(bench.start(config));
  bench.io.write_csr(csr::kMsixControl(5), csr::kMsixControlMask.mask());
  ASSERT_NO_FATAL_FAILURE(bench.submit(3, 300));
  ASSERT_EQ(bench.take(3).size(), 3u);
  bench.io.run(500);
  EXPECT_EQ(bench.io.root_complex().interrupts().pending_vectors(), 0u);
  EXPECT_EQ(bench.io.read_csr(csr::kMsixPending), 1u << 5);
  bench.io.write_csr(csr::kMsixControl(5), 0);
  bench.io.run(200);
  EXPECT_TRUE(bench.io.root_complex().interrupts().take(5));
  EXPECT_FALSE(bench.io.root_complex().interrupts().take(5)) << "once for all";
  EXPECT_EQ(bench.io.read_csr(csr::kMsixPending), 0u);
}

INSTANTIATE_TEST_SUITE_P(Widths, CardCoreLink, testing::Values("width=128", "width=64"),
                         [](const auto& name) { return std::string(name.param).substr(6); });

}  // namespace
}  // namespace holdfast::test

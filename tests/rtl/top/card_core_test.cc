// SPDX-License-Identifier: Apache-2.0
// What only the whole card shows: resets, masks and switches in the middle of traffic.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "card_core_traffic.h"
#include "support/sim.h"

namespace holdfast::test {
namespace {

using sim::TlpStream;
using testing::Each;

constexpr unsigned kSeeds = 12;

/// A reset `cycles` after 60 packets were given, with a register read right behind it; then the
/// card has to answer, and to work again.
void reset_under_traffic(const std::string& options, std::uint64_t cycles, bool is_function_reset) {
  SCOPED_TRACE(is_function_reset ? "function-level reset" : "soft reset");
  CardCoreTraffic bench(options);
  ASSERT_NO_FATAL_FAILURE(bench.start());
  ASSERT_NO_FATAL_FAILURE(bench.submit(60, 1000));
  bench.io.run(cycles);
  if (is_function_reset) {
    bench.io.reset();
  } else {
    bench.io.write_csr(csr::kControlControl, csr::kControlControlSoftReset.mask());
  }
  EXPECT_NE(bench.io.read_csr(csr::kControlStatus), ~0u) << "no answer after " << cycles;
  ASSERT_TRUE(bench.card->reset());
  bench.queue.reset();
  bench.forget_packets();
  ASSERT_NO_FATAL_FAILURE(bench.start());
  ASSERT_NO_FATAL_FAILURE(bench.submit(3, 200));
  EXPECT_THAT(bench.take(3), testing::ElementsAre("none", "none", "none"));
}

void reset_under_traffic(const std::string& options) {
  for (unsigned i = 0; i < kSeeds && !testing::Test::HasFailure(); ++i) {
    const std::uint64_t seed = seed_or(1) * 1000 + i;
    SCOPED_TRACE("HOLDFAST_SEED=" + std::to_string(seed_or(1)) + ", run " + std::to_string(i));
    const std::string with_seed = options + ",seed=" + std::to_string(seed);
    reset_under_traffic(with_seed, 400 + 137 * i, false);
    reset_under_traffic(with_seed, 400 + 137 * i, true);
  }
}

TEST(CardCore, AnswersAfterAResetUnderTraffic) { reset_under_traffic("stalls=0"); }
TEST(CardCore, AnswersAfterAResetUnderTrafficWithStalls) { reset_under_traffic("stalls=30"); }
TEST(CardCore, AnswersAfterAResetUnderTrafficAt64Bits) {
  reset_under_traffic("stalls=20,width=64");
}

TEST(CardCore, ASoftResetLeavesRegistersAndAFunctionResetDoesNot) {
  CardCoreTraffic bench("stalls=0");
  bench.io.write_csr(csr::kIdentityScratch, 0x1234'5678);
  bench.io.write_csr(csr::kControlReadTimeout, 1000);
  bench.io.write_csr(csr::kMsixAddressLo(3), 0xFEE0'0030);
  bench.io.write_csr(csr::kMsixControl(3), 0);
  bench.card->enable(true);
  bench.io.write_csr(csr::kControlControl, csr::kControlControlSoftReset.mask());
  bench.io.run(20'000);
  EXPECT_EQ(bench.io.read_csr(csr::kIdentityScratch), 0x1234'5678u);
  EXPECT_EQ(bench.io.read_csr(csr::kControlReadTimeout), 1000u);
  EXPECT_EQ(bench.io.read_csr(csr::kMsixAddressLo(3)), 0xFEE0'0030u);
  EXPECT_EQ(bench.io.read_csr(csr::kMsixControl(3)), 0u);
  EXPECT_EQ(csr::kControlControlEnable.get(bench.io.read_csr(csr::kControlControl)), 0u);
  bench.io.reset();
  bench.io.run(20'000);
  EXPECT_EQ(bench.io.read_csr(csr::kIdentityScratch), 0u);
  EXPECT_EQ(bench.io.read_csr(csr::kControlReadTimeout), 50u);
  EXPECT_EQ(bench.io.read_csr(csr::kMsixAddressLo(3)), 0u);
  EXPECT_EQ(bench.io.read_csr(csr::kMsixControl(3)), csr::kMsixControlMask.mask());
}

// The time of a read begins when it leaves; a tag whose read waited for the link longer than time
// and rest together was free too early, and its completion became another packet's data.
TEST(CardCore, AReadThatWaitsForTheLinkKeepsItsTag) {
  CardCoreTraffic bench("mrrs=128,latency=400");
  ASSERT_NO_FATAL_FAILURE(bench.start());
  bench.io.write_csr(csr::kControlReadTimeout, 10);
  sim::RootComplex& host = bench.io.root_complex();
  const std::uint64_t before = host.completer().reads();
  ASSERT_NO_FATAL_FAILURE(bench.submit(2, 256));
  // The descriptors and the first of two reads of the first packet.
  for (unsigned i = 0; i < 5'000 && host.completer().reads() < before + 2; ++i) bench.io.run(1);
  host.link().tx_read_stall_percent = 100;
  bench.io.run(25 * 125);
  host.link().tx_read_stall_percent = 0;
  const auto reasons = bench.take(2);
  ASSERT_EQ(reasons.size(), 2u);
  EXPECT_EQ(reasons[1], "none");  // violations: a tag twice, checked at the end
  EXPECT_EQ(bench.card->counters().dma_read_timeouts, reasons[0] == "none" ? 0u : 1u);
}

TEST(CardCore, NothingLeavesAfterBusMasteringWentOff) {
  CardCoreTraffic bench("mps=128");
  ASSERT_TRUE(bench.card->open_events(4, 3));
  QueueConfig config;
  config.vector = 1;
  ASSERT_NO_FATAL_FAILURE(bench.start(config));
  ASSERT_NO_FATAL_FAILURE(bench.submit(40, 1000));
  sim::RootComplex& host = bench.io.root_complex();
  bench.io.run(1'800);
  host.link().tx_write_stall_percent = 100;
  bench.io.run(200);
  host.start_read(0x1'FFFC);  // no register: an error event queues up behind the packets
  bench.io.run(300);
  host.pins().bus_master_enable = false;
  bench.io.run(2'000);
  host.link().tx_write_stall_percent = 0;
  bench.io.run(2'000);
  const std::uint64_t still = host.stats(TlpStream::kTxWrite).beats;
  bench.io.run(2'000);
  EXPECT_EQ(host.stats(TlpStream::kTxWrite).beats, still);
  EXPECT_NE(bench.io.read_csr(csr::kControlStatus), ~0u) << "registers answer meanwhile";
  host.pins().bus_master_enable = true;
  EXPECT_THAT(bench.take(40), Each(std::string("none")));
}

TEST(CardCore, NoMessageComesAfterItsMaskWasReadBack) {
  CardCoreTraffic bench("mps=1024,seed=" + std::to_string(seed_or(5)));
  std::mt19937_64 random(seed_or(5));
  QueueConfig config;
  config.vector = 1;
  ASSERT_NO_FATAL_FAILURE(bench.start(config));
  sim::RootComplex& host = bench.io.root_complex();
  for (unsigned round = 0; round < 60; ++round) {
    bench.io.write_csr(csr::kMsixControl(1), 0);
    bench.io.run(300);
    while (host.interrupts().take(1)) {
    }
    ASSERT_NO_FATAL_FAILURE(bench.submit(4, 1400));
    bench.io.run(300 + random() % 900);
    host.link().tx_write_stall_percent = 97;
    bench.io.write_csr(csr::kMsixControl(1), csr::kMsixControlMask.mask());
    bench.io.read_csr(csr::kMsixControl(1));
    while (host.interrupts().take(1)) {
    }
    bench.io.run(3'000);
    EXPECT_FALSE(host.interrupts().take(1)) << "round " << round << ", seed " << seed_or(5);
    host.link().tx_write_stall_percent = 0;
    ASSERT_EQ(bench.take(4).size(), 4u);
  }
}

}  // namespace
}  // namespace holdfast::test

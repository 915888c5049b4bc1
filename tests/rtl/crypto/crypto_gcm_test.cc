// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <numeric>

#include "gcm_bench.h"

namespace holdfast::test {
namespace {

// The contract of crypto_gcm.sv.
constexpr std::uint64_t kLatencyCycles = 17;    // first offer to first beat out
constexpr std::uint64_t kIcvLatencyCycles = 4;  // last beat out to ICV
// What a packet of one beat takes alone, less its own three cycles.
constexpr std::uint64_t kFillCycles = kLatencyCycles + kIcvLatencyCycles - 3;

TEST(CryptoGcm, AnswersKnownCases) {
  GcmBench bench;
  for (const VectorCase& c : read_vectors("gcm.txt")) {
    const Bytes plaintext = from_hex(c.at("plaintext")), ciphertext = from_hex(c.at("ciphertext"));
    GcmPacket packet{.is_encrypt = true,
                     .key = from_hex(c.at("key")),
                     .nonce = from_hex(c.at("nonce")),
                     .aad = from_hex(c.at("aad")),
                     .data = plaintext};
    const GcmResult openssl = gcm_seal(packet.key, packet.nonce, packet.aad, plaintext);
    ASSERT_EQ(openssl.data, ciphertext) << "the vector is wrong: case " << c.at("case");
    ASSERT_EQ(openssl.icv, from_hex(c.at("icv"))) << "the vector is wrong: case " << c.at("case");
    bench.send(packet);
    packet.is_encrypt = false;
    packet.data = ciphertext;
    bench.send(packet);
    ASSERT_EQ(bench.expected.back().data, plaintext);
    ASSERT_EQ(bench.expected.back().icv, openssl.icv);
  }
  bench.run_and_check(10'000);
}

TEST(CryptoGcm, TakesEveryLengthWithKeysMixed) {
  const std::uint64_t seed = seed_or(11);
  SCOPED_TRACE(seed);
  std::mt19937_64 random(seed);
  GcmBench bench;
  for (std::size_t length = 1; length <= 300; ++length)
    for (int i = 0; i < 3; ++i) bench.send(random_gcm_packet(random, length));
  bench.run_and_check(50'000);
}

TEST(CryptoGcm, TakesLongPackets) {
  const std::uint64_t seed = seed_or(12);
  SCOPED_TRACE(seed);
  std::mt19937_64 random(seed);
  GcmBench bench;
  for (std::size_t length : {1500, 1504, 4095, 4096, 4097, 8192, 8999, 9000, 9216, 16})
    for (int i = 0; i < 2; ++i) bench.send(random_gcm_packet(random, length));
  bench.run_and_check(50'000);
}

/// The pause matrix, with requests that come early or late and ICVs that are taken late.
class CryptoGcmPauses
    : public testing::TestWithParam<std::tuple<Pauses, unsigned /*request*/, unsigned /*icv*/>> {};

TEST_P(CryptoGcmPauses, ChangeNoResult) {
  const std::uint64_t seed = seed_or(13);
  SCOPED_TRACE(seed);
  std::mt19937_64 random(seed);
  const auto [data, request, icv] = GetParam();
  GcmBench bench({.data = data, .request_percent = request, .icv_percent = icv}, seed);
  for (int i = 0; i < 120; ++i) {
    const std::size_t limit = i % 3 == 0 ? 16 : i % 3 == 1 ? 100 : 700;
    bench.send(random_gcm_packet(random, 1 + random() % limit));
  }
  bench.run_and_check(100'000);
}

INSTANTIATE_TEST_SUITE_P(Matrix, CryptoGcmPauses,
                         testing::Combine(testing::ValuesIn(kPauseMatrix),
                                          testing::Values(0U, 60U, 95U), testing::Values(0U, 95U)));

/// Sends packets back to back and counts the cycles from the first offer to the last ICV: two more
/// than beats for each packet, and once the latency of filling the engine. (Single packets at the
/// output come up to the depth of the GHASH queue earlier or later, so they say less.)
void expect_cycles(const std::vector<std::size_t>& lengths) {
  std::mt19937_64 random(seed_or(14));
  GcmBench bench;
  std::uint64_t allowed = kFillCycles;
  for (std::size_t length : lengths) {
    bench.send(random_gcm_packet(random, length));
    allowed += (length + 15) / 16 + 2;
  }
  const std::uint64_t start = bench.sim.cycle();
  bench.run_and_check(1'000'000);
  EXPECT_LE(bench.icv_cycles.back() - start, allowed);
  EXPECT_LT(bench.output_cycles.back(), bench.icv_cycles.back());
}

TEST(CryptoGcm, NeedsTwoCyclesMoreThanBeats) {
  for (std::size_t beats : {1, 2, 3, 4, 5, 8, 17, 33, 94}) {
    SCOPED_TRACE(beats);
    expect_cycles(std::vector<std::size_t>(100, 16 * beats));
  }
}

TEST(CryptoGcm, NeedsTwoCyclesMoreThanBeatsWithLengthsMixed) {
  std::mt19937_64 random(seed_or(15));
  std::vector<std::size_t> lengths(400);
  for (auto& length : lengths) length = 1 + random() % (random() % 2 ? 64 : 1500);
  expect_cycles(lengths);
}

TEST(CryptoGcm, HasTheLatencyOfItsContract) {
  std::mt19937_64 random(16);
  GcmBench bench;
  bench.send(random_gcm_packet(random, 16));
  const std::uint64_t start = bench.sim.cycle();
  bench.run_and_check(100);
  EXPECT_EQ(bench.output_cycles[0] - start, kLatencyCycles);
  EXPECT_EQ(bench.icv_cycles[0] - bench.output_cycles[0], kIcvLatencyCycles);
}

TEST(CryptoGcm, GivesTheIcvWhileTheNextOutputIsStalled) {
  std::mt19937_64 random(17);
  GcmBench bench;
  for (int i = 0; i < 20; ++i) bench.send(random_gcm_packet(random, 64));
  ASSERT_TRUE(bench.sim.run_until([&] { return bench.outputs().size() == 1; }, 200));
  bench.hold_output = true;
  EXPECT_TRUE(bench.sim.run_until([&] { return bench.icvs.size() == 1; }, 10));
  bench.sim.step(200);
  EXPECT_EQ(bench.outputs().size(), 1U);
  bench.hold_output = false;
  bench.run_and_check(1'000);
}

TEST(CryptoGcm, KeepsFourIcvsWithoutStalling) {
  std::mt19937_64 random(18);
  GcmBench bench;
  for (int i = 0; i < 40; ++i) bench.send(random_gcm_packet(random, 100));
  bench.hold_icv = true;
  bench.sim.step(1'000);
  EXPECT_GE(bench.outputs().size(), 4U);
  EXPECT_LT(bench.outputs().size(), 40U);
  bench.hold_icv = false;
  bench.run_and_check(2'000);
}

TEST(CryptoGcm, ForgetsPacketsInFlightAtReset) {
  std::mt19937_64 random(19);
  for (unsigned cycles : {5, 18, 19, 25, 60, 200}) {
    SCOPED_TRACE(cycles);
    GcmBench bench;
    GcmBench::Model& top = bench.sim.top();
    for (int i = 0; i < 50; ++i) bench.send(random_gcm_packet(random, 100));
    bench.sim.step(cycles);
    bench.sim.reset(GcmBench::kResetCycles);

    // Nothing comes, and no packet data or keystream is left. The idle output shows the entry
    // that the FIFOs would give next; another cycle of reset moves them on by one.
    top.request_valid_i = top.valid_i = 0;
    top.ready_i = top.icv_ready_i = 1;
    for (unsigned i = 0; i < 2 * GcmBench::kResetCycles; ++i) {
      top.eval();
      EXPECT_FALSE(top.valid_o || top.icv_valid_o);
      EXPECT_FALSE(top.ready_o) << "a beat without a request";
      Bytes data(16);
      get_bytes(top.data_o, data.data(), 16);
      ASSERT_EQ(data, Bytes(16, 0)) << i << " cycles after the sweep";
      ASSERT_EQ(top.keep_o, 0);
      if (i < GcmBench::kResetCycles) {
        bench.sim.reset(1);
      } else {
        top.clk_i = 1;
        top.eval();
        top.clk_i = 0;
      }
    }
  }
}

TEST(CryptoGcm, WorksAfterResetInTheMiddle) {
  // One model: a first bench's traffic is cut by a reset, then known answers must come.
  std::mt19937_64 random(20);
  GcmBench bench;
  GcmBench::Model& top = bench.sim.top();
  put_gcm_request(top.request_i, random_gcm_packet(random, 100));
  top.request_valid_i = top.valid_i = 1;
  top.keep_i = 0xffff;
  top.last_i = 0;
  for (int i = 0; i < 50; ++i) {
    top.clk_i = 0;
    top.eval();
    top.clk_i = 1;
    top.eval();
  }
  bench.sim.reset(GcmBench::kResetCycles);
  for (int i = 0; i < 30; ++i) bench.send(random_gcm_packet(random, 1 + random() % 200));
  bench.run_and_check(5'000);
}

}  // namespace
}  // namespace holdfast::test

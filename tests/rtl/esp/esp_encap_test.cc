// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "esp_bench.h"

/// Outbound through the pipeline, step by step of docs/esp_pipeline.md: esp_encap with
/// esp_encap_front (steps 1 to 5), esp_encap_dispatch (6 to 9) and esp_encap_finish (10).
namespace holdfast::test {
namespace {

class EspEncapPauses : public testing::TestWithParam<Pauses> {};

TEST_P(EspEncapPauses, BuildsPacketsOfAllSizesAndShapes) {
  const std::uint64_t seed = seed_or(12);
  SCOPED_TRACE(seed);
  std::mt19937_64 random(seed);
  EspBench bench(GetParam(), seed);
  std::vector<TestSa> sas;
  for (unsigned i = 0; i < 4; ++i) {
    sas.push_back(test_sa(random, 0x2000 + i, 16 + 8 * (i % 3), i & 1, i & 2, i % 3 == 1));
    bench.add_sa(i, sas[i], true, i == 3, [&](Command& c) {
      c.row.df = i == 0 ? 0 : 1;  // row 0: DF clear, so identifications count
      c.row.copy_dscp = i == 2;
      c.row.dscp = 10;
      c.row.has_ecn = i != 1;
      c.first_seq = i == 1 ? 0xFFFFFFF0 : 1;
    });
  }
  std::vector<Bytes> expected;
  std::uint64_t seq[4] = {1, 0xFFFFFFF0, 1, 1};
  std::uint16_t id = 0;
  for (unsigned n = 0; n < 160; ++n) {
    const unsigned i = n % 4;
    const std::size_t length = n == 50 ? 9000 : (i == 3 ? 40 : 20) + n % 83;
    const auto tos = static_cast<std::uint8_t>(random());
    const Bytes inner = inner_packet(random, length, i == 3, tos);
    const auto outer_tos =
        static_cast<std::uint8_t>((i == 2 ? tos & 0xFC : 10 << 2) | (i != 1 ? tos & 3 : 0));
    Bytes out = wire_packet(sas[i], seq[i]++, with_trailer(inner), true, outer_tos, i == 0 ? id : 0,
                            i != 0);
    if (i == 0) ++id;
    PacketIn packet{.bytes = inner, .sa_index = i};
    if (random() % 4 == 0) append(packet.bytes, random_bytes(random, random() % 40));
    if (random() % 3 == 0) {
      packet.bytes = with_ethernet(packet.bytes);
      packet.has_ethernet = true;
      out = with_ethernet(out);
    }
    bench.send_outbound(packet);
    expected.push_back(std::move(out));
  }
  bench.run();
  ASSERT_EQ(bench.outbound().size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(bench.outbound()[i].reason, Drop::kNone) << "packet " << i;
    EXPECT_EQ(bench.outbound()[i].bytes, expected[i]) << "packet " << i;
    EXPECT_EQ(bench.outbound()[i].sa_index, i % 4) << "packet " << i;
  }
}

INSTANTIATE_TEST_SUITE_P(All, EspEncapPauses, testing::ValuesIn(kPauseMatrix));

TEST(EspEncap, DropsWithTheReasonsOfTheTable) {
  std::mt19937_64 random(3);
  EspBench bench;
  const TestSa sa = test_sa(random, 0x2001);
  bench.add_sa(2, sa, true);
  bench.add_sa(3, test_sa(random, 0x1001), false);
  const Bytes inner = inner_packet(random, 100);
  std::vector<std::pair<Drop, unsigned>> expected;
  const auto expect = [&](PacketIn packet, Drop reason, unsigned sa_index) {
    bench.send_outbound(std::move(packet));
    expected.emplace_back(reason, sa_index);
  };
  const auto changed = [&](std::size_t at, std::uint8_t value) {
    Bytes bytes = inner;
    bytes[at] = value;
    return bytes;
  };
  const auto cut = [&](std::size_t length) { return Bytes(inner.begin(), inner.begin() + length); };
  expect({.bytes = {}, .reason = Drop::kDmaRead, .sa_index = 2}, Drop::kDmaRead, 0xFFFF);
  expect({.bytes = {}, .sa_index = 2}, Drop::kTruncated, 0xFFFF);
  expect({.bytes = cut(19), .sa_index = 2}, Drop::kTruncated, 0xFFFF);
  expect({.bytes = cut(19), .sa_index = 2, .is_given_up = true}, Drop::kSource, 0xFFFF);
  expect({.bytes = changed(0, 0x75), .sa_index = 2}, Drop::kBadHeader, 0xFFFF);
  expect({.bytes = inner_packet(random, 9001), .sa_index = 2}, Drop::kTooLong, 0xFFFF);
  expect({.bytes = inner, .sa_index = 0xFFFF}, Drop::kNoSa, 0xFFFF);
  expect({.bytes = inner, .sa_index = 1}, Drop::kNoSa, 1);
  expect({.bytes = inner, .sa_index = 3}, Drop::kNoSa, 3);
  expect({.bytes = changed(17, 9), .sa_index = 2}, Drop::kSelector, 2);
  for (std::size_t length : {20u, 32u, 33u, 96u, 99u}) {
    expect({.bytes = cut(length), .sa_index = 2}, Drop::kTruncated, 2);
    expect({.bytes = cut(length), .sa_index = 2, .is_given_up = true}, Drop::kSource, 2);
  }
  expect({.bytes = inner, .sa_index = 2, .is_given_up = true}, Drop::kSource, 2);
  expect({.bytes = inner, .sa_index = 2}, Drop::kNone, 2);
  bench.run();
  ASSERT_EQ(bench.outbound().size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(bench.outbound()[i].reason, expected[i].first) << "packet " << i;
    EXPECT_EQ(bench.outbound()[i].sa_index, expected[i].second) << "packet " << i;
    EXPECT_EQ(bench.outbound()[i].bytes.empty(), expected[i].first != Drop::kNone);
  }
  // Numbers are skipped by what was dropped after it had one, never repeated: 11 were taken, with
  // DF clear eleven identifications too.
  EXPECT_EQ(bench.outbound().back().bytes,
            wire_packet(sa, 12, with_trailer(inner), true, 0, 11, false));
}

TEST(EspEncap, StopsAtTheLastSequenceNumber) {
  std::mt19937_64 random(4);
  EspBench bench;
  bench.add_sa(0, test_sa(random, 0x2001), true, false,
               [](Command& c) { c.first_seq = 0xFFFFFFFE; });
  for (int i = 0; i < 4; ++i)
    bench.send_outbound({.bytes = inner_packet(random, 64), .sa_index = 0});
  bench.run();
  const Drop reasons[] = {Drop::kNone, Drop::kNone, Drop::kSequence, Drop::kSequence};
  for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(bench.outbound().at(i).reason, reasons[i]);
}

}  // namespace
}  // namespace holdfast::test

// SPDX-License-Identifier: Apache-2.0
// Counters and their snapshot.
#include "unit/driver/card_suite.h"

namespace holdfast::test {
namespace {

TEST_P(CardSuite, CountersAddUpOverMixedTraffic) {
  start();
  std::uint64_t bytes_in = 0, bytes_out = 0, num_out = 0;
  for (unsigned round = 0; round < 8; ++round) {
    for (unsigned i = 0; i < 6; ++i) {
      const Packet packet = i % 3 == 2 ? inner6(50 + i) : inner4(50 + 16 * i);
      submit(packet, kDescriptorOutbound);
      bytes_in += packet.size();
    }
    const Packet outer = from_peer(inner4(70));
    submit(outer, 0);
    submit(outer, 0);  // the second is a replay
    for (const Answer& answer : take(8)) {
      const bool is_out = answer.completion.sa_index == to_number(kOutbound);
      if (is_out && answer.completion.reason == 0) {
        bytes_out += answer.completion.length;
        ++num_out;
      }
    }
  }
  const Counters counters = card().counters();
  EXPECT_EQ(counters.packets_in, (std::array<std::uint64_t, 2>{16, 48}));
  EXPECT_EQ(counters.packets_out, (std::array<std::uint64_t, 2>{8, num_out}));
  EXPECT_EQ(num_out, 32u);
  EXPECT_EQ(counters.bytes_in[1], bytes_in);
  EXPECT_EQ(counters.bytes_out[1], bytes_out);
  EXPECT_EQ(counters.bytes_out[0], 8 * 70u);
  EXPECT_EQ(counters.drops[static_cast<unsigned>(DropReason::kSelector)], 16u);
  EXPECT_TRUE(counters.adds_up());
  EXPECT_GT(counters.dma_reads, 0u);
  EXPECT_GT(counters.dma_writes, 0u);
}

TEST_P(CardSuite, CountersStandStillBetweenSnapshots) {
  start();
  const std::uint64_t before = card().counters().packets_in[1];
  send(inner4());
  EXPECT_EQ(io().read_csr(csr::kCountersPacketsInLo(1)), before);
  EXPECT_EQ(card().counters().packets_in[1], before + 1);
}

}  // namespace
}  // namespace holdfast::test

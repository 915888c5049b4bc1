// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstdio>

#include "esp_bench.h"

namespace holdfast::test {
namespace {

struct Rates {
  double inbound = 0, outbound = 0;  // inner bits a cycle, first beat in to last beat out
};

Rates measure(std::size_t inner_bytes, std::size_t key_bytes, bool has_inbound, bool has_outbound,
              std::size_t num_packets) {
  std::mt19937_64 random(7);
  EspBench bench;
  const TestSa in = test_sa(random, 0x1001, key_bytes);
  const TestSa out = test_sa(random, 0x2002, key_bytes);
  bench.add_sa(0, in, false);
  bench.add_sa(1, out, true);
  for (std::size_t i = 1; i <= num_packets; ++i) {
    const Bytes inner = inner_packet(random, inner_bytes);
    if (has_inbound) bench.send_inbound({.bytes = wire_packet(in, i, with_trailer(inner), false)});
    if (has_outbound) bench.send_outbound({.bytes = inner, .sa_index = 1});
  }
  bench.run();
  Rates rates;
  const double bits = 8.0 * static_cast<double>(inner_bytes * num_packets);
  if (has_inbound)
    rates.inbound =
        bits / static_cast<double>(bench.inbound().back().cycle - bench.inbound_start() + 1);
  if (has_outbound)
    rates.outbound =
        bits / static_cast<double>(bench.outbound().back().cycle - bench.outbound_start() + 1);
  for (const PacketOut& packet : bench.inbound()) EXPECT_EQ(packet.reason, Drop::kNone);
  for (const PacketOut& packet : bench.outbound()) EXPECT_EQ(packet.reason, Drop::kNone);
  return rates;
}

/// Bits a cycle that the beats of the wire packets allow; 95 % of them are asked for.
constexpr struct {
  std::size_t inner_bytes;
  double limit_128, limit_64;
} kSizes[] = {{64, 64.0, 34.1}, {512, 113.8, 57.7}, {1500, 122.4, 61.5}};

TEST(EspThroughput, ReachesTheBeatsOfTheWire) {
  for (const auto& size : kSizes) {
    const double limit = HOLDFAST_ESP_WIDTH == 64 ? size.limit_64 : size.limit_128;
    for (std::size_t key_bytes : {16u, 32u}) {
      const Rates in = measure(size.inner_bytes, key_bytes, true, false, 1000);
      const Rates out = measure(size.inner_bytes, key_bytes, false, true, 1000);
      const Rates both = measure(size.inner_bytes, key_bytes, true, true, 1000);
      std::printf("%zu bytes, AES-%zu: in %.1f, out %.1f, both %.1f and %.1f of %.1f bits/cycle\n",
                  size.inner_bytes, 8 * key_bytes, in.inbound, out.outbound, both.inbound,
                  both.outbound, limit);
      for (double rate : {in.inbound, out.outbound, both.inbound, both.outbound})
        EXPECT_GE(rate, 0.95 * limit);
    }
  }
}

/// Cycles from first beat in to last beat out of a lone packet.
TEST(EspLatency, OfASmallPacketStaysSmall) {
  constexpr std::uint64_t limit = HOLDFAST_ESP_WIDTH == 64 ? 80 : 64;
  const auto latency = [](bool is_inbound) {
    std::mt19937_64 random(7);
    EspBench bench;
    const TestSa sa = test_sa(random, 0x1001);
    bench.add_sa(0, sa, !is_inbound);
    const Bytes inner = inner_packet(random, 64);
    if (is_inbound) {
      bench.send_inbound({.bytes = wire_packet(sa, 1, with_trailer(inner), false)});
    } else {
      bench.send_outbound({.bytes = inner, .sa_index = 0});
    }
    bench.run();
    return is_inbound ? bench.inbound().at(0).cycle - bench.inbound_start() + 1
                      : bench.outbound().at(0).cycle - bench.outbound_start() + 1;
  };
  const std::uint64_t in = latency(true), out = latency(false);
  std::printf("64 bytes, first beat in to last beat out: in %llu, out %llu cycles\n",
              static_cast<unsigned long long>(in), static_cast<unsigned long long>(out));
  EXPECT_LE(in, limit);
  EXPECT_LE(out, limit);
}

}  // namespace
}  // namespace holdfast::test

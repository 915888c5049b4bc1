// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "esp_bench.h"

/// esp_pipeline at its ports: directions that do not wait for each other, space for the largest
/// packets, and frames that are longer than any packet.
namespace holdfast::test {
namespace {

class EspPorts : public testing::Test {
 protected:
  void SetUp() override {
    bench_.add_sa(0, in_, false);
    bench_.add_sa(1, out_, true);
  }
  void send_inbound(const Bytes& inner) {
    bench_.send_inbound({.bytes = wire_packet(in_, ++seq_, with_trailer(inner), false)});
  }
  void send_outbound(const Bytes& inner) { bench_.send_outbound({.bytes = inner, .sa_index = 1}); }
  /// Runs until `count` packets of one direction are out, no slower than two cycles a beat.
  void run_one(const std::vector<PacketOut>& out, std::size_t count) {
    const std::size_t beats = 9100 / EspBench::kBeatBytes;
    EXPECT_TRUE(bench_.sim.run_until([&] { return out.size() == count; }, 2 * count * beats))
        << out.size() << " of " << count;
  }
  static void expect_all_good(const std::vector<PacketOut>& out) {
    for (const PacketOut& packet : out) EXPECT_EQ(packet.reason, Drop::kNone);
  }

  std::mt19937_64 random_{41};
  EspBench bench_;
  TestSa in_ = test_sa(random_, 0x1001), out_ = test_sa(random_, 0x2001);
  std::uint64_t seq_ = 0;
};

TEST_F(EspPorts, OutboundGoesOnWhileInboundIsBlocked) {
  bench_.set_inbound_sink_pauses(100);
  for (unsigned n = 0; n < 40; ++n) {
    send_inbound(inner_packet(random_, 9000));
    send_outbound(inner_packet(random_, 9000));
  }
  run_one(bench_.outbound(), 40);
  EXPECT_TRUE(bench_.inbound().empty());
  EXPECT_GT(bench_.inbound_waiting(), 30u);
  bench_.set_inbound_sink_pauses(0);
  bench_.run();
  expect_all_good(bench_.inbound());
  expect_all_good(bench_.outbound());
}

TEST_F(EspPorts, InboundGoesOnWhileOutboundIsBlocked) {
  bench_.set_outbound_sink_pauses(100);
  for (unsigned n = 0; n < 40; ++n) {
    send_inbound(inner_packet(random_, 9000));
    send_outbound(inner_packet(random_, 9000));
  }
  run_one(bench_.inbound(), 40);
  EXPECT_TRUE(bench_.outbound().empty());
  EXPECT_GT(bench_.outbound_waiting(), 30u);
  bench_.set_outbound_sink_pauses(0);
  bench_.run();
  expect_all_good(bench_.inbound());
  expect_all_good(bench_.outbound());
}

TEST_F(EspPorts, HoldsTwoLargestPacketsOfEachDirection) {
  bench_.set_sink_pauses(100);
  for (unsigned n = 0; n < 4; ++n) {
    send_inbound(inner_packet(random_, 9000));
    send_outbound(inner_packet(random_, 9000));
  }
  bench_.sim.step(6 * 9300 / EspBench::kBeatBytes);
  EXPECT_LE(bench_.inbound_waiting(), 2u);
  EXPECT_LE(bench_.outbound_waiting(), 2u);
  EXPECT_GE(bench_.inbound_waiting(), 1u) << "nothing stalls";
  EXPECT_GE(bench_.outbound_waiting(), 1u) << "nothing stalls";
  bench_.set_sink_pauses(0);
  bench_.run();
  expect_all_good(bench_.inbound());
  expect_all_good(bench_.outbound());
}

// Each is one result, and what comes behind it is as if it had not been.
TEST_F(EspPorts, FramesLongerThanAnyPacketAreOneDropEach) {
  constexpr std::size_t kFrameBytes = 200'000;
  const Bytes inner = inner_packet(random_, 100);
  Bytes garbage = random_bytes(random_, kFrameBytes);
  garbage[0] = 0;
  Bytes too_long = ip_packet(ipv4_address(200, 2), ipv4_address(100, 1), 50, Bytes(65'515, 1));
  too_long.resize(kFrameBytes, 2);
  for (unsigned round = 0; round < 3; ++round) {
    for (const Bytes& frame : {garbage, too_long}) {
      bench_.send_inbound({.bytes = frame});
      send_inbound(inner);
      bench_.send_outbound({.bytes = frame, .sa_index = 1});
      send_outbound(inner);
    }
    // Bytes behind the IP length are cut, however many.
    Bytes padded = wire_packet(in_, ++seq_, with_trailer(inner), false);
    padded.resize(kFrameBytes, 3);
    bench_.send_inbound({.bytes = padded});
    padded = inner;
    padded.resize(kFrameBytes, 3);
    bench_.send_outbound({.bytes = padded, .sa_index = 1});
  }
  bench_.run();
  ASSERT_EQ(bench_.inbound().size(), 15u);
  ASSERT_EQ(bench_.outbound().size(), 15u);
  std::uint64_t sent = 0;
  for (unsigned n = 0; n < 15; ++n) {
    const Drop reason = n % 5 == 0 ? Drop::kBadHeader : n % 5 == 2 ? Drop::kTooLong : Drop::kNone;
    const PacketOut& opened = bench_.inbound()[n];
    const PacketOut& sealed = bench_.outbound()[n];
    EXPECT_EQ(opened.reason, reason) << n;
    EXPECT_EQ(sealed.reason, reason) << n;
    EXPECT_EQ(opened.bytes, reason == Drop::kNone ? inner : Bytes{}) << n;
    if (reason != Drop::kNone) continue;
    EXPECT_EQ(sealed.bytes, wire_packet(out_, sent + 1, with_trailer(inner), true, 0,
                                        static_cast<std::uint16_t>(sent)))
        << n;
    ++sent;
  }
}

}  // namespace
}  // namespace holdfast::test

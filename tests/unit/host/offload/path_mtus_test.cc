// SPDX-License-Identifier: Apache-2.0
#include "offload/path_mtus.h"

#include "unit/host/offload/offload_bench.h"

namespace holdfast::test {
namespace {

const TimePoint kStart{std::chrono::hours(1)};
const IpAddress kPeer4 = address("192.0.2.2"), kPeer6 = address("2001:db8::2");

TEST(PathMtu, UntilSomebodySaysSoItIsTheLinks) {
  const PathMtus mtus(1500);
  EXPECT_EQ(mtus.mtu(kPeer4), 1500u);
}

TEST(PathMtu, OnlyEverGoesDown) {
  PathMtus mtus(1500);
  mtus.set(kPeer4, 1400, kStart);
  EXPECT_EQ(mtus.mtu(kPeer4), 1400u);
  mtus.set(kPeer4, 1450, kStart);
  EXPECT_EQ(mtus.mtu(kPeer4), 1400u);
  mtus.set(kPeer4, 9000, kStart);
  EXPECT_EQ(mtus.mtu(kPeer4), 1400u);
  EXPECT_EQ(mtus.mtu(address("192.0.2.3")), 1500u);
}

TEST(PathMtu, NobodyMakesItTooSmall) {
  PathMtus mtus(1500);
  mtus.set(kPeer4, 68, kStart);
  EXPECT_EQ(mtus.mtu(kPeer4), 576u);
  mtus.set(kPeer6, 68, kStart);
  EXPECT_EQ(mtus.mtu(kPeer6), 1280u);
}

TEST(PathMtu, IsForgottenAfterTenMinutes) {
  PathMtus mtus(1500);
  mtus.set(kPeer4, 1400, kStart);
  mtus.set(kPeer6, 1300, kStart + std::chrono::minutes(5));
  EXPECT_FALSE(mtus.expire(kStart + std::chrono::minutes(10) - Duration(1)));
  EXPECT_TRUE(mtus.expire(kStart + std::chrono::minutes(10)));
  EXPECT_EQ(mtus.mtu(kPeer4), 1500u);
  EXPECT_EQ(mtus.mtu(kPeer6), 1300u);
  EXPECT_TRUE(mtus.expire(kStart + std::chrono::minutes(15)));
  EXPECT_EQ(mtus.mtu(kPeer6), 1500u);
}

TEST(PathMtu, OnAnotherWayItIsLearntAnew) {
  PathMtus mtus(1500);
  mtus.set(kPeer4, 1400, kStart);
  mtus.set(kPeer6, 1300, kStart);
  mtus.forget(kPeer4);
  EXPECT_EQ(mtus.mtu(kPeer4), 1500u);
  EXPECT_EQ(mtus.mtu(kPeer6), 1300u);
}

/// The card itself says how long ESP around a packet is.
TEST(PathMtu, LargestInnerPacketIsWhatTheCardMakesFit) {
  for (const bool is_ipv6 : {false, true})
    for (const bool has_udp : {false, true}) {
      const Binding around = is_ipv6 ? binding("2001:db8::1", "2001:db8::2", has_udp)
                                     : binding("192.0.2.1", "192.0.2.2", has_udp);
      Station station({}, {.link_mtu = 9216});
      const PathId path = station.offload->add_path(around).value();
      const TrafficSelector all = selector("0.0.0.0/0");
      ASSERT_TRUE(station.offload->add_sa(
          sa_request(Direction::kOutbound, 0x1000, path, all, all, fresh_key())));
      const auto outer_bytes = [&](std::size_t inner) {
        station.send_plain(ip_packet_of(address("10.1.0.1"), address("10.2.0.1"), inner));
        const std::size_t bytes =
            station.wire.sent.back().esp.size() + (is_ipv6 ? 40 : 20) + (has_udp ? 8 : 0);
        station.wire.sent.clear();
        return bytes;
      };
      for (unsigned mtu = 1280; mtu < 1290; ++mtu) {
        const std::size_t most = largest_inner_bytes(around, Suite::kAes128gcm16, mtu);
        EXPECT_LE(outer_bytes(most), mtu);
        EXPECT_GT(outer_bytes(most + 1), mtu);
      }
    }
  const Binding plain = binding("192.0.2.1", "192.0.2.2");
  EXPECT_EQ(largest_inner_bytes(plain, Suite::kAes128gcm16, 1500), 1446u);
  EXPECT_EQ(largest_inner_bytes(plain, Suite::kAes128gcm16, 40), 0u);
}

}  // namespace
}  // namespace holdfast::test

// SPDX-License-Identifier: Apache-2.0
// packet_mover_outbound.cc: packets that are too long for their path (RFC 4301, 8.2).
#include "offload/packet_mover.h"
#include "unit/host/offload/offload_bench.h"

namespace holdfast::test {
namespace {

const TrafficSelector kLeft = selector("10.1.0.0/16"), kRight = selector("10.2.0.0/16");
const IpAddress kA = address("10.1.0.1"), kB = address("10.2.0.1");
const IpAddress kA6 = address("2001:db8:1::1"), kB6 = address("2001:db8:2::1");
constexpr std::size_t kFits = 1446;  // see path_mtus_test.cc

Tunnel tunnel4(DfMode df = DfMode::kCopy) {
  return {kLeft, kRight, binding("192.0.2.1", "192.0.2.2"), df};
}
Tunnel tunnel6() {
  return {selector("2001:db8:1::/48"), selector("2001:db8:2::/48"),
          binding("192.0.2.1", "192.0.2.2")};
}

TEST(PacketMoverSize, WhatFitsLeavesAsItIs) {
  TwoStations both(tunnel4());
  both.connect();
  both.left.send_plain(ip_packet_of(kA, kB, kFits, {.has_df = true}));
  both.left.send_plain(ip_packet_of(kA, kB, kFits));
  both.carry();
  EXPECT_EQ(both.right.plain.written.size(), 2u);
  EXPECT_TRUE(both.left.plain.written.empty());
}

TEST(PacketMoverSize, DfGetsFragmentationNeeded) {
  TwoStations both(tunnel4());
  both.connect();
  const Packet packet = ip_packet_of(kA, kB, kFits + 1, {.has_df = true});
  both.left.send_plain(packet);
  both.carry();
  EXPECT_TRUE(both.right.plain.written.empty());
  ASSERT_EQ(both.left.plain.written.size(), 1u);
  EXPECT_EQ(get16(both.left.plain.written[0], 20), 0x0304u);
  EXPECT_EQ(get16(both.left.plain.written[0], 26), kFits);
  EXPECT_EQ(both.left.dropped(MoverDrop::kTooBig), 1u);
  EXPECT_EQ(both.left.mover->counters().icmp_out, 1u);
}

TEST(PacketMoverSize, TheSizeFollowsPathMtuAndBinding) {
  TwoStations both(tunnel4());
  both.connect();
  const auto told = [&] {
    both.left.send_plain(ip_packet_of(kA, kB, 1500, {.has_df = true}));
    return get16(both.left.plain.written.back(), 26);
  };
  EXPECT_EQ(told(), kFits);
  both.left.mover->set_path_mtu(address("192.0.2.2"), 1400);
  EXPECT_EQ(told(), 1346u);  // (1400 - 52) / 4 * 4 - 2
  both.left.mover->set_path_mtu(address("192.0.2.9"), 1000);
  EXPECT_EQ(told(), 1346u);
  ASSERT_TRUE(both.left.offload->rebind(both.left_path, binding("192.0.2.1", "192.0.2.2", true)));
  EXPECT_EQ(told(), 1438u);  // (1500 - 60) / 4 * 4 - 2: what was learnt is dropped
  both.left.mover->set_path_mtu(address("192.0.2.2"), 1400);
  EXPECT_EQ(told(), 1338u);  // (1400 - 60) / 4 * 4 - 2
  ASSERT_TRUE(both.left.offload->rebind(both.left_path, binding("2001:db8::1", "2001:db8::2")));
  EXPECT_EQ(told(), 1426u);  // (1500 - 72) / 4 * 4 - 2
  ASSERT_TRUE(both.left.offload->rebind(both.left_path, binding("192.0.2.1", "192.0.2.2")));
  EXPECT_EQ(told(), kFits);
  both.left.mover->set_path_mtu(address("192.0.2.2"), 1400);
  EXPECT_EQ(told(), 1346u);
  both.left.clock.time += std::chrono::minutes(11);
  both.left.mover->poll();
  EXPECT_EQ(told(), kFits);
}

TEST(PacketMoverSize, WithoutDfItIsFragmentedBeforeEsp) {
  TwoStations both(tunnel4());
  both.connect();
  const Packet packet = ip_packet_of(kA, kB, 3000);
  both.left.send_plain(packet);
  for (const Carried& carried : both.left.wire.sent) EXPECT_LE(carried.esp.size() + 20, 1500u);
  both.carry();
  ASSERT_EQ(both.right.plain.written.size(), 3u);
  Packet payload;
  for (const Packet& fragment : both.right.plain.written)
    payload.insert(payload.end(), fragment.begin() + 20, fragment.end());
  EXPECT_TRUE(std::equal(payload.begin(), payload.end(), packet.begin() + 20, packet.end()));
  EXPECT_EQ(both.left.mover->counters().more_fragments, 2u);
  EXPECT_TRUE(both.left.plain.written.empty());
}

TEST(PacketMoverSize, UnderPortSelectorsItIsFragmentedOutside) {
  TwoStations both({selector("10.1.0.0/16", 17), selector("10.2.0.0/16", 17, 53),
                    binding("192.0.2.1", "192.0.2.2")});
  both.connect();
  both.left.send_plain(ip_packet(kA, kB, udp(9, 53, Packet(2000))));
  ASSERT_EQ(both.left.wire.sent.size(), 1u);
  EXPECT_FALSE(both.left.wire.sent[0].packet.dont_fragment);
  EXPECT_GT(both.left.wire.sent[0].esp.size(), 2000u);
  both.carry();
  EXPECT_EQ(both.right.plain.written.size(), 1u);
}

TEST(PacketMoverSize, AnSaThatSetsDfDropsWhatItCannotCut) {
  Tunnel wanted = tunnel4(DfMode::kSet);
  wanted.left.protocol = 17;
  TwoStations both(wanted);
  both.connect();
  both.left.send_plain(ip_packet(kA, kB, udp(9, 53, Packet(2000))));
  EXPECT_TRUE(both.left.wire.sent.empty());
  EXPECT_EQ(both.left.dropped(MoverDrop::kTooBig), 1u);
  TwoStations plain(tunnel4(DfMode::kSet));
  plain.connect();
  plain.left.send_plain(ip_packet_of(kA, kB, 2000));
  EXPECT_EQ(plain.left.wire.sent.size(), 2u);
  plain.carry();
}

TEST(PacketMoverSize, AnSaThatClearsDfFragmentsOutsideAlways) {
  TwoStations both(tunnel4(DfMode::kClear));
  both.connect();
  both.left.send_plain(ip_packet_of(kA, kB, 2000, {.has_df = true}));
  both.left.send_plain(ip_packet_of(kA, kB, 2000));
  ASSERT_EQ(both.left.wire.sent.size(), 2u);
  EXPECT_FALSE(both.left.wire.sent[0].packet.dont_fragment);
  both.carry();
  EXPECT_EQ(both.right.plain.written.size(), 2u);
  EXPECT_TRUE(both.left.plain.written.empty());
}

TEST(PacketMoverSize, Ipv6GetsPacketTooBig) {
  TwoStations both(tunnel6());
  both.connect();
  both.left.send_plain(ip_packet_of(kA6, kB6, kFits + 1));
  both.left.send_plain(ip_packet_of(kA6, kB6, kFits));
  both.carry();
  EXPECT_EQ(both.right.plain.written.size(), 1u);
  ASSERT_EQ(both.left.plain.written.size(), 1u);
  EXPECT_EQ(get16(both.left.plain.written[0], 40), 0x0200u);
  EXPECT_EQ(get16(both.left.plain.written[0], 46), kFits);
}

TEST(PacketMoverSize, Ipv6IsNeverToldLessThan1280) {
  TwoStations both(tunnel6());
  both.connect();
  both.left.mover->set_path_mtu(address("192.0.2.2"), 1000);
  both.left.send_plain(ip_packet_of(kA6, kB6, 1281));
  ASSERT_EQ(both.left.plain.written.size(), 1u);
  EXPECT_EQ(get16(both.left.plain.written[0], 46), 1280u);
  both.left.send_plain(ip_packet_of(kA6, kB6, 1280));
  ASSERT_EQ(both.left.wire.sent.size(), 1u);
  EXPECT_FALSE(both.left.wire.sent[0].packet.dont_fragment);  // though the card had set it
  both.carry();
  EXPECT_EQ(both.right.plain.written.size(), 1u);
}

TEST(PacketMoverSize, ErrorsAreSentAtALimitedRate) {
  TwoStations both(tunnel4());
  both.connect();
  const Packet packet = ip_packet_of(kA, kB, 1500, {.has_df = true});
  for (unsigned i = 0; i < 250; ++i) both.left.send_plain(packet);
  EXPECT_EQ(both.left.mover->counters().icmp_out, 100u);
  EXPECT_EQ(both.left.mover->counters().icmp_limited, 150u);
  EXPECT_EQ(both.left.dropped(MoverDrop::kTooBig), 250u);
  both.left.clock.time += std::chrono::seconds(1);
  both.left.send_plain(packet);
  EXPECT_EQ(both.left.mover->counters().icmp_out, 101u);
}

TEST(PacketMoverSize, LargestPacketAndOneMore) {
  TwoStations both(tunnel4(), {.link_mtu = 9216});
  both.connect();
  both.left.send_plain(ip_packet_of(kA, kB, 9000));
  both.left.send_plain(ip_packet_of(kA, kB, 9001));
  both.carry();
  EXPECT_EQ(both.right.plain.written.size(), 1u);
  EXPECT_EQ(both.left.card_dropped(Direction::kOutbound, DropReason::kTooLong), 1u);
}

TEST(PacketMoverSize, FragmentsThatFindNoRoomAreOneDrop) {
  TwoStations both(tunnel4(), {.queue_log2 = 3});
  both.connect();
  both.left.mover->set_path_mtu(address("192.0.2.2"), 576);
  both.left.send_plain(ip_packet_of(kA, kB, 8000));  // 16 fragments, 8 buffers
  EXPECT_EQ(both.left.dropped(MoverDrop::kNoBuffer), 1u);
  both.left.send_plain(ip_packet_of(kA, kB, 2000));
  EXPECT_EQ(both.left.wire.sent.size(), 4u);
  both.carry();
}

}  // namespace
}  // namespace holdfast::test

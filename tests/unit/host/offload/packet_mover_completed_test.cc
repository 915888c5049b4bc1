// SPDX-License-Identifier: Apache-2.0
// What becomes of a packet after the card: checks, ports, reasons.
#include "offload/packet_mover.h"
#include "unit/host/offload/offload_bench.h"

namespace holdfast::test {
namespace {

const TrafficSelector kLeft = selector("10.1.0.0/16"), kRight = selector("10.2.0.0/16");
const IpAddress kA = address("10.1.0.1"), kB = address("10.2.0.1");
constexpr auto kOut = Direction::kOutbound, kIn = Direction::kInbound;

Tunnel tunnel4() { return {kLeft, kRight, binding("192.0.2.1", "192.0.2.2")}; }

TEST(PacketMoverCompleted, SelectorsWithPortsAreCheckedBothWays) {
  const TrafficSelector web = selector("10.2.0.0/16", 6, 80);
  TwoStations both({selector("10.1.0.0/16", 6), web, binding("192.0.2.1", "192.0.2.2")});
  both.connect();
  const auto tcp = [](const IpAddress& from, const IpAddress& to, unsigned source, unsigned dest) {
    return ip_packet(from, to, udp(source, dest, Packet(20)), {.protocol = 6});
  };
  both.left.send_plain(tcp(kA, kB, 1000, 80));
  both.left.send_plain(tcp(kA, kB, 1000, 81));
  both.carry();
  EXPECT_EQ(both.right.plain.written.size(), 1u);
  EXPECT_EQ(both.left.dropped(MoverDrop::kNoPolicy), 1u);
  both.right.send_plain(tcp(kB, kA, 80, 1000));
  both.right.send_plain(tcp(kB, kA, 81, 1000));
  both.carry();
  EXPECT_EQ(both.left.plain.written.size(), 1u);
  EXPECT_EQ(both.right.dropped(MoverDrop::kNoPolicy), 1u);
}

/// A peer whose own policy lets more into the SA than was agreed (RFC 4301, 5.2).
TEST(PacketMoverCompleted, WhatThePeerShouldNotHaveSentIsDropped) {
  Station left, right;
  const PathId there = left.offload->add_path(binding("192.0.2.1", "192.0.2.2")).value();
  const PathId here = right.offload->add_path(binding("192.0.2.2", "192.0.2.1")).value();
  const SecretBytes key = fresh_key();
  ASSERT_TRUE(left.offload->add_sa(sa_request(kOut, 0x1000, there, kLeft, kRight, key)));
  ASSERT_TRUE(right.offload->add_sa(sa_request(kIn, 0x1000, here, selector("10.2.0.0/16", 17, 53),
                                               selector("10.1.0.0/16", 17), key)));
  left.send_plain(ip_packet(kA, kB, udp(9, 53, Packet(8))));
  left.send_plain(ip_packet(kA, kB, udp(53, 9, Packet(8))));
  left.send_plain(ip_packet(kA, kB, Packet(20), {.protocol = 6}));
  Packet later = ip_packet(kA, kB, Packet(16));
  put16(later, 6, 8);
  left.send_plain(later);
  TwoStations::deliver(left, right);
  EXPECT_EQ(right.plain.written.size(), 1u);
  EXPECT_EQ(right.dropped(MoverDrop::kSelector), 3u);
}

TEST(PacketMoverCompleted, TheCardsReasonsAreCounted) {
  TwoStations both(tunnel4());
  both.connect();
  both.left.send_plain(ip_packet_of(kA, kB, 100));
  const Carried good = both.left.wire.sent.front();
  Carried broken = good;
  broken.esp.back() ^= 1;
  both.left.wire.sent.push_front(broken);
  both.left.wire.sent.push_back(good);  // a replay
  Carried unknown = good;
  unknown.esp[0] ^= 0x80;
  both.left.wire.sent.push_back(unknown);
  Carried stump = good;
  stump.esp.resize(4);
  both.left.wire.sent.push_back(stump);
  both.carry();
  EXPECT_EQ(both.right.plain.written.size(), 1u);
  EXPECT_EQ(both.right.card_dropped(kIn, DropReason::kIcv), 1u);
  EXPECT_EQ(both.right.card_dropped(kIn, DropReason::kReplayEarly), 1u);
  EXPECT_EQ(both.right.card_dropped(kIn, DropReason::kNoSa), 1u);
  EXPECT_EQ(both.right.card_dropped(kIn, DropReason::kBadLength), 1u);
}

TEST(PacketMoverCompleted, PortsThatRefuseAreCounted) {
  TwoStations both(tunnel4());
  both.connect();
  both.left.wire.most = 3;
  for (unsigned i = 0; i < 5; ++i) both.left.plain.to_read.push_back(ip_packet_of(kA, kB, 100));
  both.left.mover->on_plain_readable();
  EXPECT_EQ(both.left.wire.sent.size(), 3u);
  EXPECT_EQ(both.left.dropped(MoverDrop::kWireRefused), 2u);
  both.right.plain.accepts = false;
  both.carry();
  EXPECT_EQ(both.right.dropped(MoverDrop::kPlainRefused), 3u);
}

TEST(PacketMoverCompleted, APortThatRefusesLaterIsCountedToo) {
  TwoStations both(tunnel4());
  both.connect();
  for (unsigned i = 0; i < 5; ++i) both.left.plain.to_read.push_back(ip_packet_of(kA, kB, 100));
  both.left.mover->on_plain_readable();
  both.right.plain.num_to_refuse = 2;
  both.carry();
  EXPECT_EQ(both.right.mover->counters().plain_out, 3u);
  EXPECT_EQ(both.right.dropped(MoverDrop::kPlainRefused), 2u);
}

TEST(PacketMoverCompleted, CongestionOnTheWireReachesTheInnerPacket) {
  TwoStations both(tunnel4());
  both.connect();
  both.left.send_plain(ip_packet_of(kA, kB, 100, {.traffic_class = 2}));
  both.left.wire.sent[0].packet.tos = 3;  // RFC 3168, 5: CE
  both.carry();
  ASSERT_EQ(both.right.plain.written.size(), 1u);
  EXPECT_EQ(both.right.plain.written[0][1] & 3, 3);
}

}  // namespace
}  // namespace holdfast::test

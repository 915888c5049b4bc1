// SPDX-License-Identifier: Apache-2.0
// Both directions, policies, and what is dropped. Sizes and waiting have files of their own.
#include "offload/packet_mover.h"

#include <random>

#include "unit/host/offload/offload_bench.h"

namespace holdfast::test {
namespace {

const TrafficSelector kLeft = selector("10.1.0.0/16"), kRight = selector("10.2.0.0/16");
const IpAddress kA = address("10.1.0.1"), kB = address("10.2.0.1");
const IpAddress kA6 = address("2001:db8:1::1"), kB6 = address("2001:db8:2::1");
constexpr auto kOut = Direction::kOutbound, kIn = Direction::kInbound;

Tunnel tunnel4() { return {kLeft, kRight, binding("192.0.2.1", "192.0.2.2")}; }

/// A packet each way, and another.
void ping(TwoStations& both, const IpAddress& left, const IpAddress& right) {
  const Packet there = ip_packet_of(left, right, 400), back = ip_packet_of(right, left, 900);
  both.left.send_plain(there);
  both.carry();
  ASSERT_FALSE(both.right.plain.written.empty());
  EXPECT_EQ(both.right.plain.written.back(), there);
  both.right.send_plain(back);
  both.carry();
  ASSERT_FALSE(both.left.plain.written.empty());
  EXPECT_EQ(both.left.plain.written.back(), back);
}

TEST(PacketMover, BothWaysOverEveryKindOfBinding) {
  for (const bool has_udp : {false, true})
    for (const Binding& around : {binding("192.0.2.1", "192.0.2.2", has_udp),
                                  binding("2001:db8::1", "2001:db8::2", has_udp)}) {
      TwoStations both({kLeft, kRight, around});
      both.connect();
      ping(both, kA, kB);
      TwoStations inner6({selector("2001:db8:1::/48"), selector("2001:db8:2::/48"), around});
      inner6.connect();
      ping(inner6, kA6, kB6);
    }
}

TEST(PacketMover, TheWireSeesTheBindingTosAndDf) {
  TwoStations both({kLeft, kRight, binding("192.0.2.1", "192.0.2.2", true)});
  both.connect();
  both.left.send_plain(ip_packet_of(kA, kB, 100, {.traffic_class = 0xB8 | 2, .has_df = true}));
  ASSERT_EQ(both.left.wire.sent.size(), 1u);
  const net::WirePacket& packet = both.left.wire.sent[0].packet;
  EXPECT_EQ(packet.own, both.tunnel.binding.own);
  EXPECT_EQ(packet.peer, both.tunnel.binding.peer);
  EXPECT_EQ(packet.encap, Encap::kUdp);
  EXPECT_EQ(packet.tos, 0xB8 | 2);
  EXPECT_TRUE(packet.dont_fragment);
  const Bytes& esp = both.left.wire.sent[0].esp;
  EXPECT_EQ(get16(esp, 0), 0xC0DEu);  // from the SPI on
  both.carry();
}

TEST(PacketMover, ManyPacketsKeepTheirOrder) {
  TwoStations both(tunnel4());
  both.connect();
  std::vector<Packet> sent;
  for (unsigned i = 0; i < 1000; ++i) {
    sent.push_back(ip_packet_of(kA, kB, 60 + i % 1300, {}, i));
    both.left.plain.to_read.push_back(sent.back());
  }
  while (!both.left.plain.to_read.empty()) both.left.mover->on_plain_readable();
  both.carry();
  EXPECT_EQ(both.right.plain.written, sent);
  EXPECT_EQ(both.left.mover->counters().plain_in, 1000u);
  EXPECT_EQ(both.left.mover->counters().wire_out, 1000u);
  EXPECT_EQ(both.right.mover->counters().plain_out, 1000u);
}

TEST(PacketMover, TheNewestSaCarriesAndTheOlderIsStillHeard) {
  TwoStations both(tunnel4());
  both.connect();
  const SaPair old_left = both.left_sas;
  both.left.send_plain(ip_packet_of(kA, kB, 100));  // still under way under the old one
  both.connect();
  both.left.send_plain(ip_packet_of(kA, kB, 100));
  ASSERT_EQ(both.left.wire.sent.size(), 2u);
  EXPECT_NE(get16(both.left.wire.sent[0].esp, 2), get16(both.left.wire.sent[1].esp, 2));
  both.carry();
  EXPECT_EQ(both.right.plain.written.size(), 2u);
  both.left.offload->remove_sa(both.left_sas.out);
  both.left.send_plain(ip_packet_of(kA, kB, 100));
  both.carry();
  EXPECT_EQ(both.right.plain.written.size(), 3u);
  EXPECT_EQ(both.left.offload->query_sa(old_left.out).packets, 2u);
}

TEST(PacketMover, PoliciesWithoutAnSa) {
  Station station;
  station.offload->add_policy(1, Offload::PolicyAction::kDrop, kLeft, selector("10.3.0.0/16"));
  station.offload->add_policy(2, Offload::PolicyAction::kPass, kLeft, selector("10.4.0.0/16"));
  station.send_plain(ip_packet_of(kA, address("10.3.0.1"), 100));
  station.send_plain(ip_packet_of(kA, address("10.4.0.1"), 100));
  station.send_plain(ip_packet_of(kA, address("10.5.0.1"), 100));
  station.send_plain(Packet(33, 0x45));
  EXPECT_EQ(station.dropped(MoverDrop::kPolicyDrop), 1u);
  EXPECT_EQ(station.dropped(MoverDrop::kNoClearPort), 1u);
  EXPECT_EQ(station.dropped(MoverDrop::kNoPolicy), 1u);
  EXPECT_EQ(station.dropped(MoverDrop::kMalformed), 1u);
  EXPECT_TRUE(station.wire.sent.empty());
  EXPECT_EQ(station.card->counters().packets_in[1], 0u);
}

TEST(PacketMover, PassLeavesByTheClearPortOnly) {
  Station station({}, {}, true);
  station.offload->add_policy(2, Offload::PolicyAction::kPass, kLeft, kRight);
  const Packet packet = ip_packet_of(kA, kB, 100);
  station.send_plain(packet);
  ASSERT_EQ(station.clear.sent.size(), 1u);
  EXPECT_EQ(station.clear.sent[0], packet);
  EXPECT_TRUE(station.wire.sent.empty());
}

TEST(PacketMover, EspOfImpossibleLengthNeverReachesTheCard) {
  Station station;
  const Packet huge(9197);  // one more than fits into 9,216 with its header
  net::WirePacket packet;
  packet.own.address = address("192.0.2.1");
  packet.peer.address = address("192.0.2.2");
  packet.esp = huge;
  station.mover->on_wire_packet(packet);
  packet.esp = {};
  station.mover->on_wire_packet(packet);
  EXPECT_EQ(station.dropped(MoverDrop::kWireLength), 2u);
  packet.esp = ByteView(huge).first(9196);
  station.mover->on_wire_packet(packet);
  station.settle();
  EXPECT_EQ(station.card->counters().packets_in[0], 1u);
}

TEST(PacketMover, ASlowCardLeavesPacketsInTheTunAndDropsThoseOfTheWire) {
  TwoStations both(tunnel4(), {.queue_log2 = 4});
  both.connect();
  for (unsigned i = 0; i < 40; ++i) both.left.plain.to_read.push_back(ip_packet_of(kA, kB, 100));
  both.left.io.is_late = true;
  both.left.mover->on_plain_readable();
  both.left.mover->on_plain_readable();
  EXPECT_EQ(both.left.plain.to_read.size(), 24u);
  EXPECT_TRUE(both.left.mover->busy());
  both.left.io.release();
  while (!both.left.plain.to_read.empty()) both.left.mover->on_plain_readable();
  EXPECT_EQ(both.left.wire.sent.size(), 40u);
  both.right.io.is_late = true;
  both.right.io.polls_to_release = 1;
  both.carry();
  EXPECT_EQ(both.right.plain.written.size(), 16u);
  EXPECT_EQ(both.right.dropped(MoverDrop::kNoBuffer), 24u);
}

TEST(PacketMover, WhatCameTogetherIsReadWithoutAnotherCall) {
  TwoStations both(tunnel4(), {.queue_log2 = 8});
  both.connect();
  both.left.plain.come_together = true;
  for (unsigned i = 0; i < 100; ++i) both.left.plain.to_read.push_back(ip_packet_of(kA, kB, 100));
  both.left.mover->on_plain_readable();
  EXPECT_TRUE(both.left.plain.to_read.empty());
  both.carry();
  EXPECT_EQ(both.right.plain.written.size(), 100u);
}

TEST(PacketMover, WhatCameTogetherWaitsForSpace) {
  TwoStations both(tunnel4(), {.queue_log2 = 4});
  both.connect();
  both.left.plain.come_together = true;
  for (unsigned i = 0; i < 40; ++i) both.left.plain.to_read.push_back(ip_packet_of(kA, kB, 100));
  both.left.io.is_late = true;
  both.left.mover->on_plain_readable();
  EXPECT_EQ(both.left.plain.to_read.size(), 24u);
  both.left.io.release();
  both.left.settle();  // the descriptor is not readable any more: busy() makes its owner poll
  EXPECT_TRUE(both.left.plain.to_read.empty());
  EXPECT_EQ(both.left.wire.sent.size(), 40u);
}

TEST(PacketMover, WakesItsOwnerForPacketsOfTheWire) {
  TwoStations both(tunnel4());
  both.connect();
  both.left.send_plain(ip_packet_of(kA, kB, 100));
  both.left.send_plain(ip_packet_of(kA, kB, 100));
  EXPECT_EQ(both.left.num_wakes, 0u);
  both.carry();
  EXPECT_EQ(both.right.num_wakes, 1u);  // for the first; the second found it busy
}

TEST(PacketMover, AResetCardIsNoticed) {
  TwoStations both(tunnel4());
  both.connect();
  Station& left = both.left;
  left.io.is_late = true;
  left.plain.to_read.push_back(ip_packet_of(kA, kB, 100));
  left.mover->on_plain_readable();
  ASSERT_TRUE(left.mover->busy());
  ASSERT_TRUE(left.card->reset());
  left.settle();
  EXPECT_TRUE(left.mover->is_stopped());
  left.send_plain(ip_packet_of(kA, kB, 100));
  EXPECT_EQ(left.dropped(MoverDrop::kCardStopped), 2u);
}

TEST(PacketMover, AStoppedQueueIsNoticed) {
  TwoStations both(tunnel4());
  both.connect();
  Station& left = both.left;
  left.io.write_csr(csr::kQueuesControl(0), 0);
  for (unsigned i = 0; i < 100; ++i) left.send_plain(ip_packet_of(kA, kB, 100));
  left.settle();
  EXPECT_TRUE(left.mover->is_stopped());
  EXPECT_EQ(left.dropped(MoverDrop::kCardStopped), 100u);
}

/// SAs come and go at any point of the traffic; nothing is lost without a reason, and what arrives
/// arrives whole and in order.
TEST(PacketMover, SasChangeUnderLoad) {
  const unsigned seed = seed_of_test();
  std::mt19937 random(seed);
  SCOPED_TRACE("HOLDFAST_SEED=" + std::to_string(seed));
  TwoStations both(tunnel4());
  both.connect();
  std::deque<std::pair<SaPair, SaPair>> alive{{both.left_sas, both.right_sas}};
  unsigned number = 0;
  for (unsigned step = 0; step < 2000; ++step) {
    for (auto i = random() % 20; i > 0; --i) {
      Packet packet = ip_packet_of(kA, kB, 60 + random() % 1300);
      put16(packet, 4, ++number);
      both.left.plain.to_read.push_back(packet);
    }
    if (random() % 4 == 0) {
      both.left.io.is_late = true;
      both.left.io.polls_to_release = 1 + static_cast<unsigned>(random() % 30);
    }
    both.left.mover->on_plain_readable();
    if (random() % 3 == 0) {
      both.connect();
      alive.emplace_back(both.left_sas, both.right_sas);
    }
    if (alive.size() > 1 + random() % 3) {
      both.left.offload->remove_sa(alive.front().first.out);
      both.left.offload->remove_sa(alive.front().first.in);
      both.right.offload->remove_sa(alive.front().second.in);
      both.right.offload->remove_sa(alive.front().second.out);
      alive.pop_front();
    }
    if (random() % 2 == 0) both.carry();
  }
  while (!both.left.plain.to_read.empty()) both.left.mover->on_plain_readable();
  both.carry();
  EXPECT_GT(both.right.plain.written.size(), number / 2);
  unsigned last = 0;
  for (const Packet& packet : both.right.plain.written) {
    ASSERT_GT(get16(packet, 4), last);
    last = get16(packet, 4);
    ASSERT_EQ(get16(packet, 2), packet.size());
  }
  // Only the removal of an SA loses packets here: at one end, or under way between the two.
  EXPECT_EQ(both.left.card_dropped(kOut, DropReason::kNoSa) +
                both.right.card_dropped(kIn, DropReason::kNoSa) + both.right.plain.written.size(),
            number);
  EXPECT_EQ(both.left.offload->num_lost_rows() + both.right.offload->num_lost_rows(), 0u);
}

}  // namespace
}  // namespace holdfast::test

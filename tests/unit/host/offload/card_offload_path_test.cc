// SPDX-License-Identifier: Apache-2.0
// Where peers are heard, what the card tells of it, and when the old way is empty.
#include "offload/card_offload.h"
#include "unit/host/offload/offload_bench.h"

namespace holdfast::test {
namespace {

const TrafficSelector kLeft = selector("10.1.0.0/16"), kRight = selector("10.2.0.0/16");
const Packet kPacket = ip_packet_of(address("10.1.0.1"), address("10.2.0.1"), 100);
const Binding kBinding = binding("192.0.2.1", "192.0.2.2");
const Binding kUdpBinding = binding("192.0.2.1", "192.0.2.2", true);
const Endpoint kElsewhere{address("198.51.100.9"), 1024};

Result<SaId> add(Station& station, Direction direction, std::uint32_t spi, PathId path) {
  return station.offload->add_sa(sa_request(direction, spi, path, kLeft, kRight, fresh_key()));
}

Event event_of(EventKind kind, std::uint16_t sa_index, const Endpoint& own, const Endpoint& peer) {
  Event event{};
  event.kind = static_cast<std::uint8_t>(kind);
  event.sa_index = sa_index;
  event.address_family = peer.address.is_ipv6 ? 6 : 4;
  event.own_address = own.address.bytes;
  event.peer_address = peer.address.bytes;
  event.own_port = own.port;
  event.peer_port = peer.port;
  return event;
}

// ---------------------------------------------------------------- roaming peers

TEST(CardOffloadPath, ARoamingPeerIsToldWithItsEndpoints) {
  for (const bool is_ipv6 : {false, true}) {
    Station station;
    const PathId path = station.offload->add_path(kUdpBinding).value();
    const SaId sa = add(station, Direction::kInbound, 0x1000, path).value();
    const Endpoint own{address(is_ipv6 ? "2001:db8::1" : "192.0.2.1"), 4500};
    const Endpoint peer{address(is_ipv6 ? "2001:db8::9" : "198.51.100.9"), 1024};
    EXPECT_CALL(station.observer, on_roam(sa, own, peer)).Times(1);
    station.io.raise(event_of(EventKind::kRoam, 0, own, peer));
    station.io.raise(event_of(EventKind::kRoam, 0, own, peer));  // the next packet
    station.offload->poll_events();
    station.offload->poll_events();
  }
}

TEST(CardOffloadPath, RawEspHasNoPorts) {
  Station station;
  const PathId path = station.offload->add_path(kBinding).value();
  const SaId sa = add(station, Direction::kInbound, 0x1000, path).value();
  const Endpoint own{address("192.0.2.1"), 0}, peer{address("198.51.100.9"), 0};
  EXPECT_CALL(station.observer, on_roam(sa, own, peer)).Times(1);
  station.io.raise(event_of(EventKind::kRoam, 0, own, peer));
  station.offload->poll_events();
}

TEST(CardOffloadPath, AnotherPortOfTheSameAddressIsAMoveToo) {
  Station station;
  const PathId path = station.offload->add_path(kUdpBinding).value();
  const SaId sa = add(station, Direction::kInbound, 0x1000, path).value();
  const Endpoint peer{kUdpBinding.peer.address, 1024};
  EXPECT_CALL(station.observer, on_roam(sa, kUdpBinding.own, peer)).Times(1);
  station.io.raise(event_of(EventKind::kRoam, 0, kUdpBinding.own, peer));
  station.offload->poll_events();
}

TEST(CardOffloadPath, APeerThatWasBoundMeanwhileDoesNotRoam) {
  Station station;
  const PathId path = station.offload->add_path(kUdpBinding).value();
  ASSERT_TRUE(add(station, Direction::kInbound, 0x1000, path));
  EXPECT_CALL(station.observer, on_roam).Times(0);
  station.io.raise(event_of(EventKind::kRoam, 0, kUdpBinding.own, kElsewhere));
  Binding moved = kUdpBinding;
  moved.peer = kElsewhere;
  ASSERT_TRUE(station.offload->rebind(path, moved));
  station.offload->poll_events();
}

/// Neither port is 4500, so the card was shown 4500 as ours.
TEST(CardOffloadPath, TheOwnPortIsOursWhateverTheCardWasShown) {
  Station station;
  Binding other = kUdpBinding;
  other.own.port = 14500;
  other.peer.port = 24500;
  const PathId path = station.offload->add_path(other).value();
  const SaId sa = add(station, Direction::kInbound, 0x1000, path).value();
  const Endpoint shown{other.own.address, 4500};
  EXPECT_CALL(station.observer, on_roam(sa, other.own, kElsewhere)).Times(1);
  station.io.raise(event_of(EventKind::kRoam, 0, shown, other.peer));
  station.io.raise(event_of(EventKind::kRoam, 0, shown, kElsewhere));
  station.offload->poll_events();
}

TEST(CardOffloadPath, RoamEventsOfARemovedSaAreForgotten) {
  Station station({.num_sas = 1});
  const PathId path = station.offload->add_path(kUdpBinding).value();
  const SaId sa = add(station, Direction::kInbound, 0x1000, path).value();
  EXPECT_CALL(station.observer, on_roam).Times(0);
  station.io.raise(event_of(EventKind::kRoam, 0, kUdpBinding.own, kElsewhere));
  station.offload->remove_sa(sa);
  ASSERT_TRUE(add(station, Direction::kInbound, 0x1001, path));  // in the same row
  station.offload->poll_events();
}

// ---------------------------------------------------------------- credit

Event credit_event(std::uint16_t path_index, std::uint32_t generation) {
  Event event{};
  event.kind = static_cast<std::uint8_t>(EventKind::kCredit);
  event.path_index = path_index;
  event.generation = generation;
  return event;
}

TEST(CardOffloadPath, AUsedUpCreditIsToldOfItsPath) {
  Station station;
  const PathId first = station.offload->add_path(kBinding).value();
  const PathId second = station.offload->add_path(kUdpBinding).value();
  ASSERT_TRUE(station.offload->rebind(second, kUdpBinding, 1000));  // generation 3
  EXPECT_CALL(station.observer, on_credit_used_up(second)).Times(1);
  EXPECT_CALL(station.observer, on_credit_used_up(first)).Times(0);
  station.io.raise(credit_event(1, 3));
  station.io.raise(credit_event(1, 3));
  station.io.raise(credit_event(7, 3));  // nobody's
  station.offload->poll_events();
}

TEST(CardOffloadPath, ACreditThatWasLiftedMeanwhileIsNotTold) {
  Station station;
  const PathId path = station.offload->add_path(kBinding).value();
  ASSERT_TRUE(station.offload->rebind(path, kBinding, 1000));
  EXPECT_CALL(station.observer, on_credit_used_up).Times(0);
  station.io.raise(credit_event(0, 2));
  ASSERT_TRUE(station.offload->rebind(path, kBinding));
  station.offload->poll_events();
}

TEST(CardOffloadPath, CreditEventsOfARemovedPathAreNotTheNextOnes) {
  Station station({.num_paths = 1});
  const PathId path = station.offload->add_path(kBinding).value();
  EXPECT_CALL(station.observer, on_credit_used_up).Times(0);
  station.io.raise(credit_event(0, 1));
  station.offload->remove_path(path);
  ASSERT_TRUE(station.offload->add_path(kBinding));
  station.io.raise(credit_event(0, 1));  // of a packet that was in the card all the while
  station.offload->poll_events();
}

// ---------------------------------------------------------------- where packets came from

void expect_usage(Station& station, PathId path, std::uint64_t bound, std::uint64_t elsewhere) {
  const PathUsage usage = station.offload->query_path(path);
  EXPECT_EQ(usage.bound, bound);
  EXPECT_EQ(usage.elsewhere, elsewhere);
}

struct Tunnelled : TwoStations {
  explicit Tunnelled(const Binding& around) : TwoStations({kLeft, kRight, around}) { connect(); }
  /// A packet from left to right whose outer header `change` rewrote on the way.
  template <typename Change>
  void send(Change change) {
    left.send_plain(kPacket);
    change(left.wire.sent.back());
    carry();
  }
};

TEST(CardOffloadPath, PacketsAreCountedByTheirEndpoints) {
  Tunnelled both(kUdpBinding);
  both.send([](Carried&) {});
  both.send([](Carried&) {});
  both.send([](Carried& carried) { carried.packet.own = kElsewhere; });
  both.send([](Carried& carried) { carried.packet.own.port = 1024; });
  both.send([](Carried& carried) { carried.packet.peer.address = address("192.0.2.77"); });
  expect_usage(both.right, both.right_path, 2, 3);
  expect_usage(both.left, both.left_path, 0, 0);
}

TEST(CardOffloadPath, WithoutUdpAtBothEndsPortsDoNotCount) {
  Tunnelled both(kBinding);
  both.send([](Carried&) {});
  both.send([](Carried& carried) {
    carried.packet.encap = Encap::kUdp;
    carried.packet.own.port = carried.packet.peer.port = 4500;
  });
  expect_usage(both.right, both.right_path, 2, 0);
}

TEST(CardOffloadPath, OnlyAuthenticPacketsCount) {
  Tunnelled both(kBinding);
  both.send([](Carried& carried) { carried.esp.back() ^= 1; });
  both.left.send_plain(kPacket);
  both.left.wire.sent.push_back(both.left.wire.sent.back());  // a replay
  both.carry();
  expect_usage(both.right, both.right_path, 1, 0);
}

TEST(CardOffloadPath, WhatIsDroppedForItsInsideIsAuthentic) {
  Station left, right;
  const PathId there = left.offload->add_path(kBinding).value();
  const PathId here = right.offload->add_path(binding("192.0.2.2", "192.0.2.1")).value();
  const SecretBytes key = fresh_key();
  ASSERT_TRUE(
      left.offload->add_sa(sa_request(Direction::kOutbound, 0x1000, there, kLeft, kRight, key)));
  ASSERT_TRUE(right.offload->add_sa(
      sa_request(Direction::kInbound, 0x1000, here, selector("10.2.77.0/24"), kLeft, key)));
  left.send_plain(kPacket);
  TwoStations::deliver(left, right);
  EXPECT_EQ(right.card_dropped(Direction::kInbound, DropReason::kSelector), 1u);
  expect_usage(right, here, 1, 0);
}

TEST(CardOffloadPath, ARebindCountsAnew) {
  Tunnelled both(kBinding);
  both.send([](Carried&) {});
  Binding moved = binding("192.0.2.2", "198.51.100.9");
  ASSERT_TRUE(both.right.offload->rebind(both.right_path, moved));
  expect_usage(both.right, both.right_path, 0, 0);
  both.send([](Carried&) {});  // still from the old address
  both.send([](Carried& carried) { carried.packet.own.address = address("198.51.100.9"); });
  expect_usage(both.right, both.right_path, 1, 1);
}

// ---------------------------------------------------------------- as the card itself tells it

TEST(CardOffloadPath, TheCardTellsOfAPeerThatRoams) {
  Tunnelled both(kUdpBinding);
  Station& right = both.right;
  const Endpoint own = kUdpBinding.peer;
  EXPECT_CALL(right.observer, on_roam(both.right_sas.in, own, kElsewhere)).Times(1);
  both.send([](Carried&) {});
  both.send([](Carried& carried) { carried.packet.own = kElsewhere; });
  both.send([](Carried& carried) { carried.packet.own = kElsewhere; });
  right.offload->poll_events();
  // Where it is bound now, it does not roam; the old endpoint would.
  Binding moved{own, kElsewhere, Encap::kUdp};
  ASSERT_TRUE(right.offload->rebind(both.right_path, moved));
  both.send([](Carried& carried) { carried.packet.own = kElsewhere; });
  right.offload->poll_events();
  EXPECT_CALL(right.observer, on_roam(both.right_sas.in, own, kUdpBinding.own)).Times(1);
  both.send([](Carried&) {});
  right.offload->poll_events();
}

TEST(CardOffloadPath, AnOlderPacketFromElsewhereIsNoMove) {
  Tunnelled both(kUdpBinding);
  EXPECT_CALL(both.right.observer, on_roam).Times(0);
  both.left.send_plain(kPacket);
  both.left.send_plain(kPacket);
  std::swap(both.left.wire.sent[0], both.left.wire.sent[1]);
  both.left.wire.sent[1].packet.own = kElsewhere;
  both.carry();
  both.right.offload->poll_events();
  expect_usage(both.right, both.right_path, 1, 1);
}

TEST(CardOffloadPath, CreditIsWhatMayLeaveUntilThePeerIsHeardThere) {
  Tunnelled both(kBinding);
  Station& left = both.left;
  const std::size_t outer_bytes = 156;  // of kPacket: 20 and 8 and 8 and 16 around 102 and 2 more
  ASSERT_TRUE(left.offload->rebind(both.left_path, kBinding, 2 * outer_bytes));
  EXPECT_CALL(left.observer, on_credit_used_up(both.left_path)).Times(1);
  const auto sent_of = [&](unsigned count) {
    const std::size_t before = left.mover->counters().wire_out;
    for (unsigned i = 0; i < count; ++i) left.send_plain(kPacket);
    return left.mover->counters().wire_out - before;
  };
  EXPECT_EQ(sent_of(5), 2u);
  EXPECT_EQ(left.card_dropped(Direction::kOutbound, DropReason::kCredit), 3u);
  left.offload->poll_events();
  both.right.send_plain(ip_packet_of(address("10.2.0.1"), address("10.1.0.1"), 100));
  both.carry();
  EXPECT_EQ(sent_of(5), 3u);  // three times what came
  left.offload->poll_events();
  ASSERT_TRUE(left.offload->rebind(both.left_path, kBinding));
  EXPECT_EQ(sent_of(5), 5u);
  left.offload->poll_events();
  both.carry();
}

// ---------------------------------------------------------------- the drain fence

TEST(CardOffloadPath, WhatTheCardIsDoneWithLeavesOnlyWhenItIsTaken) {
  Tunnelled both(kBinding);
  Station& left = both.left;
  EXPECT_TRUE(left.offload->is_drained(both.left_path));
  left.io.is_late = true;
  left.plain.to_read.push_back(kPacket);
  left.mover->on_plain_readable();
  ASSERT_TRUE(left.offload->rebind(both.left_path, kUdpBinding));
  EXPECT_FALSE(left.offload->is_drained(both.left_path));
  left.io.release();
  EXPECT_FALSE(left.offload->is_drained(both.left_path));
  left.mover->poll();
  EXPECT_TRUE(left.offload->is_drained(both.left_path));
  both.carry();
}

TEST(CardOffloadPath, DrainedIsWhenTheFencePassed) {
  Station station;
  const PathId path = station.offload->add_path(kBinding).value();
  station.io.fence_lag = 1;
  ASSERT_TRUE(station.offload->rebind(path, kUdpBinding));
  EXPECT_FALSE(station.offload->is_drained(path));
  station.io.fence_lag = 0;
  EXPECT_TRUE(station.offload->is_drained(path));
  station.io.fence_lag = 100;  // of others; passed is passed
  EXPECT_TRUE(station.offload->is_drained(path));
}

TEST(CardOffloadPath, GenerationsWrap) {
  for (const std::uint32_t age : {0xFFFFFFFFu, 0xFFFFFFFEu, 0xFFFFFFFDu, 0x7FFFFFFEu}) {
    Station station;
    station.io.card_age = age;
    const PathId path = station.offload->add_path(kBinding).value();  // generation age + 1
    EXPECT_TRUE(station.offload->is_drained(path));
    for (unsigned i = 0; i < 3; ++i) {
      station.io.fence_lag = 1 + i;  // 0xFFFFFFFF, seen from a generation of 0, 1 or 2
      ASSERT_TRUE(station.offload->rebind(path, i % 2 == 0 ? kUdpBinding : kBinding));
      EXPECT_FALSE(station.offload->is_drained(path)) << age << ", rebind " << i;
      station.io.fence_lag = 0;
      EXPECT_TRUE(station.offload->is_drained(path)) << age << ", rebind " << i;
    }
  }
}

TEST(CardOffloadPath, DrainedStaysDrainedForAFullTurn) {
  Station station;
  const PathId path = station.offload->add_path(kBinding).value();
  ASSERT_TRUE(station.offload->rebind(path, kUdpBinding));
  ASSERT_TRUE(station.offload->is_drained(path));
  station.io.card_age = 0x80000005;  // others were bound that often
  EXPECT_TRUE(station.offload->is_drained(path));
}

}  // namespace
}  // namespace holdfast::test

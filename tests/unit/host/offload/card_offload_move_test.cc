// SPDX-License-Identifier: Apache-2.0
// card_offload_path.cc: some SAs of a path move to another, all or none.
#include "offload/card_offload.h"
#include "unit/host/offload/offload_bench.h"

namespace holdfast::test {
namespace {

const TrafficSelector kLeft = selector("10.1.0.0/16");
const Binding kOld = binding("192.0.2.1", "192.0.2.2");
const Binding kNew = binding("198.51.100.7", "192.0.2.2", true);

/// Outbound SAs to 10.2/16, 10.3/16 … on one path, and another path.
struct Movers : Station {
  explicit Movers(unsigned count) {
    from = offload->add_path(kOld).value();
    to = offload->add_path(kNew).value();
    for (unsigned i = 0; i < count; ++i)
      sas.push_back(
          offload
              ->add_sa(sa_request(Direction::kOutbound, 0x1000 + i, from, kLeft,
                                  selector("10." + std::to_string(2 + i) + ".0.0/16"), fresh_key()))
              .value());
  }
  static Packet packet_for(std::size_t sa) {
    return ip_packet_of(address("10.1.0.1"), address("10." + std::to_string(2 + sa) + ".0.1"), 100);
  }
  /// By which path the SA sends now; also what it did before was not lost.
  Endpoint sends_from(std::size_t sa) {
    wire.sent.clear();
    send_plain(packet_for(sa));
    EXPECT_EQ(wire.sent.size(), 1u);
    return wire.sent.empty() ? Endpoint{} : wire.sent.front().packet.own;
  }
  void remove_all() {
    for (const SaId sa : sas) offload->remove_sa(sa);
    sas.clear();
  }
  PathId from{}, to{};
  std::vector<SaId> sas;
};

TEST(CardOffloadMove, SomeMoveAndTheOthersStay) {
  Movers station(4);
  ASSERT_TRUE(station.offload->move_sas(std::vector{station.sas[1], station.sas[3]}, station.to));
  EXPECT_EQ(station.sends_from(0), kOld.own);
  EXPECT_EQ(station.sends_from(1), kNew.own);
  EXPECT_EQ(station.sends_from(2), kOld.own);
  EXPECT_EQ(station.sends_from(3), kNew.own);
  // A binding is that of the path where they are now.
  ASSERT_TRUE(station.offload->rebind(station.from, binding("192.0.2.99", "192.0.2.2")));
  EXPECT_EQ(station.sends_from(1), kNew.own);
}

TEST(CardOffloadMove, NumbersGoOnWhereTheyWere) {
  Movers station(1);
  EXPECT_EQ(station.sends_from(0), kOld.own);
  ASSERT_TRUE(station.offload->move_sas(station.sas, station.to));
  EXPECT_EQ(station.sends_from(0), kNew.own);
  EXPECT_EQ(station.offload->query_sa(station.sas[0]).sequence, 3u);
}

/// A path may go when none is left on it, and not before.
TEST(CardOffloadMove, PathsKnowHowManyTheyCarry) {
  Movers station(2);
  const std::vector<SaId> first{station.sas[0]};
  ASSERT_TRUE(station.offload->move_sas(first, station.to));
  EXPECT_DEATH(station.offload->remove_path(station.to), "num_sas == 0");
  EXPECT_DEATH(station.offload->remove_path(station.from), "num_sas == 0");
  ASSERT_TRUE(station.offload->move_sas(first, station.to));  // where it is already
  ASSERT_TRUE(station.offload->move_sas(station.sas, station.to));
  station.offload->remove_path(station.from);
  station.remove_all();
  station.offload->remove_path(station.to);
}

TEST(CardOffloadMove, NoneIsNone) {
  Movers station(1);
  ASSERT_TRUE(station.offload->move_sas({}, station.to));
  EXPECT_TRUE(station.offload->is_drained(station.to));
  EXPECT_EQ(station.sends_from(0), kOld.own);
}

TEST(CardOffloadMove, ACardThatFailsHalfWayLeavesAllWhereTheyWere) {
  for (unsigned works = 0; works < 4; ++works) {
    Movers station(4);
    const auto version = station.offload->version();
    station.io.good_moves = works;
    station.io.bad_moves = 1;
    EXPECT_EQ(station.offload->move_sas(station.sas, station.to).error().code,
              ErrorCode::kBadValue);
    EXPECT_EQ(station.offload->version(), version);
    for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(station.sends_from(i), kOld.own) << works;
    station.offload->remove_path(station.to);  // nobody is on it
    station.remove_all();
    station.offload->remove_path(station.from);
  }
}

TEST(CardOffloadMove, AfterAFailureItWorksTheNextTime) {
  Movers station(3);
  station.io.good_moves = 2;
  station.io.bad_moves = 1;
  ASSERT_FALSE(station.offload->move_sas(station.sas, station.to));
  ASSERT_TRUE(station.offload->move_sas(station.sas, station.to));
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(station.sends_from(i), kNew.own);
  station.offload->remove_path(station.from);
}

/// Two paths fit; whether the row that they were to move to is in use, nobody knows any more.
TEST(CardOffloadMove, APathOfWhichNobodyKnowsIsNotUsedAgain) {
  for (const bool is_silent : {false, true}) {
    Station station({.num_paths = 2});
    const PathId from = station.offload->add_path(kOld).value();
    const PathId to = station.offload->add_path(kNew).value();
    std::vector<SaId> sas;
    for (const std::uint32_t spi : {0x1000u, 0x1001u})
      sas.push_back(station.offload
                        ->add_sa(sa_request(Direction::kInbound, spi, from, kLeft,
                                            selector("10.2.0.0/16"), fresh_key()))
                        .value());
    station.io.good_moves = 1;
    station.io.bad_moves = 2;  // the second SA, and the first one's way back
    station.io.is_silent = is_silent;
    EXPECT_FALSE(station.offload->move_sas(sas, to));
    station.offload->remove_path(to);
    EXPECT_EQ(station.offload->add_path(kNew).error().code, ErrorCode::kFull);
  }
}

TEST(CardOffloadMove, PacketsUnderWayAreNotLost) {
  Movers station(2);
  station.io.is_late = true;
  for (unsigned i = 0; i < 10; ++i) station.plain.to_read.push_back(Movers::packet_for(i % 2));
  station.mover->on_plain_readable();
  ASSERT_TRUE(station.offload->move_sas(std::vector{station.sas[0]}, station.to));
  EXPECT_FALSE(station.offload->is_drained(station.to));
  station.io.release();
  station.settle();
  EXPECT_TRUE(station.offload->is_drained(station.to));
  ASSERT_EQ(station.wire.sent.size(), 10u);
  for (std::size_t i = 0; i < 10; ++i)
    EXPECT_EQ(station.wire.sent[i].packet.own, i % 2 == 0 ? kNew.own : kOld.own);
}

TEST(CardOffloadMove, WhatWasLearntOfTheWayIsDropped) {
  Movers station(1);
  const auto told = [&] {
    station.send_plain(
        ip_packet_of(address("10.1.0.1"), address("10.2.0.1"), 1500, {.has_df = true}));
    return get16(station.plain.written.back(), 26);
  };
  station.mover->set_path_mtu(address("192.0.2.2"), 1000);
  EXPECT_EQ(told(), 946u);  // (1000 - 52) / 4 * 4 - 2
  ASSERT_TRUE(station.offload->move_sas(station.sas, station.to));
  EXPECT_EQ(told(), 1438u);  // (1500 - 60) / 4 * 4 - 2
}

TEST(CardOffloadMove, InboundSasCountForTheirNewPath) {
  TwoStations both({kLeft, selector("10.2.0.0/16"), kOld});
  both.connect();
  const Binding moved = binding("192.0.2.2", "198.51.100.7");
  const PathId path = both.right.offload->add_path(moved).value();
  ASSERT_TRUE(both.right.offload->move_sas(std::vector{both.right_sas.in}, path));
  both.left.send_plain(Movers::packet_for(0));
  both.left.send_plain(Movers::packet_for(0));
  both.left.wire.sent.back().packet.own.address = address("198.51.100.7");
  both.carry();
  EXPECT_EQ(both.right.offload->query_path(path).bound, 1u);
  EXPECT_EQ(both.right.offload->query_path(path).elsewhere, 1u);
  EXPECT_EQ(both.right.offload->query_path(both.right_path).bound, 0u);
}

}  // namespace
}  // namespace holdfast::test

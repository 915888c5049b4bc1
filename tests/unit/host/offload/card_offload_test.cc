// SPDX-License-Identifier: Apache-2.0
// card_offload.cc and card_offload_policy.cc.
#include "offload/card_offload.h"

#include "unit/host/offload/offload_bench.h"

namespace holdfast::test {
namespace {

using ::testing::InSequence;

const TrafficSelector kLeft = selector("10.1.0.0/16"), kRight = selector("10.2.0.0/16");
const Packet kPacket = ip_packet_of(address("10.1.0.1"), address("10.2.0.1"), 100);

const Binding kBinding = binding("192.0.2.1", "192.0.2.2");

Result<SaId> add(Station& station, Direction direction, std::uint32_t spi, PathId path) {
  return station.offload->add_sa(sa_request(direction, spi, path, kLeft, kRight, fresh_key()));
}

TEST(CardOffload, TellsTheSuitesOfTheCard) {
  Station station;
  EXPECT_EQ(station.offload->suites(), station.card->info().suites);
}

TEST(CardOffload, SpisAreTakenWhileTheirSaLives) {
  Station station;
  const PathId path = station.offload->add_path(kBinding).value();
  EXPECT_TRUE(station.offload->is_spi_free(Spi{0x1000}));
  const SaId sa = add(station, Direction::kInbound, 0x1000, path).value();
  EXPECT_FALSE(station.offload->is_spi_free(Spi{0x1000}));
  EXPECT_EQ(add(station, Direction::kInbound, 0x1000, path).error().code, ErrorCode::kInUse);
  EXPECT_TRUE(add(station, Direction::kOutbound, 0x1000, path));  // the peer's choice
  station.offload->remove_sa(sa);
  EXPECT_TRUE(station.offload->is_spi_free(Spi{0x1000}));
  EXPECT_TRUE(add(station, Direction::kInbound, 0x1000, path));
}

TEST(CardOffload, SelectorsFollowTheDirection) {
  Station station;
  const PathId path = station.offload->add_path(kBinding).value();
  ASSERT_TRUE(add(station, Direction::kOutbound, 0x1000, path));
  station.send_plain(kPacket);
  EXPECT_EQ(station.wire.sent.size(), 1u);
  EXPECT_EQ(station.card->counters().all_drops(), 0u);
}

TEST(CardOffload, WhatTheCardRefusesChangesNothing) {
  Station station({.num_sas = 2});
  const PathId path = station.offload->add_path(kBinding).value();
  const auto version = station.offload->spd().version();
  SaRequest bad = sa_request(Direction::kOutbound, 7, path, kLeft, kRight, fresh_key());
  EXPECT_EQ(station.offload->add_sa(std::move(bad)).error().code, ErrorCode::kBadValue);
  SaRequest mixed =
      sa_request(Direction::kInbound, 0x1000, path, kLeft, selector("::/0"), fresh_key());
  EXPECT_EQ(station.offload->add_sa(std::move(mixed)).error().code, ErrorCode::kBadValue);
  SaRequest unknown = sa_request(Direction::kInbound, 0x1000, path, kLeft, kRight, fresh_key());
  unknown.config.suite = static_cast<Suite>(9);
  EXPECT_EQ(station.offload->add_sa(std::move(unknown)).error().code, ErrorCode::kUnsupported);
  EXPECT_EQ(station.offload->spd().version(), version);
  EXPECT_TRUE(station.offload->is_spi_free(Spi{0x1000}));
  EXPECT_TRUE(add(station, Direction::kInbound, 0x1000, path));
  EXPECT_TRUE(add(station, Direction::kOutbound, 0x1000, path));
  EXPECT_EQ(add(station, Direction::kInbound, 0x1001, path).error().code, ErrorCode::kFull);
  EXPECT_TRUE(station.offload->is_spi_free(Spi{0x1001}));
}

TEST(CardOffload, AnOutboundKeyIsNotInstalledTwice) {
  Station station;
  const PathId path = station.offload->add_path(kBinding).value();
  const SecretBytes key = fresh_key();
  ASSERT_TRUE(
      station.offload->add_sa(sa_request(Direction::kOutbound, 0x1000, path, kLeft, kRight, key)));
  const auto again =
      station.offload->add_sa(sa_request(Direction::kOutbound, 0x1001, path, kLeft, kRight, key));
  EXPECT_EQ(again.error().code, ErrorCode::kInUse);
}

TEST(CardOffload, RowsAndPathsAreUsedAgain) {
  Station station({.num_sas = 2, .num_paths = 2});
  for (unsigned i = 0; i < 20; ++i) {
    const PathId path = station.offload->add_path(kBinding).value();
    const PathId other = station.offload->add_path(kBinding).value();
    EXPECT_EQ(station.offload->add_path(kBinding).error().code, ErrorCode::kFull);
    const SaId in = add(station, Direction::kInbound, 0x1000, path).value();
    const SaId out = add(station, Direction::kOutbound, 0x2000 + i, other).value();
    EXPECT_EQ(add(station, Direction::kInbound, 0x1001, path).error().code, ErrorCode::kFull);
    station.offload->remove_sa(in);
    station.offload->remove_sa(out);
    station.offload->remove_path(path);
    station.offload->remove_path(other);
  }
  EXPECT_EQ(station.offload->num_lost_rows(), 0u);
}

TEST(CardOffload, APathInUseMustNotBeRemoved) {
  Station station;
  const PathId path = station.offload->add_path(kBinding).value();
  ASSERT_TRUE(add(station, Direction::kInbound, 0x1000, path));
  EXPECT_DEATH(station.offload->remove_path(path), "num_sas == 0");
}

TEST(CardOffload, RebindMovesAllSasOfThePathAndNoOther) {
  Station station;
  const PathId path = station.offload->add_path(kBinding).value();
  const PathId other = station.offload->add_path(binding("192.0.2.1", "192.0.2.3")).value();
  ASSERT_TRUE(add(station, Direction::kOutbound, 0x1000, path));
  ASSERT_TRUE(station.offload->add_sa(sa_request(Direction::kOutbound, 0x1001, other, kLeft,
                                                 selector("10.3.0.0/16"), fresh_key())));
  const Binding moved = binding("198.51.100.7", "192.0.2.2", true);
  ASSERT_TRUE(station.offload->rebind(path, moved));
  station.send_plain(kPacket);
  station.send_plain(ip_packet_of(address("10.1.0.1"), address("10.3.0.1"), 100));
  ASSERT_EQ(station.wire.sent.size(), 2u);
  EXPECT_EQ(station.wire.sent[0].packet.own, moved.own);
  EXPECT_EQ(station.wire.sent[0].packet.encap, Encap::kUdp);
  EXPECT_EQ(station.wire.sent[1].packet.peer.address, address("192.0.2.3"));
}

TEST(CardOffload, ARefusedRebindKeepsTheBinding) {
  Station station;
  const PathId path = station.offload->add_path(kBinding).value();
  Binding mixed = kBinding;
  mixed.peer.address = address("2001:db8::2");
  EXPECT_EQ(station.offload->rebind(path, mixed).error().code, ErrorCode::kBadValue);
  EXPECT_EQ(station.offload->binding(path).peer, kBinding.peer);
  EXPECT_EQ(station.offload->add_path(mixed).error().code, ErrorCode::kBadValue);
}

TEST(CardOffload, UsageIsCountedAndIdleTimeTold) {
  Station station;
  const PathId path = station.offload->add_path(kBinding).value();
  const SaId sa = add(station, Direction::kOutbound, 0x1000, path).value();
  EXPECT_EQ(station.offload->query_sa(sa).idle_seconds, -1);
  station.send_plain(kPacket);
  station.send_plain(kPacket);
  station.clock.time += std::chrono::seconds(17);
  const SaUsage usage = station.offload->query_sa(sa);
  EXPECT_EQ(usage.packets, 2u);
  EXPECT_EQ(usage.bytes, 200u);
  EXPECT_EQ(usage.sequence, 3u);  // the next
  EXPECT_EQ(usage.idle_seconds, 17);
}

TEST(CardOffload, LifetimesAreToldOnceEach) {
  Station station;
  const PathId path = station.offload->add_path(kBinding).value();
  SaRequest request = sa_request(Direction::kOutbound, 0x1000, path, kLeft, kRight, fresh_key());
  request.config.lifetime.soft_packets = 2;
  request.config.lifetime.hard_packets = 3;
  const SaId sa = station.offload->add_sa(std::move(request)).value();
  {
    InSequence in_order;
    EXPECT_CALL(station.observer, on_soft_lifetime(sa)).Times(1);
    EXPECT_CALL(station.observer, on_hard_lifetime(sa)).Times(1);
  }
  for (unsigned i = 0; i < 5; ++i) station.send_plain(kPacket);
  station.offload->poll_events();
  station.offload->poll_events();
  EXPECT_EQ(station.wire.sent.size(), 3u);
  EXPECT_EQ(station.card_dropped(Direction::kOutbound, DropReason::kLifetime), 2u);
}

TEST(CardOffload, UsedUpNumbersAreAHardLifetime) {
  Station station;
  const PathId path = station.offload->add_path(kBinding).value();
  SaRequest request = sa_request(Direction::kOutbound, 0x1000, path, kLeft, kRight, fresh_key());
  request.config.first_sequence = 0xFFFFFFFF;
  const SaId sa = station.offload->add_sa(std::move(request)).value();
  EXPECT_CALL(station.observer, on_hard_lifetime(sa)).Times(1);
  station.send_plain(kPacket);
  station.offload->poll_events();
}

TEST(CardOffload, EventsOfARemovedSaAreNotTheNextOnes) {
  Station station({.num_sas = 1});
  const PathId path = station.offload->add_path(kBinding).value();
  SaRequest request = sa_request(Direction::kOutbound, 0x1000, path, kLeft, kRight, fresh_key());
  request.config.lifetime.soft_packets = 1;
  const SaId sa = station.offload->add_sa(std::move(request)).value();
  EXPECT_CALL(station.observer, on_soft_lifetime).Times(0);
  station.send_plain(kPacket);
  station.offload->remove_sa(sa);
  ASSERT_TRUE(add(station, Direction::kOutbound, 0x1001, path));  // in the same row
  station.offload->poll_events();
}

TEST(CardOffload, TheObserverMayRemoveWhatItHearsOf) {
  Station station;
  const PathId path = station.offload->add_path(kBinding).value();
  SaRequest request = sa_request(Direction::kOutbound, 0x1000, path, kLeft, kRight, fresh_key());
  request.config.lifetime.soft_packets = 1;
  request.config.lifetime.hard_packets = 1;
  const SaId sa = station.offload->add_sa(std::move(request)).value();
  EXPECT_CALL(station.observer, on_soft_lifetime(sa)).WillOnce([&](SaId gone) {
    station.offload->remove_sa(gone);
  });
  EXPECT_CALL(station.observer, on_hard_lifetime).Times(0);
  station.send_plain(kPacket);
  station.send_plain(kPacket);
  station.offload->poll_events();
}

struct CountingAddresses : AddressPort {
  Status add_address(const IpAddress& address) override {
    if (is_broken) return fail(ErrorCode::kIo, address.text(), "no");
    here.push_back(address);
    return {};
  }
  void remove_address(const IpAddress& address) override { std::erase(here, address); }
  std::vector<IpAddress> here;
  bool is_broken = false;
};

TEST(CardOffload, AnInnerAddressIsThereWhileSomebodyNeedsIt) {
  FakeClock clock;
  model::SoftCard io{model::Limits{}};
  const auto card = Card::open(io).value();
  CountingAddresses addresses;
  const auto offload = CardOffload::create(*card, clock, &addresses).value();
  const IpAddress inner = address("10.9.0.1");
  addresses.is_broken = true;
  EXPECT_FALSE(offload->add_inner_address(inner));
  addresses.is_broken = false;
  EXPECT_TRUE(offload->add_inner_address(inner));
  EXPECT_TRUE(offload->add_inner_address(inner));
  EXPECT_EQ(addresses.here.size(), 1u);
  offload->remove_inner_address(inner);
  EXPECT_EQ(addresses.here.size(), 1u);
  offload->remove_inner_address(inner);
  EXPECT_TRUE(addresses.here.empty());
}

TEST(CardOffload, WithoutATunInnerAddressesAreRefused) {
  Station station;
  EXPECT_EQ(station.offload->add_inner_address(address("10.9.0.1")).error().code,
            ErrorCode::kUnsupported);
}

// Removal while packets are under way.

TEST(CardOffload, ARowRestsUntilWhatNamesItIsDone) {
  Station station({.num_sas = 2});
  const PathId path = station.offload->add_path(kBinding).value();
  const SaId old = add(station, Direction::kOutbound, 0x1000, path).value();
  station.io.is_late = true;
  for (unsigned i = 0; i < 5; ++i) station.plain.to_read.push_back(kPacket);
  station.mover->on_plain_readable();  // descriptors that the card has not seen
  station.offload->remove_sa(old);
  ASSERT_TRUE(add(station, Direction::kOutbound, 0x2000, path));
  station.io.release();
  station.settle();
  // They named the old row: had the new SA got it, they would have left under its key.
  EXPECT_TRUE(station.wire.sent.empty());
  EXPECT_EQ(station.card_dropped(Direction::kOutbound, DropReason::kNoSa), 5u);
  station.send_plain(kPacket);
  EXPECT_EQ(station.wire.sent.size(), 1u);
}

TEST(CardOffload, WhenNoOtherRowIsLeftTheQueueIsDrained) {
  Station station({.num_sas = 1});
  const PathId path = station.offload->add_path(kBinding).value();
  const SaId old = add(station, Direction::kOutbound, 0x1000, path).value();
  station.io.is_late = true;
  station.plain.to_read.push_back(kPacket);
  station.mover->on_plain_readable();
  station.offload->remove_sa(old);
  station.io.polls_to_release = 50;
  ASSERT_TRUE(add(station, Direction::kOutbound, 0x2000, path));
  EXPECT_FALSE(station.mover->busy());
  EXPECT_EQ(station.card_dropped(Direction::kOutbound, DropReason::kNoSa), 1u);
}

}  // namespace
}  // namespace holdfast::test

// SPDX-License-Identifier: Apache-2.0
// Packets that wait for their SA.
#include "offload/packet_mover.h"
#include "unit/host/offload/offload_bench.h"

namespace holdfast::test {
namespace {

const TrafficSelector kLeft = selector("10.1.0.0/16"), kRight = selector("10.2.0.0/16");
const IpAddress kA = address("10.1.0.1"), kB = address("10.2.0.1");

struct Trapped : TwoStations {
  Trapped() : TwoStations({kLeft, kRight, binding("192.0.2.1", "192.0.2.2")}) {
    left.offload->add_policy(7, Offload::PolicyAction::kTrap, kLeft, kRight);
  }
  static Packet packet(unsigned number) {
    Packet result = ip_packet_of(kA, kB, 100);
    put16(result, 4, number);
    return result;
  }
  void send(unsigned first, unsigned count) {
    for (unsigned i = 0; i < count; ++i) left.send_plain(packet(first + i));
  }
};

TEST(PacketMoverTrap, TheFirstFewWaitAndLeaveInOrder) {
  Trapped both;
  EXPECT_CALL(both.left.observer, on_acquire(7)).Times(1);
  both.send(1, 10);
  EXPECT_EQ(both.left.mover->num_held(), 8u);
  EXPECT_EQ(both.left.dropped(MoverDrop::kTrapFull), 2u);
  EXPECT_FALSE(both.left.mover->busy());
  EXPECT_EQ(both.left.num_wakes, 0u);
  both.connect();
  EXPECT_EQ(both.left.num_wakes, 1u);
  EXPECT_TRUE(both.left.mover->busy());
  both.carry();
  ASSERT_EQ(both.right.plain.written.size(), 8u);
  for (unsigned i = 0; i < 8; ++i) EXPECT_EQ(get16(both.right.plain.written[i], 4), 1 + i);
  both.send(11, 1);
  both.carry();
  EXPECT_EQ(both.right.plain.written.size(), 9u);
}

TEST(PacketMoverTrap, TheSaMayComeFromWithinTheCall) {
  Trapped both;
  EXPECT_CALL(both.left.observer, on_acquire(7)).WillOnce([&] { both.connect(); });
  both.send(1, 1);
  both.carry();
  EXPECT_EQ(both.right.plain.written.size(), 1u);
}

TEST(PacketMoverTrap, AsksAgainWhenTheSaIsGone) {
  Trapped both;
  EXPECT_CALL(both.left.observer, on_acquire(7)).Times(2);
  both.send(1, 1);
  both.connect();
  both.carry();
  both.left.offload->remove_sa(both.left_sas.out);
  both.send(2, 3);
  EXPECT_EQ(both.left.mover->num_held(), 3u);
}

TEST(PacketMoverTrap, PatienceEnds) {
  Trapped both;
  EXPECT_CALL(both.left.observer, on_acquire(7)).Times(2);
  both.send(1, 2);
  both.left.clock.time += std::chrono::seconds(29);
  both.left.mover->poll();
  EXPECT_EQ(both.left.mover->num_held(), 2u);
  both.left.clock.time += std::chrono::seconds(1);
  both.left.mover->poll();
  EXPECT_EQ(both.left.mover->num_held(), 0u);
  EXPECT_EQ(both.left.dropped(MoverDrop::kTrapTimeout), 2u);
  both.send(3, 1);
  EXPECT_EQ(both.left.mover->num_held(), 1u);
}

TEST(PacketMoverTrap, WithoutItsPolicyAPacketWaitsForNothing) {
  Trapped both;
  both.send(1, 2);
  both.left.offload->remove_policy(7);
  both.left.settle();
  EXPECT_EQ(both.left.mover->num_held(), 0u);
  EXPECT_EQ(both.left.dropped(MoverDrop::kNoPolicy), 2u);
}

TEST(PacketMoverTrap, AnotherTrapTakesOver) {
  Trapped both;
  both.send(1, 1);
  EXPECT_CALL(both.left.observer, on_acquire(8)).Times(1);
  both.left.offload->add_policy(8, Offload::PolicyAction::kTrap, kLeft, kRight);
  both.left.settle();
  EXPECT_EQ(both.left.mover->num_held(), 1u);
  both.connect();
  both.carry();
  EXPECT_EQ(both.right.plain.written.size(), 1u);
}

TEST(PacketMoverTrap, AnSaOfOthersDoesNotRelease) {
  Trapped both;
  both.send(1, 1);
  ASSERT_TRUE(both.left.offload->add_sa(sa_request(Direction::kOutbound, 0x5000, both.left_path,
                                                   kLeft, selector("10.3.0.0/16"), fresh_key())));
  both.left.settle();
  EXPECT_EQ(both.left.mover->num_held(), 1u);
  EXPECT_FALSE(both.left.mover->busy());
}

TEST(PacketMoverTrap, NothingLeavesInClearMeanwhile) {
  Trapped both;
  both.left.offload->add_policy(9, Offload::PolicyAction::kPass, selector("0.0.0.0/0"),
                                selector("0.0.0.0/0"));
  both.send(1, 3);
  EXPECT_EQ(both.left.mover->num_held(), 3u);
  EXPECT_EQ(both.left.mover->counters().clear_out, 0u);
  EXPECT_TRUE(both.left.wire.sent.empty());
}

}  // namespace
}  // namespace holdfast::test

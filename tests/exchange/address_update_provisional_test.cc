// SPDX-License-Identifier: Apache-2.0
// The old path is gone: the other end binds at once, within a byte credit and for a short time.
#include "exchange/moving_ends.h"

namespace holdfast::test {
namespace {

class Provisional : public MovingEnds {
 protected:
  Provisional() { connect(); }
};

//  HDR*, HASH, N(UPDATE, PADDING)       -->  bound, limited
//                                      <--  HDR*, HASH, N(ACK, CHALLENGE, OBSERVED)
TEST_F(Provisional, BoundWithThreeTimesTheUpdateLessTheAnswer) {
  std::size_t update = 0;
  w.on_send = [&](InFlight& datagram) {
    if (update == 0) update = datagram.bytes.size();
    return true;
  };
  go_to(kSecond, false);
  w.deliver();
  EXPECT_EQ(update, 1196u) << "padded, so that the credit holds full packets";
  EXPECT_EQ(binding(w.responder).peer.address, kSecond);
  EXPECT_EQ(credit(w.responder), 3 * (update + 12 + 20) - 400);
  EXPECT_EQ(w.responder.moves.back().step, ike::MoveStep::kBound);
  w.settle();
  expect_moved_to(kSecond);
  EXPECT_EQ(w.responder.moves.back().step, ike::MoveStep::kMoved);
}

TEST_F(Provisional, WithoutProofItGoesBackInFourSeconds) {
  w.on_send = [&](InFlight& datagram) { return datagram.to.address != kSecond; };
  go_to(kSecond, false);
  w.deliver();
  EXPECT_EQ(binding(w.responder).peer.address, kSecond);
  w.time.advance(std::chrono::milliseconds(3900));
  EXPECT_TRUE(credit(w.responder));
  w.time.advance(std::chrono::milliseconds(200));
  EXPECT_EQ(binding(w.responder).peer.address, kFirst);
  EXPECT_FALSE(credit(w.responder));
  EXPECT_EQ(count(w.responder, ike::MoveStep::kTimedOut), 1u);
}

TEST_F(Provisional, IsakmpCountsAgainstTheCredit) {
  std::size_t sent = 0, received = 0;
  w.on_send = [&](InFlight& datagram) {
    if (datagram.to.address == kSecond) sent += datagram.bytes.size() + 32;
    if (datagram.from.address == kSecond) received += datagram.bytes.size() + 32;
    return datagram.to.address != kSecond;
  };
  go_to(kSecond, false);
  w.deliver();
  ASSERT_TRUE(credit(w.responder));
  // The responder wants to say much more.
  for (int i = 0; i < 50; ++i) w.responder.manager->rekey({"", "net"});
  EXPECT_LE(sent + *credit(w.responder), 3 * received);
  EXPECT_GT(w.responder.manager->counters().held_back, 0u);
}

TEST_F(Provisional, TheNextUpdateStartsFromWhatWasProven) {
  bool is_lost = true;
  w.on_send = [&](InFlight& datagram) { return !is_lost || datagram.to.address != kSecond; };
  go_to(kSecond, false);
  w.deliver();
  EXPECT_EQ(binding(w.responder).peer.address, kSecond);
  go_to(address("203.0.113.8"), false);
  w.deliver();
  EXPECT_EQ(binding(w.responder).peer.address, address("203.0.113.8"));
  w.on_send = [](InFlight&) { return false; };
  w.in_flight.clear();
  w.time.advance(std::chrono::milliseconds(4100));
  EXPECT_EQ(binding(w.responder).peer.address, kFirst);
}

TEST_F(Provisional, AnotherSourceThanTheClaimedOneGetsNoByteOfEsp) {
  w.on_send = [&](InFlight& datagram) {
    if (datagram.from.address == kSecond) datagram.from.address = address("203.0.113.99");
    return true;
  };
  go_to(kSecond, false);
  w.deliver();
  EXPECT_EQ(binding(w.responder).peer.address, kFirst);
  EXPECT_FALSE(credit(w.responder));
}

class Strict : public MovingEnds {
 protected:
  static ike::Settings settings() {
    ike::Settings strict;
    strict.address_update.accept = AddressUpdateConfig::Accept::kStrict;
    return strict;
  }
  Strict() : MovingEnds(settings()) { connect(); }
};

TEST_F(Strict, BindsOnlyAfterTheProof) {
  go_to(kSecond, false);
  w.deliver();
  EXPECT_EQ(binding(w.responder).peer.address, kFirst);
  w.deliver();
  EXPECT_EQ(binding(w.responder).peer.address, kFirst);
  w.settle();
  expect_moved_to(kSecond);
}

}  // namespace
}  // namespace holdfast::test

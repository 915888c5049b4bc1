// SPDX-License-Identifier: Apache-2.0
// Address updates between two ends (docs/protocol/address_update.md), in an in-memory network.
#include "exchange/moving_ends.h"

namespace holdfast::test {
namespace {

class AddressUpdate : public MovingEnds {
 protected:
  AddressUpdate() { connect(); }
};

//  HDR*, HASH, N(UPDATE)                -->
//                                      <--  HDR*, HASH, N(ACK, CHALLENGE, OBSERVED)
//  HDR*, HASH, N(CONFIRM, RESPONSE)     -->
//                                      <--  HDR*, HASH, N(ACK)
TEST_F(AddressUpdate, OldPathGoneTakesFourMessages) {
  go_to(kSecond, false);
  EXPECT_EQ(binding(w.initiator).own.address, kSecond) << "ESP leaves from there at once";
  w.settle();
  expect_moved_to(kSecond);
  EXPECT_EQ(w.num_sent, 4u);
  EXPECT_EQ(binding(w.responder).encap, Encap::kNone) << "there is no NAT";
  EXPECT_EQ(binding(w.initiator).encap, Encap::kNone);
}

TEST_F(AddressUpdate, NewPathFirstBindsNothingBeforeItIsProven) {
  go_to(kSecond, true);
  EXPECT_EQ(binding(w.initiator).own.address, kFirst);
  w.time.advance(std::chrono::milliseconds(20));  // the picture settles
  w.deliver();                                    // UPDATE
  EXPECT_EQ(binding(w.responder).peer.address, kFirst);
  w.deliver();  // ACK with a challenge
  EXPECT_EQ(binding(w.initiator).own.address, kFirst);
  w.settle();
  expect_moved_to(kSecond);
  EXPECT_EQ(w.num_sent, 4u);
}

TEST_F(AddressUpdate, ThereAndBackAgainManyTimes) {
  for (unsigned i = 0; i < 20; ++i) {
    const IpAddress& to = i % 2 ? kFirst : kSecond;
    go_to(to, i % 3 == 0);
    w.advance(std::chrono::seconds(3));
    expect_moved_to(to);
  }
}

TEST_F(AddressUpdate, EachMessageLostOnceOrDoubled) {
  for (std::size_t which = 0; which < 8; ++which) {
    SCOPED_TRACE(which);
    const IpAddress& to = which % 2 ? kFirst : kSecond;
    std::size_t number = 0;
    w.on_send = [&](InFlight& datagram) {
      const bool is_it = number++ == which / 2;
      if (is_it && which >= 4) w.in_flight.push_back(datagram);
      return !(is_it && which < 4);
    };
    go_to(to, false);
    w.advance(std::chrono::seconds(6));
    expect_moved_to(to);
  }
}

TEST_F(AddressUpdate, NobodyAnswersAndTheOldPathWorks) {
  w.on_send = [&](InFlight& datagram) { return datagram.from.address != kSecond; };
  go_to(kSecond, true);
  w.initiator.endpoint.address = kFirst;
  w.on_send = [&](InFlight&) { return false; };
  w.advance(std::chrono::seconds(6));
  EXPECT_EQ(binding(w.initiator).own.address, kFirst);
  EXPECT_EQ(binding(w.responder).peer.address, kFirst);
  EXPECT_EQ(check_pair(w), "");
}

TEST_F(AddressUpdate, NoAddressAtAllParksAndSendsNothing) {
  machine.usable.clear();
  machine.source.reset();
  w.initiator.manager->on_network_change();
  w.advance(std::chrono::minutes(1));
  EXPECT_EQ(w.num_sent, 0u);
  EXPECT_EQ(check_pair(w), "");
  go_to(kSecond, false);
  w.settle();
  expect_moved_to(kSecond);
}

TEST_F(AddressUpdate, TheSameAddressAgainIsNoMove) {
  machine.usable.clear();
  machine.source.reset();
  w.initiator.manager->on_network_change();
  machine.usable = {kFirst};
  machine.source = kFirst;
  w.initiator.manager->on_network_change();
  w.advance(std::chrono::seconds(1));
  EXPECT_EQ(w.num_sent, 0u);
}

// ---------------------------------------------------------------- attacks

class AddressUpdateAttack : public AddressUpdate {
 protected:
  /// What was sent in a move to the second address and back.
  std::vector<InFlight> record_a_move_there_and_back() {
    std::vector<InFlight> all;
    w.on_send = [&](InFlight& datagram) {
      all.push_back(datagram);
      return true;
    };
    go_to(kSecond, false);
    w.settle();
    go_to(kFirst, false);
    w.settle();
    w.on_send = nullptr;
    expect_moved_to(kFirst);
    return all;
  }
};

// A replay, from the same and from another source, at once and after an hour; also one's own
// message sent back. Nobody is moved, and the victim's address gets no ESP.
TEST_F(AddressUpdateAttack, OldMessagesFromAnywhereMoveNothing) {
  const auto all = record_a_move_there_and_back();
  for (const Duration wait : {Duration(0), Duration(std::chrono::minutes(50))}) {
    w.advance(wait);
    for (InFlight old : all) {
      for (const char* source : {"192.0.2.1", "203.0.113.7", "203.0.113.99"}) {
        old.from.address = address(source);
        for (const End* end : {&w.responder, &w.initiator}) {
          old.to.address = end->endpoint.address;
          w.in_flight.push_back(old);
        }
      }
    }
    w.settle();
    w.advance(std::chrono::seconds(5));
    expect_moved_to(kFirst);
  }
}

// The attacker takes the update away and sends it from his own place: he gets a challenge that he
// cannot read, and the mover proves itself from where it is.
TEST_F(AddressUpdateAttack, ACopyThatOvertakesGetsNothing) {
  const IpAddress attacker = address("203.0.113.99");
  std::size_t number = 0;
  w.on_send = [&](InFlight& datagram) {
    if (number++ != 0) return true;
    InFlight copy = datagram;
    copy.from.address = attacker;
    w.in_flight.push_front(copy);
    return true;
  };
  go_to(kSecond, false);
  w.advance(std::chrono::seconds(6));
  EXPECT_NE(binding(w.responder).peer.address, attacker);
  expect_moved_to(kSecond);
}

TEST_F(AddressUpdateAttack, ARewrittenSourceWithoutRelayIsNotBound) {
  w.on_send = [&](InFlight& datagram) {
    if (datagram.from.address == kSecond) datagram.from.address = address("203.0.113.99");
    return true;
  };
  go_to(kSecond, false);
  w.advance(std::chrono::seconds(3));
  EXPECT_NE(binding(w.responder).peer.address, address("203.0.113.99"));
}

}  // namespace
}  // namespace holdfast::test

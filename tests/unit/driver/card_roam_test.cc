// SPDX-License-Identifier: Apache-2.0
// Roam events: who came authentic, newest of all, from where the path is not bound.
#include "unit/driver/card_suite.h"

namespace holdfast::test {
namespace {

class CardRoam : public CardSuite {
 protected:
  void SetUp() override {
    ASSERT_NO_FATAL_FAILURE(CardSuite::SetUp());
    ASSERT_TRUE(card().open_events(6, std::nullopt));
  }
  void start_on(const Binding& binding) {
    binding_ = binding;
    ASSERT_NO_FATAL_FAILURE(install_sas(binding));
    ASSERT_NO_FATAL_FAILURE(open_queue());
    generation_ = card().drain_fence();
  }
  void end() {
    for (const SaIndex sa : {kOutbound, kInbound}) ASSERT_TRUE(card().remove_sa(sa));
    queue_.reset();
  }
  Packet from_peer_at(const Binding& binding) {
    EXPECT_EQ(peer_->write_path(kPath0, reversed(binding)), CommandResult::kOk);
    return from_peer(inner4(80));
  }
  /// Events that are there, without any that must come.
  std::size_t num_events() {
    for (unsigned i = 0; i < 20; ++i) io().poll();
    std::size_t count = 0;
    while (card().poll_event()) ++count;
    return count;
  }

  Binding binding_;
  std::uint32_t generation_ = 0;
};

INSTANTIATE_TEST_SUITE_P(Cards, CardRoam, ::testing::ValuesIn(suite_cards()),
                         CardSuite::name_of_card);

TEST_P(CardRoam, EventSaysWhoCameFromWhereToWhere) {
  for (const bool is_ipv6 : {false, true}) {
    for (const bool has_udp : {false, true}) {
      ASSERT_NO_FATAL_FAILURE(start_on(binding_of(is_ipv6, has_udp)));
      EXPECT_EQ(reason(receive(from_peer_at(binding_))), "none");
      EXPECT_EQ(num_events(), 0u);
      Binding there = binding_;
      there.peer.address.bytes[1] ^= 0x55;
      there.peer.port = 4777;
      EXPECT_EQ(reason(receive(from_peer_at(there))), "none");
      const auto events = take_events(1);
      ASSERT_EQ(events.size(), 1u);
      EXPECT_EQ(static_cast<EventKind>(events[0].kind), EventKind::kRoam);
      EXPECT_EQ(events[0].sa_index, to_number(kInbound));
      EXPECT_EQ(events[0].path_index, to_number(kPath0));
      EXPECT_EQ(events[0].generation, generation_);
      EXPECT_EQ(events[0].sequence, 2u);
      EXPECT_EQ(events[0].address_family, is_ipv6 ? 6 : 4);
      EXPECT_EQ(events[0].peer_address, there.peer.address.bytes);
      EXPECT_EQ(events[0].own_address, there.own.address.bytes);
      EXPECT_EQ(events[0].peer_port, has_udp ? 4777 : 0);
      EXPECT_EQ(events[0].own_port, has_udp ? there.own.port : 0);
      ASSERT_NO_FATAL_FAILURE(end());
    }
  }
}

TEST_P(CardRoam, EveryPartOfTheEndpointsCounts) {
  ASSERT_NO_FATAL_FAILURE(start_on(binding_of(true, true)));
  for (unsigned part = 0; part < 7; ++part) {
    Binding there = binding_;
    if (part == 0) ++there.peer.address.bytes[0];
    if (part == 1) ++there.peer.address.bytes[15];
    if (part == 2) ++there.own.address.bytes[4];
    if (part == 3) ++there.peer.port;
    if (part == 4) {  // one of the ports must be 4500 for it to be ESP
      there.own.port = 4600;
      there.peer.port = 4500;
    }
    if (part == 5) there.encap = Encap::kNone;
    if (part == 6) {
      there = binding_of(false, true);
      std::copy_n(binding_.own.address.bytes.begin(), 4, there.own.address.bytes.begin());
      std::copy_n(binding_.peer.address.bytes.begin(), 4, there.peer.address.bytes.begin());
    }
    ASSERT_TRUE(card().rebind(kPath0, binding_));
    EXPECT_EQ(reason(receive(from_peer_at(there))), "none") << part;
    EXPECT_EQ(num_events(), 1u) << part;
  }
}

TEST_P(CardRoam, WithoutUdpAPortIsNothing) {
  ASSERT_NO_FATAL_FAILURE(start_on(binding_of(false, false)));
  Binding there = binding_;
  ++there.peer.port;
  ++there.own.port;
  EXPECT_EQ(reason(receive(from_peer_at(there))), "none");
  EXPECT_EQ(num_events(), 0u);
}

TEST_P(CardRoam, NeverForAnOlderNumberOrOneThatFailed) {
  ASSERT_NO_FATAL_FAILURE(start_on(binding_of(false, true)));
  Binding there = binding_;
  ++there.peer.address.bytes[3];
  const Packet older = from_peer_at(there);
  EXPECT_EQ(reason(receive(from_peer_at(binding_))), "none");
  EXPECT_EQ(reason(receive(older)), "none");
  EXPECT_EQ(reason(receive(older)), "replay_early");
  Packet broken = from_peer_at(there);
  broken[broken.size() - 20] ^= 1;
  EXPECT_EQ(reason(receive(broken)), "icv");
  EXPECT_EQ(num_events(), 0u);
  EXPECT_EQ(reason(receive(from_peer_at(there))), "none");
  EXPECT_EQ(num_events(), 1u);
}

TEST_P(CardRoam, OnceUntilThePathIsBoundAgain) {
  ASSERT_NO_FATAL_FAILURE(start_on(binding_of(false, true)));
  Binding there = binding_;
  for (unsigned round = 0; round < 4; ++round) {
    for (unsigned i = 0; i < 5; ++i) {
      ++there.peer.port;
      EXPECT_EQ(reason(receive(from_peer_at(there))), "none");
    }
    EXPECT_EQ(num_events(), 1u) << round;
    // To the same place: the host does not believe it, and wants to hear of the next one.
    ASSERT_TRUE(card().rebind(kPath0, binding_));
  }
  // To where the peer is: nothing more to say.
  ASSERT_TRUE(card().rebind(kPath0, there));
  EXPECT_EQ(reason(receive(from_peer_at(there))), "none");
  EXPECT_EQ(num_events(), 0u);
}

TEST_P(CardRoam, TheNextOwnerOfARowBeginsAnew) {
  ASSERT_NO_FATAL_FAILURE(start_on(binding_of(false, false)));
  Binding there = binding_;
  ++there.peer.address.bytes[3];
  EXPECT_EQ(reason(receive(from_peer_at(there))), "none");
  EXPECT_EQ(num_events(), 1u);
  ASSERT_TRUE(card().remove_sa(kInbound));
  const SaConfig next = fresh_sa(Direction::kInbound);
  ASSERT_TRUE(card().add_sa(kInbound, next, kPath0));
  EXPECT_EQ(num_events(), 0u);
  SaConfig sender = copy_of(next);
  sender.direction = Direction::kOutbound;
  ASSERT_EQ(peer_->delete_sa(kOutbound), CommandResult::kOk);
  ASSERT_EQ(peer_->add_sa(kOutbound, std::move(sender), kPath0), CommandResult::kOk);
  EXPECT_EQ(reason(receive(from_peer_at(there))), "none");
  EXPECT_EQ(num_events(), 1u);
}

}  // namespace
}  // namespace holdfast::test

// SPDX-License-Identifier: Apache-2.0
// Byte credit of a path, and how the host knows that an old path is silent.
#include "unit/driver/card_suite.h"

namespace holdfast::test {
namespace {

EventKind kind(const Event& event) { return static_cast<EventKind>(event.kind); }

/// The card suite with a path whose credit the test writes.
class CardCredit : public CardSuite {
 protected:
  void start_on(const Binding& binding) {
    binding_ = binding;
    ASSERT_NO_FATAL_FAILURE(install_sas(binding));
    ASSERT_NO_FATAL_FAILURE(open_queue());
  }
  void limit(std::optional<std::uint32_t> credit) {
    const auto generation = card().rebind(kPath0, binding_, credit);
    ASSERT_TRUE(generation) << generation.error().text();
    generation_ = *generation;
  }
  /// What the peer sends from `binding`, as its own side of it.
  Packet from_peer_at(const Binding& binding, const Packet& inner) {
    EXPECT_EQ(peer_->write_path(kPath0, reversed(binding)), CommandResult::kOk);
    return from_peer(inner);
  }
  static std::uint32_t bytes_of(const Packet& packet) {
    return static_cast<std::uint32_t>(packet.size());
  }

  Binding binding_;
  std::uint32_t generation_ = 0;
};

INSTANTIATE_TEST_SUITE_P(Cards, CardCredit, ::testing::ValuesIn(suite_cards()),
                         CardSuite::name_of_card);

TEST_P(CardCredit, IsSpentToTheByteThatLeaves) {
  for (const bool is_ipv6 : {false, true}) {
    for (const bool has_udp : {false, true}) {
      ASSERT_NO_FATAL_FAILURE(start_on(binding_of(is_ipv6, has_udp)));
      const std::uint32_t outer = bytes_of(send(inner4(61)).bytes);
      ASSERT_GT(outer, 61u + 32);
      limit(2 * outer - 1);
      EXPECT_EQ(reason(send(inner4(61))), "none");
      EXPECT_EQ(reason(send(inner4(61))), "credit");
      limit(2 * outer);
      EXPECT_EQ(reason(send(inner4(61))), "none");
      EXPECT_EQ(reason(send(inner4(61))), "none");
      EXPECT_EQ(reason(send(inner4(20))), "credit");
      // Numbers and lifetime know nothing of what was held back.
      const auto state = card().query_sa(kOutbound);
      ASSERT_TRUE(state);
      EXPECT_EQ(state->sequence, 5u);
      EXPECT_EQ(state->packets, 4u);
      EXPECT_EQ(state->bytes, 4u * 61);
      limit(std::nullopt);
      const Answer lifted = send(inner4(1400));
      EXPECT_EQ(reason(lifted), "none");
      EXPECT_EQ(at_peer(lifted.bytes).reason, DropReason::kNone);
      for (const SaIndex sa : {kOutbound, kInbound}) ASSERT_TRUE(card().remove_sa(sa));
      queue_.reset();
    }
  }
  EXPECT_EQ(card().counters().credit_bytes, 4u * (61 + 20));
  EXPECT_EQ(card().counters().drops[static_cast<unsigned>(DropReason::kCredit)], 8u);
}

TEST_P(CardCredit, EthernetIsNotCounted) {
  ASSERT_NO_FATAL_FAILURE(start_on(binding_of(false, false)));
  const std::uint32_t outer = bytes_of(send(inner4(61)).bytes);
  Packet frame(kEthernetBytes);
  frame[12] = 8;
  const Packet inner = inner4(61);
  frame.insert(frame.end(), inner.begin(), inner.end());
  limit(outer);
  EXPECT_EQ(reason(exchange(frame, kDescriptorOutbound | kDescriptorEthernet)), "none");
  EXPECT_EQ(reason(exchange(frame, kDescriptorOutbound | kDescriptorEthernet)), "credit");
}

TEST_P(CardCredit, ThreeTimesWhatThePeerSendsIsGained) {
  for (const bool is_ipv6 : {false, true}) {
    for (const bool has_udp : {false, true}) {
      ASSERT_NO_FATAL_FAILURE(start_on(binding_of(is_ipv6, has_udp)));
      const std::uint32_t outer = bytes_of(send(inner4(61)).bytes);
      const Packet packet = from_peer(inner4(200));
      const std::uint32_t gain = 3 * bytes_of(packet);
      const std::uint32_t fit = gain / outer;  // packets
      limit(outer - 1 - gain % outer);         // with the gain a byte is missing to one more
      EXPECT_EQ(reason(receive(packet)), "none");
      for (unsigned i = 0; i < fit; ++i) EXPECT_EQ(reason(send(inner4(61))), "none") << i;
      EXPECT_EQ(reason(send(inner4(61))), "credit");
      limit(outer - gain % outer);
      EXPECT_EQ(reason(receive(from_peer(inner4(200)))), "none");
      for (unsigned i = 0; i <= fit; ++i) EXPECT_EQ(reason(send(inner4(61))), "none") << i;
      EXPECT_EQ(reason(send(inner4(61))), "credit");
      for (const SaIndex sa : {kOutbound, kInbound}) ASSERT_TRUE(card().remove_sa(sa));
      queue_.reset();
    }
  }
}

TEST_P(CardCredit, NothingIsGainedByWhatFailsOrComesFromElsewhere) {
  for (const bool is_ipv6 : {false, true}) {
    ASSERT_NO_FATAL_FAILURE(start_on(binding_of(is_ipv6, true)));
    const std::uint32_t outer = bytes_of(send(inner4(61)).bytes);
    const Packet seen = from_peer(inner4(1000));
    ASSERT_EQ(reason(receive(seen)), "none");
    limit(outer - 1);
    EXPECT_EQ(reason(receive(seen)), "replay_early");
    Packet broken = from_peer(inner4(1000));
    broken.back() ^= 1;
    EXPECT_EQ(reason(receive(broken)), "icv");
    Binding address = binding_, port = binding_, raw = binding_;
    ++address.peer.address.bytes[is_ipv6 ? 15 : 3];
    ++port.peer.port;
    raw.encap = Encap::kNone;
    for (const Binding& elsewhere : {address, port, raw})
      EXPECT_EQ(reason(receive(from_peer_at(elsewhere, inner4(1000)))), "none");
    EXPECT_EQ(reason(send(inner4(61))), "credit");
    // Its own address may be another one: the peer's endpoint is what counts.
    Binding to_another = binding_;
    ++to_another.own.address.bytes[is_ipv6 ? 15 : 3];
    EXPECT_EQ(reason(receive(from_peer_at(to_another, inner4(20)))), "none");
    EXPECT_EQ(reason(send(inner4(61))), "none");
    for (const SaIndex sa : {kOutbound, kInbound}) ASSERT_TRUE(card().remove_sa(sa));
    queue_.reset();
  }
}

TEST_P(CardCredit, ThePortCountsOnlyWithUdp) {
  ASSERT_NO_FATAL_FAILURE(start_on(binding_of(false, false)));
  limit(0);
  Binding other_port = binding_;
  ++other_port.peer.port;
  EXPECT_EQ(reason(receive(from_peer_at(other_port, inner4(200)))), "none");
  EXPECT_EQ(reason(send(inner4(61))), "none");
}

TEST_P(CardCredit, ItsEndIsAnEventOnceARebind) {
  ASSERT_TRUE(card().open_events(4, std::nullopt));
  ASSERT_NO_FATAL_FAILURE(start_on(binding_of(false, false)));
  for (unsigned round = 0; round < 3; ++round) {
    limit(100);
    for (unsigned i = 0; i < 3; ++i) EXPECT_EQ(reason(send(inner4(300))), "credit");
    const auto events = take_events(1);
    ASSERT_EQ(events.size(), 1u);
    EXPECT_EQ(kind(events[0]), EventKind::kCredit);
    EXPECT_EQ(events[0].sa_index, to_number(kOutbound));
    EXPECT_EQ(events[0].path_index, to_number(kPath0));
    EXPECT_EQ(events[0].generation, generation_);
    EXPECT_EQ(events[0].sequence, 1u);
    EXPECT_EQ(events[0].address_family, 0);
  }
  for (unsigned i = 0; i < 20; ++i) io().poll();
  EXPECT_FALSE(card().poll_event());
  EXPECT_EQ(card().counters().events, 3u);
}

TEST_P(CardCredit, AMovedSaUsesThatOfItsNewPath) {
  ASSERT_NO_FATAL_FAILURE(start_on(binding_of(false, false)));
  const PathIndex other{1};
  ASSERT_TRUE(card().rebind(other, binding_of(true, true), 0));
  EXPECT_EQ(reason(send(inner4(61))), "none");
  ASSERT_TRUE(card().move_sa(kOutbound, other));
  EXPECT_EQ(reason(send(inner4(61))), "credit");
  ASSERT_TRUE(card().move_sa(kOutbound, kPath0));
  EXPECT_EQ(reason(send(inner4(61))), "none");
}

TEST_P(CardCredit, AResetLeavesNoneOfIt) {
  ASSERT_NO_FATAL_FAILURE(start_on(binding_of(false, false)));
  limit(0);
  EXPECT_EQ(reason(send(inner4(61))), "credit");
  queue_.reset();
  ASSERT_TRUE(card().reset());
  ASSERT_NO_FATAL_FAILURE(start_on(binding_of(false, false)));
  EXPECT_EQ(reason(send(inner4(61))), "none");
  EXPECT_EQ(card().counters().credit_bytes, 0u);
}

// What the fence is for: once it has passed a re-bind, everything that used the binding before has
// its completion in memory, and nothing uses it any more.
TEST_P(CardCredit, BehindTheFenceTheOldPathIsSilent) {
  ASSERT_NO_FATAL_FAILURE(start_on(binding_of(false, false)));
  unsigned num_old = 0;
  for (unsigned round = 0; round < 6; ++round) {
    for (unsigned i = 0; i < 30; ++i) submit(inner4(900), kDescriptorOutbound);
    for (unsigned i = 0; i < round; ++i) io().poll();
    ++binding_.peer.address.bytes[3];
    limit(std::nullopt);
    unsigned waits = 0;
    while (card().drain_fence() < generation_ && ++waits < kMaxWaits) io().poll();
    ASSERT_LT(waits, kMaxWaits);
    std::array<Completion, 30> written;
    const std::size_t num_written = queue_->poll(written);
    for (std::size_t i = 0; i < num_written; ++i) {
      num_old += written.at(i).generation < generation_;
      pool_->give_back(in_use_.front());
      in_use_.erase(in_use_.begin());
    }
    for (const Answer& answer : take(in_use_.size())) {
      EXPECT_EQ(answer.completion.generation, generation_);
      EXPECT_EQ(answer.bytes.at(19), binding_.peer.address.bytes[3]);
    }
  }
  EXPECT_GT(num_old, 0u);
}

}  // namespace
}  // namespace holdfast::test

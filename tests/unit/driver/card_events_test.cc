// SPDX-License-Identifier: Apache-2.0
// The event ring.
#include "unit/driver/card_suite.h"

namespace holdfast::test {
namespace {

EventKind kind(const Event& event) { return static_cast<EventKind>(event.kind); }

TEST_P(CardSuite, LifetimeEventsComeOnce) {
  ASSERT_TRUE(card().open_events(4, std::nullopt));
  install_sas(binding_of(false, false), [](SaConfig& c) {
    if (c.direction == Direction::kOutbound) c.lifetime = {.soft_bytes = 100, .hard_bytes = 200};
  });
  open_queue();
  EXPECT_EQ(reason(send(inner4(60))), "none");
  EXPECT_EQ(reason(send(inner4(60))), "none");
  auto events = take_events(1);
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(kind(events[0]), EventKind::kSoftLifetime);
  EXPECT_EQ(events[0].sa_index, to_number(kOutbound));
  EXPECT_EQ(events[0].path_index, to_number(kPath0));
  EXPECT_EQ(events[0].sequence, 2u);
  EXPECT_EQ(events[0].generation, card().drain_fence());
  EXPECT_EQ(reason(send(inner4(81))), "lifetime");
  EXPECT_EQ(reason(send(inner4(80))), "none");
  EXPECT_EQ(reason(send(inner4(20))), "lifetime");
  events = take_events(1);
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(kind(events[0]), EventKind::kHardLifetime);
  for (unsigned i = 0; i < 20; ++i) io().poll();
  EXPECT_FALSE(card().poll_event());
  EXPECT_EQ(card().query_sa(kOutbound)->bytes, 200u);
  EXPECT_EQ(card().counters().events, 2u);
}

TEST_P(CardSuite, TheLastSequenceNumberIsAnEvent) {
  ASSERT_TRUE(card().open_events(4, std::nullopt));
  install_sas(binding_of(false, false), [](SaConfig& c) { c.first_sequence = 0xFFFFFFFE; });
  open_queue();
  EXPECT_EQ(reason(send(inner4())), "none");
  EXPECT_EQ(reason(send(inner4())), "none");
  EXPECT_EQ(reason(send(inner4())), "sequence");
  const auto events = take_events(1);
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(kind(events[0]), EventKind::kSequence);
  EXPECT_EQ(events[0].sequence, 0xFFFFFFFFu);
}

TEST_P(CardSuite, InboundLifetimesAreToldToo) {
  ASSERT_TRUE(card().open_events(4, std::nullopt));
  start();
  SaConfig in = fresh_sa(Direction::kInbound);
  in.lifetime = {.soft_packets = 1};
  ASSERT_TRUE(card().add_sa(SaIndex{1}, in, kPath0));
  EXPECT_EQ(reason(receive(raw(esp(in, 7, with_trailer(inner4(), 4))))), "none");
  const auto events = take_events(1);
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(kind(events[0]), EventKind::kSoftLifetime);
  EXPECT_EQ(events[0].sa_index, 1);
  EXPECT_EQ(events[0].sequence, 7u);
}

TEST_P(CardSuite, AnErrorIsAnEvent) {
  ASSERT_TRUE(card().open_events(2, std::nullopt));
  io().read_csr(CsrOffset{csr::kBar0Bytes - 4});
  const auto events = take_events(1);
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(kind(events[0]), EventKind::kError);
  EXPECT_EQ(events[0].detail, csr::kControlErrorUnknownOffset.mask());
  card().take_errors();
}

TEST_P(CardSuite, ASmallEventRingWraps) {
  ASSERT_TRUE(card().open_events(2, std::nullopt));
  for (unsigned i = 0; i < 21; ++i) {
    io().read_csr(CsrOffset{csr::kBar0Bytes - 4});
    ASSERT_EQ(take_events(1).size(), 1u) << i;
    card().take_errors();
  }
  EXPECT_EQ(csr::kEventRingStatusProducer.get(io().read_csr(csr::kEventRingStatus)), 21u);
}

TEST_P(CardSuite, AFullEventRingLosesAndSaysSo) {
  ASSERT_TRUE(card().open_events(2, std::nullopt));
  for (unsigned i = 0; i < 6; ++i) {
    io().read_csr(CsrOffset{csr::kBar0Bytes - 4});
    for (unsigned k = 0; k < 10; ++k) io().poll();
    io().write_csr(csr::kControlError, csr::kControlErrorUnknownOffset.mask());
  }
  EXPECT_EQ(card().take_errors(), csr::kControlErrorEventOverflow.mask());
  EXPECT_EQ(take_events(4).size(), 4u);
  const Counters counters = card().counters();
  EXPECT_EQ(counters.events, 4u);
  EXPECT_GE(counters.events_lost, 2u);
  io().read_csr(CsrOffset{csr::kBar0Bytes - 4});  // space again
  EXPECT_EQ(take_events(1).size(), 1u);
  card().take_errors();
}

TEST_P(CardSuite, OpeningEventsInTheWrongWay) {
  EXPECT_FALSE(card().poll_event());
  EXPECT_EQ(card().open_events(1, std::nullopt).error().code, ErrorCode::kBadValue);
  EXPECT_EQ(card().open_events(13, std::nullopt).error().code, ErrorCode::kBadValue);
  EXPECT_EQ(card().open_events(4, card().info().num_vectors).error().code, ErrorCode::kBadValue);
  EXPECT_TRUE(card().open_events(12, std::nullopt));
  EXPECT_EQ(card().open_events(4, std::nullopt).error().code, ErrorCode::kInUse);
}

}  // namespace
}  // namespace holdfast::test

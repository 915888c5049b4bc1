// SPDX-License-Identifier: Apache-2.0
#include "model/esp_model.h"

#include <gtest/gtest.h>

#include "unit/sim/model/esp_bench.h"

namespace holdfast {
namespace {

using namespace holdfast::test;

/// What goes out of one side comes in at the other: inner and outer family, UDP, ESN, Ethernet.
class RoundTrip : public ::testing::TestWithParam<std::tuple<bool, bool, bool, bool, bool>> {};

TEST_P(RoundTrip, EveryLength) {
  const auto [is_inner_ipv6, is_outer_ipv6, has_udp, has_esn, has_ethernet] = GetParam();
  const Binding binding = binding_of(is_outer_ipv6, has_udp);
  EspBench here, there;
  here.out = sa_config(Direction::kOutbound, is_inner_ipv6);
  here.out.has_esn = has_esn;
  here.out.first_sequence = has_esn ? 0xFFFFFF00 : 1;  // crosses 2^32 with ESN
  there.in = copy_of(here.out);
  there.in.direction = Direction::kInbound;
  here.install(binding);
  there.install(reversed(binding));
  for (std::size_t bytes = is_inner_ipv6 ? 40 : 20; bytes <= 300; ++bytes) {
    SCOPED_TRACE(bytes);
    Packet inner = is_inner_ipv6 ? inner6(bytes) : inner4(bytes);
    if (has_ethernet) inner = with_ethernet(inner);
    const Ingress ingress{.has_ethernet = has_ethernet};
    const Processed sent = here.outbound(inner, ingress);
    ASSERT_EQ(sent.reason, DropReason::kNone);
    const std::size_t outer_bytes = (has_ethernet ? 14 : 0) + (is_outer_ipv6 ? 40 : 20) +
                                    (has_udp ? 8 : 0) + 8 + 8 + (bytes + 2 + 3) / 4 * 4 + 16;
    EXPECT_EQ(sent.bytes.size(), outer_bytes);
    const Processed received = there.inbound(sent.bytes, ingress);
    ASSERT_EQ(received.reason, DropReason::kNone);
    ASSERT_EQ(received.bytes, inner);
  }
  EXPECT_EQ(here.state(kOut).packets, there.state(kIn).packets);
  EXPECT_EQ(here.state(kOut).bytes, there.state(kIn).bytes);
  EXPECT_EQ(here.state(kOut).sequence, there.state(kIn).sequence + 1);
}

INSTANTIATE_TEST_SUITE_P(All, RoundTrip,
                         ::testing::Combine(::testing::Bool(), ::testing::Bool(), ::testing::Bool(),
                                            ::testing::Bool(), ::testing::Bool()));

TEST(EspModel, RoundTripOfEverySuite) {
  for (const auto& [suite, key_bytes] : {std::pair{Suite::kAes128gcm16, 16u},
                                         {Suite::kAes192gcm16, 24u},
                                         {Suite::kAes256gcm16, 32u}}) {
    EspBench b;
    b.out.suite = suite;
    b.out.key = secret(key_bytes, 77);
    b.in = copy_of(b.out);
    b.in.direction = Direction::kInbound;
    b.install();
    EXPECT_EQ(b.inbound(b.outbound(inner4(1500)).bytes).bytes, inner4(1500));
  }
}

TEST(EspModel, TwoCopiesInFlightRace) {
  EspBench b;
  b.install();
  const Packet packet = raw(esp(b.in, 1, with_trailer(inner4(), 4)));
  const model::Ticket first = b.model.take_ticket(Direction::kInbound, packet, {});
  const model::Ticket second = b.model.take_ticket(Direction::kInbound, packet, {});
  EXPECT_EQ(b.model.finish(first, packet).reason, DropReason::kNone);
  const Processed late = b.model.finish(second, packet);
  EXPECT_EQ(late.reason, DropReason::kReplayLate);
  EXPECT_EQ(late.generation, 1u);
  EXPECT_EQ(b.state(kIn).packets, 1u);
}

TEST(EspModel, ReplayLateGoesBeforeWhatIsInside) {
  EspBench b;
  b.install();
  const Packet packet = raw(esp(b.in, 1, with_trailer(inner4(), 59)));
  const model::Ticket first = b.model.take_ticket(Direction::kInbound, packet, {});
  const model::Ticket second = b.model.take_ticket(Direction::kInbound, packet, {});
  EXPECT_EQ(b.model.finish(first, packet).reason, DropReason::kDummy);
  EXPECT_EQ(b.model.finish(second, packet).reason, DropReason::kReplayLate);
}

TEST(EspModel, AWindowThatMovedAwayMeanwhileIsLate) {
  EspBench b;
  b.install();
  const Packet old = raw(esp(b.in, 1, with_trailer(inner4(), 4)));
  const model::Ticket ticket = b.model.take_ticket(Direction::kInbound, old, {});
  EXPECT_EQ(b.inbound(raw(esp(b.in, 65, with_trailer(inner4(), 4)))).reason, DropReason::kNone);
  EXPECT_EQ(b.model.finish(ticket, old).reason, DropReason::kReplayLate);
}

TEST(EspModel, ADeletedSaMakesItsPacketsStale) {
  EspBench b;
  b.install();
  const Packet packet = raw(esp(b.in, 1, with_trailer(inner4(), 4)));
  const model::Ticket ticket = b.model.take_ticket(Direction::kInbound, packet, {});
  ASSERT_EQ(b.model.delete_sa(kIn), CommandResult::kOk);
  EXPECT_EQ(b.model.finish(ticket, packet).reason, DropReason::kStale);
  // A new owner of the row is not touched.
  ASSERT_EQ(b.model.add_sa(kIn, copy_of(b.in), kPath), CommandResult::kOk);
  EXPECT_EQ(b.model.finish(ticket, packet).reason, DropReason::kStale);
  EXPECT_EQ(b.state(kIn).sequence, 0u);
  EXPECT_EQ(b.inbound(packet).reason, DropReason::kNone);
}

TEST(EspModel, AnOutboundPacketLeavesWithTheRowThatItRead) {
  EspBench b;
  b.install();
  const model::Ticket ticket =
      b.model.take_ticket(Direction::kOutbound, inner4(), {.sa_index = to_number(kOut)});
  ASSERT_EQ(b.model.write_path(kPath, binding_of(true, true)), CommandResult::kOk);
  const Processed before = b.model.finish(ticket, inner4());
  EXPECT_EQ(before.generation, 1u);
  EXPECT_EQ(before.bytes[0], 0x45);
  const Processed after = b.outbound(inner4());
  EXPECT_EQ(after.generation, 2u);
  EXPECT_EQ(after.bytes[0] >> 4, 6);
}

TEST(EspModel, ARebindTouchesNothingElse) {
  EspBench b;
  b.in = copy_of(b.out);
  b.in.direction = Direction::kInbound;
  b.install();
  for (unsigned i = 0; i < 20; ++i) {
    ASSERT_EQ(b.model.write_path(kPath, binding_of(i % 2 == 0, i % 3 == 0)), CommandResult::kOk);
    EXPECT_EQ(b.inbound(b.outbound(inner4()).bytes).reason, DropReason::kNone);
  }
  EXPECT_EQ(b.state(kOut).sequence, 21u);
  EXPECT_EQ(b.state(kIn).packets, 20u);
}

}  // namespace
}  // namespace holdfast

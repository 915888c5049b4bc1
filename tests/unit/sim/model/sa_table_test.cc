// SPDX-License-Identifier: Apache-2.0
#include "model/sa_table.h"

#include <gtest/gtest.h>

#include "unit/sim/model/esp_bench.h"

namespace holdfast {
namespace {

using namespace holdfast::test;
using R = CommandResult;

constexpr std::uint64_t kLast32 = 0xFFFFFFFF;

TEST(SaTable, RefusesAnSaForEachReason) {
  EspModel m({.num_sas = 8, .num_paths = 4, .max_replay_window = 256});
  const auto add = [&](unsigned index, auto change, unsigned path = 1) {
    SaConfig c = sa_config(Direction::kInbound);
    change(c);
    return m.add_sa(SaIndex{static_cast<std::uint16_t>(index)}, std::move(c),
                    PathIndex{static_cast<std::uint16_t>(path)});
  };
  const auto same = [](SaConfig&) {};
  EXPECT_EQ(add(3, same), R::kEmpty);  // no such path yet
  ASSERT_EQ(m.write_path(PathIndex{1}, binding_of(false, false)), R::kOk);
  EXPECT_EQ(add(8, same), R::kBadIndex);
  EXPECT_EQ(add(3, same, 4), R::kBadIndex);
  EXPECT_EQ(add(3, [](SaConfig& c) { c.spi = Spi{255}; }), R::kBadSpi);
  EXPECT_EQ(add(3, [](SaConfig& c) { c.suite = static_cast<Suite>(7); }), R::kBadSuite);
  EXPECT_EQ(add(3, [](SaConfig& c) { c.replay_window = 31; }), R::kBadWindow);
  EXPECT_EQ(add(3, [](SaConfig& c) { c.replay_window = 257; }), R::kBadWindow);
  EXPECT_EQ(add(3, [](SaConfig& c) { c.first_sequence = 0; }), R::kBadSequence);
  EXPECT_EQ(add(3, [](SaConfig& c) { c.first_sequence = kLast32 + 1; }), R::kBadSequence);
  EXPECT_EQ(add(3, [](SaConfig& c) { c.selector.source.length = 33; }), R::kBadSelector);
  EXPECT_EQ(add(3, same), R::kOk);
  EXPECT_EQ(add(3, [](SaConfig& c) { c.spi = Spi{999}; }), R::kIndexInUse);
  EXPECT_EQ(add(4, same), R::kSpiInUse);
  EXPECT_EQ(add(4,
                [](SaConfig& c) {
                  c.spi = Spi{256};
                  c.has_esn = true;
                  c.first_sequence = kLast32 + 1;
                }),
            R::kOk);
}

TEST(SaTable, OutboundSasMayShareAnSpiAndHaveNoWindow) {
  EspModel m;
  ASSERT_EQ(m.write_path(kPath, binding_of(false, false)), R::kOk);
  for (std::uint16_t i = 0; i < 3; ++i) {
    SaConfig c = sa_config(Direction::kOutbound);
    c.replay_window = 0;
    EXPECT_EQ(m.add_sa(SaIndex{i}, std::move(c), kPath), R::kOk);
  }
}

TEST(SaTable, LowestResultGoesFirst) {
  EspModel m;
  ASSERT_EQ(m.write_path(kPath, binding_of(false, false)), R::kOk);
  SaConfig c = sa_config(Direction::kInbound);
  c.spi = Spi{1};
  c.first_sequence = 0;
  c.replay_window = 0;
  EXPECT_EQ(m.add_sa(kIn, copy_of(c), PathIndex{9}), R::kEmpty);
  EXPECT_EQ(m.add_sa(kIn, copy_of(c), kPath), R::kBadSpi);
  c.spi = Spi{300};
  EXPECT_EQ(m.add_sa(kIn, copy_of(c), kPath), R::kBadWindow);
}

TEST(SaTable, CommandsOnWhatIsNotThere) {
  EspModel m;
  SaState state{};
  model::PathRow row;
  EXPECT_EQ(m.delete_sa(kIn), R::kEmpty);
  EXPECT_EQ(m.delete_sa(SaIndex{256}), R::kBadIndex);
  EXPECT_EQ(m.read_sa(kIn, state), R::kEmpty);
  EXPECT_EQ(m.read_sa(SaIndex{256}, state), R::kBadIndex);
  EXPECT_EQ(m.move_sa(kIn, kPath), R::kEmpty);
  EXPECT_EQ(m.table().read_path(1, row), R::kEmpty);
  EXPECT_EQ(m.table().read_path(64, row), R::kBadIndex);
  EXPECT_EQ(m.write_path(PathIndex{64}, binding_of(false, false)), R::kBadIndex);
  EXPECT_EQ(m.generation(), 0u);
}

TEST(SaTable, GenerationCountsBindings) {
  EspBench b;
  b.install();
  EXPECT_EQ(b.model.generation(), 1u);
  ASSERT_EQ(b.model.write_path(PathIndex{2}, binding_of(true, true)), R::kOk);
  EXPECT_EQ(b.model.generation(), 2u);
  ASSERT_EQ(b.model.move_sa(kOut, PathIndex{2}), R::kOk);
  EXPECT_EQ(b.model.generation(), 3u);
  EXPECT_EQ(b.outbound(inner4()).generation, 2u);  // of the row
  EXPECT_EQ(b.state(kOut).path, PathIndex{2});
  ASSERT_EQ(b.model.write_path(PathIndex{2}, binding_of(false, true)), R::kOk);
  EXPECT_EQ(b.outbound(inner4()).generation, 4u);
}

TEST(SaTable, OutboundNumbersEndWithoutWrapping) {
  for (bool has_esn : {false, true}) {
    EspBench b;
    const std::uint64_t last = has_esn ? ~std::uint64_t{0} : kLast32;
    b.out.has_esn = has_esn;
    b.out.first_sequence = last - 1;
    b.install();
    EXPECT_EQ(b.outbound(inner4()).reason, DropReason::kNone);
    EXPECT_TRUE(b.model.take_events().empty());
    const Processed at_last = b.outbound(inner4());
    EXPECT_EQ(at_last.reason, DropReason::kNone);
    EXPECT_EQ(model::load(at_last.bytes, 28, 8), last);  // the IV
    const auto events = b.model.take_events();
    ASSERT_EQ(events.size(), 1u);
    EXPECT_EQ(events[0].kind, EventKind::kSequence);
    EXPECT_EQ(events[0].sequence, last);
    EXPECT_EQ(b.outbound(inner4()).reason, DropReason::kSequence);
    EXPECT_EQ(b.outbound(inner4()).reason, DropReason::kSequence);
    EXPECT_EQ(b.state(kOut).packets, 2u);
    EXPECT_TRUE(b.model.take_events().empty());
  }
}

TEST(SaTable, HardLifetimeOutboundMayBeReachedButNotCrossed) {
  EspBench b;
  b.out.lifetime = {.soft_bytes = 100, .hard_bytes = 180};
  b.install();
  EXPECT_EQ(b.outbound(inner4(60)).reason, DropReason::kNone);
  EXPECT_TRUE(b.model.take_events().empty());
  EXPECT_EQ(b.outbound(inner4(40)).reason, DropReason::kNone);  // 100: the soft limit
  auto events = b.model.take_events();
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].kind, EventKind::kSoftLifetime);
  EXPECT_EQ(events[0].sequence, 2u);
  EXPECT_EQ(events[0].path_index, to_number(kPath));
  EXPECT_EQ(b.outbound(inner4(81)).reason, DropReason::kLifetime);
  events = b.model.take_events();
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].kind, EventKind::kHardLifetime);
  EXPECT_EQ(events[0].sequence, 3u);                            // would have been next
  EXPECT_EQ(b.outbound(inner4(80)).reason, DropReason::kNone);  // 180: the hard limit
  EXPECT_EQ(b.state(kOut).bytes, 180u);
  EXPECT_EQ(b.state(kOut).sequence, 4u);  // the drop took no number
  EXPECT_EQ(b.outbound(inner4(20)).reason, DropReason::kLifetime);
  EXPECT_TRUE(b.model.take_events().empty());  // once
}

TEST(SaTable, LifetimesCountPacketsToo) {
  EspBench b;
  b.out.lifetime = {.soft_packets = 1, .hard_packets = 2};
  b.install();
  EXPECT_EQ(b.outbound(inner4()).reason, DropReason::kNone);
  EXPECT_EQ(b.outbound(inner4()).reason, DropReason::kNone);
  EXPECT_EQ(b.outbound(inner4()).reason, DropReason::kLifetime);
  EXPECT_EQ(b.model.take_events().size(), 2u);
}

TEST(SaTable, InboundLifetimeMovesTheWindowAllTheSame) {
  EspBench b;
  b.in.lifetime = {.hard_bytes = 100};
  b.install();
  const auto packet = [&](std::uint64_t n, std::size_t bytes) {
    return raw(esp(b.in, n, with_trailer(inner4(bytes), 4)));
  };
  EXPECT_EQ(b.inbound(packet(1, 60)).reason, DropReason::kNone);
  EXPECT_EQ(b.inbound(packet(2, 60)).reason, DropReason::kLifetime);
  EXPECT_EQ(b.state(kIn).sequence, 2u);
  EXPECT_EQ(b.state(kIn).bytes, 60u);
  EXPECT_EQ(b.inbound(packet(2, 40)).reason, DropReason::kReplayEarly);
  EXPECT_EQ(b.inbound(packet(3, 40)).reason, DropReason::kNone);
  const auto events = b.model.take_events();
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].kind, EventKind::kHardLifetime);
  EXPECT_EQ(events[0].sequence, 2u);
}

TEST(SaTable, ANewOwnerOfTheRowStartsAnew) {
  EspBench b;
  b.out.lifetime = {.soft_packets = 1};
  b.install();
  b.outbound(inner4());
  ASSERT_EQ(b.model.delete_sa(kOut), R::kOk);
  EXPECT_EQ(b.outbound(inner4()).reason, DropReason::kNoSa);
  ASSERT_EQ(b.model.add_sa(kOut, copy_of(b.out), kPath), R::kOk);
  EXPECT_EQ(b.state(kOut).packets, 0u);
  EXPECT_EQ(b.state(kOut).sequence, 1u);
  b.outbound(inner4());
  EXPECT_EQ(b.model.take_events().size(), 2u);
}

TEST(SaTable, CreditIsSpentGainedAndToldOnce) {
  EspBench b;
  b.install();
  // Outer 20 + 32 + 64 bytes around an inner packet of 60.
  ASSERT_EQ(b.model.write_path(kPath, binding_of(false, false), 115), R::kOk);
  EXPECT_EQ(b.outbound(inner4()).reason, DropReason::kCredit);
  EXPECT_EQ(b.outbound(inner4()).reason, DropReason::kCredit);
  EXPECT_EQ(b.state(kOut).sequence, 1u);
  EXPECT_EQ(b.state(kOut).packets, 0u);
  const auto events = b.model.take_events();
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].kind, EventKind::kCredit);
  EXPECT_EQ(events[0].path_index, to_number(kPath));
  EXPECT_EQ(b.inbound(raw(esp(b.in, 1, with_trailer(inner4(), 4)))).reason, DropReason::kNone);
  for (unsigned i = 0; i < 3; ++i) EXPECT_EQ(b.outbound(inner4()).reason, DropReason::kNone);
  EXPECT_EQ(b.outbound(inner4()).reason, DropReason::kCredit);
  ASSERT_EQ(b.model.write_path(kPath, binding_of(false, false), 116), R::kOk);
  EXPECT_EQ(b.outbound(inner4()).reason, DropReason::kNone);
  EXPECT_EQ(b.outbound(inner4()).reason, DropReason::kCredit);
  EXPECT_EQ(b.model.take_events().size(), 1u);
}

TEST(SaTable, TheLargestCreditStaysTheLargest) {
  EspBench b;
  b.install();
  ASSERT_EQ(b.model.write_path(kPath, binding_of(false, false), 0), R::kOk);
  model::PathRow row;
  for (unsigned i = 0; i < 3; ++i) {
    b.model.table().give_credit(to_number(kPath), std::size_t{1} << 46);
    ASSERT_EQ(b.model.read_path(kPath, row), R::kOk);
    EXPECT_EQ(row.credit, i == 0 ? std::uint64_t{3} << 46 : (std::uint64_t{1} << 48) - 1);
  }
}

// A packet is measured against the row that it read; only while that is in force it gives credit.
TEST(SaTable, ABindingThatWasSwappedUnderAPacket) {
  EspBench b;
  b.install();
  Binding moved = binding_of(false, false);
  ++moved.peer.address.bytes[3];
  const Packet packet = raw(esp(b.in, 1, with_trailer(inner4(), 4)));
  const model::Ticket ticket = b.model.take_ticket(Direction::kInbound, packet, {});
  ASSERT_EQ(b.model.write_path(kPath, moved, 0), R::kOk);
  EXPECT_EQ(b.model.finish(ticket, packet).reason, DropReason::kNone);
  EXPECT_TRUE(b.model.take_events().empty());
  EXPECT_EQ(b.outbound(inner4()).reason, DropReason::kCredit);
  EXPECT_EQ(b.model.take_events().size(), 1u);  // of the credit
  const Packet next = raw(esp(b.in, 2, with_trailer(inner4(), 4)));
  EXPECT_EQ(b.inbound(next).reason, DropReason::kNone);
  const auto events = b.model.take_events();
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].kind, EventKind::kRoam);
  EXPECT_EQ(events[0].generation, 2u);
  EXPECT_EQ(events[0].sequence, 2u);
  EXPECT_EQ(events[0].peer.address, binding_of(false, false).peer.address);
}

TEST(SaTable, TakesManySas) {
  EspModel m({.num_sas = 65535, .num_paths = 2});
  ASSERT_EQ(m.write_path(PathIndex{0}, binding_of(false, false)), R::kOk);
  for (unsigned i = 0; i < 65535; ++i) {
    SaConfig c = sa_config(Direction::kInbound);
    c.spi = Spi{0x1000 + 7 * i};
    ASSERT_EQ(m.add_sa(SaIndex{static_cast<std::uint16_t>(i)}, std::move(c), PathIndex{0}), R::kOk);
  }
  SaConfig c = sa_config(Direction::kInbound);
  c.spi = Spi{0x1000 + 7 * 4711};
  const Packet packet = raw(esp(c, 1, with_trailer(inner4(), 4)));
  EXPECT_EQ(m.process(Direction::kInbound, packet, {}).sa_index, 4711);
}

}  // namespace
}  // namespace holdfast

// SPDX-License-Identifier: Apache-2.0
// What only the whole stream card shows: a packet is dropped by its first bytes, while the rest of
// it still enters.
#include <gtest/gtest.h>

#include "holdfast/card.h"
#include "support/packets.h"
#include "support/sim.h"
#include "support/stream.h"
#include "verilated/stream_card.h"

namespace holdfast::test {
namespace {

class CardStream : public testing::TestWithParam<unsigned> {
 protected:
  void SetUp() override {
    sim::CardOptions options;
    options.width_bits = GetParam();
    options.link.seed = seed_or(1);
    io_ = std::make_unique<sim::StreamCard>(options);
    card_ = std::move(Card::open(*io_).value());
    card_->enable(true);
  }
  void TearDown() override {
    EXPECT_EQ(io_->violations().report(), "");
    EXPECT_TRUE(card_->counters().adds_up());
  }
  /// Inbound no ESP, outbound without an SA: the first beats decide.
  static Packet dropped_packet(std::size_t bytes) {
    return ip_packet_of(address("10.1.0.5"), address("10.2.0.7"), bytes, {.protocol = 6});
  }
  static DropReason reason_of(Direction direction) {
    return direction == Direction::kInbound ? DropReason::kNotEsp : DropReason::kNoSa;
  }
  void expect_dropped(const sim::PacketResult& result, Direction direction) {
    EXPECT_EQ(result.verdict.reason, static_cast<std::uint8_t>(reason_of(direction)));
    EXPECT_TRUE(result.bytes.empty());
  }

  std::unique_ptr<sim::StreamCard> io_;
  std::unique_ptr<Card> card_;
};

TEST_P(CardStream, AResultWaitsUntilItsPacketHasEntered) {
  for (const Direction direction : {Direction::kInbound, Direction::kOutbound}) {
    for (const unsigned pause : {0u, 50u, 95u}) {
      io_->set_pauses(direction, pause, 0);
      for (const std::size_t bytes : {21u, 60u, 500u, 3000u, 9000u}) {
        io_->clear_input_cycles();
        io_->push(direction, dropped_packet(bytes));
        ASSERT_TRUE(io_->run_until_idle(50'000));
        const auto results = io_->take_results(direction);
        ASSERT_EQ(results.size(), 1u);
        expect_dropped(results[0], direction);
        EXPECT_GT(results[0].first_cycle, io_->last_input_cycle(direction))
            << bytes << " bytes, " << pause << " % pauses";
      }
    }
    io_->set_pauses(direction, 0, 0);
  }
}

// One behind the other, with a sink that stalls: each result is that of its own packet, and its
// bytes are counted.
TEST_P(CardStream, ResultsOfDroppedPacketsStayWithTheirPackets) {
  for (const Pauses pauses : kPauseMatrix) {
    for (const Direction direction : {Direction::kInbound, Direction::kOutbound}) {
      const auto d = static_cast<std::size_t>(direction);
      const Counters before = card_->counters();
      io_->set_pauses(direction, pauses.source_percent, pauses.sink_percent);
      std::uint64_t sum = 0;
      for (unsigned i = 0; i < 60; ++i) {
        const std::size_t bytes = i % 3 == 0 ? 4000 + i : 21 + 5 * i;
        sum += bytes;
        io_->push(direction, dropped_packet(bytes));
      }
      ASSERT_TRUE(io_->run_until_idle(200'000));
      const auto results = io_->take_results(direction);
      ASSERT_EQ(results.size(), 60u);
      for (const auto& result : results) expect_dropped(result, direction);
      io_->set_pauses(direction, 0, 0);
      const Counters after = card_->counters();
      EXPECT_EQ(after.bytes_in[d] - before.bytes_in[d], sum);
      EXPECT_EQ(after.packets_in[d] - before.packets_in[d], 60u);
      const auto reason = static_cast<std::size_t>(reason_of(direction));
      EXPECT_EQ(after.drops[reason] - before.drops[reason], 60u);
    }
  }
}

TEST_P(CardStream, IsNotIdleWhileAPacketEnters) {
  EXPECT_TRUE(card_->is_idle());
  io_->set_pauses(Direction::kInbound, 97, 0);
  io_->push(Direction::kInbound, dropped_packet(2000));
  io_->run(400);
  ASSERT_EQ(io_->in_flight(Direction::kInbound), 1u);
  EXPECT_FALSE(card_->is_idle());
  ASSERT_TRUE(io_->run_until_idle(50'000));
  EXPECT_TRUE(card_->is_idle());
}

INSTANTIATE_TEST_SUITE_P(Widths, CardStream, testing::Values(64u, 128u),
                         [](const auto& width) { return std::to_string(width.param); });

}  // namespace
}  // namespace holdfast::test

// SPDX-License-Identifier: Apache-2.0
#include "verilated/stream_card.h"

#include <gtest/gtest.h>

#include "holdfast/card.h"
#include "support/packets.h"
#include "support/sim.h"

namespace holdfast::sim {
namespace {

using test::Packet;

/// The card with one SA in each direction, under one key that no test used before.
class StreamCardTest : public testing::TestWithParam<unsigned> {
 protected:
  void SetUp() override {
    CardOptions options;
    options.width_bits = GetParam();
    options.link.seed = test::seed_or(1);
    io_ = std::make_unique<StreamCard>(options);
    card_ = std::move(Card::open(*io_).value());
    Binding binding;
    binding.own = {test::address("192.0.2.1"), 4500};
    binding.peer = {test::address("192.0.2.2"), 4500};
    ASSERT_TRUE(card_->rebind(PathIndex{0}, binding));
    static std::uint8_t number = 0;
    ++number;
    for (const Direction direction : {Direction::kOutbound, Direction::kInbound}) {
      SaConfig config;
      config.direction = direction;
      config.spi = Spi{0x1234};
      config.key = SecretBytes(Packet(16, number));
      config.salt = SecretBytes(Packet(4, 7));
      config.selector = {test::prefix("0.0.0.0/0"), test::prefix("0.0.0.0/0")};
      ASSERT_TRUE(card_->add_sa(
          SaIndex{direction == Direction::kOutbound ? std::uint16_t{0} : std::uint16_t{1}}, config,
          PathIndex{0}));
    }
    card_->enable(true);
  }
  void TearDown() override {
    EXPECT_EQ(io_->violations().report(), "");
    EXPECT_TRUE(card_->counters().adds_up());
  }
  static std::vector<Packet> inner_packets(std::size_t count) {
    std::vector<Packet> packets;
    for (std::size_t i = 0; i < count; ++i) {
      packets.push_back(test::ip_packet(test::address("10.1.0.5"), test::address("10.2.0.7"),
                                        Packet(7 * i, static_cast<std::uint8_t>(i))));
    }
    return packets;
  }
  std::vector<PacketResult> through(Direction direction, const std::vector<Packet>& packets,
                                    const PacketFlags& flags) {
    for (const Packet& packet : packets) io_->push(direction, packet, flags);
    EXPECT_TRUE(io_->run_until_idle(100'000));
    return io_->take_results(direction);
  }
  static std::vector<Packet> bytes_of(const std::vector<PacketResult>& results) {
    std::vector<Packet> packets;
    for (const PacketResult& result : results) packets.push_back(result.bytes);
    return packets;
  }

  std::unique_ptr<StreamCard> io_;
  std::unique_ptr<Card> card_;
};

TEST_P(StreamCardTest, RunsPacketsThroughBothDirections) {
  for (const unsigned pause : {0u, 50u}) {
    for (const Direction direction : {Direction::kOutbound, Direction::kInbound}) {
      io_->set_pauses(direction, pause, pause);
    }
    const std::vector<Packet> inner = inner_packets(40);
    const auto sent = through(Direction::kOutbound, inner, {.sa_index = 0});
    ASSERT_EQ(sent.size(), inner.size());
    for (const PacketResult& result : sent) {
      EXPECT_EQ(result.verdict.reason, 0);
      EXPECT_EQ(result.verdict.length, result.bytes.size());
      EXPECT_LE(result.first_cycle, result.last_cycle);
    }
    EXPECT_EQ(bytes_of(through(Direction::kInbound, bytes_of(sent), {})), inner);
  }
}

TEST_P(StreamCardTest, TellsWhyAPacketWasDropped) {
  const std::vector<Packet> inner = inner_packets(3);
  const auto unknown = through(Direction::kOutbound, inner, {.sa_index = 7});
  ASSERT_EQ(unknown.size(), 3u);
  EXPECT_EQ(unknown[0].verdict.reason, static_cast<std::uint8_t>(DropReason::kNoSa));
  EXPECT_TRUE(unknown[0].bytes.empty());
  const auto given_up = through(Direction::kOutbound, inner, {.sa_index = 0, .gives_up = true});
  ASSERT_EQ(given_up.size(), 3u);
  EXPECT_EQ(given_up[2].verdict.reason, static_cast<std::uint8_t>(DropReason::kSource));
}

TEST_P(StreamCardTest, CountsFramesLongerThanAnyPacket) {
  std::vector<Packet> frames = inner_packets(2);
  frames.insert(frames.begin(), Packet(200'000, 0xFF));
  frames.insert(frames.begin() + 2, Packet(65'536, 0xFF));
  const auto sent = through(Direction::kOutbound, frames, {.sa_index = 0});
  ASSERT_EQ(sent.size(), 4u);
  for (std::size_t i = 0; i < 4; ++i) {
    const DropReason reason = i % 2 == 0 ? DropReason::kBadHeader : DropReason::kNone;
    EXPECT_EQ(sent[i].verdict.reason, static_cast<std::uint8_t>(reason)) << i;
  }
  const Counters counters = card_->counters();
  EXPECT_EQ(counters.packets_in[1], 4u);
  EXPECT_EQ(counters.drops[static_cast<std::size_t>(DropReason::kBadHeader)], 2u);
  EXPECT_EQ(counters.bytes_in[1], 2 * 65'535 + frames[1].size() + frames[3].size());
}

TEST_P(StreamCardTest, ForgetsPacketsAtAReset) {
  io_->push(Direction::kOutbound, inner_packets(2)[1], {.sa_index = 0});
  io_->run(3);
  io_->reset();
  EXPECT_EQ(io_->in_flight(Direction::kOutbound), 0u);
  EXPECT_EQ(io_->read_csr(csr::kIdentityMagic), 0x484F4C44u);
}

INSTANTIATE_TEST_SUITE_P(Widths, StreamCardTest, testing::Values(64u, 128u),
                         [](const auto& width) { return std::to_string(width.param); });

}  // namespace
}  // namespace holdfast::sim

// SPDX-License-Identifier: Apache-2.0
#include "unit/driver/card_suite.h"

namespace holdfast::test {

INSTANTIATE_TEST_SUITE_P(Cards, CardSuite, ::testing::ValuesIn(suite_cards()),
                         CardSuite::name_of_card);

std::string CardSuite::name_of_card(const ::testing::TestParamInfo<std::string>& card) {
  std::string name = card.param;
  for (char& c : name)
    if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
  return name;
}

void CardSuite::SetUp() {
  register_suite_cards();
  auto io = open_card_io(GetParam());
  ASSERT_TRUE(io) << io.error().text();
  io_ = std::move(*io);
  auto card = Card::open(*io_);
  ASSERT_TRUE(card) << card.error().text();
  card_ = std::move(*card);
}

void CardSuite::TearDown() {
  queue_.reset();
  if (!card_) return;
  for (unsigned i = 0; i < kMaxWaits && !card_->is_idle(); ++i) io_->poll();
  EXPECT_TRUE(card_->is_idle());
  const Counters counters = card_->counters();
  EXPECT_TRUE(counters.adds_up()) << "in " << counters.packets_in[0] << " + "
                                  << counters.packets_in[1] << ", out " << counters.packets_out[0]
                                  << " + " << counters.packets_out[1] << ", drops "
                                  << counters.all_drops();
}

SaConfig CardSuite::fresh_sa(Direction direction, bool is_ipv6) {
  static std::uint32_t num_made = 0;
  ++num_made;
  SaConfig config = sa_config(direction, is_ipv6);
  Packet key(16);
  model::store(key, 0, 4, num_made);
  config.key = SecretBytes(key);
  config.spi = Spi{0x1000 + num_made};
  return config;
}

void CardSuite::install_sas(const Binding& binding, void (*change)(SaConfig&)) {
  peer_ = std::make_unique<model::EspModel>();
  SaConfig out = fresh_sa(Direction::kOutbound);
  change(out);
  SaConfig in = copy_of(out);
  in.direction = Direction::kInbound;
  ASSERT_TRUE(card_->rebind(kPath0, binding));
  for (const auto& [index, config] : {std::pair(kOutbound, &out), std::pair(kInbound, &in)}) {
    const Status status = card_->add_sa(index, *config, kPath0);
    ASSERT_TRUE(status) << status.error().text();
  }
  ASSERT_EQ(peer_->write_path(kPath0, reversed(binding)), CommandResult::kOk);
  ASSERT_EQ(peer_->add_sa(kOutbound, copy_of(out), kPath0), CommandResult::kOk);
  ASSERT_EQ(peer_->add_sa(kInbound, copy_of(in), kPath0), CommandResult::kOk);
}

void CardSuite::open_queue(const QueueConfig& config) {
  if (!pool_) {
    auto pool = BufferPool::create(*card_, 64);
    ASSERT_TRUE(pool) << pool.error().text();
    pool_ = std::move(*pool);
  }
  auto queue = card_->open_queue(0, config, pool_->region());
  ASSERT_TRUE(queue) << queue.error().text();
  queue_ = std::move(*queue);
  card_->enable(true);
}

void CardSuite::start() {
  ASSERT_NO_FATAL_FAILURE(install_sas());
  ASSERT_NO_FATAL_FAILURE(open_queue());
}

void CardSuite::submit(const Descriptor& descriptor, const Buffer& buffer) {
  const Status status = queue_->submit({&descriptor, 1});
  ASSERT_TRUE(status) << status.error().text();
  in_use_.push_back(buffer);
}

void CardSuite::submit(const Packet& packet, std::uint16_t flags, SaIndex sa,
                       std::uint16_t offset) {
  const auto buffer = pool_->take();
  ASSERT_TRUE(buffer);
  std::ranges::copy(packet, buffer->bytes.begin() + offset);
  submit({to_number(buffer->iova), static_cast<std::uint16_t>(packet.size()), offset, to_number(sa),
          flags},
         *buffer);
}

std::vector<CardSuite::Answer> CardSuite::take(std::size_t count) {
  std::vector<Answer> answers;
  for (unsigned i = 0; i < kMaxWaits && answers.size() < count; ++i) {
    Completion completion;
    while (answers.size() < count && queue_->poll({&completion, 1}) == 1) {
      const Buffer buffer = in_use_.front();
      in_use_.erase(in_use_.begin());
      const auto bytes = buffer.bytes.first(completion.length);
      answers.push_back({completion, Packet(bytes.begin(), bytes.end())});
      pool_->give_back(buffer);
    }
    io_->poll();
  }
  EXPECT_EQ(answers.size(), count) << "completions did not come";
  return answers;
}

CardSuite::Answer CardSuite::exchange(const Packet& packet, std::uint16_t flags, SaIndex sa,
                                      std::uint16_t offset) {
  submit(packet, flags, sa, offset);
  const auto answers = take(1);
  return answers.empty() ? Answer{} : answers.front();
}

Packet CardSuite::from_peer(const Packet& inner) {
  const model::Processed sent =
      peer_->process(Direction::kOutbound, inner, {.sa_index = to_number(kOutbound)});
  EXPECT_EQ(sent.reason, DropReason::kNone);
  return sent.bytes;
}

model::Processed CardSuite::at_peer(const Packet& outer) {
  return peer_->process(Direction::kInbound, outer, {});
}

std::vector<Event> CardSuite::take_events(std::size_t count) {
  std::vector<Event> events;
  for (unsigned i = 0; i < kMaxWaits && events.size() < count; ++i) {
    while (const auto event = card_->poll_event()) events.push_back(*event);
    io_->poll();
  }
  return events;
}

}  // namespace holdfast::test

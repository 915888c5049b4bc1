// SPDX-License-Identifier: Apache-2.0
// Queues: packets through the card, rings that wrap and fill.
#include "unit/driver/card_suite.h"

namespace holdfast::test {
namespace {

TEST_P(CardSuite, APacketGoesOutAndThePeerUnderstandsIt) {
  start();
  const Answer answer = send(inner4(100));
  EXPECT_EQ(reason(answer), "none");
  EXPECT_EQ(answer.completion.index, 0);
  EXPECT_EQ(answer.completion.sa_index, to_number(kOutbound));
  EXPECT_EQ(answer.completion.generation, card().drain_fence());
  EXPECT_EQ(at_peer(answer.bytes).bytes, inner4(100));
  const auto state = card().query_sa(kOutbound);
  ASSERT_TRUE(state);
  EXPECT_EQ(state->sequence, 2u);
  EXPECT_EQ(state->packets, 1u);
  EXPECT_EQ(state->bytes, 100u);
  EXPECT_GT(state->last_used_cycle, 0u);
  EXPECT_LE(state->last_used_cycle, card().counters().cycles);
}

TEST_P(CardSuite, APacketOfThePeerComesIn) {
  start();
  const Packet outer = from_peer(inner4(100));
  const Answer answer = receive(outer);
  EXPECT_EQ(reason(answer), "none");
  EXPECT_EQ(answer.bytes, inner4(100));
  EXPECT_EQ(answer.completion.sa_index, to_number(kInbound));
  EXPECT_EQ(reason(receive(outer)), "replay_early");
  const auto state = card().query_sa(kInbound);
  ASSERT_TRUE(state);
  EXPECT_EQ(state->sequence, 1u);
  EXPECT_EQ(state->packets, 1u);
  const Counters counters = card().counters();
  EXPECT_EQ(counters.packets_in[0], 2u);
  EXPECT_EQ(counters.packets_out[0], 1u);
  EXPECT_EQ(counters.bytes_in[0], 2 * outer.size());
  EXPECT_EQ(counters.bytes_out[0], 100u);
  EXPECT_EQ(counters.drops[static_cast<unsigned>(DropReason::kReplayEarly)], 1u);
  EXPECT_EQ(counters.packets_in[1], 0u);
}

TEST_P(CardSuite, EveryLengthGoesOutAndIn) {
  start();
  for (std::size_t bytes = 20; bytes <= 300; ++bytes) {
    const Answer out = send(inner4(bytes));
    ASSERT_EQ(reason(out), "none") << bytes;
    ASSERT_EQ(at_peer(out.bytes).bytes, inner4(bytes)) << bytes;
    const Answer in = receive(from_peer(inner4(bytes)));
    ASSERT_EQ(in.bytes, inner4(bytes)) << bytes;
  }
}

TEST_P(CardSuite, TheLargestPackets) {
  install_sas(binding_of(true, true));
  open_queue();
  const Answer out = send(inner4(9000));
  EXPECT_EQ(at_peer(out.bytes).bytes, inner4(9000));
  EXPECT_EQ(receive(from_peer(inner4(9000))).bytes, inner4(9000));
  EXPECT_EQ(reason(send(inner4(9001))), "too_long");
  EXPECT_EQ(reason(send(inner4(9230))), "too_long");
}

TEST_P(CardSuite, EthernetOffsetAndChecksumFlag) {
  start();
  const Answer out =
      exchange(with_ethernet(inner4(77)), kDescriptorOutbound | kDescriptorEthernet, kOutbound, 37);
  ASSERT_EQ(reason(out), "none");
  const Packet outer(out.bytes.begin() + 14, out.bytes.end());
  EXPECT_EQ(at_peer(outer).bytes, inner4(77));
  EXPECT_EQ(out.bytes, with_ethernet(outer));
  Packet wrong_checksum = from_peer(inner4(77));
  wrong_checksum[10] ^= 1;
  EXPECT_EQ(reason(exchange(wrong_checksum, 0, kOutbound, 63)), "bad_checksum");
  const Answer in = exchange(with_ethernet(wrong_checksum),
                             kDescriptorEthernet | kDescriptorChecksumNotValid, kOutbound, 1);
  EXPECT_EQ(in.bytes, with_ethernet(inner4(77)));
}

TEST_P(CardSuite, SmallRingsWrapManyTimes) {
  install_sas();
  open_queue({.sq_log2 = 3, .cq_log2 = 3});
  std::uint16_t expected = 0;
  for (unsigned burst = 0; burst < 60; ++burst) {
    const unsigned count = 1 + burst % 8;
    for (unsigned i = 0; i < count; ++i) submit(inner4(40 + i), kDescriptorOutbound);
    EXPECT_EQ(queue_->in_flight(), count);
    for (const Answer& answer : take(count)) {
      ASSERT_EQ(answer.completion.index, expected++);
      ASSERT_EQ(reason(answer), "none");
      ASSERT_EQ(at_peer(answer.bytes).reason, DropReason::kNone);
    }
    EXPECT_EQ(queue_->in_flight(), 0u);
  }
}

TEST_P(CardSuite, AFullRingTakesAllOrNone) {
  install_sas();
  open_queue({.sq_log2 = 3, .cq_log2 = 3});
  EXPECT_EQ(queue_->space(), 8u);
  for (unsigned i = 0; i < 5; ++i) submit(inner4(), kDescriptorOutbound);
  EXPECT_EQ(queue_->space(), 3u);
  const auto buffer = pool_->take();
  const std::vector<Descriptor> four(
      4, Descriptor{to_number(buffer->iova), 60, 0, to_number(kOutbound), kDescriptorOutbound});
  const Status status = queue_->submit(four);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::kFull);
  EXPECT_EQ(queue_->in_flight(), 5u);
  for (unsigned i = 0; i < 3; ++i) submit(inner4(), kDescriptorOutbound);
  EXPECT_EQ(queue_->space(), 0u);
  EXPECT_FALSE(queue_->submit({four.data(), 1}));
  EXPECT_TRUE(queue_->submit({}));
  EXPECT_EQ(take(8).size(), 8u);
  EXPECT_EQ(card().counters().packets_in[1], 8u);
  pool_->give_back(*buffer);
}

TEST_P(CardSuite, ACompletionRingThatIsFullHoldsTheCardUp) {
  install_sas();
  open_queue({.sq_log2 = 5, .cq_log2 = 3});
  for (unsigned i = 0; i < 32; ++i) submit(inner4(20 + i), kDescriptorOutbound);
  for (unsigned i = 0; i < 200; ++i) io().poll();
  const std::uint32_t status = io().read_csr(csr::kQueuesStatus(0));
  EXPECT_EQ(csr::kQueuesStatusRunning.get(status), 1u);
  const std::uint32_t indices = io().read_csr(csr::kQueuesIndices(0));
  EXPECT_EQ(csr::kQueuesIndicesCqProducer.get(indices), 8u);
  const auto answers = take(32);
  ASSERT_EQ(answers.size(), 32u);
  for (unsigned i = 0; i < 32; ++i) {
    EXPECT_EQ(answers[i].completion.index, i);
    EXPECT_EQ(at_peer(answers[i].bytes).bytes.size(), 20 + i);
  }
  EXPECT_GE(card().counters().completion_stalls, 1u);
}

TEST_P(CardSuite, QueuesDoNotMixTheirPackets) {
  if (card().info().num_queues < 2) GTEST_SKIP() << "one queue";
  start();
  auto other_pool = BufferPool::create(card(), 4);
  ASSERT_TRUE(other_pool);
  auto other = card().open_queue(1, {.sq_log2 = 3, .cq_log2 = 3}, other_pool->region());
  ASSERT_TRUE(other);
  const auto buffer = other_pool->take();
  const Packet outer = from_peer(inner4(200));
  std::ranges::copy(outer, buffer->bytes.begin());
  const Descriptor descriptor{to_number(buffer->iova), static_cast<std::uint16_t>(outer.size()), 0,
                              kNoSa, 0};
  for (unsigned i = 0; i < 5; ++i) submit(inner4(300), kDescriptorOutbound);
  ASSERT_TRUE((*other)->submit({&descriptor, 1}));
  const auto answers = take(5);
  Completion completion{};
  for (unsigned i = 0; i < kMaxWaits && (*other)->poll({&completion, 1}) == 0; ++i) io().poll();
  EXPECT_EQ(completion.length, 200);
  EXPECT_EQ(completion.index, 0);
  EXPECT_TRUE(std::ranges::equal(buffer->bytes.first(200), inner4(200)));
  for (const Answer& answer : answers) EXPECT_EQ(at_peer(answer.bytes).bytes, inner4(300));
}

TEST_P(CardSuite, ARebindUnderTrafficLosesNothing) {
  start();
  std::vector<std::uint32_t> generations{card().drain_fence()};
  std::vector<Binding> bindings{binding_of(false, false)};
  unsigned num_taken = 0;
  const auto check = [&](const std::vector<Answer>& answers) {
    for (const Answer& answer : answers) {
      ASSERT_EQ(reason(answer), "none");
      const auto found = std::ranges::find(generations, answer.completion.generation);
      ASSERT_NE(found, generations.end());
      const Binding& binding = bindings[static_cast<std::size_t>(found - generations.begin())];
      const model::IpHeader outer = model::read_ip_header(answer.bytes);
      EXPECT_EQ(outer.source, binding.own.address);
      EXPECT_EQ(outer.destination, binding.peer.address);
      EXPECT_EQ(outer.protocol, binding.encap == Encap::kUdp ? 17 : 50);
      const auto received = at_peer(answer.bytes);
      EXPECT_EQ(received.reason, DropReason::kNone);
      EXPECT_EQ(received.bytes, inner4(64));
      ++num_taken;
    }
  };
  for (unsigned move = 0; move < 12; ++move) {
    for (unsigned i = 0; i < 8; ++i) submit(inner4(64), kDescriptorOutbound);
    Binding binding = binding_of(move % 2 == 0, move % 3 == 0);
    binding.own.address.bytes[3] = static_cast<std::uint8_t>(move);
    const auto generation = card().rebind(kPath0, binding);
    ASSERT_TRUE(generation);
    generations.push_back(*generation);
    bindings.push_back(binding);
    for (unsigned i = 0; i < 8; ++i) submit(inner4(64), kDescriptorOutbound);
    check(take(16));
    EXPECT_EQ(card().drain_fence(), *generation);
  }
  EXPECT_EQ(num_taken, 12 * 16u);
  EXPECT_EQ(card().query_sa(kOutbound)->sequence, 12 * 16 + 1u);
}

}  // namespace
}  // namespace holdfast::test

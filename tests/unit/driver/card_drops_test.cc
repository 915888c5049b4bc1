// SPDX-License-Identifier: Apache-2.0
// Every descriptor gets one completion: what the rings themselves drop, and its account.
#include "unit/driver/card_suite.h"

namespace holdfast::test {
namespace {

TEST_P(CardSuite, WrongDescriptorsDropWithTheirReason) {
  start();
  const Buffer buffer = pool_->take().value();
  const std::uint64_t iova = to_number(buffer.iova);
  const std::uint64_t first = to_number(pool_->region().iova);
  const std::uint64_t end = first + pool_->region().bytes.size();
  constexpr std::uint16_t kOut = kDescriptorOutbound;
  const std::uint16_t sa = to_number(kOutbound);
  struct Case {
    Descriptor descriptor;
    const char* reason;
  };
  const Case cases[] = {
      {{iova, 0, 0, sa, kOut}, "bad_descriptor"},
      {{iova, 60, 0, sa, kOut | 1 << 3}, "bad_descriptor"},
      {{iova, 60, 0, sa, kOut | 1 << 15}, "bad_descriptor"},
      {{iova + 32, 60, 0, sa, kOut}, "bad_descriptor"},
      {{iova + 1, 60, 0, sa, 0}, "bad_descriptor"},
      {{iova + 1, 9231, 0, sa, 0}, "bad_descriptor"},  // before too_long
      {{iova, 9231, 0, sa, kOut}, "too_long"},
      {{iova, 0xFFFF, 0, sa, 0}, "too_long"},
      {{0, 9231, 0, sa, 0}, "too_long"},  // before dma_window
      {{first - 64, 64, 0, sa, kOut}, "dma_window"},
      {{end, 64, 0, sa, kOut}, "dma_window"},
      {{end - 64, 65, 0, sa, kOut}, "dma_window"},
      {{end - 64, 1, 64, sa, 0}, "dma_window"},
      {{0, 60, 0, sa, kOut}, "dma_window"},
      {{~std::uint64_t{63}, 60, 60, sa, kOut}, "dma_window"},
  };
  std::array<std::uint64_t, 64> expected{};
  for (const Case& c : cases) {
    submit(c.descriptor, buffer);
    Completion completion{};
    for (unsigned i = 0; i < kMaxWaits && queue_->poll({&completion, 1}) == 0; ++i) io().poll();
    in_use_.clear();
    const auto dropped = static_cast<DropReason>(completion.reason);
    EXPECT_EQ(name_of(dropped), c.reason) << "length " << c.descriptor.length;
    EXPECT_EQ(completion.length, 0);
    EXPECT_EQ(completion.sa_index, kNoSa);
    EXPECT_EQ(completion.generation, 0u);
    ++expected.at(completion.reason);
  }
  const Counters counters = card().counters();
  EXPECT_EQ(counters.drops, expected);
  EXPECT_EQ(counters.all_drops(), std::size(cases));
  EXPECT_EQ(card().take_errors(), 0u);
  pool_->give_back(buffer);
}

TEST_P(CardSuite, AResultThatDoesNotFitIntoTheWindowIsDropped) {
  start();
  // 64 bytes at the window's end hold the packet, but not what becomes of it.
  const std::uint64_t end = to_number(pool_->region().iova) + pool_->region().bytes.size();
  const auto last = pool_->region().bytes.last(64);
  std::ranges::copy(inner4(60), last.begin());
  const Packet before(last.begin(), last.end());
  const Buffer buffer = pool_->take().value();
  submit({end - 64, 60, 0, to_number(kOutbound), kDescriptorOutbound}, buffer);
  const auto answers = take(1);
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_EQ(reason(answers[0]), "dma_window");
  EXPECT_EQ(answers[0].completion.length, 0);
  EXPECT_TRUE(std::ranges::equal(last, before));
  EXPECT_EQ(card().counters().drops[static_cast<unsigned>(DropReason::kDmaWindow)], 1u);
}

TEST_P(CardSuite, ADisabledCardDropsAndCounts) {
  start();
  card().enable(false);
  EXPECT_EQ(reason(send(inner4())), "disabled");
  EXPECT_EQ(reason(receive(from_peer(inner4()))), "disabled");
  card().enable(true);
  EXPECT_EQ(reason(send(inner4())), "none");
  EXPECT_EQ(card().query_sa(kOutbound)->sequence, 2u);
}

TEST_P(CardSuite, DropsShowTheSaAndLeaveTheBufferAlone) {
  start();
  Answer answer = send(inner4(), SaIndex{9});
  EXPECT_EQ(reason(answer), "no_sa");
  EXPECT_EQ(answer.completion.sa_index, 9);
  EXPECT_EQ(reason(send(inner4(), kInbound)), "no_sa");
  EXPECT_EQ(reason(send(inner4(), SaIndex{kNoSa})), "no_sa");
  EXPECT_EQ(reason(send(inner6())), "selector");
  Packet wrong = from_peer(inner4(100));
  wrong.back() ^= 1;
  const Buffer buffer = pool_->take().value();
  std::ranges::copy(wrong, buffer.bytes.begin());
  submit({to_number(buffer.iova), static_cast<std::uint16_t>(wrong.size()), 0, kNoSa, 0}, buffer);
  const auto answers = take(1);
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_EQ(reason(answers[0]), "icv");
  EXPECT_EQ(answers[0].completion.sa_index, to_number(kInbound));
  EXPECT_EQ(answers[0].completion.generation, card().drain_fence());
  EXPECT_TRUE(std::ranges::equal(buffer.bytes.first(wrong.size()), wrong));
  const std::uint32_t last = io().read_csr(csr::kControlLastDrop);
  EXPECT_EQ(csr::kControlLastDropReason.get(last), static_cast<unsigned>(DropReason::kIcv));
  EXPECT_EQ(csr::kControlLastDropOutbound.get(last), 0u);
  EXPECT_EQ(csr::kControlLastDropSaIndex.get(last), to_number(kInbound));
}

}  // namespace
}  // namespace holdfast::test

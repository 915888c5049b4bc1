// SPDX-License-Identifier: Apache-2.0
// Cards that are none, and cards that hang; everything else is in card_suite.h.
#include "holdfast/card.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/driver/fake_io.h"

namespace holdfast {
namespace {

using test::FakeIo;
using ::testing::HasSubstr;

TEST(Card, RefusesWhatIsNoCard) {
  FakeIo io;
  io.registers[csr::kIdentityMagic] = 0xFFFFFFFF;
  const auto card = Card::open(io);
  ASSERT_FALSE(card);
  EXPECT_EQ(card.error().code, ErrorCode::kUnsupported);
  EXPECT_THAT(card.error().text(), HasSubstr("identity.magic"));
}

TEST(Card, RefusesAnotherMajorVersion) {
  FakeIo io;
  io.registers[csr::kIdentityMapVersion] = 2u << 16 | 5;
  const auto card = Card::open(io);
  ASSERT_FALSE(card);
  EXPECT_EQ(card.error().code, ErrorCode::kUnsupported);
  EXPECT_THAT(card.error().text(), HasSubstr("register map 2"));
  io.registers[csr::kIdentityMapVersion] = 1u << 16 | 99;
  EXPECT_TRUE(Card::open(io));
}

TEST(Card, GivesUpOnACardThatIsNeverSwept) {
  FakeIo io;
  io.registers[csr::kControlStatus] = 0;
  const auto card = Card::open(io);
  ASSERT_FALSE(card);
  EXPECT_EQ(card.error().code, ErrorCode::kTimeout);
  EXPECT_GT(io.num_polls, 1000u);
}

TEST(Card, GivesUpOnACommandThatNeverEnds) {
  FakeIo io;
  const auto card = Card::open(io);
  ASSERT_TRUE(card);
  io.registers[csr::kCommandStatus] = csr::kCommandStatusBusy.mask();
  const Status status = (*card)->remove_sa(SaIndex{5});
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::kTimeout);
}

TEST(Card, AResultThatTheDriverDoesNotKnowIsRefused) {
  FakeIo io;
  const auto card = Card::open(io);
  ASSERT_TRUE(card);
  io.registers[csr::kCommandStatus] = csr::kCommandStatusResult.set(15);
  const Status status = (*card)->remove_sa(SaIndex{5});
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::kRefused);
  EXPECT_THAT(status.error().text(), HasSubstr("SA 5: the card gives result 15"));
}

TEST(Card, SaysWhenThereIsNoDmaMemory) {
  FakeIo io;
  io.registers[csr::kIdentityCapWidths] = csr::kIdentityCapWidthsNumQueues.set(1);
  const auto card = Card::open(io);
  ASSERT_TRUE(card);
  std::array<std::uint8_t, 64> bytes;
  EXPECT_EQ((*card)->open_queue(0, {}, {bytes, Iova{4096}}).error().code, ErrorCode::kIo);
  EXPECT_EQ((*card)->open_events(4, std::nullopt).error().code, ErrorCode::kIo);
}

TEST(Counters, AddUp) {
  Counters c{};
  EXPECT_TRUE(c.adds_up());
  c.packets_in = {3, 4};
  c.packets_out = {2, 3};
  c.drops[static_cast<unsigned>(DropReason::kIcv)] = 1;
  EXPECT_FALSE(c.adds_up());
  c.drops[static_cast<unsigned>(DropReason::kStale)] = 1;
  EXPECT_TRUE(c.adds_up());
  EXPECT_EQ(c.all_drops(), 2u);
}

}  // namespace
}  // namespace holdfast

// SPDX-License-Identifier: Apache-2.0
#include "app/replay_card.h"

#include <gmock/gmock.h>

#include "app/replay_sa_toml.h"
#include "model/soft_card.h"

namespace holdfast::app {
namespace {

using testing::HasSubstr;

std::vector<ReplaySa> sas(unsigned count, bool is_outbound) {
  std::string text;
  for (unsigned i = 0; i < count; ++i) {
    const char digit = static_cast<char>('0' + i);
    text += std::string("[[sa]]\nsuite = \"aes128gcm16\"\nspi = 0x100") + digit +
            "\ndirection = \"" + (is_outbound ? "outbound" : "inbound") + "\"\nkey = \"" +
            std::string(40, digit) + "\"\nlocal = \"192.0.2.1\"\npeer = \"192.0.2." +
            std::to_string(2 + i / 2) + "\"\n";
  }
  return std::move(*parse_sa_toml(text, "sas.toml"));
}

class ReplayCardTest : public testing::Test {
 protected:
  ReplayCardTest() { register_card_io("soft", model::SoftCard::make); }
};

const std::vector<std::uint8_t> kPacket = {0x45, 0, 0, 24, 0,  0, 0, 0, 64, 17, 0, 0,
                                           10,   1, 0, 1,  10, 2, 0, 1, 1,  2,  3, 4};

Route outbound(std::uint16_t sa_index) {
  Route route;
  route.way = Way::kOutbound;
  route.sa_index = sa_index;
  route.packet = kPacket;
  return route;
}

TEST_F(ReplayCardTest, VerdictsComeInOrder) {
  const auto list = sas(4, true);
  auto card = ReplayCard::open("soft:", list);
  ASSERT_TRUE(card) << card.error().text();
  unsigned submitted = 0;
  while ((*card)->has_space())
    ASSERT_TRUE((*card)->submit(outbound(static_cast<std::uint16_t>(submitted++ % 5))));
  EXPECT_EQ((*card)->num_waiting(), submitted);
  for (unsigned i = 0; i < 1000; ++i) {
    const auto verdict = (*card)->take();
    ASSERT_TRUE(verdict) << verdict.error().text();
    const bool has_sa = i % 5 < 4;  // index 4 is empty
    EXPECT_EQ(verdict->reason, has_sa ? DropReason::kNone : DropReason::kNoSa);
    EXPECT_EQ(verdict->bytes.size(), has_sa ? 20u + 8 + 8 + 28 + 16 : 0u);
    if (has_sa) {
      EXPECT_EQ(verdict->sa_index, i % 5);
      EXPECT_EQ(verdict->bytes[23], i % 5) << "the last byte of the SPI, 0x1000 + index";
    }
    ASSERT_TRUE((*card)->submit(outbound(static_cast<std::uint16_t>(submitted++ % 5))));
  }
  while ((*card)->num_waiting() > 0) ASSERT_TRUE((*card)->take());
  EXPECT_TRUE((*card)->card().counters().adds_up());
}

TEST_F(ReplayCardTest, SasOfOneBindingShareAPath) {
  const auto list = sas(6, false);  // three peers
  const auto card = ReplayCard::open("soft:paths=3", list);
  ASSERT_TRUE(card) << card.error().text();
  EXPECT_EQ((*card)->card().query_sa(SaIndex{0})->path, PathIndex{0});
  EXPECT_EQ((*card)->card().query_sa(SaIndex{1})->path, PathIndex{0});
  EXPECT_EQ((*card)->card().query_sa(SaIndex{5})->path, PathIndex{2});
  const auto fewer = ReplayCard::open("soft:paths=2", list);
  ASSERT_FALSE(fewer);
  EXPECT_EQ(fewer.error().text(),
            "sas.toml:29, sa[4]: this card has room for 2 pairs of addresses");
}

TEST_F(ReplayCardTest, RefusalsNameTheSa) {
  auto list = sas(3, false);
  list[2].config.replay_window = 5000;
  const auto card = ReplayCard::open("soft:", list);
  ASSERT_FALSE(card);
  EXPECT_THAT(card.error().text(), testing::StartsWith("sas.toml:15, sa[2]: SA 2: "));
  EXPECT_THAT(card.error().text(), HasSubstr("replay_window"));
}

TEST_F(ReplayCardTest, TooManySas) {
  const auto card = ReplayCard::open("soft:sas=2", sas(3, false));
  ASSERT_FALSE(card);
  EXPECT_EQ(card.error().text(),
            "sas.toml:15, sa[2]: there are 3 SAs, and this card has room for 2");
}

}  // namespace
}  // namespace holdfast::app

// SPDX-License-Identifier: Apache-2.0
#include "holdfast/card_io.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/driver/fake_io.h"

namespace holdfast {
namespace {

std::string g_options;

Result<std::unique_ptr<CardIo>> make_fake(std::string_view options) {
  g_options = options;
  if (options == "broken") return fail(ErrorCode::kIo, "fake", "it is broken");
  return std::make_unique<test::FakeIo>();
}

TEST(CardIoRegistry, FindsTheKindAndPassesItsOptions) {
  register_card_io("fake", make_fake);
  ASSERT_TRUE(open_card_io("fake:"));
  EXPECT_EQ(g_options, "");
  ASSERT_TRUE(open_card_io("fake:0000:03:00.0"));
  EXPECT_EQ(g_options, "0000:03:00.0");
  EXPECT_EQ(open_card_io("fake:broken").error().text(), "fake: it is broken");
}

TEST(CardIoRegistry, NamesTheKindsThereAre) {
  register_card_io("fake", make_fake);
  register_card_io("other", make_fake);
  for (const char* name : {"", ":", "fake", "vfio:x", "fak:"}) {
    const auto io = open_card_io(name);
    ASSERT_FALSE(io) << name;
    EXPECT_EQ(io.error().code, ErrorCode::kNotFound);
    EXPECT_THAT(io.error().text(), ::testing::HasSubstr("fake:, other:"));
  }
}

}  // namespace
}  // namespace holdfast

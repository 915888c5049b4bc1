// SPDX-License-Identifier: Apache-2.0
#include "base/hex.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

TEST(Hex, GoesBothWays) {
  EXPECT_EQ(parse_hex("0x00fFA5")->size(), 3u);
  EXPECT_EQ(hex(*parse_hex("0x00fFA5")), "00ffa5");
  EXPECT_EQ(hex(*parse_hex("00ffa5")), "00ffa5");
  EXPECT_TRUE(parse_hex("")->empty());
}

TEST(Hex, NeverRepeatsTheTextInItsSentence) {
  for (const char* text : {"5ec", "5ecre7", "0x5ec", "zz"}) {
    const auto bytes = parse_hex(text);
    ASSERT_FALSE(bytes) << text;
    EXPECT_EQ(bytes.error().code, ErrorCode::kBadFormat);
    EXPECT_EQ(bytes.error().text().find(text), std::string::npos);
  }
  EXPECT_EQ(parse_hex("00x0").error().sentence, "character 3 is not a hexadecimal digit");
}

}  // namespace
}  // namespace holdfast

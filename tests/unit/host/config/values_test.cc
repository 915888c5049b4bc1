// SPDX-License-Identifier: Apache-2.0
// Values as a swanctl.conf spells them: values, words, base64.
#include "config/values.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/hex.h"
#include "config/base64.h"
#include "config/connection.h"
#include "config/words.h"

namespace holdfast {
namespace {

TEST(Values, YesNoInAnyCase) {
  for (const char* text : {"yes", "true", "enabled", "1", "YES", "True"})
    EXPECT_TRUE(*parse_yes_no("k", text)) << text;
  for (const char* text : {"no", "false", "disabled", "0", "No"})
    EXPECT_FALSE(*parse_yes_no("k", text)) << text;
  for (const char* text : {"on", "off", "y", "n", "", "2"}) {
    const auto value = parse_yes_no("encap", text);
    ASSERT_FALSE(value) << text;
    EXPECT_THAT(value.error().text(),
                testing::StartsWith("invalid value for: encap, config discarded"));
  }
}

TEST(Values, Times) {
  EXPECT_EQ(parse_time("k", "90")->count(), 90);
  EXPECT_EQ(parse_time("k", "90s")->count(), 90);
  EXPECT_EQ(parse_time("k", "3 h")->count(), 10800);
  EXPECT_EQ(parse_time("k", "2m")->count(), 120);
  EXPECT_EQ(parse_time("k", "1D")->count(), 86400);
  EXPECT_EQ(parse_time("k", "0")->count(), 0);
  EXPECT_TRUE(parse_time("k", "36600d"));
  for (const char* text : {"", "s", "1w", "1.5h", "1h30m", "10%", "-1", "36601d", "0x10",
                           "18446744073709551616", "18446744073709551615d", "1 2"})
    EXPECT_EQ(parse_time("k", text).error().code, ErrorCode::kBadValue) << text;
}

TEST(Values, ShortTimes) {
  EXPECT_EQ(parse_short_time("k", "250ms")->count(), 250);
  EXPECT_EQ(parse_short_time("k", "2")->count(), 2000);
  EXPECT_EQ(parse_short_time("k", "2s")->count(), 2000);
  EXPECT_EQ(parse_short_time("k", "1 m")->count(), 60000);
  for (const char* text : {"", "1d", "25h", "2.5s", "-1"})
    EXPECT_FALSE(parse_short_time("k", text));
}

TEST(Values, ByteCounts) {
  EXPECT_EQ(*parse_byte_count("k", "4096"), 4096u);
  EXPECT_EQ(*parse_byte_count("k", "2k"), 2048u);
  EXPECT_EQ(*parse_byte_count("k", "3 M"), 3u << 20);
  EXPECT_EQ(*parse_byte_count("k", "1g"), 1u << 30);
  for (const char* text : {"1kb", "1t", "-1", "", "9999999999999g"})
    EXPECT_FALSE(parse_byte_count("k", text)) << text;
}

TEST(Values, Numbers) {
  EXPECT_EQ(*parse_number("k", "500", 1, 65535), 500u);
  EXPECT_EQ(*parse_number("k", "0x1F", 0, 255), 31u);
  for (const char* text :
       {"0", "65536", "-1", "+1", "1.0", "", "0x", "1 2", "18446744073709551616"})
    EXPECT_FALSE(parse_number("k", text, 1, 65535)) << text;
}

TEST(Values, PrefixesLoseTheirHostBits) {
  EXPECT_EQ(parse_masked_prefix("10.1.2.3/16")->text(), "10.1.0.0/16");
  EXPECT_EQ(parse_masked_prefix("10.1.2.3/0")->text(), "0.0.0.0/0");
  EXPECT_EQ(parse_masked_prefix("fd00::1:1/65")->text(), "fd00::/65");
  EXPECT_EQ(parse_masked_prefix("10.1.2.3")->text(), "10.1.2.3/32");
  for (const char* text : {"10.0.0.0/33", "::/129", "x/8", "10.0.0.0/", "10.0.0.0/-1"})
    EXPECT_FALSE(parse_masked_prefix(text)) << text;
}

TEST(Words, ListsDropBlanksAndEmptyItems) {
  EXPECT_EQ(split_list(" a, b c ,,d, "), (std::vector<std::string>{"a", "b c", "d"}));
  EXPECT_TRUE(split_list(" , ").empty());
  EXPECT_EQ(split("a..b", '.').size(), 3u);
}

TEST(Base64, ReadsTheVectorsOfTheRfc) {
  // RFC 4648, 10
  const std::pair<const char*, const char*> vectors[] = {{"", ""},
                                                         {"Zg==", "f"},
                                                         {"Zm8=", "fo"},
                                                         {"Zm9v", "foo"},
                                                         {"Zm9vYg==", "foob"},
                                                         {"Zm9vYmE=", "fooba"},
                                                         {"Zm9vYmFy", "foobar"}};
  for (const auto& [text, bytes] : vectors) {
    const std::string_view wanted = bytes;
    EXPECT_EQ(*parse_base64(text), Bytes(wanted.begin(), wanted.end())) << text;
  }
  EXPECT_EQ(hex(*parse_base64("AQL/")), "0102ff");
  EXPECT_EQ(hex(*parse_base64("AQI")), "0102");
}

TEST(Base64, RefusesBadDigitsWithoutRepeatingThem) {
  for (const char* text : {"A", "AAAAA", "AA*A", "AA=A", "AA===", "AAA==", "====", "AA A"}) {
    const auto bytes = parse_base64(text);
    ASSERT_FALSE(bytes) << text;
    EXPECT_THAT(bytes.error().text(), testing::Not(testing::HasSubstr(text))) << text;
  }
}

}  // namespace
}  // namespace holdfast

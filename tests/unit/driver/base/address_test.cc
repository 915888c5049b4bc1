// SPDX-License-Identifier: Apache-2.0
#include "base/address.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

TEST(IpAddress, ReadsBothFamilies) {
  const auto four = IpAddress::parse("192.0.2.1");
  ASSERT_TRUE(four);
  EXPECT_FALSE(four->is_ipv6);
  EXPECT_EQ(four->bytes[0], 192);
  EXPECT_EQ(four->bytes[3], 1);
  EXPECT_EQ(four->bytes[4], 0);
  const auto six = IpAddress::parse("2001:db8::1");
  ASSERT_TRUE(six);
  EXPECT_TRUE(six->is_ipv6);
  EXPECT_EQ(six->bytes[15], 1);
  EXPECT_EQ(six->text(), "2001:db8::1");
  EXPECT_NE(*four, *six);
}

TEST(IpAddress, RefusesWhatIsNone) {
  for (const char* text : {"", "1.2.3", "1.2.3.256", "1.2.3.4/8", "::g", "host"}) {
    const auto address = IpAddress::parse(text);
    ASSERT_FALSE(address) << text;
    EXPECT_EQ(address.error().code, ErrorCode::kBadFormat);
  }
}

TEST(Prefix, ReadsPrefixesAndPlainAddresses) {
  EXPECT_EQ(Prefix::parse("10.1.0.0/16")->text(), "10.1.0.0/16");
  EXPECT_EQ(Prefix::parse("10.1.2.3")->length, 32);
  EXPECT_EQ(Prefix::parse("fd00::1")->length, 128);
  EXPECT_EQ(Prefix::parse("::/0")->length, 0);
}

TEST(Prefix, RefusesWrongLengthsAndBitsBeyondThem) {
  for (const char* text : {"10.0.0.0/", "10.0.0.0/x", "10.0.0.0/8x", "10.0.0.0/-1"})
    EXPECT_EQ(Prefix::parse(text).error().code, ErrorCode::kBadFormat) << text;
  for (const char* text : {"10.0.0.0/33", "::/129", "10.0.0.1/31", "fd00::1/127", "10.1.0.0/8"})
    EXPECT_EQ(Prefix::parse(text).error().code, ErrorCode::kBadValue) << text;
}

}  // namespace
}  // namespace holdfast

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

TEST(Prefix, ContainsWhatBeginsWithItsBits) {
  struct Case {
    const char *prefix, *inside, *outside;
  };
  for (const auto& [prefix, inside, outside] :
       {Case{"10.1.0.0/16", "10.1.255.255", "10.2.0.0"},
        Case{"10.1.0.0/17", "10.1.127.255", "10.1.128.0"},
        Case{"10.1.2.3/32", "10.1.2.3", "10.1.2.2"}, Case{"10.1.2.2/31", "10.1.2.3", "10.1.2.4"},
        Case{"128.0.0.0/1", "255.255.255.255", "127.255.255.255"},
        Case{"0.0.0.0/0", "192.0.2.1", "::"}, Case{"::/0", "2001:db8::1", "0.0.0.0"},
        Case{"2001:db8::/33", "2001:db8:7fff::1", "2001:db8:8000::"},
        Case{"fd00::1/128", "fd00::1", "fd00::"}}) {
    EXPECT_TRUE(Prefix::parse(prefix)->contains(*IpAddress::parse(inside))) << prefix;
    EXPECT_FALSE(Prefix::parse(prefix)->contains(*IpAddress::parse(outside))) << prefix;
  }
}

}  // namespace
}  // namespace holdfast

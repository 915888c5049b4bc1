// SPDX-License-Identifier: Apache-2.0
#include "config/identity.h"

#include <gtest/gtest.h>

#include "base/hex.h"

namespace holdfast {
namespace {

struct Spelling {
  const char* text;
  IdType type;
  const char* data_hex;
  const char* shown;
};

TEST(Identity, ReadsEverySpelling) {
  const Spelling spellings[] = {
      {"%any", IdType::kAny, "", "%any"},
      {"0.0.0.0", IdType::kAny, "", "%any"},
      {"10.1.2.3", IdType::kIpv4Addr, "0a010203", "10.1.2.3"},
      {"ipv4:10.1.2.3", IdType::kIpv4Addr, "0a010203", "10.1.2.3"},
      {"fd00::1", IdType::kIpv6Addr, "fd000000000000000000000000000001", "fd00::1"},
      {"gw.lab", IdType::kFqdn, "67772e6c6162", "gw.lab"},
      {"@gw.lab", IdType::kFqdn, "67772e6c6162", "gw.lab"},
      {"@10.1.2.3", IdType::kFqdn, "31302e312e322e33", "10.1.2.3"},
      {"fqdn:a@b", IdType::kFqdn, "614062", "a@b"},
      {"FQDN:#6162", IdType::kFqdn, "6162", "ab"},
      {"a@b", IdType::kUserFqdn, "614062", "a@b"},
      {"@@ab", IdType::kUserFqdn, "6162", "ab"},
      {"email:a=b@c", IdType::kUserFqdn, "613d624063", "a=b@c"},
      {"@#0a0b", IdType::kKeyId, "0a0b", "0a:0b"},
      {"@#0a:0b", IdType::kKeyId, "0a0b", "0a:0b"},
      {"keyid:abc", IdType::kKeyId, "616263", "abc"},
      {"asn1gn:#8203612e62", IdType::kDerAsn1Gn, "8203612e62", "8203612e62"},
      {"C=CH", IdType::kDerAsn1Dn, "300d310b3009060355040613024348", "C=CH"},
      {"asn1dn:#300d310b3009060355040613024348", IdType::kDerAsn1Dn,
       "300d310b3009060355040613024348", "C=CH"},
  };
  for (const Spelling& spelling : spellings) {
    const auto id = Identity::parse(spelling.text);
    ASSERT_TRUE(id) << spelling.text << ": " << id.error().text();
    EXPECT_EQ(id->type, spelling.type) << spelling.text;
    EXPECT_EQ(hex(id->data), spelling.data_hex) << spelling.text;
    EXPECT_EQ(id->text(), spelling.shown) << spelling.text;
  }
}

TEST(Identity, RefusesWhatIsNone) {
  for (const char* text :
       {"", "  ", "@", "@#", "@#0g", "@#0", "keyid:", "ipv4:fd00::1", "ipv6:1.2.3.4", "fd00::g",
        "a b", "10.0.0.0/8", "x:y", "FOO=x", "C=", "asn1gn:x", "gw\x01lab"}) {
    const auto id = Identity::parse(text);
    ASSERT_FALSE(id) << text;
    EXPECT_EQ(id.error().code, ErrorCode::kBadFormat) << text;
  }
}

bool fits(const char* pattern, const char* other) {
  return Identity::parse(pattern)->fits(*Identity::parse(other));
}

TEST(Identity, FitsInAnyCaseAndByWildcard) {
  EXPECT_TRUE(fits("%any", "C=CH, CN=x"));
  EXPECT_FALSE(fits("gw.lab", "%any"));
  EXPECT_TRUE(fits("GW.lab", "gw.LAB"));
  EXPECT_FALSE(fits("gw.lab", "gw.labs"));
  EXPECT_FALSE(fits("gw.lab", "email:gw.lab"));
  EXPECT_TRUE(fits("*.lab", "a.lab"));
  EXPECT_FALSE(fits("*.lab", "@.lab"));
  EXPECT_FALSE(fits("a.lab", "*.lab"));
  EXPECT_TRUE(fits("*@lab", "a@lab"));
  EXPECT_TRUE(fits("10.1.2.3", "10.1.2.3"));
  EXPECT_FALSE(fits("10.1.2.3", "10.1.2.4"));
  EXPECT_FALSE(fits("@#6162", "@#4142"));
}

TEST(Identity, ZeroBytesDoNotEndAName) {
  const Identity wanted = *Identity::parse("gw.lab");
  Identity other = wanted;
  other.data.push_back(0);
  other.data.push_back('x');
  EXPECT_FALSE(wanted.fits(other));
  EXPECT_EQ(other.text(), "gw.lab?x");
}

TEST(Identity, ShowsWhatAPeerMaySend) {
  EXPECT_EQ((Identity{IdType::kIpv4Subnet, {10, 1, 0, 0, 255, 255, 0, 0}}.text()),
            "10.1.0.0/255.255.0.0");
  EXPECT_EQ((Identity{IdType::kIpv4Range, {10, 1, 0, 0, 10, 1, 0, 9}}.text()), "10.1.0.0-10.1.0.9");
  EXPECT_EQ((Identity{IdType::kIpv4Addr, {10, 1, 0}}.text()), "0a0100");
  EXPECT_EQ((Identity{IdType::kIpv6Range, {}}.text()), "");
  EXPECT_EQ((Identity{IdType::kDerAsn1Dn, {0x30, 5, 1}}.text()), "300501");
  EXPECT_EQ((Identity{IdType::kFqdn, {'a', '\n', 0x9B}}.text()), "a??");
}

TEST(Identity, OfAddress) {
  const Identity four = Identity::of_address(*IpAddress::parse("192.0.2.1"));
  EXPECT_EQ(four.type, IdType::kIpv4Addr);
  EXPECT_EQ(hex(four.data), "c0000201");
  EXPECT_EQ(Identity::of_address(*IpAddress::parse("fd00::1")).data.size(), 16u);
}

}  // namespace
}  // namespace holdfast

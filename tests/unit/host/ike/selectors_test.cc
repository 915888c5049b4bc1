// SPDX-License-Identifier: Apache-2.0
// Client identities and selectors (RFC 2407, 4.6.2).
#include <gtest/gtest.h>

#include "ike/negotiation.h"
#include "ike/quick_mode.h"

namespace holdfast::ike {
namespace {

TrafficSelector selector(const char* text) { return TrafficSelector::parse(text).value(); }

std::string read(IdType type, const Bytes& data) {
  const auto result = selector_of({static_cast<std::uint8_t>(type), 0, 0, data});
  return result ? result->text() : "refused";
}

TEST(Selectors, ThereAndBack) {
  for (const char* text : {"10.1.0.0/16", "10.1.2.3/32", "0.0.0.0/0", "2001:db8::/32",
                           "2001:db8::1/128", "10.0.0.0/8[tcp/80]", "10.0.0.1/32[udp]"}) {
    SCOPED_TRACE(text);
    const auto back = selector_of(id_of(selector(text)));
    ASSERT_TRUE(back);
    EXPECT_EQ(*back, selector(text));
  }
}

TEST(Selectors, TheirBytes) {
  const auto id = id_of(selector("10.1.0.0/16[tcp/80]"));
  EXPECT_EQ(id.type, 4) << "ID_IPV4_ADDR_SUBNET";
  EXPECT_EQ(id.protocol, 6);
  EXPECT_EQ(id.port, 80);
  EXPECT_EQ(id.data, (Bytes{10, 1, 0, 0, 255, 255, 0, 0}));
  EXPECT_EQ(id_of(selector("10.1.2.3/32")).type, 1) << "ID_IPV4_ADDR";
}

TEST(Selectors, RangesThatArePrefixes) {
  EXPECT_EQ(read(IdType::kIpv4Range, {10, 1, 0, 0, 10, 1, 255, 255}), "10.1.0.0/16");
  EXPECT_EQ(read(IdType::kIpv4Range, {10, 1, 0, 5, 10, 1, 0, 5}), "10.1.0.5/32");
  EXPECT_EQ(read(IdType::kIpv4Range, {0, 0, 0, 0, 255, 255, 255, 255}), "0.0.0.0/0");
  EXPECT_EQ(read(IdType::kIpv4Range, {10, 1, 0, 0, 10, 1, 0, 254}), "refused");
  EXPECT_EQ(read(IdType::kIpv4Range, {10, 1, 0, 5, 10, 1, 0, 4}), "refused");
}

TEST(Selectors, MasksAndSizes) {
  EXPECT_EQ(read(IdType::kIpv4Subnet, {10, 1, 2, 3, 255, 255, 0, 0}), "10.1.0.0/16")
      << "host bits do not count";
  EXPECT_EQ(read(IdType::kIpv4Subnet, {10, 1, 2, 3, 255, 0, 255, 0}), "refused");
  EXPECT_EQ(read(IdType::kIpv4Subnet, {10, 1, 2, 3, 0, 255, 255, 255}), "refused");
  EXPECT_EQ(read(IdType::kIpv4Subnet, {10, 1, 2, 3}), "refused");
  EXPECT_EQ(read(IdType::kIpv4Addr, {10, 1, 2}), "refused");
  EXPECT_EQ(read(IdType::kIpv4Addr, {}), "refused");
  EXPECT_EQ(read(IdType::kIpv4Addr, Bytes(16, 1)), "refused") << "of the other family";
  EXPECT_EQ(read(IdType::kIpv6Addr, {10, 1, 2, 3}), "refused");
  EXPECT_EQ(read(IdType::kIpv4Subnet, Bytes(32, 0)), "refused");
  EXPECT_EQ(read(IdType::kIpv6Subnet, Bytes(8, 0)), "refused");
}

TEST(Selectors, NamesAreRefused) {
  for (const IdType type : {IdType::kFqdn, IdType::kUserFqdn, IdType::kDerAsn1Dn, IdType::kKeyId,
                            IdType::kAny, static_cast<IdType>(200)})
    EXPECT_EQ(read(type, {'a', '.', 'b', 'c'}), "refused");
}

TEST(Selectors, Contains) {
  const auto holds = [](const char* outer, const char* inner) {
    return contains(selector(outer), selector(inner));
  };
  EXPECT_TRUE(holds("10.0.0.0/8", "10.1.0.0/16"));
  EXPECT_TRUE(holds("10.1.0.0/16", "10.1.0.0/16"));
  EXPECT_TRUE(holds("0.0.0.0/0", "10.1.0.0/16"));
  EXPECT_FALSE(holds("10.1.0.0/16", "10.0.0.0/8"));
  EXPECT_FALSE(holds("10.1.0.0/16", "10.2.0.0/16"));
  EXPECT_FALSE(holds("0.0.0.0/0", "2001:db8::/32"));
  EXPECT_TRUE(holds("10.0.0.0/8", "10.1.0.0/16[tcp/80]"));
  EXPECT_FALSE(holds("10.0.0.0/8[tcp/80]", "10.1.0.0/16"));
  EXPECT_FALSE(holds("10.0.0.0/8[tcp/80]", "10.1.0.0/16[tcp/81]"));
  EXPECT_TRUE(holds("10.0.0.0/8[tcp]", "10.1.0.0/16[tcp/81]"));
}

}  // namespace
}  // namespace holdfast::ike

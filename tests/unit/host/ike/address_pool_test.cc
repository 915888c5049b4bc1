// SPDX-License-Identifier: Apache-2.0
#include "ike/address_pool.h"

#include <gtest/gtest.h>

#include <set>

namespace holdfast::ike {
namespace {

AddressPool pool(const char* prefix) {
  return AddressPool({"p", Prefix::parse(prefix).value(), {}});
}
IpAddress address(const char* text) { return IpAddress::parse(text).value(); }
std::string give(AddressPool& pool, const std::string& who, const char* wanted = "0.0.0.0") {
  const auto given = pool.acquire(who, address(wanted));
  return given ? given->text() : "none";
}

TEST(AddressPool, GivesEachOnceAndNeverNetworkOrBroadcast) {
  AddressPool p = pool("10.0.0.0/29");
  std::set<std::string> given;
  for (unsigned i = 0; i < 6; ++i) given.insert(give(p, "client " + std::to_string(i)));
  EXPECT_EQ(given, (std::set<std::string>{"10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4",
                                          "10.0.0.5", "10.0.0.6"}));
  EXPECT_EQ(give(p, "one more"), "none");
}

TEST(AddressPool, WishesAreHeard) {
  AddressPool p = pool("10.0.0.0/24");
  EXPECT_EQ(give(p, "a", "10.0.0.77"), "10.0.0.77");
  EXPECT_EQ(give(p, "b", "10.0.0.77"), "10.0.0.1") << "taken";
  EXPECT_EQ(give(p, "c", "10.9.0.1"), "10.0.0.2") << "elsewhere";
  EXPECT_EQ(give(p, "d", "2001:db8::1"), "10.0.0.3") << "another family";
  EXPECT_EQ(give(p, "e", "10.0.0.0"), "10.0.0.4") << "the network";
  EXPECT_EQ(give(p, "f", "10.0.0.255"), "10.0.0.5") << "the broadcast address";
}

TEST(AddressPool, AnIdentityComesBackToItsAddress) {
  AddressPool p = pool("10.0.0.0/29");
  EXPECT_EQ(give(p, "a"), "10.0.0.1");
  EXPECT_EQ(give(p, "b"), "10.0.0.2");
  p.release(address("10.0.0.1"));
  EXPECT_EQ(give(p, "c"), "10.0.0.3") << "one that nobody had";
  EXPECT_EQ(give(p, "a"), "10.0.0.1");
  EXPECT_EQ(give(p, "a"), "10.0.0.4") << "twice at once";
  p.release(address("10.0.0.2"));
  EXPECT_EQ(give(p, "d"), "10.0.0.5");
  EXPECT_EQ(give(p, "e"), "10.0.0.6");
  EXPECT_EQ(give(p, "f"), "10.0.0.2") << "b's, now that no other is left";
}

TEST(AddressPool, SmallPrefixesAndIpv6) {
  AddressPool host = pool("10.0.0.9/32");
  EXPECT_EQ(give(host, "a"), "10.0.0.9");
  EXPECT_EQ(give(host, "b"), "none");
  AddressPool pair = pool("10.0.0.8/31");
  EXPECT_EQ(give(pair, "a"), "10.0.0.8");
  EXPECT_EQ(give(pair, "b"), "10.0.0.9");
  EXPECT_EQ(give(pair, "c"), "none");
  AddressPool six = pool("2001:db8::/64");
  EXPECT_EQ(give(six, "a", "::"), "2001:db8::1");
  EXPECT_EQ(give(six, "b", "::"), "2001:db8::2");
}

TEST(AddressPool, LeasesStayWhenThePrefixChanges) {
  AddressPool p = pool("10.0.0.0/24");
  EXPECT_EQ(give(p, "a"), "10.0.0.1");
  p.set_config({"p", Prefix::parse("10.1.0.0/24").value(), {}});
  ASSERT_EQ(p.leases().size(), 1u);
  EXPECT_TRUE(p.leases()[0].is_online);
  p.release(address("10.0.0.1"));
  EXPECT_FALSE(p.leases()[0].is_online);
  EXPECT_EQ(give(p, "a"), "10.1.0.1") << "the old one is not in the pool any more";
  p.release(address("203.0.113.1"));  // nobody's: no error
}

}  // namespace
}  // namespace holdfast::ike

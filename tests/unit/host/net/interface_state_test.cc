// SPDX-License-Identifier: Apache-2.0
#include "net/interface_state.h"

#include <gtest/gtest.h>
#include <linux/if.h>
#include <linux/rtnetlink.h>

#include "net/netlink_requests.h"

namespace holdfast::net {
namespace {

constexpr unsigned kUp = IFF_UP | IFF_RUNNING | IFF_LOWER_UP;
constexpr int kIndex = 3;

class InterfaceStateTest : public ::testing::Test {
 protected:
  bool link(int type, unsigned flags, std::uint8_t family = AF_UNSPEC) {
    NetlinkMessage message(type, 0);
    auto& header = message.header<ifinfomsg>();
    header.ifi_family = family;
    header.ifi_index = kIndex;
    header.ifi_flags = flags;
    return state_.apply(message.get());
  }

  bool address(int type, const char* text, std::uint32_t flags, const char* other_end = nullptr) {
    const auto parsed = *IpAddress::parse(text);
    NetlinkMessage message(type, 0);
    auto& header = message.header<ifaddrmsg>();
    header.ifa_family = parsed.is_ipv6 ? AF_INET6 : AF_INET;
    header.ifa_index = kIndex;
    message.add(IFA_ADDRESS, other_end != nullptr ? *IpAddress::parse(other_end) : parsed);
    if (!parsed.is_ipv6) message.add(IFA_LOCAL, parsed);
    message.add(IFA_FLAGS, flags);
    return state_.apply(message.get());
  }

  bool route(std::uint8_t protocol, std::uint8_t table, unsigned flags) {
    NetlinkMessage message(RTM_NEWROUTE, 0);
    auto& header = message.header<rtmsg>();
    header.rtm_protocol = protocol;
    header.rtm_table = table;
    header.rtm_flags = flags;
    return state_.apply(message.get());
  }

  bool is_usable() const {
    EXPECT_EQ(state_.addresses().size(), 1u);
    return state_.addresses().front().is_usable;
  }

  InterfaceState state_;
};

TEST_F(InterfaceStateTest, AddressIsUsableOnALinkThatIsUp) {
  EXPECT_TRUE(link(RTM_NEWLINK, kUp));
  EXPECT_TRUE(address(RTM_NEWADDR, "10.0.0.1", 0));
  EXPECT_TRUE(is_usable());
  EXPECT_EQ(state_.addresses().front().if_index, kIndex);
  EXPECT_TRUE(link(RTM_NEWLINK, IFF_UP));
  EXPECT_FALSE(is_usable());
}

TEST_F(InterfaceStateTest, AddressWithoutAKnownLinkIsNotUsable) {
  address(RTM_NEWADDR, "10.0.0.1", 0);
  EXPECT_FALSE(is_usable());
}

TEST_F(InterfaceStateTest, TentativeAndDeprecatedAddressesAreNotUsable) {
  link(RTM_NEWLINK, kUp);
  for (const std::uint32_t flags :
       {IFA_F_TENTATIVE, IFA_F_DEPRECATED, IFA_F_TENTATIVE | IFA_F_DADFAILED,
        IFA_F_OPTIMISTIC | IFA_F_DADFAILED}) {
    EXPECT_TRUE(address(RTM_NEWADDR, "fd01::1", flags)) << flags;
    EXPECT_FALSE(is_usable()) << flags;
    EXPECT_TRUE(address(RTM_NEWADDR, "fd01::1", IFA_F_PERMANENT)) << flags;
    EXPECT_TRUE(is_usable()) << flags;
  }
}

TEST_F(InterfaceStateTest, OptimisticAddressIsUsable) {
  link(RTM_NEWLINK, kUp);
  address(RTM_NEWADDR, "fd01::1", IFA_F_TENTATIVE | IFA_F_OPTIMISTIC);
  EXPECT_TRUE(is_usable());
}

TEST_F(InterfaceStateTest, OwnEndOfAPointToPointLinkCounts) {
  link(RTM_NEWLINK, kUp);
  address(RTM_NEWADDR, "10.0.0.1", 0, "10.0.0.2");
  ASSERT_EQ(state_.addresses().size(), 1u);
  EXPECT_EQ(state_.addresses().front().address.text(), "10.0.0.1");
}

TEST_F(InterfaceStateTest, WhatIsKnownAlreadyIsNoChange) {
  link(RTM_NEWLINK, kUp);
  address(RTM_NEWADDR, "fd01::1", 0);
  EXPECT_FALSE(link(RTM_NEWLINK, kUp | IFF_PROMISC));
  EXPECT_FALSE(address(RTM_NEWADDR, "fd01::1", IFA_F_PERMANENT));
  EXPECT_TRUE(address(RTM_DELADDR, "fd01::1", 0));
  EXPECT_FALSE(address(RTM_DELADDR, "fd01::1", 0));
}

TEST_F(InterfaceStateTest, LinkTakesItsAddressesAlong) {
  link(RTM_NEWLINK, kUp);
  address(RTM_NEWADDR, "10.0.0.1", 0);
  EXPECT_TRUE(link(RTM_DELLINK, 0));
  EXPECT_TRUE(state_.addresses().empty());
}

TEST_F(InterfaceStateTest, BridgePortMessagesSayNothingOfTheLink) {
  link(RTM_NEWLINK, kUp);
  address(RTM_NEWADDR, "10.0.0.1", 0);
  EXPECT_FALSE(link(RTM_DELLINK, 0, AF_BRIDGE));
  EXPECT_TRUE(is_usable());
}

TEST_F(InterfaceStateTest, RoutesOfOthersOutsideOfTheLocalTableAreAChange) {
  EXPECT_TRUE(route(RTPROT_OSPF, RT_TABLE_MAIN, 0));
  EXPECT_FALSE(route(kRouteProtocol, RT_TABLE_MAIN, 0));
  EXPECT_FALSE(route(RTPROT_KERNEL, RT_TABLE_LOCAL, 0));
  EXPECT_FALSE(route(RTPROT_OSPF, RT_TABLE_MAIN, RTM_F_CLONED));
}

TEST_F(InterfaceStateTest, MessageWithoutItsHeaderIsNothing) {
  for (const int type : {RTM_NEWLINK, RTM_NEWADDR, RTM_NEWROUTE, RTM_NEWNEIGH}) {
    NetlinkMessage message(type, 0);
    EXPECT_FALSE(state_.apply(message.get())) << type;
  }
}

}  // namespace
}  // namespace holdfast::net

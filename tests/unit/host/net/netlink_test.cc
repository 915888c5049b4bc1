// SPDX-License-Identifier: Apache-2.0
#include "net/netlink.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <net/if.h>

#include <algorithm>
#include <string>

#include "support/namespace.h"

namespace holdfast::net {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::uint32_t kTable = 220, kPriority = 220, kMark = 0x48;

Prefix prefix(const char* text) { return *Prefix::parse(text); }
IpAddress address(const char* text) { return *IpAddress::parse(text); }

class NetlinkTest : public test::NamespaceTest {
 protected:
  void SetUp() override {
    NamespaceTest::SetUp();
    if (HasFatalFailure()) return;
    shell(
        "echo 0 > /proc/sys/net/ipv6/conf/all/accept_dad\n"
        "echo 0 > /proc/sys/net/ipv6/conf/default/accept_dad\n"
        "ip link add name a0 type veth peer name b0\n"
        "ip link set a0 up\nip link set b0 up");
    netlink_ = open();
    index_ = static_cast<int>(if_nametoindex("a0"));
  }

  std::unique_ptr<Netlink> open() {
    auto netlink = Netlink::open(loop_);
    EXPECT_TRUE(netlink) << netlink.error().text();
    return netlink ? std::move(*netlink) : nullptr;
  }

  static std::string routes() {
    // A table that never had a route is an error for `ip`.
    return output_of("for v in -4 -6; do ip $v route show table 220 2>/dev/null; done; true");
  }
  static std::string rules() { return output_of("ip rule show; ip -6 rule show"); }

  const Netlink::LocalAddress* find(const char* text) {
    addresses_ = netlink_->addresses();
    const auto found =
        std::ranges::find(addresses_, address(text), &Netlink::LocalAddress::address);
    return found == addresses_.end() ? nullptr : &*found;
  }

  /// Lets the loop run until what it is told makes `condition` true.
  void run_until(const std::function<bool()>& condition) {
    netlink_->on_change([&] {
      if (condition()) loop_.stop();
    });
    loop_.run();
    netlink_->on_change({});
  }

  /// Nothing is under way any more: no IPv6 that comes up by itself, and the link has its carrier.
  void settle() {
    shell("echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6");
    ASSERT_TRUE(netlink_->add_address(address("10.1.0.1"), index_));
    run_until([&] { return find("10.1.0.1") != nullptr && find("10.1.0.1")->is_usable; });
  }

  EventLoop loop_;
  std::unique_ptr<Netlink> netlink_;
  int index_ = 0;
  std::vector<Netlink::LocalAddress> addresses_;
};

TEST_F(NetlinkTest, RouteIsInOurTableWithOurNumberAndSource) {
  ASSERT_TRUE(netlink_->add_address(address("10.1.0.1"), index_));
  ASSERT_TRUE(netlink_->add_route(prefix("10.5.0.0/16"), index_, address("10.1.0.1"), kTable));
  EXPECT_THAT(routes(), HasSubstr("10.5.0.0/16 dev a0 proto 72 scope link src 10.1.0.1"));
  EXPECT_THAT(output_of("ip route show"), Not(HasSubstr("10.5.0.0")));
}

TEST_F(NetlinkTest, RouteOfIpv6AndOfALargeTable) {
  ASSERT_TRUE(netlink_->add_route(prefix("fd05::/32"), index_, std::nullopt, 70'000));
  EXPECT_THAT(output_of("ip -6 route show table 70000"), HasSubstr("fd05::/32 dev a0 proto 72"));
}

TEST_F(NetlinkTest, RouteAddedTwiceIsThereOnce) {
  for (int i = 0; i < 2; ++i)
    for (const char* text : {"10.5.0.0/16", "fd05::/32", "0.0.0.0/0"})
      ASSERT_TRUE(netlink_->add_route(prefix(text), index_, std::nullopt, kTable)) << text;
  const std::string text = routes();
  EXPECT_EQ(std::ranges::count(text, '\n'), 3) << text;
}

TEST_F(NetlinkTest, RouteIsRemovedAndThatTwiceIsNoError) {
  for (const char* text : {"10.5.0.0/16", "fd05::/32"}) {
    ASSERT_TRUE(netlink_->add_route(prefix(text), index_, std::nullopt, kTable));
    EXPECT_TRUE(netlink_->remove_route(prefix(text), index_, kTable));
    EXPECT_TRUE(netlink_->remove_route(prefix(text), index_, kTable));
  }
  EXPECT_EQ(routes(), "");
}

TEST_F(NetlinkTest, RefusalHasTheKernelsWords) {
  const auto status =
      netlink_->add_route(prefix("10.5.0.0/16"), index_, address("10.99.0.1"), kTable);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::kRefused);
  EXPECT_THAT(status.error().text(), HasSubstr("10.5.0.0/16"));
  EXPECT_THAT(status.error().text(), HasSubstr("prefsrc"));
}

// What a killed daemon leaves: its interface, and so its routes, are gone.
TEST_F(NetlinkTest, BarrierStandsBehindTheRouteAndStaysWithoutIt) {
  for (const char* text : {"10.5.0.0/16", "fd05::/32"}) {
    for (int i = 0; i < 2; ++i) ASSERT_TRUE(netlink_->add_barrier(prefix(text), kTable)) << text;
    ASSERT_TRUE(netlink_->add_route(prefix(text), index_, std::nullopt, kTable)) << text;
  }
  ASSERT_TRUE(netlink_->add_rule(kTable, kPriority, kMark));
  for (const char* to : {"10.5.0.9", "fd05::9"})
    EXPECT_THAT(output_of(std::string("ip route get ") + to), HasSubstr("dev a0")) << to;
  EXPECT_EQ(netlink_->barriers(kTable).size(), 2u);
  EXPECT_TRUE(netlink_->barriers(kTable + 1).empty());

  shell("ip link del a0");
  for (const char* to : {"10.5.0.9", "fd05::9"})
    EXPECT_THAT(output_of(std::string("ip route get ") + to + " 2>&1; true"),
                HasSubstr("No route to host"))
        << to;
  EXPECT_EQ(netlink_->remove_stale_routes(kTable), 0u);
  EXPECT_EQ(netlink_->barriers(kTable).size(), 2u);
  for (const char* text : {"10.5.0.0/16", "fd05::/32"})
    for (int i = 0; i < 2; ++i) EXPECT_TRUE(netlink_->remove_barrier(prefix(text), kTable)) << text;
  EXPECT_EQ(routes(), "");
}

TEST_F(NetlinkTest, StaleRoutesOfOursGoAndThoseOfOthersStay) {
  for (const char* text : {"10.5.0.0/16", "10.6.0.0/16", "fd05::/32"})
    ASSERT_TRUE(netlink_->add_route(prefix(text), index_, std::nullopt, kTable));
  ASSERT_TRUE(netlink_->add_route(prefix("10.7.0.0/16"), index_, std::nullopt, 221));
  shell("ip route add 10.8.0.0/16 dev a0 table 220");
  netlink_.reset();
  netlink_ = open();
  EXPECT_EQ(netlink_->remove_stale_routes(kTable), 3u);
  EXPECT_EQ(netlink_->remove_stale_routes(kTable), 0u);
  EXPECT_EQ(routes(), "10.8.0.0/16 dev a0 scope link \n");
  EXPECT_THAT(output_of("ip route show table 221"), HasSubstr("10.7.0.0/16"));
}

TEST_F(NetlinkTest, RuleSendsAllButOurOwnToTheTable) {
  ASSERT_TRUE(netlink_->add_rule(kTable, kPriority, kMark));
  ASSERT_TRUE(netlink_->add_route(prefix("10.5.0.0/16"), index_, std::nullopt, kTable));
  EXPECT_THAT(output_of("ip route get 10.5.0.1"), HasSubstr("dev a0"));
  EXPECT_NE(std::system("ip route get 10.5.0.1 mark 0x48 2>/dev/null"), 0);
  ASSERT_TRUE(netlink_->add_route(prefix("fd05::/32"), index_, std::nullopt, kTable));
  EXPECT_THAT(output_of("ip route get fd05::1"), HasSubstr("dev a0"));
  EXPECT_NE(std::system("ip route get fd05::1 mark 0x48 2>/dev/null"), 0);
}

TEST_F(NetlinkTest, RuleReplacesWhatAKilledDaemonLeft) {
  ASSERT_TRUE(netlink_->add_rule(kTable, kPriority, 0x11));
  ASSERT_TRUE(netlink_->add_rule(kTable, kPriority, kMark));
  ASSERT_TRUE(netlink_->add_rule(kTable, kPriority, kMark));
  const std::string text = rules();
  EXPECT_THAT(text, HasSubstr("220:\tnot from all fwmark 0x48 lookup 220 proto 72"));
  EXPECT_THAT(text, Not(HasSubstr("0x11")));
  EXPECT_EQ(text.find("0x48", text.find("0x48", text.find("0x48") + 1) + 1), std::string::npos);
}

TEST_F(NetlinkTest, RemovedRuleIsGoneAndThoseOfOthersStay) {
  shell("ip rule add priority 220 table 220");
  ASSERT_TRUE(netlink_->add_rule(kTable, kPriority, 0));
  EXPECT_TRUE(netlink_->remove_rule(kTable, kPriority));
  EXPECT_TRUE(netlink_->remove_rule(kTable, kPriority));
  EXPECT_THAT(rules(), Not(HasSubstr("proto 72")));
  EXPECT_THAT(rules(), HasSubstr("220:\tfrom all lookup 220"));
}

TEST_F(NetlinkTest, KnowsTheAddressesOfTheStart) {
  const auto* loopback = find("127.0.0.1");
  ASSERT_NE(loopback, nullptr);
  EXPECT_TRUE(loopback->is_usable);
  EXPECT_NE(find("::1"), nullptr);
}

TEST_F(NetlinkTest, AddressComesAndGoes) {
  for (const char* text : {"10.1.0.1", "fd01::1"}) {
    ASSERT_TRUE(netlink_->add_address(address(text), index_));
    ASSERT_TRUE(netlink_->add_address(address(text), index_));
    run_until([&] { return find(text) != nullptr && find(text)->is_usable; });
    EXPECT_EQ(find(text)->if_index, index_);
    ASSERT_TRUE(netlink_->remove_address(address(text), index_));
    ASSERT_TRUE(netlink_->remove_address(address(text), index_));
    run_until([&] { return find(text) == nullptr; });
  }
}

TEST_F(NetlinkTest, AddressIsNotUsableWhileItsLinkIsDown) {
  ASSERT_TRUE(netlink_->add_address(address("10.1.0.1"), index_));
  run_until([&] { return find("10.1.0.1") != nullptr && find("10.1.0.1")->is_usable; });
  shell("ip link set b0 down");  // the other end: no carrier
  run_until([&] { return !find("10.1.0.1")->is_usable; });
  shell("ip link set b0 up");
  run_until([&] { return find("10.1.0.1")->is_usable; });
}

TEST_F(NetlinkTest, AddressesEndWithTheirLink) {
  ASSERT_TRUE(netlink_->add_address(address("10.1.0.1"), index_));
  run_until([&] { return find("10.1.0.1") != nullptr; });
  shell("ip link delete a0");
  run_until([&] { return find("10.1.0.1") == nullptr; });
  EXPECT_TRUE(netlink_->remove_address(address("10.1.0.1"), index_));
  EXPECT_TRUE(netlink_->remove_route(prefix("10.5.0.0/16"), index_, kTable));
}

TEST_F(NetlinkTest, RoutesOfOthersAreTold) {
  settle();
  shell("ip route add 10.8.0.0/16 dev a0");
  run_until([] { return true; });
  EXPECT_THAT(output_of("ip route show"), HasSubstr("10.8.0.0/16"));
}

TEST_F(NetlinkTest, RoutesOfOursAreNot) {
  settle();
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(netlink_->add_route(prefix("10.5.0.0/16"), index_, std::nullopt, kTable));
    ASSERT_TRUE(netlink_->remove_route(prefix("10.5.0.0/16"), index_, kTable));
  }
  loop_.start(std::chrono::milliseconds(1), [&] {
    ASSERT_TRUE(netlink_->add_address(address("10.9.9.9"), index_));  // comes after them
  });
  std::size_t times = 0;
  run_until([&] {
    ++times;
    return find("10.9.9.9") != nullptr;
  });
  EXPECT_EQ(times, 1u);
}

TEST_F(NetlinkTest, LostNotificationsMakeItReadAnew) {
  // More than the buffer holds, while nobody reads.
  for (int i = 0; i < 4000; ++i) {
    ASSERT_TRUE(netlink_->add_address(address("10.1.0.1"), index_));
    ASSERT_TRUE(netlink_->remove_address(address("10.1.0.1"), index_));
  }
  ASSERT_TRUE(netlink_->add_address(address("10.1.0.2"), index_));
  EXPECT_EQ(netlink_->overflows(), 0u);
  run_until([&] { return netlink_->overflows() > 0; });
  EXPECT_NE(find("10.1.0.2"), nullptr);
  EXPECT_EQ(find("10.1.0.1"), nullptr);
}

}  // namespace
}  // namespace holdfast::net

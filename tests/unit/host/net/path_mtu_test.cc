// SPDX-License-Identifier: Apache-2.0
// What ICMP says of sizes (error_queue), with a router between two ends.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "net/sockets.h"
#include "support/namespace.h"

namespace holdfast::net {
namespace {

using ::testing::Each;
using ::testing::Eq;

IpAddress ip(const std::string& text) { return *IpAddress::parse(text); }

struct PathCase {
  bool is_ipv6;
  Encap encap;
};

/// near (1500) router (1300) far.
class PathMtuTest : public test::NamespaceTest, public ::testing::WithParamInterface<PathCase> {
 protected:
  void SetUp() override {
    NamespaceTest::SetUp();
    if (HasFatalFailure()) return;
    shell(R"(
      for n in near router far; do
        ip netns add $n; ip -n $n link set lo up
        ip netns exec $n sh -c 'echo 0 >/proc/sys/net/ipv6/conf/all/accept_dad
          echo 0 >/proc/sys/net/ipv6/conf/default/accept_dad
          echo 0 >/proc/sys/net/ipv4/icmp_ratelimit; echo 0 >/proc/sys/net/ipv6/icmp/ratelimit
          echo 1 >/proc/sys/net/ipv4/ip_forward; echo 1 >/proc/sys/net/ipv6/conf/all/forwarding'
      done
      ip link add name n0 netns near type veth peer name r0 netns router
      ip link add name f0 netns far mtu 1300 type veth peer name r1 netns router mtu 1300
      address() { ip -n $1 address add $3/24 dev $2; ip -n $1 address add $4/64 dev $2 nodad
        ip -n $1 link set $2 up; }
      address near n0 10.1.0.1 fd01::1
      address router r0 10.1.0.2 fd01::2
      address router r1 10.2.0.2 fd02::2
      address far f0 10.2.0.1 fd02::1
      ready() { until ip -n $1 -6 route show table local | grep -q "local $2"; do :; done; }
      ready near fd01::1; ready router fd01::2; ready router fd02::2; ready far fd02::1
      ip -n near route add default via 10.1.0.2; ip -n near route add default via fd01::2
      ip -n far route add default via 10.2.0.2; ip -n far route add default via fd02::2
    )");
    near_ = open("near");
    far_ = open("far");
    ASSERT_TRUE(near_ != nullptr && far_ != nullptr);
    near_->set_handlers({}, {}, [this](const IpAddress& peer, unsigned mtu) {
      told_.push_back(peer.text() + " " + std::to_string(mtu));
      loop_.stop();
    });
    far_->set_handlers(
        [this](const Endpoint&, const Endpoint&, ByteView) {
          ++messages_;
          loop_.stop();
        },
        [this](const WirePacket& packet) {
          sizes_.push_back(packet.esp.size());
          loop_.stop();
        },
        {});
  }

  std::unique_ptr<Sockets> open(const std::string& name) {
    const test::InNamespace here(name);
    auto sockets = Sockets::open(loop_, {});
    EXPECT_TRUE(sockets) << sockets.error().text();
    return sockets ? std::move(*sockets) : nullptr;
  }

  std::string far_address() const { return GetParam().is_ipv6 ? "fd02::1" : "10.2.0.1"; }

  void send(std::size_t esp_bytes, bool dont_fragment) {
    const bool is_udp = GetParam().encap == Encap::kUdp;
    const std::uint16_t port = is_udp ? 4500 : 0;
    near_->send_esp({.own = {ip(GetParam().is_ipv6 ? "fd01::1" : "10.1.0.1"), port},
                     .peer = {ip(far_address()), port},
                     .encap = GetParam().encap,
                     .dont_fragment = dont_fragment,
                     .esp = Bytes(esp_bytes, 1)});
  }

  EventLoop loop_;
  std::unique_ptr<Sockets> near_, far_;
  std::vector<std::string> told_;
  std::vector<std::size_t> sizes_;
  int messages_ = 0;
};

INSTANTIATE_TEST_SUITE_P(Ways, PathMtuTest,
                         ::testing::Values(PathCase{false, Encap::kNone},
                                           PathCase{false, Encap::kUdp},
                                           PathCase{true, Encap::kNone},
                                           PathCase{true, Encap::kUdp}),
                         [](const auto& way) {
                           return std::string(way.param.is_ipv6 ? "Ipv6" : "Ipv4") +
                                  (way.param.encap == Encap::kUdp ? "Udp" : "Raw");
                         });

/// RFC 1191, 4 and RFC 4443, 3.2: the router says what fits.
TEST_P(PathMtuTest, PacketWithDfBringsTheSizeThatFits) {
  send(1400, true);
  loop_.run();
  EXPECT_THAT(told_, Each(Eq(far_address() + " 1300")));
  EXPECT_EQ(told_.size(), 1u);
}

TEST_P(PathMtuTest, EveryPacketWithDfIsSentAndTold) {
  for (std::size_t i = 1; i <= 3; ++i) {
    send(1400, true);
    while (told_.size() < i) loop_.run();
  }
  EXPECT_THAT(told_, Each(Eq(far_address() + " 1300")));
  EXPECT_EQ(near_->counters().send_errors, 0u);
  EXPECT_EQ(near_->counters().esp_out, 3u);
}

TEST_P(PathMtuTest, PacketThatFitsStillPassesAfterwards) {
  send(1400, true);
  loop_.run();
  send(1200, true);
  while (sizes_.empty()) loop_.run();
  EXPECT_EQ(sizes_[0], 1200u);
}

TEST_P(PathMtuTest, PacketWithoutDfArrivesInFragments) {
  send(1400, false);
  if (GetParam().is_ipv6) {
    // Only the source fragments (RFC 8200, 4.5): the first one is lost, and says what fits.
    loop_.run();
    EXPECT_THAT(told_, Each(Eq(far_address() + " 1300")));
    send(1400, false);
  }
  while (sizes_.empty()) loop_.run();
  EXPECT_EQ(sizes_[0], 1400u);
}

TEST_P(PathMtuTest, IcmpComesThroughThoughOtherPacketsLeftInBetween) {
  if (GetParam().encap == Encap::kNone) {
    send(1400, true);
    send(100, false);  // in the other mode, before the answer is there
  } else {
    send(1400, true);
    near_->send({ip(GetParam().is_ipv6 ? "fd01::1" : "10.1.0.1"), 4500}, {ip(far_address()), 4500},
                Bytes(100, 1));
  }
  while (told_.empty()) loop_.run();
  EXPECT_EQ(told_[0], far_address() + " 1300");
  while (messages_ == 0 && sizes_.empty()) loop_.run();
}

TEST_P(PathMtuTest, LargeMessagesOfIsakmpArrive) {
  for (int i = 0; messages_ == 0; ++i) {
    ASSERT_LT(i, 2);  // over IPv6 the first one may be lost
    near_->send({ip(GetParam().is_ipv6 ? "fd01::1" : "10.1.0.1"), 500}, {ip(far_address()), 500},
                Bytes(3000, 1));
    loop_.run();
  }
}

}  // namespace
}  // namespace holdfast::net

// SPDX-License-Identifier: Apache-2.0
// A forwarder beside the mover, where NAT is allowed, and messages that are lost: he is a NAT to
// both ends, but must not keep the flow when the mover is there itself. And what a mover behind a
// NAT says because of it (docs/protocol/security.md).
#include <gtest/gtest.h>

#include "exchange/update_world.h"

namespace holdfast::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const IpAddress kA1 = ip("192.0.2.1"), kA2 = ip("203.0.113.7"), kB = ip("198.51.100.1"),
                kX = ip("203.0.113.99"), kPrivate = ip("10.9.0.7");

/// Whether the old path works.
class Relay : public testing::TestWithParam<bool> {
 protected:
  Relay() {
    w.responder.load(gateway_conf());
    w.initiator.load(client_conf());
    w.initiator.initiate("net");
    w.settle();
    for (const auto& [id, sa] : w.responder.offload.sas) keys.push_back(sa.key);
    EXPECT_EQ(check_pair(w), "");
  }
  ~Relay() override { w.on_send = nullptr; }
  void race(InFlight copy) {
    copy.from.address = kX;
    w.in_flight.push_front(std::move(copy));
  }
  /// What goes to him comes to the mover, as from the gateway itself.
  static void relay_back(InFlight& datagram) {
    if (datagram.to.address == kX) datagram.to.address = kA2;
  }
  const Binding& binding(const End& end) { return end.offload.paths.begin()->second; }
  void expect_with_the_mover(const IpAddress& at) {
    EXPECT_EQ(check_pair(w), "");
    EXPECT_EQ(binding(w.responder).peer.address, at);
    EXPECT_EQ(binding(w.initiator).own.address, at);
    std::vector<Bytes> now;
    for (const auto& [id, sa] : w.responder.offload.sas) now.push_back(sa.key);
    EXPECT_EQ(now, keys) << "nothing was negotiated anew";
    EXPECT_EQ(esp.both_ways(5), 10u);
  }
  void go_home() {
    w.on_send = nullptr;
    a.move_to(kA1, GetParam());
    w.advance(seconds(15));
    a.set_up(kA2, false);
    a.set_up(kPrivate, false);
    a.tell();
    w.advance(seconds(15));
    expect_with_the_mover(kA1);
  }

  World w;
  Machine a{w.initiator, {kA1, kA2, kPrivate}}, b{w.responder, {kB}};
  EspTraffic esp{w};
  std::vector<Bytes> keys;
};

// He relays everything both ways, faster than the mover's own messages, of which one is lost.
TEST_P(Relay, OneLostMessageDoesNotKeepTheFlowWithHim) {
  for (std::size_t lost = 0; lost < 8; ++lost) {
    SCOPED_TRACE(lost);
    std::size_t number = 0;
    w.on_send = [&](InFlight& datagram) {
      const bool is_of_mover = datagram.from.address == kA2 || datagram.to.address == kA2;
      if (datagram.from.address == kA2) race(datagram);
      relay_back(datagram);
      return !is_of_mover || number++ != lost;
    };
    a.move_to(kA2, GetParam());
    w.advance(seconds(8));
    expect_with_the_mover(kA2);
    EXPECT_EQ(binding(w.initiator).encap, Encap::kNone) << "the mover knows that there is no NAT";
    EXPECT_EQ(binding(w.responder).encap, Encap::kNone);
    go_home();
  }
}

// Of two directions of the mover's own path one is dead for a second.
TEST_P(Relay, ASecondOfLossDoesNotKeepTheFlowWithHim) {
  for (const bool is_to_mover : {false, true}) {
    SCOPED_TRACE(is_to_mover);
    const TimePoint until = w.time.now() + seconds(1);
    w.on_send = [&](InFlight& datagram) {
      const bool is_lost =
          w.time.now() < until && (is_to_mover ? datagram.to : datagram.from).address == kA2;
      if (datagram.from.address == kA2) race(datagram);
      relay_back(datagram);
      return !is_lost;
    };
    a.move_to(kA2, GetParam());
    w.advance(seconds(8));
    expect_with_the_mover(kA2);
    go_home();
  }
}

// He relays his challenge and then is silent, and the mover's own challenge is lost once.
TEST_P(Relay, AChallengeOfHisDoesNotTakeThePlaceOfTheMoversOwn) {
  bool is_copied = false, is_lost = false;
  w.on_send = [&](InFlight& datagram) {
    if (datagram.from.address == kA2 && !std::exchange(is_copied, true)) race(datagram);
    if (datagram.to.address == kA2 && !std::exchange(is_lost, true)) return false;
    relay_back(datagram);
    return true;
  };
  a.move_to(kA2, GetParam());
  w.advance(seconds(2));
  EXPECT_TRUE(is_copied && is_lost);
  expect_with_the_mover(kA2);
}

// ---------------------------------------------------------------- a genuine NAT

struct Said {
  std::size_t by_mover = 0, by_gateway = 0;
};

/// A NAT before all but the first address: it has other ports, and one address.
class MoverBehindNat : public Relay {
 protected:
  static constexpr std::uint16_t kShift = 10000;
  Said move_to(const IpAddress& inside, std::optional<std::size_t> lost = {}) {
    Said said;
    std::size_t number = 0;
    w.on_send = [this, &said, inside, lost, number](InFlight& datagram) mutable {
      const bool is_outbound = datagram.from.address == inside;
      const bool is_inbound = datagram.to.address == kX;
      if (!is_outbound && !is_inbound) return datagram.to.address != inside;  // nobody is there
      ++(is_outbound ? said.by_mover : said.by_gateway);
      if (is_outbound)
        datagram.from = {kX, static_cast<std::uint16_t>(datagram.from.port + kShift)};
      else
        datagram.to = {inside, static_cast<std::uint16_t>(datagram.to.port - kShift)};
      return number++ != lost;
    };
    a.move_to(inside, GetParam());
    w.time.advance(milliseconds(20));
    w.settle();
    if (!lost) {
      EXPECT_EQ(binding(w.initiator).own.address, inside) << "it takes no longer";
    }
    w.advance(seconds(10));
    EXPECT_EQ(check_pair(w), "");
    EXPECT_EQ(binding(w.responder).peer.address, kX);
    EXPECT_EQ(binding(w.initiator).own.address, inside);
    EXPECT_EQ(binding(w.initiator).encap, Encap::kUdp);
    w.on_send = nullptr;
    return said;
  }
};

// UPDATE at 0.25, 0.75 and 1.75 s after the final ACK, and the stored answer each time.
TEST_P(MoverBehindNat, CostsThreeUpdatesMore) {
  const Said said = move_to(kA2);
  EXPECT_EQ(said.by_mover, 5u);
  EXPECT_EQ(said.by_gateway, 5u);
}

TEST_P(MoverBehindNat, CostsNothingWhereThereMustBeOne) {
  const Said said = move_to(kPrivate);
  EXPECT_EQ(said.by_mover, 2u);
  EXPECT_EQ(said.by_gateway, 2u);
}

TEST_P(MoverBehindNat, EachMessageLostCostsFewMore) {
  for (std::size_t lost = 0; lost < 4; ++lost) {
    SCOPED_TRACE(lost);
    const Said said = move_to(kPrivate, lost);
    EXPECT_LE(said.by_mover, 5u);
    EXPECT_LE(said.by_gateway, 5u);
    EXPECT_GE(said.by_mover, 3u);
    go_home();
  }
}

INSTANTIATE_TEST_SUITE_P(OldPath, Relay, testing::Bool());
INSTANTIATE_TEST_SUITE_P(OldPath, MoverBehindNat, testing::Bool());

}  // namespace
}  // namespace holdfast::test

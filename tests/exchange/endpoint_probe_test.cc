// SPDX-License-Identifier: Apache-2.0
// The peer's NAT gets another mapping, and what an attacker makes of the same messages.
#include <gtest/gtest.h>

#include "exchange/world.h"

namespace holdfast::test {
namespace {

class EndpointProbe : public testing::Test {
 protected:
  EndpointProbe() {
    w.on_send = [this](InFlight& datagram) { return translate(datagram); };
    w.responder.load(gateway_conf());
    w.initiator.load(client_conf("dpd_delay = 10s\n dpd_timeout = 60s"));
    w.initiator.initiate("net");
    w.settle();
  }
  /// A NAT before the initiator: its ports are others outside, and old mappings are dead.
  bool translate(InFlight& datagram) {
    const IpAddress& inside = w.initiator.endpoint.address;
    if (datagram.from.address == inside)
      datagram.from.port = static_cast<std::uint16_t>(datagram.from.port + mapping);
    if (datagram.to.address != inside) return true;
    if (datagram.to.port / 10000 != mapping / 10000) return false;
    datagram.to.port = static_cast<std::uint16_t>(datagram.to.port - mapping);
    return true;
  }
  const Endpoint& bound() const { return w.responder.offload.paths.begin()->second.peer; }

  unsigned mapping = 10000;
  World w;
};

TEST_F(EndpointProbe, ANewMappingIsFollowedWhenTheOldOneIsSilent) {
  ASSERT_EQ(check_pair(w), "");
  ASSERT_EQ(bound().port, 14500u);
  mapping = 20000;
  w.advance(std::chrono::seconds(15));
  EXPECT_EQ(bound().port, 24500u);
  EXPECT_EQ(w.responder.only_sa().remote.port, 24500u);
  w.advance(std::chrono::minutes(5));
  EXPECT_EQ(check_pair(w), "") << "DPD is content";
}

// A copy of an authentic message that overtakes the original, from an attacker's address: he is
// asked once, cannot answer, and the old endpoint answers.
TEST_F(EndpointProbe, ACopyFromElsewhereMovesNothing) {
  const Endpoint attacker{IpAddress::parse("203.0.113.99").value(), 4500};
  std::size_t sent_to_attacker = 0;
  w.on_send = [&](InFlight& datagram) {
    if (!translate(datagram)) return false;
    if (datagram.to == attacker) {
      ++sent_to_attacker;
      return false;
    }
    if (datagram.from.address == w.initiator.endpoint.address) {
      InFlight copy = datagram;
      copy.from = attacker;
      w.in_flight.push_back(copy);
    }
    return true;
  };
  w.advance(std::chrono::minutes(2));
  EXPECT_EQ(bound().port, 14500u);
  EXPECT_NE(bound().address, attacker.address);
  EXPECT_GT(sent_to_attacker, 0u) << "the attack reached the responder";
  EXPECT_LT(sent_to_attacker, 60u);
  EXPECT_EQ(check_pair(w), "");
}

}  // namespace
}  // namespace holdfast::test

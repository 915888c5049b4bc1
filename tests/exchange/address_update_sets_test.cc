// SPDX-License-Identifier: Apache-2.0
// Which SAs move: all, all but some, none.
#include "exchange/forger.h"
#include "exchange/moving_ends.h"

namespace holdfast::test {
namespace {

/// A second child, whose selector is the moving address itself.
constexpr const char* kHostOfClient =
    "\n }\n host {\n local_ts = dynamic\n remote_ts = 10.3.0.0/16\n esp_proposals = aes128gcm16\n";
constexpr const char* kHostOfGateway =
    "\n }\n host {\n local_ts = 10.3.0.0/16\n remote_ts = dynamic\n esp_proposals = aes128gcm16\n";

class Sets : public MovingEnds {
 protected:
  Sets() {
    connect(client_conf("", kHostOfClient), gateway_conf("", kHostOfGateway));
    w.initiator.initiate("host");
    w.settle();
    before = keys();
    w.num_sent = 0;
  }
  static ike::ChildSnapshot child(const End& end, const std::string& name) {
    ike::ChildSnapshot found;
    for (const auto& one : end.only_sa().children)
      if (one.name == name && one.state == ike::ChildState::kInstalled) found = one;
    return found;
  }
};

TEST_F(Sets, TheTiedChildIsNegotiatedAnewAndTheOtherOneMoves) {
  const auto net = child(w.initiator, "net"), host = child(w.initiator, "host");
  ASSERT_EQ(host.local_ts.prefix.address, kFirst);
  for (const bool keeps_old : {false, true}) {
    const IpAddress to = keeps_old ? kFirst : kSecond;
    go_to(to, keeps_old);
    w.advance(std::chrono::seconds(5));
    EXPECT_EQ(child(w.initiator, "net").spi_in, net.spi_in) << "moved, with its keys";
    EXPECT_NE(child(w.initiator, "host").spi_in, host.spi_in);
    EXPECT_EQ(child(w.initiator, "host").local_ts.prefix.address, to);
    EXPECT_EQ(w.initiator.only_sa().children.size(), 2u) << "the old pair is gone";
    EXPECT_EQ(w.responder.only_sa().children.size(), 2u);
    for (const End* end : {&w.initiator, &w.responder})
      for (const auto& [id, sa] : end->offload.sas) {
        const Binding& bound = end->offload.paths.at(static_cast<std::uint32_t>(sa.path));
        EXPECT_EQ(end == &w.initiator ? bound.own.address : bound.peer.address, to);
      }
  }
}

TEST_F(Sets, ACardThatDoesNotAnswerMeansBusyAndNothingMoved) {
  w.responder.offload.rebind_failures = 1;  // within the credit
  go_to(kSecond, true);
  w.time.advance(std::chrono::milliseconds(20));
  w.settle();
  for (const auto& [id, sa] : w.responder.offload.sas)
    EXPECT_EQ(w.responder.offload.paths.at(static_cast<std::uint32_t>(sa.path)).peer.address,
              kFirst);
  EXPECT_EQ(count(w.initiator, ike::MoveStep::kRefused), 1u);
  w.advance(std::chrono::seconds(3));  // it is asked again
  EXPECT_EQ(w.responder.only_sa().remote.address, kSecond);
}

TEST_F(Sets, AMoveAndADeleteThatCross) {
  go_to(kSecond, false);
  w.deliver();
  w.responder.manager->terminate({"", "net"});
  w.advance(std::chrono::seconds(5));
  EXPECT_EQ(child(w.responder, "net").name, "");
  EXPECT_EQ(child(w.initiator, "net").name, "");
  EXPECT_EQ(w.responder.only_sa().remote.address, kSecond);
}

TEST_F(Sets, AMoveDuringARekeyMovesBothGenerations) {
  w.initiator.manager->rekey({"", "net"});
  w.deliver();  // message 1 of Quick Mode
  go_to(kSecond, false);
  w.advance(std::chrono::seconds(1));
  for (const auto& [id, sa] : w.responder.offload.sas) {
    if (sa.remote.prefix.address == kFirst) continue;
    EXPECT_EQ(w.responder.offload.paths.at(static_cast<std::uint32_t>(sa.path)).peer.address,
              kSecond);
  }
  w.advance(std::chrono::seconds(10));
  EXPECT_EQ(w.initiator.only_sa().children.size(), 2u);
}

}  // namespace
}  // namespace holdfast::test

// SPDX-License-Identifier: Apache-2.0
// Other peers and other ways: the gateway moves, both move, a peer without updates, one that waits.
#include "exchange/moving_ends.h"

namespace holdfast::test {
namespace {

const auto kSecond3 = std::chrono::seconds(3);

class Peers : public MovingEnds {
 protected:
  using MovingEnds::MovingEnds;
  const IpAddress kOtherGateway = address("198.51.100.77");
};

TEST_F(Peers, TheGatewayMoves) {
  connect();
  go(w.responder, gateway_machine, kOtherGateway, false);
  w.settle();
  EXPECT_EQ(check_pair(w), "");
  EXPECT_EQ(keys(), before);
  EXPECT_EQ(binding(w.initiator).peer.address, kOtherGateway);
  EXPECT_EQ(binding(w.responder).own.address, kOtherGateway);
  EXPECT_EQ(w.num_sent, 4u);
}

TEST_F(Peers, BothAtOnceWhenTheGatewayHasToldAnotherAddress) {
  gateway_machine.usable = {kGateway, kOtherGateway};
  gateway_machine.more = {kGateway, kOtherGateway};
  w.responder.more_addresses = {kOtherGateway};
  connect();
  go_to(kSecond, false);
  w.settle();  // the client has heard of the other address
  expect_moved_to(kSecond);
  go_to(address("203.0.113.8"), false);
  w.responder.more_addresses.clear();
  go(w.responder, gateway_machine, kOtherGateway, false);
  w.advance(std::chrono::seconds(10));
  EXPECT_EQ(check_pair(w), "");
  EXPECT_EQ(keys(), before);
  EXPECT_EQ(binding(w.initiator).peer.address, kOtherGateway);
  EXPECT_EQ(binding(w.initiator).own.address, address("203.0.113.8"));
  EXPECT_EQ(binding(w.responder).peer.address, address("203.0.113.8"));
}

TEST_F(Peers, BothAtOnceAndNobodyKnowsParksAndComesBack) {
  connect();
  go_to(kSecond, false);
  go(w.responder, gateway_machine, kOtherGateway, false);
  w.advance(std::chrono::minutes(3));
  EXPECT_GT(count(w.initiator, ike::MoveStep::kParked), 0u);
  EXPECT_EQ(keys(), before) << "nothing was torn down";
  // The gateway is where it was again.
  go(w.responder, gateway_machine, kGateway, false);
  w.advance(std::chrono::minutes(1));
  expect_moved_to(kSecond);
}

// The gateway has an address in its own network, which the tunnel protects.
TEST_F(Peers, InnerAddressesAreNeitherToldNorTried) {
  const IpAddress inner = address("10.2.0.254");
  gateway_machine.usable = {kGateway, inner};
  gateway_machine.more = {inner};
  connect();
  go_to(kSecond, false);
  w.settle();
  std::size_t to_inner = 0;
  w.on_send = [&](InFlight& datagram) {
    to_inner += datagram.to.address == inner;
    return false;
  };
  machine.unreachable = {kGateway};
  go_to(address("203.0.113.8"), false);
  w.advance(std::chrono::seconds(30));
  EXPECT_EQ(to_inner, 0u);
}

// The default route comes between two questions to the kernel.
struct LateRoute : Machine {
  using Machine::Machine;
  IpAddress late;
  mutable unsigned questions = 0;
  std::optional<IpAddress> source_to(const IpAddress& peer) const override {
    return peer == late && questions++ == 0 ? std::nullopt : source;
  }
};
TEST_F(Peers, ARouteThatComesBetweenTwoQuestionsIsSeen) {
  gateway_machine.usable = {kGateway, kOtherGateway};
  gateway_machine.more = {kOtherGateway};
  connect();
  go_to(kSecond, false);
  w.settle();
  LateRoute late(address("203.0.113.8"));
  late.late = kGateway;
  w.initiator.endpoint.address = address("203.0.113.8");
  w.initiator.manager->set_network(&late);
  w.initiator.manager->on_network_change();
  EXPECT_EQ(binding(w.initiator).peer.address, kGateway);
  w.settle();
  expect_moved_to(address("203.0.113.8"));
  w.initiator.manager->set_network(&machine);
}

TEST_F(Peers, TheProvenAddressComesFirstAgain) {
  gateway_machine.usable = {kGateway, kOtherGateway};
  gateway_machine.more = {kOtherGateway};
  connect();
  go_to(kSecond, false);
  w.settle();
  // No route to where the gateway is for a moment; its other address is dead.
  machine.unreachable = {kGateway};
  go_to(address("203.0.113.8"), false);
  EXPECT_EQ(binding(w.initiator).peer.address, kOtherGateway);
  machine.unreachable.clear();
  w.initiator.manager->on_network_change();
  w.advance(std::chrono::milliseconds(30));
  expect_moved_to(address("203.0.113.8"));
  EXPECT_EQ(binding(w.initiator).peer.address, kGateway);
}

TEST_F(Peers, AMoveBetweenFamilies) {
  const IpAddress v6 = address("2001:db8::1"), gateway6 = address("2001:db8::ffff");
  gateway_machine.usable = {kGateway, gateway6};
  gateway_machine.more = {gateway6};
  w.responder.more_addresses = {gateway6};
  connect();
  go_to(kSecond, false);
  w.settle();
  machine.unreachable = {kGateway};
  go_to(v6, false);
  w.settle();
  EXPECT_EQ(check_pair(w), "");
  EXPECT_EQ(keys(), before);
  EXPECT_EQ(binding(w.responder).peer.address, v6);
  EXPECT_EQ(binding(w.responder).own.address, gateway6);
  machine.unreachable = {gateway6};
  go_to(kFirst, false);
  w.settle();
  EXPECT_EQ(binding(w.responder).peer.address, kFirst);
  EXPECT_EQ(binding(w.responder).own.address, kGateway);
}

TEST_F(Peers, ASilentPeerThatKnowsUpdatesIsWaitedFor) {
  connect(client_conf(), gateway_conf("dpd_delay = 10s\n dpd_timeout = 30s"));
  w.on_send = [](InFlight&) { return false; };
  w.advance(std::chrono::minutes(10));
  EXPECT_EQ(count(w.responder, ike::MoveStep::kParked), 1u);
  EXPECT_EQ(w.responder.sas().size(), 1u);
  const std::size_t sent = w.num_sent;
  w.advance(std::chrono::minutes(5));
  EXPECT_EQ(w.num_sent, sent) << "DPD rests";
  w.on_send = nullptr;
  go_to(kSecond, false);
  w.settle();
  expect_moved_to(kSecond);
  EXPECT_EQ(count(w.responder, ike::MoveStep::kResumed), 1u);
}

TEST_F(Peers, ItIsNotWaitedForWithoutEnd) {
  connect(client_conf(), gateway_conf("dpd_delay = 10s\n dpd_timeout = 30s"));
  w.on_send = [](InFlight&) { return false; };
  w.advance(std::chrono::minutes(33));
  EXPECT_TRUE(w.responder.sas().empty());
}

class WithSettings : public Peers {
 protected:
  static ike::Settings with(const std::function<void(AddressUpdateConfig&)>& change) {
    ike::Settings settings;
    change(settings.address_update);
    return settings;
  }
  explicit WithSettings(const std::function<void(AddressUpdateConfig&)>& change)
      : Peers(with(change)) {}
};

struct Off : WithSettings {
  Off() : WithSettings([](auto& config) { config.accept = AddressUpdateConfig::Accept::kNo; }) {}
};
TEST_F(Off, AllIsNegotiatedAnewWithoutInitialContact) {
  connect();
  std::size_t most = 0;
  w.on_send = [&](InFlight&) {
    most = std::max(most, w.responder.sas().size());
    return true;
  };
  go_to(kSecond, false);
  w.advance(std::chrono::seconds(1));
  EXPECT_EQ(w.responder.sas().size(), 2u) << "the old SAs live until the new ones carry traffic";
  w.advance(std::chrono::seconds(5));
  EXPECT_EQ(check_pair(w), "");
  EXPECT_NE(keys(), before);
  EXPECT_EQ(w.responder.only_sa().remote.address, kSecond);
  EXPECT_EQ(count(w.initiator, ike::MoveStep::kAnew), 1u);
}

// The peer knows no updates, and this end may try a DPD.
class DpdMove : public Peers {
 protected:
  static ike::Settings settings() {
    ike::Settings with_dpd;
    with_dpd.address_update.dpd_move = true;
    AddressUpdateConfig off;
    off.accept = AddressUpdateConfig::Accept::kNo;
    with_dpd.address_update_of["gateway"] = off;
    return with_dpd;
  }
  DpdMove() : Peers(settings()) {
    std::string gateway = gateway_conf();
    gateway.replace(0, 1, "gateway");  // by which it has settings of its own
    connect(client_conf(), gateway);
  }
};
TEST_F(DpdMove, ItCountsWhenEspComes) {
  go_to(kSecond, false);
  w.initiator.offload.usage.bound = 1;
  w.advance(kSecond3);
  EXPECT_EQ(check_pair(w), "");
  EXPECT_EQ(keys(), before);
  EXPECT_EQ(binding(w.initiator).own.address, kSecond);
  EXPECT_EQ(count(w.initiator, ike::MoveStep::kMoved), 1u);
}
TEST_F(DpdMove, AnAnswerToDpdAloneIsNoProof) {
  go_to(kSecond, false);
  w.advance(std::chrono::seconds(10));
  EXPECT_EQ(check_pair(w), "");
  EXPECT_NE(keys(), before);
  EXPECT_EQ(count(w.initiator, ike::MoveStep::kMoved), 0u);
  EXPECT_EQ(count(w.initiator, ike::MoveStep::kAnew), 1u);
}

TEST_F(Peers, SettledWhenTheCardSendsNothingByTheOldWay) {
  connect();
  w.initiator.offload.is_all_drained = false;
  w.initiator.offload.usage = {7, 2};
  go_to(kSecond, true);
  w.advance(std::chrono::seconds(10));
  EXPECT_EQ(count(w.initiator, ike::MoveStep::kSettled), 0u);
  w.initiator.offload.is_all_drained = true;
  w.advance(std::chrono::seconds(1));
  ASSERT_EQ(count(w.initiator, ike::MoveStep::kSettled), 1u);
  EXPECT_EQ(w.initiator.moves.back().packets_new, 7u);
  EXPECT_EQ(w.initiator.moves.back().packets_old, 2u);
}

struct Base : WithSettings {
  Base() : WithSettings([](auto& config) { config.base_form = true; }) {}
};
TEST_F(Base, BindsWhenTheNewEndpointAnswersDpd) {
  connect();
  go_to(kSecond, false);
  w.deliver();
  EXPECT_EQ(binding(w.responder).peer.address, kFirst) << "not by the update alone";
  w.settle();
  EXPECT_EQ(binding(w.responder).peer.address, kSecond);
  EXPECT_EQ(w.num_sent, 4u) << "UPDATE, DPD and its answer, ACK";
  EXPECT_EQ(check_pair(w), "");
}
TEST_F(Base, ACopyFromElsewhereBindsNobody) {
  connect();
  w.on_send = [&](InFlight& datagram) {
    if (datagram.from.address == kSecond) datagram.from.address = address("203.0.113.99");
    return true;
  };
  go_to(kSecond, false);
  w.advance(kSecond3);
  EXPECT_EQ(binding(w.responder).peer.address, kFirst);
}

struct Unchallenged : WithSettings {
  Unchallenged()
      : WithSettings([](auto& config) {
          config.base_form = true;
          config.unchallenged = true;
        }) {}
};
TEST_F(Unchallenged, OneUpdateOneAnswer) {
  connect();
  go_to(kSecond, false);
  w.settle();
  EXPECT_EQ(w.num_sent, 2u);
  EXPECT_EQ(binding(w.responder).peer.address, kSecond);
  EXPECT_EQ(check_pair(w), "");
}

struct Allowed : WithSettings {
  Allowed()
      : WithSettings([](auto& config) {
          config.allowed_addresses = {Prefix::parse("203.0.113.0/29").value()};
        }) {}
};
TEST_F(Allowed, OtherAddressesAreRefused) {
  connect();
  go_to(address("203.0.113.200"), true);
  w.advance(kSecond3);
  EXPECT_EQ(binding(w.responder).peer.address, kFirst);
  EXPECT_GT(count(w.initiator, ike::MoveStep::kRefused), 0u);
  go_to(kSecond, true);
  w.advance(kSecond3);
  expect_moved_to(kSecond);
}

struct Limited : WithSettings {
  Limited() : WithSettings([](auto& config) { config.rate = 2; }) {}
};
TEST_F(Limited, WhatIsTooMuchIsBusyAndComesLater) {
  connect();
  for (const IpAddress& to : {kSecond, kFirst, kSecond}) {
    go_to(to, false);
    w.advance(std::chrono::milliseconds(100));
  }
  EXPECT_EQ(count(w.initiator, ike::MoveStep::kRefused), 1u);
  EXPECT_EQ(count(w.initiator, ike::MoveStep::kAnew), 0u);
}

}  // namespace
}  // namespace holdfast::test

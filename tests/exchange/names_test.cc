// SPDX-License-Identifier: Apache-2.0
// Peers that the configuration knows by name: peer_address.cc, and ike_sa_start.cc beside
// keyingtries_test.cc.
#include <gtest/gtest.h>

#include "exchange/world.h"
#include "net/resolver.h"

namespace holdfast::test {
namespace {

using namespace std::chrono_literals;

constexpr const char* kGateway = "198.51.100.1";

/// Answers when the test says so.
class FakeResolver : public Resolver {
 public:
  void resolve(const std::string& name, Done done) override { asked.emplace_back(name, done); }
  /// Answers the oldest question; no addresses: there are none.
  void answer(const std::vector<std::string>& addresses) {
    ASSERT_FALSE(asked.empty());
    const auto [name, done] = asked.front();
    asked.pop_front();
    std::vector<IpAddress> all;
    for (const std::string& text : addresses) all.push_back(*IpAddress::parse(text));
    if (all.empty())
      done(fail(ErrorCode::kNotFound, name, "is not known"));
    else
      done(all);
  }

  std::deque<std::pair<std::string, Done>> asked;
};

/// Routes to some addresses.
struct FakeView : ike::Manager::NetworkView {
  bool is_usable(const IpAddress&) const override { return true; }
  std::optional<IpAddress> source_to(const IpAddress& peer) const override {
    if (peer.text() != reachable) return std::nullopt;
    return *IpAddress::parse("192.0.2.1");
  }
  std::string reachable = kGateway;
};

class Names : public testing::Test {
 protected:
  Names() {
    world.responder.load(gateway_conf());
    world.initiator.manager->set_resolver(&resolver);
  }
  void begin(const std::string& names, const std::string& more = "") {
    std::string text = client_conf(more);
    const std::string before = std::string("remote_addrs = ") + kGateway;
    text.replace(text.find(before), before.size(), "remote_addrs = " + names);
    world.initiator.load(text);
    world.initiator.initiate("net");
    world.settle();
  }
  void answer(const std::vector<std::string>& addresses) {
    resolver.answer(addresses);
    world.settle();
  }
  bool is_up() const {
    return world.initiator.outcome && *world.initiator.outcome && check_pair(world) == "";
  }

  FakeView view;
  FakeResolver resolver;
  World world;
};

TEST_F(Names, AreLookedUpToInitiate) {
  begin("gw.lab");
  ASSERT_EQ(resolver.asked.size(), 1u);
  EXPECT_EQ(resolver.asked.front().first, "gw.lab");
  EXPECT_EQ(world.num_sent, 0u);
  EXPECT_EQ(world.initiator.only_sa().state, ike::IkeState::kConnecting);
  std::optional<Status> second;
  world.initiator.manager->initiate("net", "", [&](const Status& status) { second = status; });
  EXPECT_EQ(resolver.asked.size(), 1u) << "it is on its way";
  answer({kGateway});
  EXPECT_TRUE(is_up());
  EXPECT_TRUE(second && *second);
  EXPECT_EQ(world.initiator.only_sa().remote.address.text(), kGateway);
}

TEST_F(Names, AnAddressBeforeThemIsTaken) {
  begin(std::string(kGateway) + ", gw.lab");
  EXPECT_TRUE(resolver.asked.empty());
  EXPECT_TRUE(is_up());
}

TEST_F(Names, BeforeAnAddressTheyAreLookedUp) {
  begin("gw.lab, 203.0.113.9, other.lab");
  ASSERT_EQ(resolver.asked.size(), 1u);
  EXPECT_EQ(resolver.asked.front().first, "gw.lab");
  answer({kGateway});
  EXPECT_TRUE(is_up());
  EXPECT_EQ(world.initiator.only_sa().remote.address.text(), kGateway);
}

TEST_F(Names, TheAddressAfterThemIsTakenWhereTheyHaveNone) {
  begin(std::string("old.lab, gone.lab, ") + kGateway + ", other.lab");
  answer({});
  answer({});
  EXPECT_TRUE(resolver.asked.empty()) << "what stands behind the address";
  EXPECT_TRUE(is_up());
}

TEST_F(Names, TheFirstAddressWithARoute) {
  world.initiator.manager->set_network(&view);
  begin("gw.lab");
  answer({"203.0.113.9", kGateway, "203.0.113.10"});
  EXPECT_TRUE(is_up());
}

TEST_F(Names, TheFamilyOfTheOwnAddresses) {
  begin("gw.lab", "local_addrs = 192.0.2.1");
  answer({"2001:db8::1", kGateway});
  EXPECT_TRUE(is_up());
}

TEST_F(Names, TheNextNameWhereOneHasNoAddress) {
  begin("old.lab, six.lab, gw.lab", "local_addrs = 192.0.2.1");
  answer({});
  answer({"2001:db8::1"});
  ASSERT_EQ(resolver.asked.size(), 1u);
  EXPECT_EQ(resolver.asked.front().first, "gw.lab");
  answer({kGateway});
  EXPECT_TRUE(is_up());
}

TEST_F(Names, AFailureIsToldWithTheName) {
  begin("gw.lab");
  answer({});
  ASSERT_TRUE(world.initiator.outcome && !*world.initiator.outcome);
  EXPECT_NE(world.initiator.outcome->error().text().find("gw.lab: is not known"), std::string::npos)
      << world.initiator.outcome->error().text();
  EXPECT_TRUE(world.initiator.sas().empty());
}

TEST_F(Names, AreLookedUpAgainByEachTry) {
  begin("gw.lab", "keyingtries = 3");
  answer({});
  EXPECT_FALSE(world.initiator.outcome);
  EXPECT_TRUE(resolver.asked.empty()) << "not at once";
  world.advance(10s);
  // An address where nobody answers.
  answer({"203.0.113.9"});
  world.advance(83s);
  ASSERT_EQ(resolver.asked.size(), 1u);
  EXPECT_FALSE(world.initiator.outcome);
  answer({kGateway});
  EXPECT_TRUE(is_up());
}

TEST_F(Names, TheOperatorEndsALookUp) {
  begin("gw.lab");
  world.initiator.manager->terminate({"t", "", 0, 0});
  ASSERT_TRUE(world.initiator.outcome);
  EXPECT_FALSE(*world.initiator.outcome);
  world.advance(1s);
  answer({kGateway});
  EXPECT_TRUE(world.initiator.sas().empty());
  EXPECT_EQ(world.responder.sas().size(), 0u);
}

TEST_F(Names, AnAnswerAfterTheEnd) {
  begin("old.lab, gw.lab");
  world.initiator.manager.reset();
  resolver.answer({});
  EXPECT_TRUE(resolver.asked.empty());
}

TEST_F(Names, NeedAResolver) {
  world.initiator.manager->set_resolver(nullptr);
  begin("gw.lab");
  ASSERT_TRUE(world.initiator.outcome);
  EXPECT_FALSE(*world.initiator.outcome);
}

// Who it is, it proves; where it is today, the name server may say too late.
TEST_F(Names, AResponderTakesThemForAnyAddress) {
  World w;
  w.responder.load(gateway_conf("remote_addrs = client.lab, 203.0.113.7"));
  w.initiator.load(client_conf());
  w.initiator.initiate("net");
  w.settle();
  EXPECT_TRUE(w.initiator.outcome && *w.initiator.outcome);
}

}  // namespace
}  // namespace holdfast::test

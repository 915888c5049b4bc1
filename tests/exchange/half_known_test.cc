// SPDX-License-Identifier: Apache-2.0
// The last message of an exchange is lost, so that one end has what the other does not know of.
#include <gtest/gtest.h>

#include <algorithm>

#include "exchange/update_world.h"

namespace holdfast::test {
namespace {

using namespace isakmp;
using std::chrono::milliseconds;
using std::chrono::seconds;

class HalfKnown : public testing::Test {
 protected:
  HalfKnown() {
    const std::string ike = "dpd_delay = 10s\n dpd_timeout = 40s\n rekey_time = 100h";
    w.responder.load(gateway_conf(ike, kLong));
    w.initiator.load(client_conf(ike, kLong));
  }
  void up() {
    w.initiator.initiate("net");
    w.settle();
    ASSERT_EQ(check_pair(w), "");
    old_cookie = w.initiator.only_sa().initiator_cookie;
    old_spi = w.initiator.only_sa().children.at(0).spi_in;
  }
  /// Of one exchange, from one end, all from the `first` on (0, 1 …) are lost.
  void lose(ExchangeType exchange, const End& from, unsigned first) {
    auto seen = std::make_shared<unsigned>(0);
    w.on_send = [this, exchange, &from, first, seen](InFlight& datagram) {
      const auto head = parse_header(datagram.bytes);
      const bool is_meant = head && head->exchange == exchange && from.has(datagram.from.address);
      const bool is_lost = is_meant && (*seen)++ >= first;
      num_lost += is_lost;
      return !is_lost;
    };
  }
  static const ike::IkeSnapshot* with_children(const std::vector<ike::IkeSnapshot>& sas) {
    const auto found =
        std::find_if(sas.begin(), sas.end(), [](const auto& sa) { return !sa.children.empty(); });
    return found == sas.end() ? nullptr : &*found;
  }
  static bool has_line(const End& end, const std::string& part) {
    return std::any_of(end.lines.begin(), end.lines.end(), [&](const std::string& line) {
      return line.find(part) != std::string::npos;
    });
  }

  static constexpr const char* kLong = "rekey_time = 100h\n life_time = 110h";
  World w;
  Machine a{w.initiator, {ip("192.0.2.1"), ip("203.0.113.7")}},
      b{w.responder, {ip("198.51.100.1"), ip("198.51.100.77")}};
  EspTraffic esp{w};
  Cookie old_cookie{};
  Spi old_spi{};
  unsigned num_lost = 0;
};

// Message 6 of a renewal is lost: the initiator goes on with the old SA, and moves by it.
TEST_F(HalfKnown, ChildrenStayUntilThePeerKnowsTheNewIsakmpSa) {
  up();
  lose(ExchangeType::kMainMode, w.responder, 2);
  w.initiator.manager->rekey({"t", "", 0, 0});
  esp.run(seconds(20));
  ASSERT_GE(num_lost, 2u);
  const auto sas = w.responder.sas();
  ASSERT_EQ(sas.size(), 2u);
  ASSERT_TRUE(with_children(sas));
  EXPECT_EQ(with_children(sas)->initiator_cookie, old_cookie);

  a.move_to(ip("203.0.113.7"), false);
  esp.run(seconds(1));
  EXPECT_EQ(w.responder.offload.paths.begin()->second.peer.address, ip("203.0.113.7"));
  EXPECT_EQ(esp.both_ways(5), 10u);

  w.on_send = nullptr;
  w.advance(seconds(120));
  EXPECT_EQ(check_pair(w), "");
  ASSERT_EQ(w.initiator.sas().size(), 1u);
  ASSERT_EQ(w.responder.sas().size(), 1u);
  EXPECT_EQ(w.responder.only_sa().children.at(0).spi_out, old_spi) << "keys stay";
  EXPECT_EQ(esp.both_ways(5), 10u);
  EXPECT_EQ(esp.reused, 0u);
}

TEST_F(HalfKnown, ARenewalGoesOverAtOnceWhenNothingIsLost) {
  up();
  w.initiator.manager->rekey({"t", "", 0, 0});
  w.settle();
  const auto sas = w.responder.sas();
  ASSERT_EQ(sas.size(), 2u);
  ASSERT_TRUE(with_children(sas));
  EXPECT_NE(with_children(sas)->initiator_cookie, old_cookie);
}

// The same with a peer that ends the old SA although nothing came by the new one.
TEST_F(HalfKnown, ADeleteOfTheOldIsakmpSaGivesItsChildrenToTheNewOne) {
  up();
  w.initiator.manager->rekey({"t", "", 0, 0});
  w.on_send = [this](InFlight& datagram) {  // the question that shows that the new SA stands
    const auto head = parse_header(datagram.bytes);
    const bool is_lost = head && head->exchange == ExchangeType::kInformational &&
                         head->initiator_cookie != old_cookie;
    num_lost += is_lost;
    return !is_lost;
  };
  w.advance(seconds(3));
  ASSERT_GE(num_lost, 1u);
  EXPECT_EQ(check_pair(w), "");
  ASSERT_EQ(w.responder.sas().size(), 1u);
  EXPECT_EQ(w.responder.only_sa().children.at(0).spi_out, old_spi);
}

// Message 3 of Quick Mode is lost, but the initiator uses the child.
TEST_F(HalfKnown, EspSaysWhatMessage3WouldHave) {
  lose(ExchangeType::kQuickMode, w.initiator, 1);
  w.initiator.initiate("net");
  w.settle();
  ASSERT_EQ(num_lost, 1u);
  EXPECT_NE(check_pair(w), "");
  EXPECT_TRUE(esp.send(w.initiator));
  w.advance(seconds(3));
  EXPECT_EQ(check_pair(w), "");
  EXPECT_EQ(esp.both_ways(5), 10u);
  EXPECT_TRUE(has_line(w.responder, "but ESP of child net does"));
  EXPECT_EQ(num_lost, 1u) << "message 2 is not sent again";
}

// Without ESP, and without message 3, neither end keeps the child.
TEST_F(HalfKnown, WhoGivesUpQuickModeTellsThePeer) {
  lose(ExchangeType::kQuickMode, w.initiator, 1);
  w.initiator.initiate("net");
  w.settle();
  ASSERT_TRUE(w.initiator.outcome && *w.initiator.outcome);
  w.advance(seconds(120));
  EXPECT_TRUE(has_line(w.responder, "message 3 of Quick Mode did not come"));
  EXPECT_TRUE(w.responder.offload.sas.empty());
  EXPECT_TRUE(w.initiator.offload.sas.empty());
  EXPECT_EQ(w.initiator.sas().size(), 1u);
}

// Both ends are without an address for longer than all repetitions of message 2 take.
TEST_F(HalfKnown, NoRepetitionIsSpentWhileThereIsNoAddress) {
  lose(ExchangeType::kQuickMode, w.initiator, 1);
  w.initiator.initiate("net");
  w.settle();
  for (Machine* machine : {&a, &b}) machine->lose_all();
  const auto before = w.responder.manager->counters().retransmits_out;
  w.advance(seconds(300));
  EXPECT_EQ(w.responder.manager->counters().retransmits_out, before);
  w.on_send = nullptr;
  a.move_to(ip("192.0.2.1"), false);
  b.move_to(ip("198.51.100.1"), false);
  w.advance(seconds(5));
  EXPECT_EQ(check_pair(w), "");
  EXPECT_EQ(esp.both_ways(5), 10u);
}

// What was negotiated anew goes on counting where the SA before it stood.
TEST_F(HalfKnown, UpdatesByANewIsakmpSaAreNotTakenForOldOnes) {
  up();
  for (const char* to : {"203.0.113.7", "192.0.2.1"}) {
    a.move_to(ip(to), false);
    esp.run(seconds(5));
  }
  lose(ExchangeType::kInformational, w.initiator, 0);
  a.move_to(ip("203.0.113.7"), false);
  esp.run(seconds(14));
  w.on_send = nullptr;
  esp.run(seconds(60));
  ASSERT_EQ(w.initiator.sas().size(), 1u);
  ASSERT_EQ(w.responder.sas().size(), 1u) << "the Delete was lost";
  ASSERT_NE(w.initiator.only_sa().initiator_cookie, old_cookie) << "it was not negotiated anew";
  a.move_to(ip("192.0.2.1"), false);
  esp.run(seconds(1));
  EXPECT_EQ(w.responder.only_sa().remote.address, ip("192.0.2.1"));
  EXPECT_FALSE(has_line(w.responder, "superseded"));
  EXPECT_EQ(esp.both_ways(5), 10u);
}

}  // namespace
}  // namespace holdfast::test

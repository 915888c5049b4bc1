// SPDX-License-Identifier: Apache-2.0
#include "app/steady_offload.h"

#include <gmock/gmock.h>

#include "exchange/world.h"

namespace holdfast::app {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Binding binding(const char* peer) {
  return {{*IpAddress::parse("192.0.2.1"), 0}, {*IpAddress::parse(peer), 0}, Encap::kNone};
}

std::string peer_of(const Binding& bound) { return bound.peer.address.text(); }

SaRequest request(PathId path, Direction direction, std::uint32_t spi) {
  SaRequest request;
  request.path = path;
  request.config.direction = direction;
  request.config.spi = Spi{spi};
  request.config.key = SecretBytes(Bytes(16, 1));
  request.config.salt = SecretBytes(Bytes(4, 1));
  return request;
}

/// Inner addresses of the interface.
struct Addresses : offload::AddressPort {
  Status add_address(const IpAddress&) override { return {}; }
  void remove_address(const IpAddress& address) override { removed.push_back(address); }
  std::vector<IpAddress> removed;
};

struct Events : Offload::Observer {
  void on_soft_lifetime(SaId sa) override { soft.push_back(sa); }
  void on_hard_lifetime(SaId) override {}
  void on_acquire(std::uint32_t policy_id) override { acquired.push_back(policy_id); }
  void on_roam(SaId, const Endpoint&, const Endpoint&) override {}
  void on_credit_used_up(PathId path) override { used_up.push_back(path); }
  std::vector<SaId> soft;
  std::vector<std::uint32_t> acquired;
  std::vector<PathId> used_up;
};

class SteadyOffloadTest : public testing::Test {
 protected:
  SteadyOffloadTest() {
    steady_.set_observer(&events_);
    steady_.attach(first_);
  }
  void change_card() {
    steady_.detach();
    steady_.attach(second_);
  }

  Addresses addresses_;
  Events events_;
  SteadyOffload steady_{&addresses_};
  test::FakeOffload first_, second_;
};

TEST_F(SteadyOffloadTest, SasEndWithTheirCardAndTheirIdsNeverComeAgain) {
  const PathId path = *steady_.add_path(binding("198.51.100.7"));
  const SaId old_sa = *steady_.add_sa(request(path, Direction::kInbound, 0x1000));
  EXPECT_EQ(first_.sas.size(), 1u);
  change_card();
  EXPECT_EQ(steady_.num_lost_sas(), 1u);
  EXPECT_THAT(second_.sas, IsEmpty());

  const SaId new_sa = *steady_.add_sa(request(path, Direction::kInbound, 0x1001));
  EXPECT_NE(new_sa, old_sa);
  steady_.remove_sa(old_sa);  // not that of the second card with the same number
  EXPECT_EQ(second_.sas.size(), 1u);
  EXPECT_EQ(steady_.num_lost_sas(), 0u);
  steady_.remove_sa(new_sa);
  EXPECT_THAT(second_.sas, IsEmpty());
  EXPECT_EQ(steady_.num_lost_sas(), 0u);
}

TEST_F(SteadyOffloadTest, PathsGoToTheNextCardAsTheyWereBoundLast) {
  const PathId gone = *steady_.add_path(binding("198.51.100.6"));
  const PathId path = *steady_.add_path(binding("198.51.100.7"));
  steady_.remove_path(gone);
  ASSERT_TRUE(steady_.rebind(path, binding("203.0.113.9"), std::nullopt));
  change_card();
  ASSERT_EQ(second_.paths.size(), 1u);
  EXPECT_EQ(peer_of(second_.paths.begin()->second), "203.0.113.9");
  EXPECT_THAT(second_.credits, IsEmpty());
  ASSERT_TRUE(steady_.rebind(path, binding("203.0.113.10"), std::nullopt));
  EXPECT_EQ(peer_of(second_.paths.begin()->second), "203.0.113.10");
  steady_.remove_path(path);
  EXPECT_THAT(second_.paths, IsEmpty());
}

// Somebody's victim must not get the credit once for each card.
TEST_F(SteadyOffloadTest, WhatIsNotProvenHasNoCreditLeftOnTheNextCard) {
  const PathId path = *steady_.add_path(binding("198.51.100.7"));
  ASSERT_TRUE(steady_.rebind(path, binding("203.0.113.9"), 3600));
  change_card();
  ASSERT_EQ(second_.credits.size(), 1u);
  EXPECT_EQ(second_.credits.begin()->second, 0u);
}

TEST_F(SteadyOffloadTest, WithoutACardNothingIsAddedOrBoundAndQuestionsAreAnswered) {
  const PathId path = *steady_.add_path(binding("198.51.100.7"));
  const SaId sa = *steady_.add_sa(request(path, Direction::kOutbound, 0x1000));
  steady_.detach();
  EXPECT_FALSE(steady_.add_path(binding("198.51.100.8")));
  EXPECT_FALSE(steady_.add_sa(request(path, Direction::kOutbound, 0x1001)));
  EXPECT_FALSE(steady_.rebind(path, binding("198.51.100.8"), std::nullopt));
  EXPECT_FALSE(steady_.move_sas({&sa, 1}, path));
  EXPECT_EQ(steady_.query_sa(sa).packets, 0u);
  EXPECT_TRUE(steady_.is_drained(path));
  EXPECT_EQ(steady_.suites(), 0u);
  steady_.remove_sa(sa);
  steady_.attach(second_);
  EXPECT_EQ(peer_of(second_.paths.begin()->second), "198.51.100.7");
}

TEST_F(SteadyOffloadTest, OnlySasThatAreInTheCardAreMoved) {
  const PathId from = *steady_.add_path(binding("198.51.100.7"));
  const PathId to = *steady_.add_path(binding("198.51.100.8"));
  const SaId lost = *steady_.add_sa(request(from, Direction::kInbound, 0x1000));
  change_card();
  EXPECT_TRUE(steady_.move_sas({&lost, 1}, to));
  const SaId alive = *steady_.add_sa(request(from, Direction::kInbound, 0x1001));
  const std::vector<SaId> both = {lost, alive};
  EXPECT_TRUE(steady_.move_sas(both, to));
  EXPECT_EQ(peer_of(second_.paths.at(static_cast<std::uint32_t>(second_.sas.begin()->second.path))),
            "198.51.100.8");
}

TEST_F(SteadyOffloadTest, PoliciesAndInnerAddressesGoToTheNextCard) {
  const auto any = TrafficSelector{};
  const IpAddress inner = *IpAddress::parse("10.77.0.5"), other = *IpAddress::parse("10.77.0.6");
  steady_.add_policy(7, Offload::PolicyAction::kTrap, any, any);
  steady_.add_policy(8, Offload::PolicyAction::kDrop, any, any);
  steady_.remove_policy(8);
  ASSERT_TRUE(steady_.add_inner_address(inner));
  ASSERT_TRUE(steady_.add_inner_address(other));
  steady_.detach();
  steady_.remove_inner_address(other);
  EXPECT_THAT(addresses_.removed, ElementsAre(other));
  steady_.attach(second_);
  EXPECT_EQ(second_.policies,
            (std::map<std::uint32_t, Offload::PolicyAction>{{7, Offload::PolicyAction::kTrap}}));
  EXPECT_THAT(second_.inner_addresses, ElementsAre(inner));
}

TEST_F(SteadyOffloadTest, EventsHaveTheNamesThatTheirOwnersKnow) {
  const PathId path = *steady_.add_path(binding("198.51.100.7"));
  static_cast<void>(*steady_.add_sa(request(path, Direction::kInbound, 0x1000)));
  change_card();
  EXPECT_EQ(first_.observer, nullptr);
  const SaId sa = *steady_.add_sa(request(path, Direction::kInbound, 0x1001));
  second_.observer->on_soft_lifetime(SaId{second_.sas.begin()->first});
  second_.observer->on_credit_used_up(PathId{second_.paths.begin()->first});
  second_.observer->on_acquire(7);
  EXPECT_THAT(events_.soft, ElementsAre(sa));
  EXPECT_THAT(events_.used_up, ElementsAre(path));
  EXPECT_THAT(events_.acquired, ElementsAre(7u));
}

}  // namespace
}  // namespace holdfast::app

// SPDX-License-Identifier: Apache-2.0
// From the first contact to the end: collisions, uniqueness, renewal, actions, reloads.
#include <gtest/gtest.h>

#include <set>

#include "exchange/world.h"

namespace holdfast::test {
namespace {

/// Both ends may begin.
std::string gateway_that_calls(const std::string& more = "", const std::string& child = "") {
  return gateway_conf("remote_addrs = 192.0.2.1\n " + more, child);
}

World& up(World& w) {
  w.initiator.initiate("net");
  w.settle();
  EXPECT_EQ(check_pair(w), "");
  return w;
}

const char* const kShort = "rekey_time = 10m\n life_time = 15m\n rand_time = 1m";

void expect_one_of_each(World& w) {
  EXPECT_EQ(check_pair(w), "");
  EXPECT_EQ(w.initiator.sas().size(), 1u);
  EXPECT_EQ(w.responder.sas().size(), 1u);
}

TEST(Life, BothBeginAtOnce) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    SCOPED_TRACE(seed);
    World w(seed);
    w.responder.load(gateway_that_calls("", kShort));
    w.initiator.load(client_conf("", kShort));
    w.initiator.initiate("net");
    w.responder.initiate("net");
    w.settle();
    ASSERT_TRUE(w.initiator.outcome && *w.initiator.outcome);
    ASSERT_TRUE(w.responder.outcome && *w.responder.outcome);
    w.advance(std::chrono::minutes(30));
    expect_one_of_each(w);
  }
}

TEST(Life, BothRekeyTheChildAtOnce) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    SCOPED_TRACE(seed);
    World w(seed);
    w.responder.load(gateway_that_calls("", kShort));
    w.initiator.load(client_conf("", kShort));
    up(w);
    w.initiator.manager->rekey({"", "net", 0, 0});
    w.responder.manager->rekey({"", "net", 0, 0});
    w.settle();
    EXPECT_GE(w.initiator.offload.sas.size(), 2u);
    w.advance(std::chrono::minutes(30));
    expect_one_of_each(w);
  }
}

TEST(Life, BothRenewTheIsakmpSaAtOnce) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    SCOPED_TRACE(seed);
    World w(seed);
    w.responder.load(gateway_that_calls());
    w.initiator.load(client_conf());
    up(w);
    const Spi child = w.initiator.only_sa().children.at(0).spi_in;
    w.initiator.manager->rekey({"t", "", 0, 0});
    w.responder.manager->rekey({"t", "", 0, 0});
    w.advance(std::chrono::minutes(1));
    expect_one_of_each(w);
    EXPECT_EQ(w.initiator.only_sa().children.at(0).spi_in, child) << "it went over twice";
    EXPECT_EQ(w.initiator.only_sa().initiator_cookie, w.responder.only_sa().initiator_cookie);
  }
}

// RFC 2407, 4.6.3.3.
TEST(Life, InitialContactEndsWhatACrashLeft) {
  World w;
  w.responder.load(gateway_conf());
  w.initiator.load(client_conf());
  up(w);
  World after(2);  // the client without a memory
  after.responder.load(gateway_conf());
  after.initiator.load(client_conf());
  after.on_send = [&](InFlight& datagram) {
    if (datagram.to.address != w.responder.endpoint.address) return true;
    w.responder.manager->receive(datagram.to, datagram.from, datagram.bytes);
    while (!w.in_flight.empty()) {
      after.in_flight.push_back(w.in_flight.front());
      w.in_flight.pop_front();
    }
    w.time.run_due();
    return false;
  };
  after.initiator.initiate("net");
  after.settle();
  ASSERT_TRUE(after.initiator.outcome && *after.initiator.outcome);
  EXPECT_EQ(w.responder.sas().size(), 1u);
  EXPECT_EQ(w.responder.offload.sas.size(), 2u);
  after.on_send = [](InFlight&) { return false; };
}

/// A second client of the same name, from another address.
void come_from_elsewhere(World& w, const char* address) {
  w.on_send = [](InFlight&) { return false; };
  w.initiator.manager->shutdown();
  w.time.run_due();
  w.on_send = nullptr;
  w.initiator.endpoint.address = IpAddress::parse(address).value();
  w.initiator.initiate("net");
  w.settle();
}

TEST(Life, UniquenessReplaceKeepAndNever) {
  for (const char* unique : {"replace", "keep", "never"}) {
    SCOPED_TRACE(unique);
    World w;
    w.responder.load(gateway_conf(std::string("unique = ") + unique));
    w.initiator.load(client_conf("unique = never"));  // says no INITIAL-CONTACT
    up(w);
    come_from_elsewhere(w, "192.0.2.77");
    const bool is_kept = std::string(unique) == "keep", is_never = std::string(unique) == "never";
    ASSERT_EQ(w.responder.sas().size(), is_never ? 2u : 1u);
    const IpAddress peer = w.responder.sas().back().remote.address;
    EXPECT_EQ(peer.text(), is_kept ? "192.0.2.1" : "192.0.2.77");
    if (is_kept) continue;
    // The pair of the newcomer leads to the newcomer.
    ASSERT_TRUE(w.initiator.outcome && *w.initiator.outcome);
    const Spi spi = w.initiator.only_sa().children.at(0).spi_in;
    const auto* out = w.responder.offload.find(Direction::kOutbound, spi);
    ASSERT_NE(out, nullptr);
    const auto path = static_cast<std::uint32_t>(out->path);
    EXPECT_EQ(w.responder.offload.paths.at(path).peer.address.text(), "192.0.2.77");
  }
}

TEST(Life, RekeyTimesAreSpread) {
  std::set<std::int64_t> child_times, ike_times;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    World w(seed);
    w.responder.load(gateway_conf());
    w.initiator.load(client_conf("rekey_time = 4h\n rand_time = 20m",
                                 "rekey_time = 1h\n life_time = 66m\n rand_time = 6m"));
    up(w);
    const auto sa = w.initiator.only_sa();
    EXPECT_LE(sa.rekey_in, 4 * 3600);
    EXPECT_GE(sa.rekey_in, (4 * 3600 + 1440) * 9 / 10 - 20 * 60 - 1);
    const auto rekey_in = sa.children.at(0).rekey_in;
    EXPECT_LE(rekey_in, 3600);
    EXPECT_GE(rekey_in, 3600 - 360 - 1);
    EXPECT_EQ(sa.children.at(0).life_in, 66 * 60);
    child_times.insert(rekey_in);
    ike_times.insert(sa.rekey_in);
  }
  EXPECT_GE(child_times.size(), 10u);
  EXPECT_GE(ike_times.size(), 10u);
}

TEST(Life, ThePeersShorterLifeCounts) {
  World w;
  w.responder.load(gateway_conf());
  w.initiator.load(client_conf("", "rekey_time = 4m\n life_time = 5m\n rand_time = 0s"));
  up(w);
  EXPECT_LE(w.responder.only_sa().children.at(0).life_in, 300);
}

TEST(Life, RenewalThatFailsIsTriedAgain) {
  World w;
  w.responder.load(gateway_conf());
  w.initiator.load(client_conf("", "rekey_time = 10m\n life_time = 20m\n rand_time = 0s"));
  up(w);
  const Spi first = w.initiator.only_sa().children.at(0).spi_in;
  w.advance(std::chrono::minutes(9));
  w.on_send = [](InFlight&) { return false; };
  w.advance(std::chrono::minutes(4));
  EXPECT_EQ(w.initiator.only_sa().children.at(0).spi_in, first);
  w.on_send = nullptr;
  w.advance(std::chrono::minutes(3));
  EXPECT_EQ(check_pair(w), "");
  EXPECT_NE(w.initiator.only_sa().children.at(0).spi_in, first);
}

// ---------------------------------------------------------------- NAT

struct Nat {
  explicit Nat(World& w) {
    w.on_send = [this, &w](InFlight& datagram) {
      if (datagram.from.address == w.initiator.endpoint.address) {
        inside_port = datagram.from.port;
        datagram.from = {outside, static_cast<std::uint16_t>(20'000 + inside_port)};
      } else if (datagram.to.address == outside) {
        datagram.to = {w.initiator.endpoint.address,
                       static_cast<std::uint16_t>(datagram.to.port - 20'000)};
      }
      return true;
    };
  }
  IpAddress outside = IpAddress::parse("203.0.113.5").value();
  std::uint16_t inside_port = 0;
};

// RFC 3947, 3.2 and 4; RFC 3948, 4.
TEST(Life, NatIsSeenAndKeptOpen) {
  World w;
  Nat nat(w);
  w.responder.load(gateway_conf());
  w.initiator.load(client_conf());
  up(w);
  const auto client = w.initiator.only_sa(), gateway = w.responder.only_sa();
  EXPECT_TRUE(client.is_nat_local);
  EXPECT_FALSE(client.is_nat_remote);
  EXPECT_FALSE(gateway.is_nat_local);
  EXPECT_TRUE(gateway.is_nat_remote);
  EXPECT_EQ(client.local.port, 4500);
  EXPECT_EQ(gateway.remote.port, 24'500);
  EXPECT_TRUE(client.children.at(0).is_udp_encapsulated);
  EXPECT_TRUE(gateway.children.at(0).is_udp_encapsulated);
  ASSERT_EQ(w.responder.offload.paths.size(), 1u);
  EXPECT_EQ(w.responder.offload.paths.begin()->second.peer.port, 24'500);
  w.advance(std::chrono::minutes(10));
  EXPECT_GE(w.initiator.keepalives, 29u);
  EXPECT_LE(w.initiator.keepalives, 31u);
  EXPECT_EQ(w.responder.keepalives, 0u) << "who is not behind it sends none";
}

TEST(Life, NoNatNoKeepalives) {
  World w;
  w.responder.load(gateway_conf());
  w.initiator.load(client_conf());
  up(w);
  EXPECT_FALSE(w.initiator.only_sa().is_nat_local);
  EXPECT_FALSE(w.initiator.only_sa().is_nat_remote);
  EXPECT_FALSE(w.initiator.only_sa().children.at(0).is_udp_encapsulated);
  w.advance(std::chrono::minutes(10));
  EXPECT_EQ(w.initiator.keepalives + w.responder.keepalives, 0u);
}

TEST(Life, RenewalBehindANat) {
  World w;
  Nat nat(w);
  w.responder.load(gateway_conf());
  w.initiator.load(client_conf());
  up(w);
  const Spi child = w.initiator.only_sa().children.at(0).spi_in;
  for (End* end : {&w.initiator, &w.responder}) {
    end->manager->rekey({"t", "", 0, 0});
    w.advance(std::chrono::seconds(30));
    expect_one_of_each(w);
    EXPECT_EQ(w.initiator.only_sa().children.at(0).spi_in, child);
  }
}

// ---------------------------------------------------------------- actions and reloads

TEST(Life, TrapBringsUpOnePairHoweverManyPackets) {
  World w;
  w.responder.load(gateway_conf());
  w.initiator.load(client_conf("", "start_action = trap"));
  ASSERT_EQ(w.initiator.offload.policies.size(), 1u);
  const auto [id, action] = *w.initiator.offload.policies.begin();
  EXPECT_EQ(action, Offload::PolicyAction::kTrap);
  for (unsigned i = 0; i < 5; ++i) w.initiator.offload.observer->on_acquire(id);
  w.deliver();
  w.initiator.offload.observer->on_acquire(id);
  w.settle();
  w.initiator.offload.observer->on_acquire(id);
  w.initiator.offload.observer->on_acquire(id + 99);
  w.settle();
  expect_one_of_each(w);
  EXPECT_TRUE(w.initiator.manager->unload_connection("t"));
  EXPECT_TRUE(w.initiator.offload.policies.empty());
}

TEST(Life, EverybodyWhoInitiatesIsTold) {
  World w;
  w.responder.load(gateway_conf());
  w.initiator.load(client_conf());
  unsigned told = 0;
  for (unsigned i = 0; i < 3; ++i)
    w.initiator.manager->initiate("net", "", [&](const Status& status) { told += bool(status); });
  w.settle();
  EXPECT_EQ(told, 3u);
  expect_one_of_each(w);
}

TEST(Life, CloseActionStart) {
  for (const bool is_whole : {true, false}) {
    SCOPED_TRACE(is_whole);
    World w;
    w.responder.load(gateway_conf());
    w.initiator.load(client_conf("", "close_action = start"));
    up(w);
    w.responder.manager->terminate(is_whole ? ike::SaFilter{"t", "", 0, 0}
                                            : ike::SaFilter{"", "net", 0, 0});
    w.advance(std::chrono::seconds(10));
    expect_one_of_each(w);
  }
}

TEST(Life, CloseActionNone) {
  World w;
  w.responder.load(gateway_conf());
  w.initiator.load(client_conf());
  up(w);
  w.responder.manager->terminate({"t", "", 0, 0});
  w.advance(std::chrono::minutes(1));
  EXPECT_TRUE(w.initiator.sas().empty());
  EXPECT_TRUE(w.initiator.offload.sas.empty());
}

TEST(Life, DpdActionRestart) {
  ike::Settings settings;
  settings.address_update.park_time = std::chrono::seconds(0);  // a dead peer is not waited for
  World w(1, settings);
  w.responder.load(gateway_conf());
  w.initiator.load(client_conf("dpd_delay = 10s\n dpd_timeout = 30s", "dpd_action = restart"));
  up(w);
  const Spi first = w.initiator.only_sa().children.at(0).spi_in;
  w.on_send = [](InFlight&) { return false; };
  w.advance(std::chrono::seconds(60));
  w.on_send = nullptr;
  w.advance(std::chrono::seconds(60));
  expect_one_of_each(w);
  EXPECT_NE(w.initiator.only_sa().children.at(0).spi_in, first);
}

TEST(Life, UnloadedAndReplacedConnectionsLeaveSasAlone) {
  World w;
  w.responder.load(gateway_conf());
  w.initiator.load(client_conf());
  up(w);
  EXPECT_TRUE(w.initiator.manager->unload_connection("t"));
  EXPECT_FALSE(w.initiator.manager->unload_connection("t"));
  expect_one_of_each(w);
  w.initiator.manager->rekey({"", "net", 0, 0});
  w.advance(std::chrono::seconds(10));
  expect_one_of_each(w);
  w.initiator.load(client_conf("dpd_delay = 77s"));
  w.responder.load(gateway_conf("dpd_delay = 77s"));
  expect_one_of_each(w);
  w.initiator.manager->rekey({"t", "", 0, 0});
  w.advance(std::chrono::seconds(20));
  expect_one_of_each(w);
  EXPECT_EQ(w.initiator.manager->terminate({}).terminated, 1u);
  w.settle();
  EXPECT_TRUE(w.responder.offload.sas.empty());
}

TEST(Life, SeveralChildrenAndOneThatIsRefused) {
  const std::string more =
      " other {\n local_ts = 10.3.0.0/16\n remote_ts = 10.2.0.0/16\n esp_proposals = "
      "aes128gcm16\n }\n";
  std::string text = client_conf();
  text.insert(text.find(" net {"), more);
  World w;
  w.responder.load(gateway_conf());
  w.initiator.load(text);
  std::optional<Status> refused;
  w.initiator.initiate("net");
  w.initiator.manager->initiate("other", "t", [&](const Status& status) { refused = status; });
  w.advance(std::chrono::seconds(1));
  expect_one_of_each(w);
  ASSERT_TRUE(refused) << "at once, not when nobody answers any more";
  EXPECT_NE(refused->error().text().find("INVALID-ID"), std::string::npos);
}

TEST(Life, ACardThatIsFullIsNoLeak) {
  for (unsigned failures = 1; failures <= 3; ++failures) {
    World w;
    w.responder.load(gateway_conf());
    w.initiator.load(client_conf());
    w.responder.offload.failures = failures;
    w.initiator.initiate("net");
    w.advance(std::chrono::minutes(3));
    ASSERT_TRUE(w.initiator.outcome);
    EXPECT_FALSE(*w.initiator.outcome && failures == 0);
    w.initiator.manager->terminate({});
    w.advance(std::chrono::minutes(3));
    EXPECT_TRUE(w.responder.offload.sas.empty());
    EXPECT_TRUE(w.responder.offload.paths.empty());
  }
}

}  // namespace
}  // namespace holdfast::test

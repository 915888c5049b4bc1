// SPDX-License-Identifier: Apache-2.0
// Main and Quick Mode between two ends (RFC 2409, 5), in an in-memory network.
#include <gtest/gtest.h>

#include "exchange/world.h"

namespace holdfast::test {
namespace {

// HDR, SA -->  <-- HDR, SA  HDR, KE, Ni -->  <-- HDR, KE, Nr  HDR*, IDii, HASH_I -->  <-- HDR*,
// IDir, HASH_R HDR*, HASH(1), SA, Ni, IDci, IDcr -->  <-- HDR*, HASH(2), SA, Nr, IDci, IDcr  HDR*,
// HASH(3) -->
TEST(Exchange, MainAndQuickModeTakeNineMessages) {
  World w;
  w.responder.load(gateway_conf());
  w.initiator.load(client_conf());
  w.initiator.initiate("net");
  w.settle();
  ASSERT_TRUE(w.initiator.outcome);
  EXPECT_TRUE(*w.initiator.outcome) << w.initiator.outcome->error().text();
  EXPECT_EQ(check_pair(w), "");
  EXPECT_EQ(w.num_sent, 9u);
  const auto sa = w.responder.only_sa();
  EXPECT_EQ(sa.state, ike::IkeState::kEstablished);
  EXPECT_EQ(sa.remote_id.text(), "client.lab");
  EXPECT_EQ(w.initiator.only_sa().remote_id.text(), "gw.lab");
  EXPECT_EQ(w.responder.events, (std::vector<std::string>{"ike t up", "child net up"}));
}

TEST(Exchange, EachGroupHashAndCipher) {
  for (const char* group :
       {"modp2048", "modp3072", "modp4096", "ecp256", "ecp384", "ecp521", "curve25519"}) {
    for (const char* rest : {"aes128-sha1", "aes192-sha384", "aes256-sha512"}) {
      SCOPED_TRACE(std::string(rest) + "-" + group);
      World w;
      const std::string proposals = std::string("proposals = ") + rest + "-" + group;
      w.responder.load(
          gateway_conf(proposals, std::string("esp_proposals = aes256gcm16-") + group));
      w.initiator.load(client_conf(proposals, std::string("esp_proposals = aes256gcm16-") + group));
      w.initiator.initiate("net");
      w.settle();
      EXPECT_EQ(check_pair(w), "");
    }
  }
}

TEST(Exchange, DifferentKeysEndWithASentence) {
  World w;
  w.responder.load(gateway_conf(), "one key");
  w.initiator.load(client_conf(), "another key");
  w.initiator.initiate("net");
  w.advance(std::chrono::minutes(5));
  ASSERT_TRUE(w.initiator.outcome);
  EXPECT_FALSE(*w.initiator.outcome);
  EXPECT_TRUE(w.initiator.sas().empty());
  EXPECT_TRUE(w.responder.sas().empty());
  EXPECT_EQ(w.responder.manager->num_half_open(), 0u);
  EXPECT_TRUE(w.responder.offload.sas.empty());
}

// Every message once lost, doubled, or held back behind the next: always one pair in the end.
TEST(Exchange, EachMessageLostOnce) {
  for (std::size_t lost = 0; lost < 9; ++lost) {
    SCOPED_TRACE(lost);
    World w;
    w.responder.load(gateway_conf());
    w.initiator.load(client_conf());
    std::size_t number = 0;
    w.on_send = [&](InFlight&) { return number++ != lost; };
    w.initiator.initiate("net");
    w.advance(std::chrono::seconds(20));
    EXPECT_EQ(check_pair(w), "");
  }
}

TEST(Exchange, EachMessageDoubled) {
  for (std::size_t doubled = 0; doubled < 9; ++doubled) {
    SCOPED_TRACE(doubled);
    World w;
    w.responder.load(gateway_conf());
    w.initiator.load(client_conf());
    std::size_t number = 0;
    w.on_send = [&](InFlight& datagram) {
      if (number++ == doubled) w.in_flight.push_back(datagram);
      return true;
    };
    w.initiator.initiate("net");
    w.advance(std::chrono::seconds(20));
    EXPECT_EQ(check_pair(w), "");
  }
}

TEST(Exchange, EachMessageAgainAtTheEnd) {
  World w;
  w.responder.load(gateway_conf());
  w.initiator.load(client_conf());
  std::vector<InFlight> all;
  w.on_send = [&](InFlight& datagram) {
    all.push_back(datagram);
    return true;
  };
  w.initiator.initiate("net");
  w.settle();
  ASSERT_EQ(check_pair(w), "");
  const auto events = w.responder.events;
  for (const InFlight& old : std::vector(all)) {
    w.in_flight.push_back(old);
    w.settle();
  }
  EXPECT_EQ(check_pair(w), "");
  EXPECT_EQ(w.responder.events, events) << "nothing happens a second time";
}

TEST(Exchange, ChildRekeyedThenIkeRenewedThenDeleted) {
  World w;
  w.responder.load(gateway_conf());
  w.initiator.load(client_conf());
  w.initiator.initiate("net");
  w.settle();
  const Spi first = w.initiator.only_sa().children.at(0).spi_in;
  EXPECT_EQ(w.initiator.manager->rekey(ike::SaFilter{"", "net", 0, 0}), 1u);
  w.advance(std::chrono::seconds(5));
  EXPECT_EQ(check_pair(w), "");
  const auto rekeyed = w.initiator.only_sa();
  EXPECT_NE(rekeyed.children.at(0).spi_in, first);

  EXPECT_EQ(w.responder.manager->rekey(ike::SaFilter{"t", "", 0, 0}), 1u);
  w.advance(std::chrono::seconds(5));
  EXPECT_EQ(check_pair(w), "") << "the children were adopted";
  EXPECT_EQ(w.initiator.only_sa().children.at(0).spi_in, rekeyed.children.at(0).spi_in);
  EXPECT_NE(w.initiator.only_sa().initiator_cookie, rekeyed.initiator_cookie);

  EXPECT_EQ(w.initiator.manager->terminate(ike::SaFilter{"t", "", 0, 0}).terminated, 1u);
  w.settle();
  EXPECT_TRUE(w.initiator.offload.sas.empty());
  EXPECT_TRUE(w.responder.offload.sas.empty());
  EXPECT_TRUE(w.initiator.offload.paths.empty());
  EXPECT_TRUE(w.responder.offload.paths.empty());
  EXPECT_TRUE(w.responder.sas().empty());
}

TEST(Exchange, LifetimesRenewBothPhasesForAWeek) {
  World w;
  w.responder.load(gateway_conf());
  w.initiator.load(client_conf());
  w.initiator.initiate("net");
  w.settle();
  for (unsigned hour = 0; hour < 24 * 7; ++hour) {
    w.advance(std::chrono::hours(1));
    ASSERT_FALSE(w.initiator.sas().empty()) << hour;
    ASSERT_GE(w.initiator.offload.sas.size(), 2u) << hour;
    ASSERT_LE(w.initiator.offload.sas.size(), 8u) << hour;
  }
}

TEST(Exchange, DpdFindsADeadPeer) {
  ike::Settings settings;
  settings.address_update.park_time = std::chrono::seconds(0);  // it is not waited for
  World w(1, settings);
  w.responder.load(gateway_conf("dpd_delay = 10s\n dpd_timeout = 30s"));
  w.initiator.load(client_conf("dpd_delay = 10s\n dpd_timeout = 30s"));
  w.initiator.initiate("net");
  w.advance(std::chrono::minutes(10));
  EXPECT_EQ(check_pair(w), "") << "asked and answered";
  w.on_send = [](InFlight&) { return false; };
  w.advance(std::chrono::minutes(2));
  EXPECT_TRUE(w.initiator.sas().empty());
  EXPECT_TRUE(w.responder.sas().empty());
  EXPECT_TRUE(w.responder.offload.sas.empty());
}

TEST(Exchange, PullAndPushOfAnInnerAddress) {
  for (const bool is_pull : {true, false}) {
    SCOPED_TRACE(is_pull);
    World w;
    const std::string pull = is_pull ? "" : "\n pull = no";
    w.responder.load(gateway_conf("pools = p" + pull, "remote_ts = dynamic"));
    w.responder.manager->load_pool({"p", Prefix::parse("10.77.0.0/24").value(), {}});
    w.initiator.load(client_conf("vips = 0.0.0.0" + pull, "local_ts = dynamic"));
    w.initiator.initiate("net");
    w.advance(std::chrono::seconds(10));
    EXPECT_EQ(check_pair(w), "");
    ASSERT_EQ(w.initiator.offload.inner_addresses.size(), 1u);
    EXPECT_EQ(w.initiator.offload.inner_addresses[0].text(), "10.77.0.1");
    EXPECT_EQ(w.initiator.only_sa().children.at(0).local_ts.prefix.text(), "10.77.0.1/32");
    w.initiator.manager->terminate({});
    w.settle();
    EXPECT_TRUE(w.initiator.offload.inner_addresses.empty());
    EXPECT_FALSE(w.responder.manager->pools().at(0).leases.at(0).is_online);
  }
}

TEST(Exchange, RefusalsAreToldAndLeaveNothing) {
  World w;
  w.responder.load(gateway_conf("", "esp_proposals = aes256gcm16"));
  w.initiator.load(client_conf());
  w.initiator.initiate("net");
  w.settle();
  ASSERT_TRUE(w.initiator.outcome);
  EXPECT_FALSE(*w.initiator.outcome);
  EXPECT_NE(w.initiator.outcome->error().text().find("NO-PROPOSAL-CHOSEN"), std::string::npos)
      << w.initiator.outcome->error().text();
  EXPECT_TRUE(w.responder.offload.sas.empty());
}

TEST(Exchange, HalfOpenIsBounded) {
  ike::Settings settings;
  settings.max_half_open = 20;
  settings.max_half_open_per_address = 5;
  World w(1, settings);
  w.responder.load(gateway_conf());
  w.initiator.load(client_conf());
  w.on_send = [&](InFlight& datagram) {
    return datagram.to.address == w.responder.endpoint.address;
  };
  w.initiator.initiate("net");
  const InFlight first = w.in_flight.front();
  for (unsigned i = 0; i < 100; ++i) {
    InFlight forged = first;
    forged.bytes[0] = static_cast<std::uint8_t>(i);
    forged.bytes[1] = 0x77;
    forged.from.address.bytes[3] = static_cast<std::uint8_t>(i % 10);
    w.in_flight.push_back(forged);
  }
  w.settle();
  EXPECT_EQ(w.responder.manager->num_half_open(), 20u);
  EXPECT_GE(w.responder.manager->counters().half_open_refused, 80u);
  w.advance(std::chrono::minutes(5));  // the real one sends again for a while
  EXPECT_EQ(w.responder.manager->num_half_open(), 0u);
}

/// The first SA has forgotten its message 1 by then, so that it makes a second one; the end of the
/// first must not make the second forget it too.
TEST(Exchange, AnOldMessage1MakesOneMoreSaAtMost) {
  World w;
  w.responder.load(gateway_conf());
  w.initiator.load(client_conf());
  w.initiator.initiate("net");
  const InFlight first = w.in_flight.front();
  w.settle();
  ASSERT_EQ(check_pair(w), "");
  const auto again = [&] {
    w.in_flight.push_back(first);
    w.settle();
    return w.responder.manager->num_half_open();
  };
  EXPECT_EQ(again(), 0u);
  w.advance(2 * ike::Settings{}.half_open_timeout);
  EXPECT_EQ(again(), 1u);
  ike::SaFilter oldest;
  oldest.ike_id = w.responder.sas().front().unique_id;
  EXPECT_EQ(w.responder.manager->terminate(oldest).matches, 1u);
  EXPECT_EQ(again(), 1u);
}

/// Ten forged first messages for each of ours, and the table is full of them from the beginning:
/// the oldest of them give way.
TEST(Exchange, ForgedFirstMessagesKeepNobodyOut) {
  ike::Settings settings;
  settings.max_half_open = 20;
  World w(1, settings);
  w.responder.load(gateway_conf());
  w.initiator.load(client_conf());
  unsigned number = 0;
  const auto forge = [&](InFlight datagram) {
    for (unsigned i = 0; i < 10; ++i, ++number) {
      datagram.bytes[0] = 0x77;
      datagram.bytes[1] = static_cast<std::uint8_t>(number >> 8);
      datagram.bytes[2] = static_cast<std::uint8_t>(number);
      datagram.from.address = *IpAddress::parse("203.0.113.7");
      datagram.from.address.bytes[3] = static_cast<std::uint8_t>(number);
      w.in_flight.push_back(datagram);
    }
  };
  std::optional<InFlight> first;
  w.on_send = [&](InFlight& datagram) {
    if (datagram.to.address == w.responder.endpoint.address) {
      if (!first) {
        first = datagram;
        for (unsigned i = 0; i < 10; ++i) forge(*first);
        while (w.deliver()) {
        }
        w.time.advance(std::chrono::milliseconds(5500));
      }
      forge(*first);
      return true;
    }
    return datagram.to.address == w.initiator.endpoint.address;
  };
  w.initiator.initiate("net");
  while (w.deliver()) EXPECT_LE(w.responder.manager->num_half_open(), 20u);
  ASSERT_TRUE(w.initiator.outcome);
  EXPECT_TRUE(*w.initiator.outcome) << w.initiator.outcome->error().text();
  EXPECT_EQ(check_pair(w), "");
}

}  // namespace
}  // namespace holdfast::test

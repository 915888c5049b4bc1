// SPDX-License-Identifier: Apache-2.0
// Certificates of both ends that are too long for one datagram: messages 5 and 6 go in fragments.
#include <gtest/gtest.h>

#include <memory>

#include "exchange/world.h"
#include "isakmp/header.h"
#include "unit/host/crypto/test_pki.h"

namespace holdfast::test {
namespace {

class Fragmentation : public testing::Test {
 protected:
  /// A certificate with so many names that it needs more than one datagram.
  void give_certificate(End& end, const std::string& name) {
    CertificateSpec spec;
    spec.name = name;
    spec.alt_names = "DNS:" + name;
    for (unsigned i = 0; i < 80; ++i)
      spec.alt_names += ",DNS:a-rather-long-name-number-" + std::to_string(i) + ".lab";
    spec.not_before = 0;
    spec.not_after = 4'000'000'000;  // 2096: whatever the clock of the machine says
    const auto key = make_ec_key("P-256");
    const Bytes der = ca.issue_for(spec, key).der();
    ike::Credentials& credentials = end.manager->credentials();
    ASSERT_GT(der.size(), 2000u);
    ASSERT_TRUE(credentials.add_certificate(der));
    ASSERT_TRUE(credentials.add_key(private_der(key)));
    ASSERT_TRUE(credentials.add_authority(ca_der));
  }

  void load(const std::string& more = "") {
    World& w = *world;
    const auto with_certificates = [&](std::string text) {
      for (std::size_t at = 0; (at = text.find("auth = psk", at)) != std::string::npos; ++at)
        text.replace(at, 10, "auth = pubkey");
      return text;
    };
    w.initiator.load(with_certificates(client_conf(more)));
    w.responder.load(with_certificates(gateway_conf(more)));
    give_certificate(w.initiator, "client.lab");
    give_certificate(w.responder, "gw.lab");
  }

  static Bytes long_lived_ca(const Authority& authority) {
    CertificateSpec spec;
    spec.name = authority.name;
    spec.basic_constraints = "critical,CA:TRUE";
    spec.not_before = 0;
    spec.not_after = 4'000'000'000;
    return issue(spec, authority.key, authority.name, authority.key);
  }

  Authority ca{"CA"};
  Bytes ca_der = long_lived_ca(ca);
  std::unique_ptr<World> world = std::make_unique<World>();
};

TEST_F(Fragmentation, BothWays) {
  World& w = *world;
  load();
  std::size_t num_fragments[2] = {0, 0}, largest = 0;
  w.on_send = [&](InFlight& datagram) {
    largest = std::max(largest, datagram.bytes.size());
    if (datagram.bytes[16] == 132)
      ++num_fragments[datagram.from.address == w.initiator.endpoint.address ? 0 : 1];
    return true;
  };
  w.initiator.initiate("net");
  w.settle();
  ASSERT_TRUE(w.initiator.outcome);
  EXPECT_TRUE(*w.initiator.outcome) << w.initiator.outcome->error().text();
  EXPECT_EQ(check_pair(w), "");
  EXPECT_GE(num_fragments[0], 2u);
  EXPECT_GE(num_fragments[1], 2u);
  EXPECT_LE(largest, 1228u);
}

TEST_F(Fragmentation, EachFragmentLostOnceDoubledOrReordered) {
  for (std::size_t number = 0; number < 6; ++number) {
    for (unsigned what = 0; what < 3; ++what) {
      SCOPED_TRACE(std::to_string(number) + ", " + std::to_string(what));
      world = std::make_unique<World>();
      World& w = *world;
      load();
      std::size_t seen = 0;
      w.on_send = [&](InFlight& datagram) {
        if (datagram.bytes[16] != 132 || seen++ != number) return true;
        if (what == 1) w.in_flight.push_back(datagram);
        if (what == 2)
          w.time.start(std::chrono::milliseconds(1),
                       [&w, late = datagram] { w.in_flight.push_back(late); });
        return what == 1;
      };
      w.initiator.initiate("net");
      w.advance(std::chrono::seconds(30));
      EXPECT_EQ(check_pair(w), "");
    }
  }
}

TEST_F(Fragmentation, WholeWhereItIsSwitchedOff) {
  World& w = *world;
  load("fragmentation = no");
  std::size_t largest = 0;
  w.on_send = [&](InFlight& datagram) {
    largest = std::max(largest, datagram.bytes.size());
    EXPECT_NE(datagram.bytes[16], 132);
    return true;
  };
  w.initiator.initiate("net");
  w.settle();
  EXPECT_EQ(check_pair(w), "");
  EXPECT_GT(largest, 2000u);
}

}  // namespace
}  // namespace holdfast::test

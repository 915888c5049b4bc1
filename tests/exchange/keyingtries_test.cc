// SPDX-License-Identifier: Apache-2.0
// Main Mode that gets no answer begins anew, as often as `keyingtries` says.
#include <gtest/gtest.h>

#include <set>

#include "exchange/world.h"
#include "isakmp/header.h"

namespace holdfast::test {
namespace {

using namespace std::chrono_literals;

/// One try: 2 s, and five times 1.8 as long as before.
constexpr Duration kTry = 83s;

class Keyingtries : public testing::Test {
 protected:
  Keyingtries() {
    world.on_send = [this](InFlight& datagram) {
      const auto header = isakmp::parse_header(datagram.bytes);
      if (datagram.from.address != world.initiator.endpoint.address || !header) return true;
      cookies.insert(header->initiator_cookie);
      ports.insert(datagram.to.port);
      return !loses || !loses(*header);
    };
    world.responder.load(gateway_conf());
  }
  void begin(const std::string& keyingtries) {
    world.initiator.load(client_conf(keyingtries));
    world.initiator.initiate("net");
    world.settle();
  }
  static bool is_any(const isakmp::Header&) { return true; }
  bool is_up() const {
    return world.initiator.outcome && *world.initiator.outcome && check_pair(world) == "";
  }

  World world;
  std::set<isakmp::Cookie> cookies;
  std::set<std::uint16_t> ports;
  std::function<bool(const isakmp::Header&)> loses;  // of what the initiator sends
};

TEST_F(Keyingtries, OnceUnlessTheConfigurationSaysMore) {
  loses = is_any;
  begin("");
  world.advance(kTry);
  ASSERT_TRUE(world.initiator.outcome);
  EXPECT_FALSE(*world.initiator.outcome);
  EXPECT_EQ(cookies.size(), 1u);
  EXPECT_TRUE(world.initiator.sas().empty());
}

TEST_F(Keyingtries, AsOftenAsTheConfigurationSays) {
  loses = is_any;
  begin("keyingtries = 3");
  world.advance(2 * kTry);
  EXPECT_FALSE(world.initiator.outcome);
  EXPECT_EQ(cookies.size(), 3u) << "each try has its cookie";
  EXPECT_EQ(world.initiator.sas().size(), 1u);
  world.advance(kTry);
  ASSERT_TRUE(world.initiator.outcome);
  EXPECT_FALSE(*world.initiator.outcome);
  EXPECT_EQ(cookies.size(), 3u);
  EXPECT_EQ(world.num_sent, 18u) << "three tries of six messages";
  EXPECT_TRUE(world.initiator.sas().empty());
}

TEST_F(Keyingtries, ALaterTryBringsWhatWasAskedFor) {
  loses = is_any;
  begin("keyingtries = 2");
  world.advance(kTry);
  EXPECT_EQ(cookies.size(), 2u);
  loses = nullptr;
  world.advance(5s);
  EXPECT_TRUE(is_up());
  EXPECT_EQ(world.initiator.only_sa().children.size(), 1u);
}

// The peer dies after message 4: both ends have changed to port 4500 by then.
TEST_F(Keyingtries, NothingIsLeftOfATryThatCameFar) {
  loses = [](const isakmp::Header& header) { return header.is_encrypted(); };
  begin("keyingtries = 2\n encap = yes");
  EXPECT_TRUE(ports.contains(4500));
  ports.clear();
  world.advance(kTry);
  EXPECT_TRUE(ports.contains(500)) << "the second try begins where the first did";
  loses = nullptr;
  world.advance(kTry);
  EXPECT_TRUE(is_up());
  EXPECT_EQ(cookies.size(), 2u);
  EXPECT_EQ(world.responder.sas().size(), 1u);
}

TEST_F(Keyingtries, ForEver) {
  loses = is_any;
  begin("keyingtries = 0");
  world.advance(24h);
  EXPECT_FALSE(world.initiator.outcome);
  EXPECT_GT(cookies.size(), 1000u);
  EXPECT_EQ(world.initiator.sas().size(), 1u);
  loses = nullptr;
  world.advance(kTry);
  EXPECT_TRUE(is_up());
}

TEST_F(Keyingtries, TheOperatorEndsThem) {
  loses = is_any;
  begin("keyingtries = 0");
  world.advance(10 * kTry);
  world.initiator.manager->terminate({"t", "", 0, 0});
  ASSERT_TRUE(world.initiator.outcome);
  EXPECT_FALSE(*world.initiator.outcome);
  const std::size_t sent = world.num_sent;
  world.advance(10 * kTry);
  EXPECT_EQ(world.num_sent, sent);
  EXPECT_TRUE(world.initiator.sas().empty());
}

// What waits for an SA that is renewed is told by the try that succeeds.
TEST_F(Keyingtries, ARenewal) {
  begin("keyingtries = 2");
  ASSERT_TRUE(is_up());
  loses = [](const isakmp::Header& header) {
    return header.exchange == isakmp::ExchangeType::kMainMode;
  };
  world.initiator.manager->rekey({"t", "", 0, 0});
  world.advance(kTry);
  EXPECT_EQ(world.initiator.sas().size(), 2u);
  loses = nullptr;
  world.advance(30s);
  EXPECT_EQ(world.initiator.sas().size(), 1u);
  EXPECT_EQ(world.initiator.only_sa().children.size(), 1u);
  EXPECT_EQ(cookies.size(), 3u);
}

}  // namespace
}  // namespace holdfast::test

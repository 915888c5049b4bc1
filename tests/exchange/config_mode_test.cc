// SPDX-License-Identifier: Apache-2.0
// Mode Config (draft-dukes-ike-mode-cfg-02) with a peer that asks, or gives, again and again.
#include <gtest/gtest.h>

#include <algorithm>

#include "exchange/forger.h"

namespace holdfast::test {
namespace {

using namespace isakmp;

Attribute ip4(std::initializer_list<std::uint8_t> bytes) {
  return Attribute::of_bytes(config_attribute::kIp4Address, Bytes(bytes));
}

Attribute ip6(std::uint8_t last) {
  Bytes bytes = {0x20, 0x01, 0x0d, 0xb8};
  bytes.resize(15);
  bytes.push_back(last);
  return Attribute::of_bytes(config_attribute::kIp6Address, bytes);
}

ike::Parts config(ConfigType type, const std::vector<Attribute>& attributes) {
  return {{PayloadType::kAttributes, write_config_payload({type, 7, attributes})}};
}

std::vector<Attribute> read(const Forger::Opened& opened) {
  const Payload* payload = opened.find(PayloadType::kAttributes);
  EXPECT_NE(payload, nullptr);
  return payload ? parse_config_payload(payload->body).value().attributes
                 : std::vector<Attribute>();
}

std::size_t count(const std::vector<Attribute>& attributes, std::uint16_t type) {
  return static_cast<std::size_t>(std::count_if(attributes.begin(), attributes.end(),
                                                [&](const auto& a) { return a.type == type; }));
}

// ---------------------------------------------------------------- a client that wants more

class GreedyClient : public testing::Test {
 protected:
  GreedyClient() {
    w.responder.load(gateway_conf("pools = p,q,r"));
    const auto dns = IpAddress::parse("10.0.0.53").value();
    w.responder.manager->load_pool({"p", Prefix::parse("10.77.0.0/24").value(), {dns}});
    w.responder.manager->load_pool({"q", Prefix::parse("10.78.0.0/24").value(), {}});
    w.responder.manager->load_pool({"r", Prefix::parse("2001:db8:77::/64").value(), {}});
    EXPECT_TRUE(f.establish());
  }
  std::vector<Attribute> ask(const std::vector<Attribute>& wanted) {
    const std::uint32_t id = next_++;
    f.say(f.hashed(ExchangeType::kTransaction, id, config(ConfigType::kRequest, wanted)));
    EXPECT_EQ(f.answers.size(), 1u);
    return f.answers.size() == 1 ? read(f.open(f.answer())) : std::vector<Attribute>();
  }
  std::size_t leases() const {
    std::size_t count = 0;
    for (const auto& pool : w.responder.manager->pools())
      for (const auto& lease : pool.leases) count += lease.is_online;
    return count;
  }

  World w;
  Forger f{w};

 private:
  std::uint32_t next_ = 1;
};

TEST_F(GreedyClient, AsksAgainAndAgainAndHasOneAddress) {
  const auto first = ask({ip4({})});
  ASSERT_EQ(count(first, config_attribute::kIp4Address), 1u);
  EXPECT_EQ(count(first, config_attribute::kIp4Dns), 1u);
  for (std::uint8_t i = 1; i < 100; ++i) {
    const auto again = ask({ip4({10, static_cast<std::uint8_t>(77 + i % 2), 0, i})});
    EXPECT_EQ(again, first) << "the same as at first, DNS too";
  }
  EXPECT_EQ(leases(), 1u);
}

TEST_F(GreedyClient, AsksForManyAtOnceAndHasOneOfEachFamily) {
  std::vector<Attribute> many;
  for (std::uint8_t i = 1; i < 20; ++i) {
    many.push_back(ip4({10, 77, 0, i}));
    many.push_back(ip4({10, 78, 0, i}));
    many.push_back(ip6(i));
  }
  const auto answer = ask(many);
  EXPECT_EQ(count(answer, config_attribute::kIp4Address), 1u);
  EXPECT_EQ(count(answer, config_attribute::kIp6Address), 1u);
  EXPECT_EQ(leases(), 2u);
  ask({});  // asks for whatever there is
  EXPECT_EQ(leases(), 2u);
}

TEST_F(GreedyClient, GivesThemBackWhenItGoes) {
  ask({ip4({}), Attribute::of_bytes(config_attribute::kIp6Address, {})});
  EXPECT_EQ(leases(), 2u);
  f.say(f.informational(900, f.delete_ike()));
  EXPECT_EQ(leases(), 0u);
}

/// Only a client is told its address.
TEST_F(GreedyClient, CannotSetTheAddressOfAGateway) {
  f.say(f.hashed(ExchangeType::kTransaction, 50, config(ConfigType::kSet, {ip4({10, 9, 9, 9})})));
  EXPECT_TRUE(w.responder.offload.inner_addresses.empty());
}

// ---------------------------------------------------------------- a gateway that gives more

class GenerousGateway : public testing::Test {
 protected:
  /// Up to the client's REQUEST, or to where it waits for a SET.
  void establish(const std::string& conf) {
    w.initiator.load(client_conf(conf, "local_ts = dynamic"));
    EXPECT_TRUE(f.establish());
  }
  void reply(const std::vector<Attribute>& attributes) {
    ASSERT_EQ(f.answers.size(), 1u);
    const Bytes request = f.answer();
    const Header head = parse_header(request).value();
    ASSERT_EQ(head.exchange, ExchangeType::kTransaction);
    f.open(request);
    f.say(f.hashed(ExchangeType::kTransaction, head.message_id,
                   config(ConfigType::kReply, attributes)));
  }
  void set(std::uint32_t id, const std::vector<Attribute>& attributes) {
    f.say(f.hashed(ExchangeType::kTransaction, id, config(ConfigType::kSet, attributes)));
  }
  const std::vector<IpAddress>& inner() const { return w.initiator.offload.inner_addresses; }

  World w;
  Forger f{w, Forger::As::kResponder};
};

TEST_F(GenerousGateway, RepliesWithManyAndOneIsTaken) {
  establish("vips = 0.0.0.0");
  reply({ip4({10, 77, 0, 1}), ip4({10, 77, 0, 2}), ip6(1), ip4({10, 77, 0, 3})});
  ASSERT_EQ(inner().size(), 1u);
  EXPECT_EQ(inner()[0].text(), "10.77.0.1");
  EXPECT_EQ(f.answers.size(), 1u) << "Quick Mode begins";
}

TEST_F(GenerousGateway, AsManyOfAFamilyAsWereAskedFor) {
  establish("vips = 0.0.0.0, ::, 0.0.0.0");
  std::vector<Attribute> many;
  for (std::uint8_t i = 1; i < 20; ++i) {
    many.push_back(ip4({10, 77, 0, i}));
    many.push_back(ip6(i));
  }
  reply(many);
  EXPECT_EQ(inner().size(), 3u);
  for (std::uint32_t id = 1; id < 50; ++id)
    set(id, {ip4({10, 78, 0, static_cast<std::uint8_t>(id)}),
             ip6(static_cast<std::uint8_t>(id + 100))});
  EXPECT_EQ(inner().size(), 3u);
  w.initiator.manager->terminate({});
  EXPECT_TRUE(inner().empty()) << "all are given back";
}

TEST_F(GenerousGateway, PushesAgainAndAgainAndOneIsTaken) {
  establish("vips = 0.0.0.0\n pull = no");
  for (std::uint32_t id = 1; id < 50; ++id)
    set(id, {ip4({10, 78, 0, static_cast<std::uint8_t>(id)})});
  ASSERT_EQ(inner().size(), 1u);
  EXPECT_EQ(inner()[0].text(), "10.78.0.1");
}

TEST_F(GenerousGateway, GivesWhatNobodyAskedFor) {
  w.initiator.load(client_conf());
  ASSERT_TRUE(f.establish());
  for (std::uint32_t id = 1; id < 10; ++id) set(id, {ip4({10, 78, 0, 1}), ip6(1)});
  EXPECT_TRUE(inner().empty());
}

TEST_F(GenerousGateway, AddressesOfWrongSizeOrOfNobodyAreNotTaken) {
  establish("vips = 0.0.0.0");
  reply({ip4({}), ip4({10, 77, 0}), ip4({0, 0, 0, 0}), ip4({10, 77, 0, 9})});
  ASSERT_EQ(inner().size(), 1u);
  EXPECT_EQ(inner()[0].text(), "10.77.0.9");
}

}  // namespace
}  // namespace holdfast::test

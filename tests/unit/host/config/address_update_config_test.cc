// SPDX-License-Identifier: Apache-2.0
#include "config/address_update_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/daemon_config.h"
#include "unit/host/config/section_maker.h"

namespace holdfast {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kWhole = R"(
  accept = Strict
  base_form = yes
  unchallenged = yes
  allow_nat = no
  dpd_move = yes
  allowed_addresses = 192.0.2.0/24, 2001:db8::1
  interfaces = wwan*, !docker0
  announce_addresses = no
  rate = 1000
  park_time = 2h
  settle = 0
  give_up = 2500ms
  unproven = 3
  first_notify_type = 40956)";

AddressUpdateConfig whole() {
  AddressUpdateConfig config;
  config.accept = AddressUpdateConfig::Accept::kStrict;
  config.base_form = config.unchallenged = config.dpd_move = true;
  config.allow_nat = config.announce_addresses = false;
  config.allowed_addresses = {*Prefix::parse("192.0.2.0/24"), *Prefix::parse("2001:db8::1/128")};
  config.interfaces = {"wwan*", "!docker0"};
  config.rate = 1000;
  config.park_time = 2h;
  config.settle = 0ms;
  config.give_up = 2500ms;
  config.unproven = 3s;
  config.first_notify_type = 40956;
  return config;
}

std::vector<std::string> texts(const std::vector<Error>& errors) {
  std::vector<std::string> all;
  for (const Error& error : errors) all.push_back(error.text());
  return all;
}

TEST(AddressUpdateConfig, ReadsEveryKeyOverItsBase) {
  std::vector<Error> errors;
  EXPECT_EQ(read_address_update(section_of("address_update", kWhole), {}, errors), whole());
  AddressUpdateConfig expected = whole();
  expected.rate = 5;
  expected.allowed_addresses.clear();
  const Section section = section_of("address_update", "rate = 5\nallowed_addresses = ,");
  EXPECT_EQ(read_address_update(section, whole(), errors), expected);
  EXPECT_THAT(texts(errors), IsEmpty());
}

TEST(AddressUpdateConfig, RefusesBadValuesByTheirPlace) {
  for (const char* line : {"accept = perhaps",
                           "base_form = x",
                           "unchallenged = 2",
                           "allow_nat = maybe",
                           "dpd_move = on",
                           "allowed_addresses = 192.0.2.0/33",
                           "allowed_addresses = gw.lab",
                           "interfaces = a/b",
                           "interfaces = !",
                           "interfaces = !!a",
                           "interfaces = sixteen-letters1",
                           "announce_addresses = x",
                           "rate = 0",
                           "rate = 1001",
                           "park_time = 86401s",
                           "park_time = 250ms",
                           "settle = 25h",
                           "settle = -1",
                           "give_up = 0",
                           "give_up = 86400001ms",
                           "unproven = 0",
                           "first_notify_type = 32767",
                           "first_notify_type = 40957"}) {
    std::vector<Error> errors;
    read_address_update(section_of("address_update", line), {}, errors);
    ASSERT_EQ(errors.size(), 1u) << line;
    EXPECT_THAT(errors[0].text(), HasSubstr("/etc/s.conf:2: invalid value for: ")) << line;
  }
}

TEST(AddressUpdateConfig, RefusesUnknownKeysAndSections) {
  std::vector<Error> errors;
  read_address_update(section_of("address_update", "acept = no\nin { }"), {}, errors);
  EXPECT_THAT(texts(errors),
              ElementsAre("/etc/s.conf:2: unknown option: acept; did you mean 'accept'?",
                          "/etc/s.conf:3: invalid section: in"));
}

TEST(AddressUpdateConfig, OfAConnectionStandsOverThatOfTheDaemonInAnyOrder) {
  const std::string daemon = "address_update { rate = 7\n allow_nat = no }\n";
  const std::string connections =
      "connections { gw { address_update { rate = 9 } }\n other { address_update { } } }\n";
  for (const std::string& text : {daemon + connections, connections + daemon}) {
    std::vector<Error> errors;
    const DaemonConfig config = read_daemon_config(section_of("holdfast", text), errors);
    EXPECT_THAT(texts(errors), IsEmpty());
    EXPECT_EQ(config.address_update.rate, 7u);
    ASSERT_EQ(config.address_update_of.size(), 2u);
    EXPECT_EQ(config.address_update_of.at("gw").rate, 9u);
    EXPECT_FALSE(config.address_update_of.at("gw").allow_nat);
    EXPECT_EQ(config.address_update_of.at("other"), config.address_update);
  }
}

TEST(AddressUpdateConfig, ConnectionsHoldNothingElse) {
  std::vector<Error> errors;
  read_daemon_config(section_of("holdfast",
                                "connections {\n"
                                " x = 1\n"
                                " gw {\n"
                                "  version = 1\n"
                                "  children { }\n"
                                "  address_update { foo = 1 }\n"
                                " }\n"
                                "}"),
                     errors);
  EXPECT_THAT(texts(errors), ElementsAre("/etc/s.conf:3: unknown option: x",
                                         "/etc/s.conf:5: unknown option: version",
                                         "/etc/s.conf:6: invalid section: children",
                                         "/etc/s.conf:7: unknown option: foo"));
}

}  // namespace
}  // namespace holdfast

// SPDX-License-Identifier: Apache-2.0
#include "config/daemon_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/host/config/section_maker.h"

namespace holdfast {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(DaemonConfig, EmptyOneHasDefaults) {
  std::vector<Error> errors;
  EXPECT_EQ(read_daemon_config(section_of("holdfast", ""), errors), DaemonConfig{});
  EXPECT_TRUE(errors.empty());
}

constexpr const char* kWhole = R"(
  card = "link:/run/holdfast/card.sock"
  tun = hf1
  vici = unix:///run/hf.vici
  ike_port = 5000
  nat_port = 5001
  raw_esp = no
  keepalive = 15
  routing {
    fwmark = 0x10
    table = 99
    priority = 98
    install = no
  }
  half_open {
    limit = 10
    per_address = 2
    timeout = 5s
  }
  retransmit {
    timeout = 500ms
    base = 1.5
    tries = 3
  }
  log {
    default = 0
    ike = 2
    NET = -1
  }
  metrics { listen = "[::1]:9190" }
  key_files {
    isakmp = /tmp/ike.keys
    esp = /tmp/esp.keys
  })";

TEST(DaemonConfig, ReadsEveryKey) {
  std::vector<Error> errors;
  const DaemonConfig config = read_daemon_config(section_of("holdfast", kWhole), errors);
  for (const Error& error : errors) ADD_FAILURE() << error.text();
  EXPECT_EQ(config.card, "link:/run/holdfast/card.sock");
  EXPECT_EQ(config.tun, "hf1");
  EXPECT_EQ(config.vici, "unix:///run/hf.vici");
  EXPECT_EQ(config.ike_port, 5000);
  EXPECT_EQ(config.nat_port, 5001);
  EXPECT_FALSE(config.has_raw_esp);
  EXPECT_EQ(config.keepalive.count(), 15000);
  EXPECT_EQ(config.routing, (DaemonConfig::Routing{16, 99, 98, false}));
  EXPECT_EQ(config.half_open.limit, 10u);
  EXPECT_EQ(config.half_open.per_address, 2u);
  EXPECT_EQ(config.half_open.timeout.count(), 5000);
  EXPECT_EQ(config.retransmit.timeout.count(), 500);
  EXPECT_DOUBLE_EQ(config.retransmit.base, 1.5);
  EXPECT_EQ(config.retransmit.tries, 3u);
  EXPECT_EQ(config.log.level_of("IKE"), 2);
  EXPECT_EQ(config.log.level_of("net"), -1);
  EXPECT_EQ(config.log.level_of("CFG"), 0);
  EXPECT_EQ(config.metrics_listen, "[::1]:9190");
  EXPECT_EQ(config.isakmp_keys_file, "/tmp/ike.keys");
  EXPECT_EQ(config.esp_keys_file, "/tmp/esp.keys");
}

TEST(DaemonConfig, RefusesBadValuesByLine) {
  for (const char* line : {"card = soft",
                           "card = :x",
                           "tun = much-too-long-name",
                           "tun = a/b",
                           "vici = /run/x",
                           "vici = unix://run/x",
                           "ike_port = 0",
                           "nat_port = 65536",
                           "raw_esp = x",
                           "keepalive = -1",
                           "routing { fwmark = 0 }",
                           "routing { table = 254 }",
                           "routing { priority = 32766 }",
                           "routing { install = maybe }",
                           "half_open { limit = 0 }",
                           "half_open { per_address = x }",
                           "half_open { timeout = 0 }",
                           "retransmit { timeout = 0 }",
                           "retransmit { base = 0.5 }",
                           "retransmit { base = nan }",
                           "retransmit { base = 1.5x }",
                           "retransmit { tries = 21 }",
                           "log { ike = 5 }",
                           "log { default = -2 }",
                           "metrics { listen = 0.0.0.0:9190 }",
                           "metrics { listen = 192.0.2.1:9190 }",
                           "metrics { listen = 127.0.0.1 }",
                           "metrics { listen = 127.0.0.1:0 }",
                           "metrics { listen = ::1:9190 }",
                           "metrics { listen = unix://x }",
                           "key_files { esp = x }"}) {
    std::vector<Error> errors;
    read_daemon_config(section_of("holdfast", line), errors);
    ASSERT_EQ(errors.size(), 1u) << line;
    EXPECT_THAT(errors[0].text(), HasSubstr("/etc/s.conf:2: invalid value for: ")) << line;
  }
}

TEST(DaemonConfig, TakesLoopbackOnly) {
  for (const char* listen : {"127.0.0.1:9190", "127.1.2.3:1", "[::1]:65535", "unix:///run/m"}) {
    std::vector<Error> errors;
    const Section section =
        section_of("holdfast", "metrics { listen = " + std::string(listen) + " }");
    EXPECT_EQ(read_daemon_config(section, errors).metrics_listen, listen);
    EXPECT_TRUE(errors.empty()) << listen;
  }
}

TEST(DaemonConfig, RefusesWhatItDoesNotKnow) {
  std::vector<Error> errors;
  read_daemon_config(section_of("holdfast",
                                "foo = 1\nlog { foo = 1 }\nbar { }\nlog { x { } }\n"
                                "routing { foo = 1 }\nike_port = 4500"),
                     errors);
  std::vector<std::string> texts;
  for (const Error& error : errors) texts.push_back(error.text());
  EXPECT_THAT(
      texts, ElementsAre("/etc/s.conf:2: unknown option: foo", "/etc/s.conf:3: unknown option: foo",
                         "/etc/s.conf:5: invalid section: x", "/etc/s.conf:4: invalid section: bar",
                         "/etc/s.conf:6: unknown option: foo", HasSubstr("the same as ike_port")));
}

}  // namespace
}  // namespace holdfast

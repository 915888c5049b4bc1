// SPDX-License-Identifier: Apache-2.0
// Children of a connection: child_reader.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/host/config/section_maker.h"

namespace holdfast {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string in_child(const std::string& body) { return "children {\nc {\n" + body + "\n}\n}"; }

ChildConfig child(const std::string& body) {
  const auto config = read_connection(section_of("gw", in_child(body)));
  EXPECT_TRUE(config) << config.error().text();
  return config ? config->children[0] : ChildConfig{};
}

TEST(Child, EmptyOneHasDefaults) {
  ChildConfig wanted;
  wanted.name = "c";
  wanted.esp_proposals = *parse_esp_proposals("default");
  EXPECT_EQ(child(""), wanted);
  EXPECT_EQ(wanted.rekey_time.count(), 3600);
  EXPECT_EQ(wanted.life_time.count(), 3960);
  EXPECT_EQ(wanted.rand_time.count(), 360);
  EXPECT_EQ(wanted.local_ts.text(), "dynamic");
}

TEST(Child, ReadsEveryKey) {
  const ChildConfig config = child(R"(
    esp_proposals = aes128gcm16-ecp256, aes256gcm16
    local_ts = 10.1.0.0/16
    remote_ts = 10.2.0.0/16[udp/53]
    rekey_time = 10m
    life_time = 15m
    rand_time = 1m
    rekey_bytes = 1g
    life_bytes = 2g
    rekey_packets = 1000
    life_packets = 2000
    mode = tunnel
    start_action = trap
    close_action = start
    dpd_action = restart
    replay_window = 128
    copy_df = no
    copy_ecn = no
    copy_dscp = no
    hw_offload = auto
    tfc_padding = 0
    policies = yes
    mark_in = 0
    mark_in_sa = no
    inactivity = 0s
    label_mode = system)");
  EXPECT_EQ(config.esp_proposals.size(), 2u);
  EXPECT_EQ(config.local_ts.text(), "10.1.0.0/16");
  EXPECT_EQ(config.remote_ts.text(), "10.2.0.0/16[udp/53]");
  EXPECT_EQ(config.rekey_time.count(), 600);
  EXPECT_EQ(config.life_time.count(), 900);
  EXPECT_EQ(config.rand_time.count(), 60);
  EXPECT_EQ(config.rekey_bytes, 1u << 30);
  EXPECT_EQ(config.life_bytes, 2ull << 30);
  EXPECT_EQ(config.rekey_packets, 1000u);
  EXPECT_EQ(config.life_packets, 2000u);
  EXPECT_EQ(config.start_action, StartAction::kTrap);
  EXPECT_EQ(config.close_action, StartAction::kStart);
  EXPECT_EQ(config.dpd_action, DpdAction::kRestart);
  EXPECT_EQ(config.replay_window, 128);
  EXPECT_FALSE(config.copy_df || config.copy_ecn || config.copy_dscp);
}

TEST(Child, Modes) {
  EXPECT_EQ(child("mode = PASS").mode, ChildMode::kPass);
  EXPECT_EQ(child("mode = drop").mode, ChildMode::kDrop);
}

TEST(Child, TimesFollowFromThoseThatAreWritten) {
  EXPECT_EQ(child("rekey_time = 100m").life_time.count(), 6600);
  EXPECT_EQ(child("rekey_time = 100m").rand_time.count(), 600);
  EXPECT_EQ(child("life_time = 11m").rekey_time.count(), 600);
  EXPECT_EQ(child("life_time = 1d").rekey_time.count(), 3600);
  EXPECT_EQ(child("rekey_time = 0").life_time.count(), 0);
  EXPECT_EQ(child("rekey_time = 0\nlife_time = 1h\nrand_time = 1m").rand_time.count(), 0);
  EXPECT_EQ(child("rekey_time = 1h\nlife_time = 0").life_time.count(), 0);
  EXPECT_EQ(child("rekey_time = 1m\nlife_time = 1h").rand_time.count(), 30);
  EXPECT_EQ(child("rekey_bytes = 1000").life_bytes, 1100u);
}

TEST(Child, RefusesTimesThatContradictEachOther) {
  for (const char* line :
       {"life_time = 30m\nrekey_time = 1h", "life_time = 1h\nrekey_time = 1h", "rand_time = 1h",
        "life_bytes = 1k\nrekey_bytes = 2k", "life_packets = 1\nrekey_packets = 2"})
    EXPECT_THAT(connection_errors(in_child(line)), ElementsAre(HasSubstr("/etc/s.conf:3: invalid")))
        << line;
}

TEST(Child, RefusesWhatIsNotSupportedWithASentence) {
  const RefusedKey keys[] = {
      {"mode = transport", "transport mode"},
      {"mode = transport_proxy", "transport_proxy mode"},
      {"mode = beet", "beet mode"},
      {"ah_proposals = sha256", "AH"},
      {"sha256_96 = yes", "96 bits"},
      {"esp_proposals = aes128ccm16", "'aes128ccm16' is not supported"},
      {"local_ts = 10.0.0.0/8, 11.0.0.0/8", "a child for each"},
      {"remote_ts = 10.0.0.1-10.0.0.9", "range"},
      {"local_ts = 10.0.0.0/8[tcp/1-9]", "range of ports"},
      {"rand_bytes = 100", "jitter"},
      {"rand_packets = 100", "jitter"},
      {"start_action = trap|start", "two actions"},
      {"close_action = trap|start", "two actions"},
      {"updown = /bin/sh", "scripts"},
      {"hostaccess = yes", "firewall"},
      {"policies = no", "policy"},
      {"policies_fwd_out = yes", "policies"},
      {"ipcomp = yes", "IPComp"},
      {"inactivity = 1h", "idle"},
      {"reqid = 5", "reqids"},
      {"priority = 5", "priorities"},
      {"interface = eth0", "interfaces"},
      {"mark_in = 42", "marks"},
      {"mark_out = 0x1/0xff", "marks"},
      {"mark_in_sa = yes", "marks"},
      {"set_mark_in = %same", "marks"},
      {"set_mark_out = 1", "marks"},
      {"if_id_in = %unique", "interface ids"},
      {"if_id_out = 1", "interface ids"},
      {"replay_window = 0", "switched off"},
      {"tfc_padding = mtu", "traffic analysis"},
      {"hw_offload = yes", "offload"},
      {"hw_offload = crypto", "offload"},
      {"copy_dscp = in", "inner DSCP"},
      {"copy_dscp = yes", "inner DSCP"},
      {"label = x", "labels"},
      {"label_mode = simple", "labels"},
  };
  for (const RefusedKey& key : keys) {
    std::vector<Error> errors;
    read_connection(section_of("gw", in_child(key.line)), "/etc", errors);
    ASSERT_EQ(errors.size(), 1u) << key.line;
    EXPECT_EQ(errors[0].code, ErrorCode::kUnsupported) << key.line << errors[0].text();
    EXPECT_EQ(errors[0].place, "/etc/s.conf:4") << key.line;
    EXPECT_THAT(errors[0].sentence, HasSubstr(key.reason)) << key.line;
  }
}

TEST(Child, RefusesBadValues) {
  for (const char* line :
       {"mode = x", "start_action = hold", "dpd_action = hold", "close_action = restart",
        "rekey_time = 1w", "rekey_bytes = 1kb", "rekey_packets = 1k", "replay_window = 31",
        "replay_window = 65536", "copy_df = maybe", "copy_dscp = x", "esp_proposals = aes128",
        "local_ts = x", "ipcomp = maybe", "policies = x"})
    EXPECT_THAT(connection_errors(in_child(line)), ElementsAre(HasSubstr("invalid value for: ")))
        << line;
}

TEST(Child, AcceptsTheValueThatWeDoAnyway) {
  for (const char* line :
       {"ah_proposals = \"\"", "sha256_96 = no",  "hostaccess = no", "policies_fwd_out = no",
        "ipcomp = no",         "inactivity = 0",  "reqid = 0",       "priority = 0",
        "interface = \"\"",    "mark_out = 0/0",  "set_mark_in = 0", "if_id_in = 0",
        "tfc_padding = 0",     "hw_offload = no", "updown = \"\"",   "dpd_action = none",
        "dpd_action = start",  "copy_dscp = out", "rand_bytes = 0",  "replay_window = 32"})
    EXPECT_THAT(connection_errors(in_child(line)), IsEmpty()) << line;
}

}  // namespace
}  // namespace holdfast

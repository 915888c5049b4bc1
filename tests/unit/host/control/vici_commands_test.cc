// SPDX-License-Identifier: Apache-2.0
// Every file vici_commands_*.cc: vici_commands_load, vici_commands_credentials,
// vici_commands_authority, vici_commands_policy, vici_commands_daemon; for vici_commands_sa see its
// own test.
#include "control/vici_commands.h"

#include <gmock/gmock.h>

#include "unit/host/control/commands_bench.h"

namespace holdfast::control {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

constexpr const char* kYes = "1: success=yes";

class ViciCommandsTest : public CommandsBench {};

TEST_F(ViciCommandsTest, KnowsAllThatSwanctlSends) {
  for (const char* name : {"version",         "stats",        "load-conn",      "unload-conn",
                           "get-conns",       "load-cert",    "load-key",       "load-token",
                           "load-shared",     "unload-key",   "unload-shared",  "get-keys",
                           "get-shared",      "clear-creds",  "flush-certs",    "load-pool",
                           "unload-pool",     "get-pools",    "load-authority", "unload-authority",
                           "get-authorities", "initiate",     "terminate",      "rekey",
                           "redirect",        "install",      "uninstall",      "list-sas",
                           "list-policies",   "list-conns",   "list-certs",     "list-authorities",
                           "get-algorithms",  "get-counters", "reset-counters", "reload-settings"})
    EXPECT_TRUE(commands_.has_command(name)) << name;
  EXPECT_FALSE(commands_.has_command("nope"));
  EXPECT_FALSE(commands_.has_command(""));
  for (const char* name :
       {"list-sa", "list-policy", "list-conn", "list-cert", "list-authority", "ike-updown",
        "ike-rekey", "ike-update", "child-updown", "child-rekey", "log", "control-log"})
    EXPECT_TRUE(commands_.has_event(name)) << name;
  EXPECT_FALSE(commands_.has_event("alert"));
}

TEST_F(ViciCommandsTest, ABadBodyIsRefusedOnlyWhereItIsParsed) {
  const Bytes bad = {2};
  commands_.handle(kClient, "load-conn", bad);
  EXPECT_THAT(outlet_.take(), ElementsAre("1: success=no errmsg=parsing request failed"));
  commands_.handle(kClient, "get-conns", bad);
  EXPECT_THAT(outlet_.take(), ElementsAre("1: conns=[]"));
}

TEST_F(ViciCommandsTest, LoadsAreIdempotentAndGetNamesThem) {
  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT(run("load-conn", connection("b")), ElementsAre(kYes));
    EXPECT_THAT(run("load-conn", connection("a")), ElementsAre(kYes));
  }
  EXPECT_THAT(run("get-conns"), ElementsAre("1: conns=[a b]"));
  EXPECT_THAT(run("unload-conn", {{"name", "a"}}), ElementsAre(kYes));
  EXPECT_THAT(run("get-conns"), ElementsAre("1: conns=[b]"));
  EXPECT_THAT(run("unload-conn", {{"name", "a"}}),
              ElementsAre("1: success=no errmsg=unload: connection 'a' not found"));
  EXPECT_THAT(run("unload-conn"),
              ElementsAre("1: success=no errmsg=unload: connection name missing"));
}

TEST_F(ViciCommandsTest, WhatWeDoNotKnowIsNamed) {
  Section request = connection("a");
  request.sections[0].add("frobnicate", "yes");
  EXPECT_THAT(run("load-conn", request),
              ElementsAre(StartsWith("1: success=no errmsg=unknown option: frobnicate, config "
                                     "discarded")));
  EXPECT_THAT(run("load-conn", {{"name", "x"}}),
              ElementsAre("1: success=no errmsg=unknown option: name, config discarded"));
  EXPECT_THAT(run("get-conns"), ElementsAre("1: conns=[]"));
}

TEST_F(ViciCommandsTest, OneBadConnectionOfARequestLoadsNone) {
  Section request = connection("good");
  append_section(request, connection("bad").sections[0]);
  request.sections[1].add("frobnicate", "yes");
  EXPECT_THAT(run("load-conn", request), ElementsAre(StartsWith("1: success=no")));
  EXPECT_TRUE(daemon_.connections().empty());
}

TEST_F(ViciCommandsTest, Pools) {
  Section request;
  Section& pool = request.add_section("lan");
  pool.add("addrs", "10.77.0.0/24");
  pool.add_list("dns", {"10.1.0.53"});
  EXPECT_THAT(run("load-pool", request), ElementsAre(kYes));
  EXPECT_THAT(run("get-pools"),
              ElementsAre("1: lan { base=10.77.0.0 size=254 online=1 offline=0 }"));
  EXPECT_THAT(run("get-pools", {{"leases", "yes"}}),
              ElementsAre("1: lan { base=10.77.0.0 size=254 online=1 offline=0 leases { 0 { "
                          "address=10.77.0.1 identity=client@lab status=online } } }"));
  EXPECT_THAT(run("get-pools", {{"name", "wan"}}), ElementsAre("1: "));
  EXPECT_THAT(run("unload-pool", {{"name", "lan"}}), ElementsAre(kYes));
  EXPECT_THAT(run("unload-pool", {{"name", "lan"}}),
              ElementsAre("1: success=no errmsg=unload: pool 'lan' not found"));
}

TEST_F(ViciCommandsTest, SharedSecrets) {
  Section request = message({{"id", "ike-1"}, {"type", "ike"}, {"data", std::string("\0\xff", 2)}});
  request.add_list("owners", {"gw.lab"});
  EXPECT_THAT(run("load-shared", request), ElementsAre(kYes));
  EXPECT_THAT(run("load-shared", request), ElementsAre(kYes));
  EXPECT_THAT(run("get-shared"), ElementsAre("1: keys=[ike-1]"));
  EXPECT_THAT(daemon_.shared.at("ike-1").secret.view(), ElementsAre(0, 0xff));
  EXPECT_THAT(run("load-shared", {{"id", "x"}, {"type", "xauth"}, {"data", "y"}}),
              ElementsAre(HasSubstr("success=no errmsg=invalid shared key type: xauth")));
  EXPECT_THAT(run("unload-shared", {{"id", "ike-1"}}), ElementsAre(kYes));
  EXPECT_THAT(run("unload-shared", {{"id", "ike-1"}}), ElementsAre(kYes));
  EXPECT_THAT(run("get-shared"), ElementsAre("1: keys=[]"));
}

TEST_F(ViciCommandsTest, Keys) {
  EXPECT_THAT(run("load-key", {{"type", "any"}, {"data", "abcdef"}}),
              ElementsAre("1: success=yes id=61626364"));
  EXPECT_THAT(run("load-key", {{"type", "RSA"}, {"data", "x"}}),
              ElementsAre("1: success=no errmsg=is no private key"));
  EXPECT_THAT(run("load-key"), ElementsAre("1: success=no errmsg=key data missing"));
  EXPECT_THAT(run("get-keys"), ElementsAre("1: keys=[61626364]"));
  EXPECT_THAT(run("unload-key", {{"id", "61626364"}}), ElementsAre(kYes));
  EXPECT_THAT(run("unload-key", {{"id", "61626364"}}),
              ElementsAre("1: success=no errmsg=key not found"));
  EXPECT_THAT(run("load-token", {{"handle", "00"}}),
              ElementsAre("1: success=no errmsg=keys in hardware tokens are not supported"));
}

TEST_F(ViciCommandsTest, CertificatesOfOtherKindsAreRefused) {
  const auto load = [&](const char* type, const char* flag) {
    return run("load-cert", {{"type", type}, {"flag", flag}, {"data", "der"}});
  };
  EXPECT_THAT(load("X509", "NONE"), ElementsAre(kYes));
  EXPECT_THAT(load("X509_CRL", "NONE"), ElementsAre(kYes));
  EXPECT_EQ(daemon_.crls.size(), 1u);
  EXPECT_THAT(load("X509_AC", "NONE"), ElementsAre(HasSubstr("success=no errmsg=certificates of")));
  EXPECT_THAT(load("PUBKEY", "NONE"), ElementsAre(HasSubstr("type 'PUBKEY' are not supported")));
  EXPECT_THAT(load("X509", "OCSP"), ElementsAre(HasSubstr("flag 'OCSP' are not supported")));
  EXPECT_THAT(load("X509", "CA"), ElementsAre(HasSubstr("success=no")));  // "der" is none
  EXPECT_THAT(run("list-certs"),
              ElementsAre("1: list-cert type=X509 flag=NONE has_privkey=yes data=der", "1: "));
  EXPECT_THAT(run("list-certs", {{"type", "x509"}, {"flag", "CA"}}), ElementsAre("1: "));
  EXPECT_THAT(run("list-certs", {{"type", "X509_CRL"}}), ElementsAre("1: "));
  EXPECT_THAT(run("list-certs", {{"subject", "CN=other"}}), ElementsAre("1: "));
  EXPECT_THAT(run("clear-creds"), ElementsAre(kYes));
  EXPECT_THAT(run("list-certs"), ElementsAre("1: "));
}

TEST_F(ViciCommandsTest, AuthoritiesSayWhatIsNotFetched) {
  const auto load = [&](const char* list, const char* uri) {
    Section request;
    Section& section = request.add_section("ca");
    section.add("cacert", "der");
    section.add_list(list, {uri});
    return run("load-authority", request);
  };
  EXPECT_THAT(load("crl_uris", "http://ca.lab/crl"),
              ElementsAre(HasSubstr("'http://ca.lab/crl' is not fetched; give file:///path")));
  EXPECT_THAT(load("ocsp_uris", "http://ca.lab/"), ElementsAre(HasSubstr("OCSP is not supported")));
  EXPECT_THAT(load("frobnicate", ""), ElementsAre(HasSubstr("unknown option: frobnicate")));
  EXPECT_THAT(load("crl_uris", "file:///crl"),
              ElementsAre("1: success=no errmsg=invalid value for: cacert, config discarded"));
  EXPECT_THAT(run("get-authorities"), ElementsAre("1: authorities=[]"));
  EXPECT_THAT(run("unload-authority", {{"name", "ca"}}),
              ElementsAre(HasSubstr("certification authority 'ca' not found")));
}

TEST_F(ViciCommandsTest, ListConns) {
  run("load-conn", connection("gw"));
  EXPECT_THAT(
      run("list-conns"),
      ElementsAre(
          "1: list-conn gw { local_addrs=[%any] remote_addrs=[198.51.100.7] version=IKEv1 "
          "reauth_time=0 rekey_time=14400 unique=UNIQUE_NO local-1 { id=gw.lab "
          "class=pre-shared key groups=[] cert_policy=[] certs=[] cacerts=[] } remote-1 { id=%any "
          "class=pre-shared key groups=[] cert_policy=[] certs=[] cacerts=[] } children { net { "
          "mode=TUNNEL rekey_time=3600 rekey_bytes=0 rekey_packets=0 dpd_action=none "
          "close_action=none local-ts=[10.1.0.0/16] remote-ts=[10.2.0.0/16] } } }",
          "1: "));
  EXPECT_THAT(run("list-conns", {{"ike", "other"}}), ElementsAre("1: "));
}

TEST_F(ViciCommandsTest, InstallAndListPolicies) {
  run("load-conn", connection("gw"));
  const auto list = [&] { return run("list-policies", {{"trap", "yes"}, {"pass", "yes"}}); };
  EXPECT_THAT(list(), ElementsAre("1: "));
  EXPECT_THAT(run("uninstall", {{"child", "net"}}),
              ElementsAre("1: success=no errmsg=policy 'net' not found"));
  EXPECT_THAT(run("install", {{"child", "net"}}), ElementsAre(kYes));
  EXPECT_THAT(list(), ElementsAre("1: list-policy gw/net { child=net ike=gw mode=TUNNEL "
                                  "local-ts=[10.1.0.0/16] remote-ts=[10.2.0.0/16] }",
                                  "1: "));
  EXPECT_THAT(run("list-policies", {{"drop", "yes"}}), ElementsAre("1: "));
  EXPECT_THAT(run("list-policies", {{"trap", "yes"}, {"child", "other"}}), ElementsAre("1: "));
  EXPECT_THAT(run("uninstall", {{"child", "net"}, {"ike", "gw"}}), ElementsAre(kYes));
  EXPECT_THAT(list(), ElementsAre("1: "));
  EXPECT_THAT(run("install", {{"child", "none"}}),
              ElementsAre("1: success=no errmsg=configuration name not found"));
  EXPECT_THAT(run("install", {{"child", "net"}, {"ike", "none"}}),
              ElementsAre("1: success=no errmsg=configuration name not found"));
}

TEST_F(ViciCommandsTest, VersionAndStats) {
  EXPECT_THAT(run("version"),
              ElementsAre(StartsWith("1: daemon=holdfastd version=0.1.0 sysname=")));
  timers_.pass(std::chrono::minutes(150));
  daemon_.sas.push_back(sample_sa("gw", "net"));
  EXPECT_THAT(run("stats"),
              ElementsAre(AllOf(StartsWith("1: uptime { running=2 hours since="),
                                HasSubstr("ikesas { total=1 half-open=1 }"),
                                HasSubstr("plugins=[openssl card=soft:]"), HasSubstr("mallinfo"))));
}

TEST_F(ViciCommandsTest, Algorithms) {
  EXPECT_THAT(run("get-algorithms"),
              ElementsAre(AllOf(StartsWith("1: encryption { AES_CBC=openssl"),
                                HasSubstr("aead { AES_GCM_16=soft: }"),
                                HasSubstr("CURVE_25519=openssl"), HasSubstr("rng {"))));
}

TEST_F(ViciCommandsTest, CountersAndTheirReset) {
  run("load-conn", connection("gw"));
  daemon_.manager_counters.malformed = 5;
  const ike::IkeSnapshot sa = sample_sa("gw", "net");
  events_.on_child_rekey(sa, sa.children[0], sa.children[0]);
  outlet_.take();
  const auto global = [&] { return run("get-counters").at(0); };
  EXPECT_THAT(global(), AllOf(StartsWith("1: counters {  { ike-rekey-init=0 ike-rekey-resp=0 "
                                         "child-rekey=1 invalid=5 invalid-spi=0 ike-init-in-req=0"),
                              HasSubstr("info-out-resp=0 } } success=yes")));
  EXPECT_THAT(run("get-counters", {{"all", "yes"}}),
              ElementsAre(HasSubstr("{ gw { ike-rekey-init=0 ike-rekey-resp=0 child-rekey=1 "
                                    "invalid=0")));
  EXPECT_THAT(run("get-counters", {{"name", "x"}}),
              ElementsAre("1: success=no errmsg=no counters found for connection 'x'"));
  EXPECT_THAT(run("reset-counters"), ElementsAre(kYes));
  EXPECT_THAT(global(), HasSubstr("child-rekey=0 invalid=0"));
}

TEST_F(ViciCommandsTest, SmallOnes) {
  EXPECT_THAT(run("reload-settings"), ElementsAre(kYes));
  EXPECT_THAT(daemon_.calls, ElementsAre("reload"));
  EXPECT_THAT(run("flush-certs"), ElementsAre(kYes));
}

}  // namespace
}  // namespace holdfast::control

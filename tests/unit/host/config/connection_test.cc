// SPDX-License-Identifier: Apache-2.0
// Connections and their rounds: connection_reader, round_reader, section_reader.
#include "config/connection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "unit/host/config/section_maker.h"

namespace holdfast {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

ConnectionConfig connection(const std::string& body) {
  const auto config = read_connection(section_of("gw", body));
  EXPECT_TRUE(config) << config.error().text();
  return config ? *config : ConnectionConfig{};
}

TEST(Connection, EmptyOneHasDefaults) {
  const ConnectionConfig config = connection("");
  EXPECT_EQ(config.name, "gw");
  EXPECT_TRUE(config.local_addrs.empty());
  EXPECT_EQ(config.local_port, 500);
  EXPECT_EQ(config.proposals, *parse_ike_proposals("default"));
  EXPECT_TRUE(config.pull);
  EXPECT_FALSE(config.encap);
  EXPECT_EQ(config.dpd_delay.count(), 0);
  EXPECT_EQ(config.fragmentation, Fragmentation::kYes);
  EXPECT_TRUE(config.send_certreq);
  EXPECT_EQ(config.send_cert, SendCert::kIfAsked);
  EXPECT_EQ(config.keyingtries, 1u);
  EXPECT_EQ(config.unique, Uniqueness::kNo);
  EXPECT_EQ(config.rekey_time.count(), 14400);
  EXPECT_EQ(config.over_time.count(), 1440);
  EXPECT_EQ(config.rand_time.count(), 1440);
  EXPECT_EQ(config.local.method, AuthMethod::kPubkey);
  EXPECT_TRUE(config.remote.id.is_any());
}

constexpr const char* kWhole = R"(
  version = 1
  local_addrs = 192.0.2.1, fd00::1
  remote_addrs = 198.51.100.0/24
  local_port = 501
  remote_port = 4500
  proposals = aes128-sha256-modp2048, aes256-sha512-ecp256
  vips = 0.0.0.0, ::
  pull = no
  pools = four, six
  aggressive = no
  dscp = 000000
  encap = YES
  dpd_delay = 30
  dpd_timeout = 2m
  fragmentation = force
  send_certreq = no
  send_cert = always
  keyingtries = 0
  unique = replace
  reauth_time = 1h
  over_time = 5m
  rand_time = 1m
  if_id_in = 0
  mobike = yes
  childless = allow
  ppk_required = no
  mediation = no
  local-1 {
    auth = psk
    id = gw.lab
    round = 1
  }
  remote-1 {
    auth = psk
    id = "C=CH, CN=*"
    revocation = relaxed
    groups =
  }
  children {
    net { }
    other { local_ts = 10.1.0.0/16[tcp/80] }
  })";

TEST(Connection, ReadsEveryKey) {
  const ConnectionConfig config = connection(kWhole);
  ASSERT_EQ(config.local_addrs.size(), 2u);
  EXPECT_EQ(config.local_addrs[1].text(), "fd00::1/128");
  EXPECT_EQ(config.remote_addrs[0].text(), "198.51.100.0/24");
  EXPECT_EQ(config.local_port, 501);
  EXPECT_EQ(config.remote_port, 4500);
  ASSERT_EQ(config.proposals.size(), 2u);
  EXPECT_EQ(config.proposals[1].group, DhGroup::kEcp256);
  EXPECT_EQ(config.vips.size(), 2u);
  EXPECT_FALSE(config.pull);
  EXPECT_THAT(config.pools, ElementsAre("four", "six"));
  EXPECT_TRUE(config.encap);
  EXPECT_EQ(config.dpd_delay.count(), 30);
  EXPECT_EQ(config.dpd_timeout.count(), 120);
  EXPECT_EQ(config.fragmentation, Fragmentation::kForce);
  EXPECT_FALSE(config.send_certreq);
  EXPECT_EQ(config.send_cert, SendCert::kAlways);
  EXPECT_EQ(config.keyingtries, 0u);
  EXPECT_EQ(config.unique, Uniqueness::kReplace);
  EXPECT_EQ(config.rekey_time.count(), 3600);
  EXPECT_EQ(config.over_time.count(), 300);
  EXPECT_EQ(config.rand_time.count(), 60);
  EXPECT_EQ(config.local.method, AuthMethod::kPsk);
  EXPECT_EQ(config.local.id.text(), "gw.lab");
  EXPECT_EQ(config.remote.id.text(), "C=CH, CN=*");
  ASSERT_EQ(config.children.size(), 2u);
  ASSERT_NE(config.child("other"), nullptr);
  EXPECT_EQ(config.child("other")->local_ts.text(), "10.1.0.0/16[tcp/80]");
  EXPECT_EQ(config.child("third"), nullptr);
}

TEST(Connection, AnyAddressIsNoRestriction) {
  EXPECT_TRUE(connection("remote_addrs = %any").remote_addrs.empty());
  EXPECT_TRUE(connection("remote_addrs = 192.0.2.1, %any").remote_addrs.empty());
  EXPECT_TRUE(connection("remote_addrs = gw.lab, %any").remote_names.empty());
  const ConnectionConfig named = connection("remote_addrs = gw.lab, 192.0.2.1, 3com");
  EXPECT_EQ(named.remote_names, (std::vector<std::string>{"gw.lab", "3com"}));
  EXPECT_EQ(named.remote_addrs.size(), 1u);
  EXPECT_EQ(connection("remote_addrs = 0.0.0.0").remote_addrs[0].text(), "0.0.0.0/0");
  EXPECT_EQ(connection("remote_addrs = ::").remote_addrs[0].text(), "::/0");
}

TEST(Connection, EarlierOfRekeyAndReauthCounts) {
  EXPECT_EQ(connection("rekey_time = 1h\nreauth_time = 2h").rekey_time.count(), 3600);
  EXPECT_EQ(connection("rekey_time = 3h\nreauth_time = 2h").rekey_time.count(), 7200);
  EXPECT_EQ(connection("rekey_time = 1h\nreauth_time = 0").rekey_time.count(), 3600);
  EXPECT_EQ(connection("reauth_time = 0").rekey_time.count(), 14400);
  const ConnectionConfig never = connection("rekey_time = 0");
  EXPECT_EQ(never.rekey_time.count() + never.over_time.count() + never.rand_time.count(), 0);
}

TEST(Connection, KeysAndWordsCountInAnyCase) {
  EXPECT_EQ(connection("Send_Cert = NEVER").send_cert, SendCert::kNever);
}

TEST(Connection, OneRoundSetsTheMethodOfBoth) {
  EXPECT_EQ(connection("local { auth = psk }").remote.method, AuthMethod::kPsk);
  EXPECT_EQ(connection("remote { auth = psk }").local.method, AuthMethod::kPsk);
  EXPECT_THAT(connection_errors("local { auth = psk }\nremote { }"),
              ElementsAre(HasSubstr("the same method")));
}

TEST(Connection, KindOfTheOwnKeyMayBeWritten) {
  EXPECT_EQ(connection("local { auth = rsa }").local.method, AuthMethod::kPubkey);
  EXPECT_EQ(connection("local { auth = ECDSA }").local.method, AuthMethod::kPubkey);
}

TEST(Connection, RefusesUnknownKeysByNameAndLine) {
  EXPECT_THAT(
      connection_errors("version = 1\nremote_adrs = x"),
      ElementsAre("/etc/s.conf:3: unknown option: remote_adrs; did you mean 'remote_addrs'?"));
  EXPECT_THAT(connection_errors("local {\n ident = x\n}"),
              ElementsAre("/etc/s.conf:3: unknown option: ident"));
  EXPECT_THAT(
      connection_errors("children {\n x = 1\n c {\n foo = 1\n}\n}"),
      ElementsAre("/etc/s.conf:3: unknown option: x", "/etc/s.conf:5: unknown option: foo"));
}

TEST(Connection, NamesBeforeTheFirstAddressCount) {
  const auto names_first = [](const std::string& list) {
    return connection("remote_addrs = " + list + "\n").names_first;
  };
  EXPECT_EQ(names_first("gw.lab"), 1u);
  EXPECT_EQ(names_first("gw.lab, 192.0.2.0/24, other.lab, 192.0.2.1, last.lab"), 2u);
  EXPECT_EQ(names_first("2001:db8::1, gw.lab"), 0u);
  EXPECT_EQ(names_first("gw.lab, %any"), 0u);
  EXPECT_EQ(connection("remote_addrs = a.lab\nremote_addrs = 192.0.2.1\n").names_first, 0u);
}

TEST(Connection, RefusesUnknownSections) {
  EXPECT_THAT(connection_errors("locla { }"), ElementsAre("/etc/s.conf:2: invalid section: locla"));
  EXPECT_THAT(connection_errors("child { }"), ElementsAre("/etc/s.conf:2: invalid section: child"));
  EXPECT_THAT(connection_errors("local { x { } }"),
              ElementsAre("/etc/s.conf:2: invalid section: x"));
  EXPECT_THAT(connection_errors("children { c { x { } } }"),
              ElementsAre("/etc/s.conf:2: invalid section: x"));
}

TEST(Connection, TellsAllErrorsAtOnce) {
  EXPECT_THAT(connection_errors("encap = maybe\nfoo = 1\naggressive = yes\n"
                                "children { c { mode = beet\n ipcomp = yes } }"),
              ElementsAre(HasSubstr("/etc/s.conf:2: invalid value for: encap: 'maybe' is neither"),
                          HasSubstr("unknown option: foo"), HasSubstr("Aggressive Mode is refused"),
                          HasSubstr("beet mode"), HasSubstr("IPComp")));
}

TEST(Connection, RefusesWhatIsNotSupportedWithASentence) {
  const RefusedKey keys[] = {
      {"version = 2", "IKEv2 is not spoken"},
      {"aggressive = yes", "Aggressive Mode is refused"},
      {"dscp = 001010", "DSCP"},
      {"if_id_in = 5", "interface ids"},
      {"if_id_out = %unique", "interface ids"},
      {"childless = force", "IKEv2"},
      {"ppk_id = x", "post-quantum"},
      {"ppk_required = yes", "post-quantum"},
      {"mediation = yes", "mediation"},
      {"mediated_by = x", "mediation"},
      {"mediation_peer = x", "mediation"},
      {"local_addrs = gw.lab", "names of this end are not looked up"},
      {"remote_addrs = gw lab", "is neither an address nor a prefix"},
      {"remote_addrs = 10.0.0.1-10.0.0.9", "ranges are not supported"},
      {"proposals = aes128gcm16-prfsha256-ecp256", "no AEAD"},
      {"local { auth = xauth }", "XAuth"},
      {"local { auth = xauth-pam }", "XAuth"},
      {"local { auth = eap-md5 }", "EAP"},
      {"remote { auth = rsa }", "kind of the peer's key"},
      {"remote { auth = pubkey-sha256 }", "strength of keys"},
      {"local { auth = rsa-sha256 }", "strength of keys"},
      {"local { xauth_id = x }", "XAuth"},
      {"local { eap_id = x }", "EAP"},
      {"remote { aaa_id = x }", "EAP"},
      {"local { pubkeys = x }", "bare public keys"},
      {"remote { groups = x }", "groups"},
      {"remote { cert_policy = 1.2.3 }", "policies"},
      {"remote { ca_id = x }", "cacerts"},
      {"remote { revocation = strict }", "revocation"},
      {"local { cert-1 { handle = 1 } }", "tokens"},
      {"local-a { auth = psk }\nlocal-b { auth = psk }", "second round"},
  };
  for (const RefusedKey& key : keys) {
    std::vector<Error> errors;
    read_connection(section_of("gw", key.line), "/etc", errors);
    ASSERT_EQ(errors.size(), 1u) << key.line;
    EXPECT_EQ(errors[0].code, ErrorCode::kUnsupported) << key.line;
    EXPECT_EQ(errors[0].place.rfind("/etc/s.conf:", 0), 0u) << key.line;
    EXPECT_THAT(errors[0].sentence, HasSubstr(key.reason)) << key.line;
  }
}

TEST(Connection, RefusesBadValues) {
  for (const char* line : {"version = 3",
                           "version = x",
                           "local_port = 0",
                           "local_port = 65536",
                           "remote_port = x",
                           "vips = gw",
                           "encap = on",
                           "dpd_delay = 1w",
                           "fragmentation = maybe",
                           "send_cert = yes",
                           "keyingtries = -1",
                           "unique = yes",
                           "rekey_time = 1.5h",
                           "rand_time = 4h",
                           "dscp = 2",
                           "mobike = x",
                           "remote_addrs = 10.0.0.0/33",
                           "proposals = aes128",
                           "local { auth = x }",
                           "local { id = \"@#\" }",
                           "local { round = x }",
                           "local { cert-1 { file = x } }"})
    EXPECT_THAT(connection_errors(line), ElementsAre(HasSubstr("invalid value for: "))) << line;
}

TEST(Connection, AcceptsTheValueThatWeDoAnyway) {
  for (const char* line :
       {"version = 0", "mobike = no", "aggressive = no", "childless = never", "if_id_out = 0",
        "local { groups = \"\" }", "ppk_id = \"\"", "fragmentation = 1"})
    EXPECT_THAT(connection_errors(line), IsEmpty()) << line;
}

TEST(Connection, ViciHasListsAndContents) {
  Section section;
  section.name = "gw";
  section.add("version", "1");
  section.add_list("remote_addrs", {"192.0.2.1"});
  Section& local = section.add_section("local");
  local.add("auth", "pubkey");
  local.add_list("certs", {std::string("0\x82\0,x", 5)});
  const auto config = read_connection(section);
  ASSERT_TRUE(config) << config.error().text();
  EXPECT_EQ(config->remote_addrs[0].text(), "192.0.2.1/32");
  EXPECT_EQ(config->local.certs[0], (Bytes{'0', 0x82, 0, ',', 'x'}));
}

TEST(Connection, ViciErrorsAreTheDaemonsWords) {
  Section unknown;
  unknown.add("foo", "1");
  EXPECT_EQ(read_connection(unknown).error().text(), "unknown option: foo, config discarded");
  Section value;
  value.add("proposals", "default");
  EXPECT_THAT(read_connection(value).error().text(),
              testing::StartsWith("invalid value for: proposals, config discarded"));
  Section list;
  list.add_list("version", {"1"});
  EXPECT_THAT(read_connection(list).error().text(),
              testing::StartsWith("invalid value for: version, config discarded"));
  Section section;
  section.add_section("foo");
  EXPECT_EQ(read_connection(section).error().text(), "invalid section: foo");
}

TEST(Connection, ReadsCertificatesBesideTheFile) {
  std::string folder = testing::TempDir() + "holdfast_certs_XXXXXX";
  ASSERT_NE(mkdtemp(folder.data()), nullptr);
  std::filesystem::create_directory(folder + "/x509");
  std::filesystem::create_directory(folder + "/x509ca");
  std::ofstream(folder + "/x509/gw.pem") << "GW";
  std::ofstream(folder + "/x509ca/ca.pem") << "CA";
  const Section section = section_of("gw", "local { certs = gw.pem\n cert-2 { file = " + folder +
                                               "/x509/gw.pem } }\nremote { cacerts = ca.pem }");
  std::vector<Error> errors;
  const ConnectionConfig config = read_connection(section, folder, errors);
  EXPECT_THAT(errors, IsEmpty());
  EXPECT_EQ(config.local.certs, (std::vector<Bytes>{{'G', 'W'}, {'G', 'W'}}));
  EXPECT_EQ(config.remote.cacerts, (std::vector<Bytes>{{'C', 'A'}}));
  read_connection(section_of("gw", "local { certs = none.pem }"), folder, errors);
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_EQ(errors[0].code, ErrorCode::kNotFound);
  EXPECT_THAT(errors[0].sentence, HasSubstr(folder + "/x509/none.pem"));
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace holdfast

// SPDX-License-Identifier: Apache-2.0
#include "ike/credentials.h"

#include <gtest/gtest.h>

#include "unit/host/crypto/test_pki.h"

namespace holdfast::ike {
namespace {

using namespace test;

Identity id(const char* text) { return Identity::parse(text).value(); }
SharedSecret secret(const char* name, const char* text, std::vector<Identity> owners = {}) {
  const std::string bytes = text;
  return {name, SecretBytes(Bytes(bytes.begin(), bytes.end())), std::move(owners)};
}
std::string found(const Credentials& credentials, const char* local, const char* remote,
                  const char* address = "192.0.2.1") {
  const SecretBytes* bytes = credentials.find_shared(id(local), id(remote), id(address));
  if (!bytes) return "none";
  return std::string(bytes->view().begin(), bytes->view().end());
}

TEST(Credentials, TheSecretOfTheTwoComesFirst) {
  Credentials c;
  EXPECT_EQ(found(c, "gw.lab", "client.lab"), "none");
  c.add_shared(secret("1", "anybody"));
  c.add_shared(secret("2", "client's", {id("client.lab")}));
  c.add_shared(secret("3", "both", {id("gw.lab"), id("client.lab")}));
  c.add_shared(secret("4", "other's", {id("gw.lab"), id("other.lab")}));
  EXPECT_EQ(found(c, "gw.lab", "client.lab"), "both");
  EXPECT_EQ(found(c, "gw2.lab", "client.lab"), "client's");
  EXPECT_EQ(found(c, "gw.lab", "other.lab"), "other's");
  EXPECT_EQ(found(c, "gw.lab", "third.lab"), "anybody");
  c.remove_shared("3");
  c.remove_shared("no such");
  EXPECT_EQ(found(c, "gw.lab", "client.lab"), "client's");
}

// RFC 2409, 5.4: in Main Mode the peer is an address until message 5.
TEST(Credentials, ByAddressBeforeIdentitiesAreKnown) {
  Credentials c;
  c.add_shared(secret("1", "of the address", {id("192.0.2.1")}));
  c.add_shared(secret("2", "of another", {id("192.0.2.2")}));
  EXPECT_EQ(found(c, "gw.lab", "%any", "192.0.2.1"), "of the address");
  EXPECT_EQ(found(c, "gw.lab", "%any", "192.0.2.2"), "of another");
  EXPECT_EQ(found(c, "gw.lab", "%any", "192.0.2.3"), "none");
}

TEST(Credentials, SameIdReplaces) {
  Credentials c;
  c.add_shared(secret("1", "old"));
  c.add_shared(secret("1", "new"));
  EXPECT_EQ(c.shared_ids(), std::vector<std::string>{"1"});
  EXPECT_EQ(found(c, "a", "b"), "new");
}

TEST(Credentials, KeysFindTheirCertificates) {
  const Authority ca("CA");
  const auto key = make_ec_key("P-256"), other = make_ec_key("P-256");
  CertificateSpec spec;
  spec.name = "gw.lab";
  const Certificate certificate = ca.issue_for(spec, key);
  Credentials c;
  EXPECT_EQ(c.find_key(certificate), nullptr);
  ASSERT_TRUE(c.add_key(private_der(other)));
  EXPECT_EQ(c.find_key(certificate), nullptr);
  const auto key_id = c.add_key(private_der(key));
  ASSERT_TRUE(key_id);
  EXPECT_EQ(*key_id, certificate.key_id());
  EXPECT_NE(c.find_key(certificate), nullptr);
  EXPECT_EQ(*c.add_key(private_der(key)), *key_id);
  EXPECT_EQ(c.key_ids().size(), 2u) << "again is no second one";
  EXPECT_TRUE(c.remove_key(*key_id));
  EXPECT_FALSE(c.remove_key(*key_id));
  EXPECT_EQ(c.find_key(certificate), nullptr);
}

TEST(Credentials, AuthoritiesAndJunk) {
  const Authority ca("CA");
  const auto key = make_ec_key("P-256");
  CertificateSpec spec;
  spec.name = "gw.lab";
  const Certificate leaf = ca.issue_for(spec, key);
  Credentials c;
  EXPECT_FALSE(c.add_authority(leaf.der())) << "no CA";
  EXPECT_TRUE(c.add_authority(ca.der));
  EXPECT_TRUE(c.add_authority(ca.der)) << "again";
  EXPECT_EQ(c.authorities().size(), 1u);
  EXPECT_TRUE(c.add_certificate(leaf.der()));
  EXPECT_TRUE(c.add_certificate(leaf.der()));
  EXPECT_EQ(c.certificates().size(), 1u);
  const Bytes junk = {1, 2, 3};
  EXPECT_FALSE(c.add_certificate(junk));
  EXPECT_FALSE(c.add_certificate({}));
  EXPECT_FALSE(c.add_authority(junk));
  EXPECT_FALSE(c.add_key(junk));
  EXPECT_FALSE(c.add_crl(junk));
  c.clear();
  EXPECT_TRUE(c.certificates().empty());
  EXPECT_TRUE(c.trust().authority_dns().empty());
}

class Origins : public testing::Test {
 protected:
  /// What the authority issued is trusted.
  bool trusts(const Authority& authority) const {
    CertificateSpec spec;
    spec.name = "gw.lab";
    spec.not_before = 0;
    spec.not_after = 4'000'000'000;  // 2096: whatever the clock of the machine says
    return c.trust().verify(authority.issue_for(spec, key), {}).has_value();
  }
  static Bytes long_lived(const Authority& authority) {
    CertificateSpec spec;
    spec.name = authority.name;
    spec.basic_constraints = "critical,CA:TRUE";
    spec.not_before = 0;
    spec.not_after = 4'000'000'000;
    return issue(spec, authority.key, authority.name, authority.key);
  }

  const Authority a{"A"}, b{"B"};
  const Bytes a_der = long_lived(a), b_der = long_lived(b);
  const openssl::KeyPtr key = make_ec_key("P-256");
  Credentials c;
};

TEST_F(Origins, AnAuthorityThatIsRemovedIsTrustedNoMore) {
  ASSERT_TRUE(c.add_authority(a_der));
  ASSERT_TRUE(c.add_authority(b_der));
  EXPECT_TRUE(trusts(a));
  EXPECT_TRUE(c.remove_authority(a_der));
  EXPECT_FALSE(trusts(a));
  EXPECT_TRUE(trusts(b));
  EXPECT_EQ(c.remove_authority(a_der).error().code, ErrorCode::kNotFound);
  EXPECT_FALSE(c.remove_authority(Bytes{1}));
  ASSERT_TRUE(c.add_authority(a_der));
  EXPECT_TRUE(trusts(a));
}

TEST_F(Origins, WhatSeveralBroughtStaysUntilNoneHasIt) {
  ASSERT_TRUE(c.add_authority(a_der, Origin::kFile));
  ASSERT_TRUE(c.add_authority(a_der, Origin::kCommand));
  ASSERT_TRUE(c.add_authority(b_der, Origin::kFile));
  ASSERT_TRUE(c.add_certificate(b_der, Origin::kFile));
  ASSERT_TRUE(c.add_key(private_der(key), Origin::kFile));
  c.add_shared(secret("file", "x"), Origin::kFile);
  c.add_shared(secret("both", "x"), Origin::kFile);
  c.add_shared(secret("both", "y"), Origin::kCommand);
  c.forget(Origin::kAuthority);
  EXPECT_TRUE(trusts(b));
  c.forget(Origin::kFile);
  EXPECT_TRUE(trusts(a));
  EXPECT_FALSE(trusts(b));
  EXPECT_TRUE(c.certificates().empty());
  EXPECT_TRUE(c.key_ids().empty());
  EXPECT_EQ(c.shared_ids(), std::vector<std::string>{"both"});
  c.forget(Origin::kCommand);
  EXPECT_FALSE(trusts(a));
  EXPECT_TRUE(c.shared_ids().empty());
}

TEST_F(Origins, ClearLeavesNamedAuthoritiesAndTheirLists) {
  ASSERT_TRUE(c.add_authority(a_der, Origin::kAuthority));
  ASSERT_TRUE(c.add_authority(a_der, Origin::kCommand));
  ASSERT_TRUE(c.add_authority(b_der, Origin::kFile));
  ASSERT_TRUE(c.add_crl(a.crl({})));
  ASSERT_TRUE(c.add_crl(b.crl({})));
  c.clear();
  EXPECT_EQ(c.authorities().size(), 1u);
  EXPECT_EQ(c.trust().authority_dns(), std::vector<Bytes>{a.certificate().subject_dn()});
  EXPECT_EQ(c.trust().num_crls(), 1u);
  c.forget(Origin::kAuthority);
  EXPECT_TRUE(c.authorities().empty());
}

TEST_F(Origins, ListsThatAreLoadedAgainDoNotGrow) {
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(c.add_crl(a.crl({1, 2, i + 3L})));
  EXPECT_EQ(c.trust().num_crls(), 1u);
}

}  // namespace
}  // namespace holdfast::ike

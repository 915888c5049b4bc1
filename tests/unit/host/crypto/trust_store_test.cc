// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "crypto/certificate.h"
#include "unit/host/crypto/test_bytes.h"
#include "unit/host/crypto/test_pki.h"

namespace holdfast {
namespace {

using test::Authority;
using test::CertificateSpec;
using test::kDay;
using test::kNow;

/// A store that trusts the authority, at the time of the tests.
TrustStore trusting(const Authority& authority) {
  TrustStore store;
  store.set_verification_time(kNow);
  store.add_authority(authority.certificate());
  return store;
}

CertificateSpec gateway() {
  CertificateSpec spec;
  spec.name = "gw.lab";
  spec.basic_constraints = "CA:FALSE";
  spec.serial = 7;
  return spec;
}

CertificateSpec intermediate(const char* name) {
  CertificateSpec spec;
  spec.name = name;
  spec.basic_constraints = "critical,CA:TRUE";
  spec.key_usage = "critical,keyCertSign,cRLSign";
  spec.serial = 3;
  return spec;
}

void expect_refused(const Status& status, const std::string& part) {
  ASSERT_FALSE(status.has_value());
  EXPECT_EQ(status.error().code, ErrorCode::kRefused);
  EXPECT_NE(status.error().sentence.find(part), std::string::npos) << status.error().text();
}

void expect_accepted(const Status& status) {
  EXPECT_TRUE(status.has_value()) << status.error().text();
}

class TrustStoreTest : public ::testing::Test {
 protected:
  Certificate issue(const CertificateSpec& spec) { return root_.issue_for(spec, key_); }

  Authority root_{"Root"};
  openssl::KeyPtr key_ = test::make_ec_key("P-256");
  TrustStore store_ = trusting(root_);
};

TEST_F(TrustStoreTest, ACertificateOfTheAuthority) {
  expect_accepted(store_.verify(issue(gateway()), {}));
  EXPECT_EQ(store_.authority_dns(), std::vector<Bytes>{root_.certificate().subject_dn()});
}

TEST_F(TrustStoreTest, AnEmptyStoreTrustsNobody) {
  TrustStore empty;
  empty.set_verification_time(kNow);
  expect_refused(empty.verify(issue(gateway()), {}), "no authority that is trusted");
  expect_refused(empty.verify(issue(gateway()), {root_.certificate()}), "not trusted");
  EXPECT_TRUE(empty.authority_dns().empty());
}

TEST_F(TrustStoreTest, AnotherAuthorityOfTheSameName) {
  const Authority impostor("Root");
  expect_refused(store_.verify(impostor.issue_for(gateway(), key_), {}), "refused");
  expect_refused(store_.verify(impostor.issue_for(gateway(), key_), {impostor.certificate()}),
                 "refused");
}

TEST_F(TrustStoreTest, ASelfSignedCertificate) {
  const Certificate own = test::parsed(test::issue(gateway(), key_, "gw.lab", key_));
  expect_refused(store_.verify(own, {}), "self-signed");
  expect_refused(store_.verify(own, {own}), "self-signed");
}

TEST_F(TrustStoreTest, ValidityIsThatOfTheTimeGiven) {
  const Certificate certificate = issue(gateway());
  store_.set_verification_time(kNow + 2 * kDay);
  expect_refused(store_.verify(certificate, {}), "expired");
  store_.set_verification_time(kNow - 2 * kDay);
  expect_refused(store_.verify(certificate, {}), "not valid yet");
  CertificateSpec spec = gateway();
  spec.not_after = kNow - 1;
  store_.set_verification_time(kNow);
  const Status status = store_.verify(issue(spec), {});
  expect_refused(status, "expired");
  EXPECT_EQ(status.error().place, "C=CH, O=Lab, CN=gw.lab");
}

TEST_F(TrustStoreTest, ChainsByWayOfOthers) {
  const auto middle_key = test::make_ec_key("P-384");
  const Certificate middle = root_.issue_for(intermediate("Middle"), middle_key);
  const Certificate leaf = test::parsed(test::issue(gateway(), key_, "Middle", middle_key));
  expect_accepted(store_.verify(leaf, {middle}));
  expect_accepted(store_.verify(leaf, {leaf, middle, root_.certificate()}));
  expect_refused(store_.verify(leaf, {}), "no authority that is trusted");
}

TEST_F(TrustStoreTest, AnIntermediateAuthorityAloneIsNoEnd) {
  const auto middle_key = test::make_ec_key("P-256");
  const Certificate middle = root_.issue_for(intermediate("Middle"), middle_key);
  const Certificate leaf = test::parsed(test::issue(gateway(), key_, "Middle", middle_key));
  TrustStore store;
  store.set_verification_time(kNow);
  store.add_authority(middle);
  expect_refused(store.verify(leaf, {}), "self-signed authority");
  store.add_authority(root_.certificate());
  expect_accepted(store.verify(leaf, {}));
}

TEST_F(TrustStoreTest, AGatewayIsNoAuthority) {
  for (const char* constraints : {"", "CA:FALSE"}) {
    CertificateSpec spec = gateway();
    spec.basic_constraints = constraints;
    const Certificate issuer = issue(spec);
    CertificateSpec victim = gateway();
    victim.name = "victim.lab";
    const Certificate leaf = test::parsed(test::issue(victim, key_, "gw.lab", key_));
    expect_refused(store_.verify(leaf, {issuer}), "refused");
  }
}

TEST_F(TrustStoreTest, AnExpiredIntermediateIsNamed) {
  const auto middle_key = test::make_ec_key("P-256");
  CertificateSpec spec = intermediate("Middle");
  spec.not_after = kNow - 1;
  const Certificate middle = root_.issue_for(spec, middle_key);
  const Status status =
      store_.verify(test::parsed(test::issue(gateway(), key_, "Middle", middle_key)), {middle});
  expect_refused(status, "expired");
  EXPECT_EQ(status.error().place, "C=CH, O=Lab, CN=Middle");
}

TEST_F(TrustStoreTest, PathLengthAndDepth) {
  const auto a_key = test::make_ec_key("P-256"), b_key = test::make_ec_key("P-256");
  CertificateSpec a = intermediate("A");
  a.basic_constraints = "critical,CA:TRUE,pathlen:0";
  const Certificate first = root_.issue_for(a, a_key);
  const Certificate second = test::parsed(test::issue(intermediate("B"), b_key, "A", a_key));
  const Certificate leaf = test::parsed(test::issue(gateway(), key_, "B", b_key));
  expect_refused(store_.verify(leaf, {first, second}), "path length");
  // Nine of them, each issued by the one before with the same key.
  std::vector<Certificate> chain;
  std::string issuer = "Root";
  const openssl::KeyPtr* issuer_key = &root_.key;
  for (int i = 0; i < 9; ++i) {
    const std::string name = "I" + std::to_string(i);
    chain.push_back(
        test::parsed(test::issue(intermediate(name.c_str()), a_key, issuer, *issuer_key)));
    issuer = name;
    issuer_key = &a_key;
  }
  const Certificate far = test::parsed(test::issue(gateway(), key_, issuer, a_key));
  EXPECT_FALSE(store_.verify(far, chain).has_value());
  const Certificate near = test::parsed(test::issue(gateway(), key_, "I7", a_key));
  expect_accepted(store_.verify(near, chain));
}

TEST_F(TrustStoreTest, KeyUsage) {
  CertificateSpec spec = gateway();
  for (const char* allowed : {"", "digitalSignature", "nonRepudiation", "critical,digitalSignature",
                              "digitalSignature,keyEncipherment"}) {
    spec.key_usage = allowed;
    expect_accepted(store_.verify(issue(spec), {}));
  }
  for (const char* refused : {"keyEncipherment", "critical,keyAgreement", "keyCertSign"}) {
    spec.key_usage = refused;
    expect_refused(store_.verify(issue(spec), {}), "key usage");
  }
}

TEST_F(TrustStoreTest, Sha1InTheChainIsRefused) {
  CertificateSpec spec = gateway();
  spec.digest = "SHA1";
  expect_refused(store_.verify(issue(spec), {}), "SHA-1");
}

TEST_F(TrustStoreTest, ARevokedCertificate) {
  ASSERT_TRUE(store_.add_crl(root_.crl({5, 7})).has_value());
  expect_refused(store_.verify(issue(gateway()), {}), "revoked");
  CertificateSpec other = gateway();
  other.serial = 8;
  expect_accepted(store_.verify(issue(other), {}));
}

TEST_F(TrustStoreTest, AListInPem) {
  ASSERT_TRUE(store_.add_crl(test::to_pem("X509 CRL", root_.crl({7}))).has_value());
  expect_refused(store_.verify(issue(gateway()), {}), "revoked");
}

TEST_F(TrustStoreTest, AListThatIsOutOfDateRefuses) {
  ASSERT_TRUE(store_.add_crl(root_.crl({}, kNow - 2 * kDay, kNow - kDay)).has_value());
  expect_refused(store_.verify(issue(gateway()), {}), "out of date");
  // A new one beside it heals that.
  ASSERT_TRUE(store_.add_crl(root_.crl({})).has_value());
  expect_accepted(store_.verify(issue(gateway()), {}));
}

TEST_F(TrustStoreTest, AListOfTheFutureRefuses) {
  ASSERT_TRUE(store_.add_crl(root_.crl({}, kNow + kDay, kNow + 2 * kDay)).has_value());
  expect_refused(store_.verify(issue(gateway()), {}), "not valid yet");
}

TEST_F(TrustStoreTest, AListOfAnotherAuthorityChangesNothing) {
  const Authority other("Other");
  ASSERT_TRUE(store_.add_crl(other.crl({7}, kNow - 2 * kDay, kNow - kDay)).has_value());
  expect_accepted(store_.verify(issue(gateway()), {}));
}

TEST_F(TrustStoreTest, AListThatTheIssuerDidNotSignRefuses) {
  const Authority impostor("Root");
  ASSERT_TRUE(store_.add_crl(impostor.crl({})).has_value());
  expect_refused(store_.verify(issue(gateway()), {}), "not signed");
}

TEST_F(TrustStoreTest, ARevokedIntermediateAuthority) {
  const auto middle_key = test::make_ec_key("P-256");
  const Certificate middle = root_.issue_for(intermediate("Middle"), middle_key);
  const Certificate leaf = test::parsed(test::issue(gateway(), key_, "Middle", middle_key));
  ASSERT_TRUE(store_.add_crl(root_.crl({3})).has_value());
  const Status status = store_.verify(leaf, {middle});
  expect_refused(status, "revoked");
  EXPECT_EQ(status.error().place, "C=CH, O=Lab, CN=Middle");
}

// RFC 5280, 3.3: a revoked certificate appears on the lists from then on.
TEST_F(TrustStoreTest, ANewerListTakesThePlaceOfTheOlder) {
  ASSERT_TRUE(store_.add_crl(root_.crl({}, kNow - 3 * kDay)).has_value());
  ASSERT_TRUE(store_.add_crl(root_.crl({7}, kNow - 2 * kDay)).has_value());
  EXPECT_EQ(store_.num_crls(), 1u);
  expect_refused(store_.verify(issue(gateway()), {}), "revoked");
  ASSERT_TRUE(store_.add_crl(root_.crl({}, kNow - 3 * kDay)).has_value());
  expect_refused(store_.verify(issue(gateway()), {}), "revoked");
  ASSERT_TRUE(store_.add_crl(root_.crl({}, kNow - kDay)).has_value());
  expect_accepted(store_.verify(issue(gateway()), {}));
  EXPECT_EQ(store_.num_crls(), 1u);
  ASSERT_TRUE(store_.add_crl(Authority("Other").crl({})).has_value());
  EXPECT_EQ(store_.num_crls(), 2u);
}

TEST_F(TrustStoreTest, AnAuthorityThatIsTakenAway) {
  const Authority other("Other");
  const Certificate certificate = issue(gateway());
  store_.add_authority(other.certificate());
  store_.set_authorities({other.certificate()});
  expect_refused(store_.verify(certificate, {}), "no authority that is trusted");
  expect_accepted(store_.verify(other.issue_for(gateway(), key_), {}));
  EXPECT_EQ(store_.authority_dns(), std::vector<Bytes>{other.certificate().subject_dn()});
  store_.set_authorities({root_.certificate()});
  expect_accepted(store_.verify(certificate, {}));
}

TEST_F(TrustStoreTest, ListsStayWithTheirAuthorities) {
  const Authority other("Other");
  ASSERT_TRUE(store_.add_crl(root_.crl({7})).has_value());
  ASSERT_TRUE(store_.add_crl(other.crl({7})).has_value());
  store_.drop_foreign_crls();
  EXPECT_EQ(store_.num_crls(), 1u);
  expect_refused(store_.verify(issue(gateway()), {}), "revoked");
  store_.set_authorities({});
  store_.drop_foreign_crls();
  EXPECT_EQ(store_.num_crls(), 0u);
}

TEST_F(TrustStoreTest, OnlyTheAuthoritiesThatAConnectionNames) {
  const Authority other("Other");
  store_.add_authority(other.certificate());
  const auto middle_key = test::make_ec_key("P-256");
  const Certificate middle = root_.issue_for(intermediate("Middle"), middle_key);
  const Certificate leaf = test::parsed(test::issue(gateway(), key_, "Middle", middle_key));
  expect_accepted(store_.verify(leaf, {middle}, {root_.certificate()}));
  expect_accepted(store_.verify(leaf, {middle}, {other.certificate(), middle}));
  expect_refused(store_.verify(leaf, {middle}, {other.certificate()}), "none of the authorities");
  expect_refused(store_.verify(leaf, {middle}, {leaf}), "none of the authorities");
}

TEST_F(TrustStoreTest, GarbageInsteadOfAList) {
  const Bytes good = root_.crl({7});
  Bytes longer = good;
  longer.push_back(0);
  for (const Bytes& data : {Bytes{}, Bytes{0x30}, Bytes(50, 0x30), test::bytes_of("hello"), longer,
                            root_.der, Bytes(good.begin(), good.end() - 1)}) {
    const Status status = store_.add_crl(data);
    ASSERT_FALSE(status.has_value());
    EXPECT_EQ(status.error().code, ErrorCode::kBadFormat);
  }
  expect_accepted(store_.verify(issue(gateway()), {}));
}

TEST_F(TrustStoreTest, MovesWithWhatItHolds) {
  ASSERT_TRUE(store_.add_crl(root_.crl({7})).has_value());
  TrustStore moved = std::move(store_);
  expect_refused(moved.verify(issue(gateway()), {}), "revoked");
  moved = TrustStore();
  moved.set_verification_time(kNow);
  expect_refused(moved.verify(issue(gateway()), {}), "no authority");
}

TEST(TrustStoreRsa, ChainOfRsaKeys) {
  const auto root_key = test::make_rsa_key(2048);
  CertificateSpec root = intermediate("RSA Root");
  TrustStore store;
  store.set_verification_time(kNow);
  store.add_authority(test::parsed(test::issue(root, root_key, "RSA Root", root_key)));
  expect_accepted(
      store.verify(test::parsed(test::issue(gateway(), root_key, "RSA Root", root_key)), {}));
}

}  // namespace
}  // namespace holdfast

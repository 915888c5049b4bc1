// SPDX-License-Identifier: Apache-2.0
#include "crypto/certificate.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "unit/host/crypto/test_bytes.h"
#include "unit/host/crypto/test_pki.h"

namespace holdfast {
namespace {

using test::Authority;
using test::CertificateSpec;
using test::hex_of;

Bytes gateway_der() {
  CertificateSpec spec;
  spec.name = "gw.lab";
  spec.alt_names = "DNS:gw.lab,DNS:*.wild.lab,email:Op@lab,IP:192.0.2.1,IP:2001:db8::1";
  const auto key = test::make_ec_key("P-256");
  return test::issue(spec, key, "Root", key);
}

void expect_error(ErrorCode code, ByteView data) {
  const auto certificate = Certificate::parse(data);
  ASSERT_FALSE(certificate.has_value());
  EXPECT_EQ(certificate.error().code, code) << certificate.error().sentence;
  EXPECT_FALSE(certificate.error().sentence.empty());
}

IpAddress address(const char* text) { return *IpAddress::parse(text); }

TEST(Certificate, SaysWhatItHolds) {
  const Bytes der = gateway_der();
  const Certificate c = test::parsed(der);
  EXPECT_EQ(c.der(), der);
  EXPECT_EQ(c.key_type(), KeyType::kEcdsa);
  EXPECT_EQ(c.key_bits(), 256u);
  EXPECT_EQ(c.signature_hash(), HashAlgorithm::kSha256);
  EXPECT_EQ(c.subject_text(), "C=CH, O=Lab, CN=gw.lab");
  EXPECT_FALSE(c.is_ca());
  // SEQUENCE of SETs: countryName "CH", organizationName "Lab", commonName "gw.lab".
  EXPECT_EQ(hex_of(c.subject_dn()),
            "302c310b300906035504061302434831"
            "0c300a060355040a0c034c6162310f30"
            "0d06035504030c0667772e6c6162");
  EXPECT_EQ(hex_of(c.issuer_dn()),
            "302a310b300906035504061302434831"
            "0c300a060355040a0c034c6162310d30"
            "0b06035504030c04526f6f74");
}

TEST(Certificate, AlternativeNames) {
  const Certificate c = test::parsed(gateway_der());
  EXPECT_TRUE(c.has_dns_name("gw.lab"));
  EXPECT_TRUE(c.has_dns_name("GW.Lab"));
  EXPECT_FALSE(c.has_dns_name("gw.la"));
  EXPECT_FALSE(c.has_dns_name("gw.lab2"));
  EXPECT_FALSE(c.has_dns_name(""));
  EXPECT_FALSE(c.has_dns_name("a.wild.lab")) << "a wildcard is a name like others in IKE";
  EXPECT_FALSE(c.has_dns_name("Op@lab")) << "a name of another kind";
  EXPECT_TRUE(c.has_email("Op@lab"));
  EXPECT_FALSE(c.has_email("op@lab")) << "the local part tells upper from lower case";
  EXPECT_FALSE(c.has_email(""));
  EXPECT_TRUE(c.has_address(address("192.0.2.1")));
  EXPECT_FALSE(c.has_address(address("192.0.2.2")));
  EXPECT_TRUE(c.has_address(address("2001:db8::1")));
  EXPECT_FALSE(c.has_address(address("::")));
}

TEST(Certificate, ACommonNameIsNoAlternativeName) {
  CertificateSpec spec;
  spec.name = "gw.lab";
  const auto key = test::make_ec_key("P-256");
  const Certificate c = test::parsed(test::issue(spec, key, "Root", key));
  EXPECT_FALSE(c.has_dns_name("gw.lab"));
  EXPECT_FALSE(c.has_address(address("0.0.0.0")));
}

TEST(Certificate, AZeroByteEndsNoName) {
  CertificateSpec spec;
  spec.name = "x";
  spec.alt_names = "DNS:gw.lab-evil.example";
  const auto key = test::make_ec_key("P-256");
  Bytes der = test::issue(spec, key, "Root", key);
  const std::string name = "gw.lab-evil.example";
  const auto at = std::search(der.begin(), der.end(), name.begin(), name.end());
  ASSERT_NE(at, der.end());
  at[6] = 0;
  const auto c = Certificate::parse(der);
  ASSERT_TRUE(c.has_value());
  EXPECT_FALSE(c->has_dns_name("gw.lab"));
}

TEST(Certificate, TextEscapesWhatCouldHide) {
  CertificateSpec spec;
  spec.name = "a,b\n=c";
  const auto key = test::make_ec_key("P-256");
  EXPECT_EQ(test::parsed(test::issue(spec, key, "Root", key)).subject_text(),
            "C=CH, O=Lab, CN=a\\,b\\0A=c");
}

TEST(Certificate, Authorities) {
  EXPECT_TRUE(Authority("Root").certificate().is_ca());
  CertificateSpec spec;
  spec.name = "old";
  const auto key = test::make_ec_key("P-256");
  EXPECT_FALSE(test::parsed(test::issue(spec, key, "old", key)).is_ca())
      << "self-signed, without basic constraints";
  spec.basic_constraints = "CA:FALSE";
  EXPECT_FALSE(test::parsed(test::issue(spec, key, "old", key)).is_ca());
}

TEST(Certificate, PemIsTheSameAsDer) {
  const Bytes der = gateway_der();
  EXPECT_EQ(test::parsed(test::to_pem("CERTIFICATE", der)).der(), der);
  EXPECT_EQ(test::parsed(test::to_pem("X509 CERTIFICATE", der)).der(), der);
  Bytes with_text = test::bytes_of("subject: gw.lab\n");
  const Bytes pem = test::to_pem("CERTIFICATE", der);
  with_text.insert(with_text.end(), pem.begin(), pem.end());
  EXPECT_EQ(test::parsed(with_text).der(), der);
  const Bytes key = test::to_pem("PRIVATE KEY", test::private_der(test::make_ec_key("P-256")));
  Bytes with_key = key;
  with_key.insert(with_key.end(), pem.begin(), pem.end());
  EXPECT_EQ(test::parsed(with_key).der(), der) << "what is no certificate is passed over";
}

TEST(Certificate, PemWithSeveralIsRefused) {
  Bytes twice = test::to_pem("CERTIFICATE", gateway_der());
  const Bytes other = test::to_pem("CERTIFICATE", gateway_der());
  twice.insert(twice.end(), other.begin(), other.end());
  expect_error(ErrorCode::kBadFormat, twice);
}

TEST(Certificate, GarbageIsRefused) {
  expect_error(ErrorCode::kBadFormat, {});
  expect_error(ErrorCode::kBadFormat, Bytes{0x30});
  expect_error(ErrorCode::kBadFormat, Bytes{0x30, 0});
  expect_error(ErrorCode::kBadFormat, Bytes{0x30, 0x84, 0xff, 0xff, 0xff, 0xff});
  expect_error(ErrorCode::kBadFormat, Bytes{0x30, 0x80, 0, 0});
  expect_error(ErrorCode::kBadFormat, Bytes(1000, 0x30));
  expect_error(ErrorCode::kBadFormat, Bytes(100));
  expect_error(ErrorCode::kBadFormat, test::bytes_of("hello"));
  expect_error(ErrorCode::kBadFormat,
               test::bytes_of("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n"));
  expect_error(ErrorCode::kBadFormat,
               test::bytes_of("-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n"));
  expect_error(ErrorCode::kBadFormat, test::bytes_of("-----BEGIN CERTIFICATE-----\nMIIB\n"));
  expect_error(ErrorCode::kBadFormat, test::to_pem("CERTIFICATE", Bytes(10, 7)));
}

TEST(Certificate, EveryTruncationIsRefused) {
  const Bytes der = gateway_der();
  for (std::size_t size = 0; size < der.size(); ++size) {
    expect_error(ErrorCode::kBadFormat, ByteView(der).first(size));
  }
  Bytes longer = der;
  longer.push_back(0);
  expect_error(ErrorCode::kBadFormat, longer);
}

TEST(Certificate, ADamagedExtensionIsRefused) {
  CertificateSpec spec;
  spec.name = "x";
  spec.alt_names = "IP:192.0.2.1";
  const auto key = test::make_ec_key("P-256");
  Bytes der = test::issue(spec, key, "Root", key);
  // SEQUENCE of 6 bytes with [7] of 4; made to say that [7] has 5.
  const Bytes pattern = test::unhex("30068704c0000201");
  const auto at = std::search(der.begin(), der.end(), pattern.begin(), pattern.end());
  ASSERT_NE(at, der.end());
  at[3] = 5;
  expect_error(ErrorCode::kBadFormat, der);
}

TEST(Certificate, KeysThatAreTooSmallOrUnknown) {
  CertificateSpec spec;
  spec.name = "x";
  const auto issuer = test::make_ec_key("P-256");
  for (const auto& key :
       {test::make_rsa_key(1024), test::make_ec_key("P-224"), test::make_ec_key("secp256k1"),
        openssl::KeyPtr(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"))}) {
    expect_error(ErrorCode::kUnsupported, test::issue(spec, key, "Root", issuer));
  }
}

TEST(Certificate, ACurveThatSpellsItselfOutIsRefused) {
  const auto key = test::make_ec_key("P-256");
  ASSERT_EQ(EVP_PKEY_set_utf8_string_param(key.get(), "encoding", "explicit"), 1);
  CertificateSpec spec;
  spec.name = "x";
  expect_error(ErrorCode::kUnsupported, test::issue(spec, key, "Root", test::make_ec_key("P-256")));
}

TEST(Certificate, CurvesAndTheirHashes) {
  CertificateSpec spec;
  spec.name = "x";
  const std::tuple<const char*, unsigned, HashAlgorithm> cases[] = {
      {"P-256", 256, HashAlgorithm::kSha256},
      {"P-384", 384, HashAlgorithm::kSha384},
      {"P-521", 521, HashAlgorithm::kSha512}};
  for (const auto& [curve, bits, hash] : cases) {
    const auto key = test::make_ec_key(curve);
    const Certificate c = test::parsed(test::issue(spec, key, "Root", key));
    EXPECT_EQ(c.key_bits(), bits);
    EXPECT_EQ(c.signature_hash(), hash);
  }
  const auto key = test::make_rsa_key(2048);
  const Certificate c = test::parsed(test::issue(spec, key, "Root", key));
  EXPECT_EQ(c.key_type(), KeyType::kRsa);
  EXPECT_EQ(c.key_bits(), 2048u);
  EXPECT_FALSE(c.signature_hash().has_value());
}

TEST(Certificate, KeyIdIsTheHashOfTheBitString) {
  const auto key = test::make_ec_key("P-256");
  CertificateSpec spec;
  spec.name = "x";
  std::uint8_t point[65];
  std::size_t size = 0;
  ASSERT_EQ(EVP_PKEY_get_octet_string_param(key.get(), "pub", point, sizeof(point), &size), 1);
  const std::string expected = hex_of(digest(HashAlgorithm::kSha1, {ByteView(point, size)}));
  EXPECT_EQ(test::parsed(test::issue(spec, key, "Root", key)).key_id(), expected);
  EXPECT_EQ(test::parsed_key(key).key_id(), expected);
  EXPECT_EQ(expected.size(), 40u);
}

TEST(Certificate, WhoMayHaveIssuedIt) {
  const Authority root("Root"), other("Other");
  CertificateSpec spec;
  spec.name = "gw.lab";
  const Certificate leaf = root.issue_for(spec, test::make_ec_key("P-256"));
  EXPECT_TRUE(leaf.may_be_issued_by(root.certificate()));
  EXPECT_FALSE(leaf.may_be_issued_by(other.certificate()));
  EXPECT_FALSE(leaf.may_be_issued_by(leaf));
  EXPECT_FALSE(leaf.is_self_issued());
  EXPECT_TRUE(root.certificate().is_self_issued());
}

}  // namespace
}  // namespace holdfast

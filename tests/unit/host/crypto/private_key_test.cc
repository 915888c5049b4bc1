// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <openssl/encoder.h>
#include <openssl/pem.h>

#include "crypto/certificate.h"
#include "unit/host/crypto/test_bytes.h"
#include "unit/host/crypto/test_pki.h"

namespace holdfast {
namespace {

using openssl::KeyPtr;

void expect_error(ErrorCode code, ByteView data) {
  const auto key = PrivateKey::parse(data);
  ASSERT_FALSE(key.has_value());
  EXPECT_EQ(key.error().code, code) << key.error().sentence;
  EXPECT_FALSE(key.error().sentence.empty());
}

/// As "DER" or "PEM", "type-specific" (PKCS#1, SEC 1) or "PrivateKeyInfo" (PKCS#8).
Bytes written(const KeyPtr& key, const char* form, const char* structure,
              const char* cipher = nullptr) {
  OSSL_ENCODER_CTX* encoder =
      OSSL_ENCODER_CTX_new_for_pkey(key.get(), EVP_PKEY_KEYPAIR, form, structure, nullptr);
  if (cipher != nullptr) {
    OSSL_ENCODER_CTX_set_cipher(encoder, cipher, nullptr);
    OSSL_ENCODER_CTX_set_passphrase(encoder, reinterpret_cast<const unsigned char*>("secret"), 6);
  }
  std::uint8_t* data = nullptr;
  std::size_t size = 0;
  EXPECT_EQ(OSSL_ENCODER_to_data(encoder, &data, &size), 1);
  Bytes out(data, data + size);
  OPENSSL_free(data);
  OSSL_ENCODER_CTX_free(encoder);
  return out;
}

class PrivateKeyForms : public ::testing::TestWithParam<const char*> {};

TEST_P(PrivateKeyForms, AreRead) {
  const KeyPtr key =
      std::string(GetParam()) == "RSA" ? test::make_rsa_key(2048) : test::make_ec_key(GetParam());
  const std::string id = test::parsed_key(key).key_id();
  for (const char* form : {"DER", "PEM"}) {
    for (const char* structure : {"type-specific", "PrivateKeyInfo"}) {
      const auto parsed = PrivateKey::parse(written(key, form, structure));
      ASSERT_TRUE(parsed.has_value()) << form << structure << parsed.error().sentence;
      EXPECT_EQ(parsed->key_id(), id);
    }
  }
}
INSTANTIATE_TEST_SUITE_P(Keys, PrivateKeyForms,
                         ::testing::Values("RSA", "P-256", "P-384", "P-521"));

TEST(PrivateKey, AfterTheParametersOfItsCurve) {
  // As `openssl ecparam -genkey` writes it.
  const KeyPtr key = test::make_ec_key("P-256");
  Bytes file = test::to_pem("EC PARAMETERS", test::unhex("06082a8648ce3d030107"));
  const Bytes pem = written(key, "PEM", "type-specific");
  file.insert(file.end(), pem.begin(), pem.end());
  EXPECT_TRUE(PrivateKey::parse(file).has_value());
}

TEST(PrivateKey, EncryptedOnesAreNotAskedFor) {
  const KeyPtr key = test::make_ec_key("P-256");
  for (const char* form : {"DER", "PEM"}) {
    expect_error(ErrorCode::kUnsupported, written(key, form, "PrivateKeyInfo", "AES-256-CBC"));
  }
}

TEST(PrivateKey, GarbageIsRefused) {
  expect_error(ErrorCode::kBadFormat, {});
  expect_error(ErrorCode::kBadFormat, Bytes{0x30});
  expect_error(ErrorCode::kBadFormat, Bytes{0x30, 0});
  expect_error(ErrorCode::kBadFormat, Bytes(500, 0x30));
  expect_error(ErrorCode::kBadFormat, test::bytes_of("hello"));
  expect_error(ErrorCode::kBadFormat,
               test::bytes_of("-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n"));
  const Bytes der = test::private_der(test::make_ec_key("P-256"));
  for (std::size_t size = 0; size < der.size(); ++size) {
    const auto key = PrivateKey::parse(ByteView(der).first(size));
    EXPECT_FALSE(key.has_value()) << size;
  }
}

TEST(PrivateKey, APublicKeyIsRefused) {
  const KeyPtr key = test::make_ec_key("P-256");
  std::uint8_t* data = nullptr;
  const int size = i2d_PUBKEY(key.get(), &data);
  const Bytes der(data, data + size);
  OPENSSL_free(data);
  expect_error(ErrorCode::kBadFormat, der);
  expect_error(ErrorCode::kBadFormat, test::to_pem("PUBLIC KEY", der));
}

TEST(PrivateKey, TooSmallOrUnknown) {
  expect_error(ErrorCode::kUnsupported, test::private_der(test::make_rsa_key(1024)));
  expect_error(ErrorCode::kUnsupported, test::private_der(test::make_ec_key("P-224")));
  expect_error(ErrorCode::kUnsupported,
               test::private_der(KeyPtr(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"))));
}

TEST(PrivateKey, ARsaKeyOfZeroBitsIsRefused) {
  // RSAPrivateKey whose nine INTEGERs are all 0 (RFC 8017, A.1.2).
  Bytes der = test::unhex("301b");
  for (int i = 0; i < 9; ++i) {
    const Bytes zero = test::unhex("020100");
    der.insert(der.end(), zero.begin(), zero.end());
  }
  const auto key = PrivateKey::parse(der);
  EXPECT_FALSE(key.has_value());
}

TEST(PrivateKey, WithHalvesOfTwoKeysIsRefused) {
  const KeyPtr a = test::make_ec_key("P-256"), b = test::make_ec_key("P-256");
  Bytes mixed = test::private_der(a);
  const Bytes other = test::private_der(b);
  // The public point is the end of the file (RFC 5915, 3).
  std::copy(other.end() - 64, other.end(), mixed.end() - 64);
  expect_error(ErrorCode::kBadFormat, mixed);
}

TEST(PrivateKey, BelongsToItsCertificate) {
  const KeyPtr key = test::make_ec_key("P-256"), other = test::make_ec_key("P-256");
  test::CertificateSpec spec;
  spec.name = "x";
  const Certificate certificate = test::parsed(test::issue(spec, key, "Root", other));
  EXPECT_TRUE(test::parsed_key(key).matches(certificate));
  EXPECT_FALSE(test::parsed_key(other).matches(certificate));
  EXPECT_FALSE(test::parsed_key(test::make_rsa_key(2048)).matches(certificate));
  EXPECT_EQ(test::parsed_key(key).type(), KeyType::kEcdsa);
  EXPECT_EQ(test::parsed_key(key).bits(), 256u);
}

}  // namespace
}  // namespace holdfast

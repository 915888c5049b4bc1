// SPDX-License-Identifier: Apache-2.0
// Signatures of RSA in IKEv1: PKCS#1 padding without a digest identifier.
#include "crypto/signature_key.h"

#include <gtest/gtest.h>
#include <openssl/rsa.h>

#include "unit/host/crypto/dh_test_keys.h"
#include "unit/host/crypto/test_bytes.h"
#include "unit/host/crypto/test_pki.h"

namespace holdfast {
namespace {

using openssl::BnPtr;
using openssl::KeyPtr;
using test::unhex;

/// SHA-1, as a prf of 20 bytes makes HASH_I.
const Bytes kHash = digest(HashAlgorithm::kSha1, {});

Certificate certificate_of(const KeyPtr& key) {
  test::CertificateSpec spec;
  spec.name = "x";
  return test::parsed(test::issue(spec, key, "Root", key));
}

void expect_refused(const Certificate& certificate, ByteView hash, ByteView signature) {
  const Status status = certificate.verify(hash, signature);
  ASSERT_FALSE(status.has_value());
  EXPECT_EQ(status.error().code, ErrorCode::kBadValue);
  EXPECT_FALSE(status.error().sentence.empty());
}

/// The private operation on a padded message of the size of the modulus.
Bytes raw_rsa(const KeyPtr& key, const Bytes& padded) {
  const openssl::KeyContextPtr context(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr));
  Bytes out(padded.size());
  std::size_t size = out.size();
  EXPECT_TRUE(EVP_PKEY_sign_init(context.get()) == 1 &&
              EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_NO_PADDING) == 1 &&
              EVP_PKEY_sign(context.get(), out.data(), &size, padded.data(), padded.size()) == 1);
  return out;
}

/// 00, `type`, `count` bytes of FF, 00, `content`, filled up with `filler` (RFC 2313, 8.1).
Bytes padded(std::uint8_t type, std::size_t count, const Bytes& content, std::uint8_t filler,
             std::size_t size) {
  Bytes out{0, type};
  out.insert(out.end(), count, 0xff);
  out.push_back(0);
  out.insert(out.end(), content.begin(), content.end());
  out.resize(size, filler);
  return out;
}

class RsaSignature : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    key_ = new KeyPtr(test::make_rsa_key(2048));
    certificate_ = new Certificate(certificate_of(*key_));
  }
  static void TearDownTestSuite() {
    delete certificate_;
    delete key_;
  }
  static const KeyPtr& key() { return *key_; }
  static const Certificate& certificate() { return *certificate_; }

 private:
  static KeyPtr* key_;
  static Certificate* certificate_;
};
KeyPtr* RsaSignature::key_ = nullptr;
Certificate* RsaSignature::certificate_ = nullptr;

TEST_F(RsaSignature, OfEveryHashSizeIsVerified) {
  const PrivateKey own = test::parsed_key(key());
  for (const std::size_t size : {16u, 20u, 32u, 48u, 64u}) {
    const Bytes hash(size, static_cast<std::uint8_t>(size));
    const Bytes signature = own.sign(hash);
    EXPECT_EQ(signature.size(), 256u);
    EXPECT_TRUE(certificate().verify(hash, signature).has_value());
    Bytes other = hash;
    other.back() ^= 1;
    expect_refused(certificate(), other, signature);
    expect_refused(certificate(), ByteView(hash).first(size - 1), signature);
  }
}

TEST_F(RsaSignature, IsPaddingOfTypeOneAroundTheHash) {
  // RFC 2409, 5.1: as a private key encryption, so no DigestInfo; made here by hand.
  const Bytes by_hand = raw_rsa(key(), padded(1, 256 - 3 - 20, kHash, 0, 256));
  EXPECT_EQ(test::parsed_key(key()).sign(kHash), by_hand);
  EXPECT_TRUE(certificate().verify(kHash, by_hand).has_value());
}

TEST_F(RsaSignature, WithADigestIdentifierIsRefused) {
  // DigestInfo of SHA-1 (RFC 8017, 9.2), what other protocols put around the hash.
  Bytes info = unhex("3021300906052b0e03021a05000414");
  info.insert(info.end(), kHash.begin(), kHash.end());
  expect_refused(certificate(), kHash,
                 raw_rsa(key(), padded(1, 256 - 3 - info.size(), info, 0, 256)));
}

TEST_F(RsaSignature, WithTrailingGarbageIsRefused) {
  for (const std::size_t garbage : {1u, 8u, 200u}) {
    const std::size_t count = 256 - 3 - 20 - garbage;
    expect_refused(certificate(), kHash, raw_rsa(key(), padded(1, count, kHash, 0, 256)));
    expect_refused(certificate(), kHash, raw_rsa(key(), padded(1, count, kHash, 0xab, 256)));
  }
}

TEST_F(RsaSignature, WithOtherPaddingIsRefused) {
  const std::size_t count = 256 - 3 - 20;
  expect_refused(certificate(), kHash, raw_rsa(key(), padded(2, count, kHash, 0, 256)));
  expect_refused(certificate(), kHash, raw_rsa(key(), padded(0, count, kHash, 0, 256)));
  Bytes hole = padded(1, count, kHash, 0, 256);
  hole[100] = 0xfe;
  expect_refused(certificate(), kHash, raw_rsa(key(), hole));
  Bytes split = padded(1, count, kHash, 0, 256);
  split[100] = 0;
  expect_refused(certificate(), kHash, raw_rsa(key(), split));
  Bytes first = padded(1, count, kHash, 0, 256);
  first[0] = 1;
  Bytes bare(256);
  std::copy(kHash.begin(), kHash.end(), bare.end() - 20);
  expect_refused(certificate(), kHash, raw_rsa(key(), bare));
}

TEST_F(RsaSignature, OfTheWrongSizeIsRefused) {
  const Bytes good = test::parsed_key(key()).sign(kHash);
  expect_refused(certificate(), kHash, {});
  expect_refused(certificate(), kHash, ByteView(good).first(255));
  expect_refused(certificate(), kHash, ByteView(good).subspan(1));
  Bytes longer = good;
  longer.insert(longer.begin(), 0);
  expect_refused(certificate(), kHash, longer);
  longer = good;
  longer.push_back(0);
  expect_refused(certificate(), kHash, longer);
  expect_refused(certificate(), kHash, Bytes(256));
  expect_refused(certificate(), kHash, Bytes(256, 0xff));
}

TEST_F(RsaSignature, WithoutItsLeadingZeroIsRefused) {
  // The number is right and the size is not (RFC 8017, 8.2.2, step 1). One signature in 256.
  const PrivateKey own = test::parsed_key(key());
  Bytes hash(20), signature{1};
  for (unsigned i = 0; signature[0] != 0; ++i) {
    ASSERT_LT(i, 20'000u);
    hash[0] = static_cast<std::uint8_t>(i);
    hash[1] = static_cast<std::uint8_t>(i >> 8);
    signature = own.sign(hash);
  }
  EXPECT_TRUE(certificate().verify(hash, signature).has_value());
  expect_refused(certificate(), hash, ByteView(signature).subspan(1));
}

/// The largest number whose cube is at most `limit`.
BnPtr cube_root(const BIGNUM* limit, BN_CTX* context) {
  BnPtr root(BN_new()), trial(BN_new()), cube(BN_new());
  for (int bit = BN_num_bits(limit) / 3 + 1; bit >= 0; --bit) {
    BN_copy(trial.get(), root.get());
    BN_set_bit(trial.get(), bit);
    BN_sqr(cube.get(), trial.get(), context);
    BN_mul(cube.get(), cube.get(), trial.get(), context);
    if (BN_cmp(cube.get(), limit) <= 0) BN_copy(root.get(), trial.get());
  }
  return root;
}

TEST(RsaSignatureForged, ByACubeRootIsRefused) {
  // With e = 3 anybody finds a number whose cube begins with short padding and the hash; a check
  // that stops at the hash takes it for a signature (Bleichenbacher 2006).
  const KeyPtr key = test::make_rsa_key(2048, 3);
  const Certificate certificate = certificate_of(key);
  const Bytes wanted = padded(1, 8, kHash, 0xff, 256);
  BN_CTX* context = BN_CTX_new();
  const BnPtr root = cube_root(test::number_of(wanted).get(), context);
  BnPtr cube(BN_new());
  BN_sqr(cube.get(), root.get(), context);
  BN_mul(cube.get(), cube.get(), root.get(), context);
  BN_CTX_free(context);
  Bytes begins(256), forged(256);
  BN_bn2binpad(cube.get(), begins.data(), 256);
  BN_bn2binpad(root.get(), forged.data(), 256);
  const std::size_t prefix = 2 + 8 + 1 + 20;
  ASSERT_TRUE(std::equal(wanted.begin(), wanted.begin() + prefix, begins.begin()))
      << "the forgery is none, and the test worth nothing";
  expect_refused(certificate, kHash, forged);
  EXPECT_TRUE(certificate.verify(kHash, test::parsed_key(key).sign(kHash)).has_value());
}

}  // namespace
}  // namespace holdfast

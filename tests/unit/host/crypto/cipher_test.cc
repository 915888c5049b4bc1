// SPDX-License-Identifier: Apache-2.0
#include "crypto/cipher.h"

#include <gtest/gtest.h>

#include "unit/host/crypto/test_bytes.h"

namespace holdfast {
namespace {

using test::hex_of;
using test::unhex;

constexpr const char* kPlain =
    "6bc1bee22e409f96e93d7e117393172a ae2d8a571e03ac9c9eb76fac45af8e51"
    "30c81c46a35ce411e5fbc1191a0a52ef f69f2445df4f9b17ad2b417be66c3710";

struct AesCase {
  const char* key;
  const char* cipher;
};

// SP 800-38A, F.2.1 to F.2.6.
constexpr AesCase kAesCases[] = {
    {"2b7e151628aed2a6abf7158809cf4f3c",
     "7649abac8119b246cee98e9b12e9197d 5086cb9b507219ee95db113a917678b2"
     "73bed6b8e3c1743b7116e69e22229516 3ff1caa1681fac09120eca307586e1a7"},
    {"8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b",
     "4f021db243bc633d7178183a9fa071e8 b4d9ada9ad7dedf4e5e738763f69145a"
     "571b242012fb7ae07fa9baac3df102e0 08b0e27988598881d920a9e64f5615cd"},
    {"603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
     "f58c4c04d6e5f1ba779eabfb5f7bfbd6 9cfc4e967edb808d679f777bc6702c7d"
     "39f23369a9d9bacfa530e26304231461 b2eb05e2c39be9fcda6c19078c6a9d1b"}};

TEST(AesCbc, KnownAnswersOfSp80038A) {
  const Bytes iv = unhex("000102030405060708090a0b0c0d0e0f");
  for (const AesCase& c : kAesCases) {
    const Bytes key = unhex(c.key);
    EXPECT_EQ(cbc_encrypt(CipherAlgorithm::kAesCbc, key, iv, unhex(kPlain)), unhex(c.cipher));
    EXPECT_EQ(cbc_decrypt(CipherAlgorithm::kAesCbc, key, iv, unhex(c.cipher)), unhex(kPlain));
  }
}

/// One block of DES three times, from single-DES known answers: with three equal keys 3DES is DES.
TEST(TripleDesCbc, WithEqualKeysIsDes) {
  // FIPS 81, appendix C, table C1: CBC of "Now is the time for all ".
  const Bytes des_key = unhex("0123456789abcdef");
  Bytes key = des_key;
  key.insert(key.end(), des_key.begin(), des_key.end());
  key.insert(key.end(), des_key.begin(), des_key.end());
  const Bytes iv = unhex("1234567890abcdef");
  const Bytes plain = test::bytes_of("Now is the time for all ");
  const Bytes cipher = unhex("e5c7cdde872bf27c 43e934008c389c0f 683788499a7c05f6");
  EXPECT_EQ(cbc_encrypt(CipherAlgorithm::k3DesCbc, key, iv, plain), cipher);
  EXPECT_EQ(cbc_decrypt(CipherAlgorithm::k3DesCbc, key, iv, cipher), plain);
}

TEST(TripleDesCbc, KnownAnswerWithThreeKeys) {
  // SP 800-67 rev. 1, appendix B.1: TECB, each block on its own, which CBC with IV 0 is for one.
  const Bytes key = unhex("0123456789abcdef 23456789abcdef01 456789abcdef0123");
  const Bytes iv(8, 0);
  const std::pair<const char*, const char*> blocks[] = {{"5468652071756663", "a826fd8ce53b855f"},
                                                        {"6b2062726f776e20", "cce21c8112256fe6"},
                                                        {"666f78206a756d70", "68d5c05dd9b6b900"}};
  for (const auto& [plain, cipher] : blocks) {
    EXPECT_EQ(hex_of(cbc_encrypt(CipherAlgorithm::k3DesCbc, key, iv, unhex(plain))), cipher);
    EXPECT_EQ(hex_of(cbc_decrypt(CipherAlgorithm::k3DesCbc, key, iv, unhex(cipher))), plain);
  }
}

TEST(Cbc, NothingIsNothing) {
  EXPECT_TRUE(cbc_encrypt(CipherAlgorithm::kAesCbc, Bytes(16), Bytes(16), {}).empty());
  EXPECT_TRUE(cbc_decrypt(CipherAlgorithm::k3DesCbc, Bytes(24), Bytes(8), {}).empty());
}

TEST(Cbc, LastBlockIsTheIvOfTheNext) {
  const Bytes key(16, 3), iv(16, 4);
  const Bytes plain = unhex(kPlain);
  const ByteView view(plain);
  const Bytes whole = cbc_encrypt(CipherAlgorithm::kAesCbc, key, iv, plain);
  const Bytes first = cbc_encrypt(CipherAlgorithm::kAesCbc, key, iv, view.first(32));
  const Bytes second =
      cbc_encrypt(CipherAlgorithm::kAesCbc, key, ByteView(first).last(16), view.subspan(32));
  Bytes joined = first;
  joined.insert(joined.end(), second.begin(), second.end());
  EXPECT_EQ(joined, whole);
}

TEST(Cbc, BlockSizes) {
  EXPECT_EQ(block_size(CipherAlgorithm::kAesCbc), 16u);
  EXPECT_EQ(block_size(CipherAlgorithm::k3DesCbc), 8u);
}

TEST(CbcDeath, WrongSizesAreACallersFault) {
  const Bytes b8(8), b15(15), b16(16), b17(17), b24(24);
  EXPECT_DEATH(cbc_encrypt(CipherAlgorithm::kAesCbc, b16, b16, b15), "");
  EXPECT_DEATH(cbc_encrypt(CipherAlgorithm::kAesCbc, b16, b8, b16), "");
  EXPECT_DEATH(cbc_encrypt(CipherAlgorithm::kAesCbc, b17, b16, b16), "");
  EXPECT_DEATH(cbc_decrypt(CipherAlgorithm::k3DesCbc, b16, b8, b8), "");
  EXPECT_DEATH(cbc_decrypt(CipherAlgorithm::kAesCbc, {}, b16, b16), "");
}

}  // namespace
}  // namespace holdfast

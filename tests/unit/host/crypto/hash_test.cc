// SPDX-License-Identifier: Apache-2.0
#include "crypto/hash.h"

#include <gtest/gtest.h>

#include "unit/host/crypto/test_bytes.h"

namespace holdfast {
namespace {

using test::bytes_of;
using test::hex_of;
using test::unhex;

constexpr HashAlgorithm kAll[] = {HashAlgorithm::kMd5, HashAlgorithm::kSha1, HashAlgorithm::kSha256,
                                  HashAlgorithm::kSha384, HashAlgorithm::kSha512};

TEST(Hash, DigestsOfAbc) {
  // RFC 1321, A.5; FIPS 180-4 examples of NIST (SHA-1, SHA-256, SHA-384, SHA-512 of "abc").
  const Bytes abc = bytes_of("abc");
  EXPECT_EQ(hex_of(digest(HashAlgorithm::kMd5, {abc})), "900150983cd24fb0d6963f7d28e17f72");
  EXPECT_EQ(hex_of(digest(HashAlgorithm::kSha1, {abc})),
            "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(hex_of(digest(HashAlgorithm::kSha256, {abc})),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex_of(digest(HashAlgorithm::kSha384, {abc})),
            "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
            "8086072ba1e7cc2358baeca134c825a7");
  EXPECT_EQ(hex_of(digest(HashAlgorithm::kSha512, {abc})),
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
            "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
}

TEST(Hash, PartsAreOneMessage) {
  const Bytes a = bytes_of("a"), b = bytes_of("bc"), none, abc = bytes_of("abc");
  for (const HashAlgorithm algorithm : kAll) {
    EXPECT_EQ(digest(algorithm, {a, none, b}), digest(algorithm, {abc}));
    EXPECT_EQ(prf(algorithm, a, {a, none, b}), prf(algorithm, a, {abc}));
    EXPECT_NE(prf(algorithm, a, {b, a}), prf(algorithm, a, {abc}));
    EXPECT_EQ(digest(algorithm, {abc}).size(), digest_size(algorithm));
  }
}

TEST(Hash, DigestOfNothing) {
  // RFC 1321, A.5 and the example of NIST for the empty message.
  EXPECT_EQ(hex_of(digest(HashAlgorithm::kMd5, {})), "d41d8cd98f00b204e9800998ecf8427e");
  EXPECT_EQ(hex_of(digest(HashAlgorithm::kSha256, {})),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

struct HmacCase {
  HashAlgorithm algorithm;
  Bytes key, data;
  const char* expected;
};

TEST(Prf, KnownAnswersOfRfc2202) {
  const HmacCase cases[] = {
      {HashAlgorithm::kMd5, Bytes(16, 0x0b), bytes_of("Hi There"),
       "9294727a3638bb1c13f48ef8158bfc9d"},
      {HashAlgorithm::kMd5, bytes_of("Jefe"), bytes_of("what do ya want for nothing?"),
       "750c783e6ab0b503eaa86e310a5db738"},
      {HashAlgorithm::kMd5, Bytes(80, 0xaa),
       bytes_of("Test Using Larger Than Block-Size Key - Hash Key First"),
       "6b1ab7fe4bd7bf8f0b62e6ce61b9d0cd"},
      {HashAlgorithm::kSha1, Bytes(20, 0x0b), bytes_of("Hi There"),
       "b617318655057264e28bc0b6fb378c8ef146be00"},
      {HashAlgorithm::kSha1, bytes_of("Jefe"), bytes_of("what do ya want for nothing?"),
       "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"},
      {HashAlgorithm::kSha1, Bytes(80, 0xaa),
       bytes_of("Test Using Larger Than Block-Size Key - Hash Key First"),
       "aa4ae5e15272d00e95705637ce8a3b55ed402112"}};
  for (const HmacCase& c : cases) {
    EXPECT_EQ(hex_of(prf(c.algorithm, c.key, {c.data})), c.expected);
    EXPECT_EQ(hex_of(prf_secret(c.algorithm, c.key, {c.data}).view()), c.expected);
  }
}

TEST(Prf, KnownAnswersOfRfc4231) {
  const Bytes long_key(131, 0xaa);
  const Bytes long_data = bytes_of("Test Using Larger Than Block-Size Key - Hash Key First");
  const HmacCase cases[] = {
      // Test case 2.
      {HashAlgorithm::kSha256, bytes_of("Jefe"), bytes_of("what do ya want for nothing?"),
       "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
      {HashAlgorithm::kSha384, bytes_of("Jefe"), bytes_of("what do ya want for nothing?"),
       "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e"
       "8e2240ca5e69e2c78b3239ecfab21649"},
      {HashAlgorithm::kSha512, bytes_of("Jefe"), bytes_of("what do ya want for nothing?"),
       "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
       "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737"},
      // Test case 6: a key that is longer than the block.
      {HashAlgorithm::kSha256, long_key, long_data,
       "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
      {HashAlgorithm::kSha384, long_key, long_data,
       "4ece084485813e9088d2c63a041bc5b44f9ef1012a2b588f3cd11f05033ac4c6"
       "0c2ef6ab4030fe8296248df163f44952"},
      {HashAlgorithm::kSha512, long_key, long_data,
       "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f352"
       "6b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598"}};
  for (const HmacCase& c : cases) {
    EXPECT_EQ(hex_of(prf(c.algorithm, c.key, {c.data})), c.expected);
    EXPECT_EQ(hex_of(prf_secret(c.algorithm, c.key, {c.data}).view()), c.expected);
  }
}

/// HMAC by its definition (RFC 2104, 2), from digests alone.
Bytes hmac_by_definition(HashAlgorithm algorithm, Bytes key, ByteView data, std::size_t block) {
  if (key.size() > block) key = digest(algorithm, {key});
  key.resize(block, 0);
  Bytes inner = key, outer = key;
  for (std::uint8_t& b : inner) b ^= 0x36;
  for (std::uint8_t& b : outer) b ^= 0x5c;
  return digest(algorithm, {outer, digest(algorithm, {inner, data})});
}

TEST(Prf, KeyOfAnyLength) {
  const Bytes data = bytes_of("HASH_I");
  for (const HashAlgorithm algorithm : kAll) {
    const std::size_t block = digest_size(algorithm) > 32 ? 128 : 64;
    for (const std::size_t size :
         {std::size_t{0}, std::size_t{1}, block - 1, block, block + 1, std::size_t{1000}}) {
      const Bytes key(size, 0x7c);
      EXPECT_EQ(prf(algorithm, key, {data}), hmac_by_definition(algorithm, key, data, block))
          << size << " bytes, algorithm " << static_cast<int>(algorithm);
    }
  }
}

TEST(Prf, NothingStaysFromTheCallBefore) {
  const Bytes key = bytes_of("key"), none, data = bytes_of("data");
  const Bytes empty_key = prf(HashAlgorithm::kSha256, none, {data});
  prf(HashAlgorithm::kSha256, key, {data});
  EXPECT_EQ(prf(HashAlgorithm::kSha256, none, {data}), empty_key);
  EXPECT_NE(prf(HashAlgorithm::kSha256, key, {data}), empty_key);
}

TEST(ConstantTimeCompare, SizesAndBytes) {
  const Bytes a = bytes_of("abcd"), b = bytes_of("abce"), shorter = bytes_of("abc"), none;
  EXPECT_TRUE(is_equal_in_constant_time(a, bytes_of("abcd")));
  EXPECT_FALSE(is_equal_in_constant_time(a, b));
  EXPECT_FALSE(is_equal_in_constant_time(a, shorter));
  EXPECT_FALSE(is_equal_in_constant_time(shorter, a));
  EXPECT_FALSE(is_equal_in_constant_time(a, none));
  EXPECT_TRUE(is_equal_in_constant_time(none, none));
}

TEST(HashDeath, UnknownAlgorithmIsACallersFault) {
  EXPECT_DEATH(digest_size(static_cast<HashAlgorithm>(3)), "");
}

}  // namespace
}  // namespace holdfast

// SPDX-License-Identifier: Apache-2.0
// Keys of RFC 2409 against a second derivation in this file: OpenSSL's one-shot HMAC() and EVP over
// strings that are put together by hand, in the words of the RFC.
#include "ike/keymat.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/hex.h"
#include "ike/protection.h"

namespace holdfast::ike {
namespace {

using Text = std::basic_string<unsigned char>;

Text text_of(ByteView bytes) { return Text(bytes.begin(), bytes.end()); }
Text filled(std::size_t size, unsigned seed) {
  Text text;
  for (std::size_t i = 0; i < size; ++i)
    text.push_back(static_cast<unsigned char>(seed * 37 + i * 11 + i / 7));
  return text;
}
ByteView view(const Text& text) { return {text.data(), text.size()}; }

struct Hash {
  HashAlgorithm algorithm;
  const EVP_MD* (*md)();
};
const Hash kHashes[] = {{HashAlgorithm::kSha1, EVP_sha1},
                        {HashAlgorithm::kSha256, EVP_sha256},
                        {HashAlgorithm::kSha384, EVP_sha384},
                        {HashAlgorithm::kSha512, EVP_sha512},
                        {HashAlgorithm::kMd5, EVP_md5}};

Text hmac(const Hash& hash, const Text& key, const Text& data) {
  unsigned char out[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  HMAC(hash.md(), key.data(), static_cast<int>(key.size()), data.data(), data.size(), out, &size);
  return Text(out, size);
}

Text plain(const Hash& hash, const Text& data) {
  unsigned char out[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  EVP_Digest(data.data(), data.size(), out, &size, hash.md(), nullptr);
  return Text(out, size);
}

const Text kNi = filled(20, 1), kNr = filled(32, 2), kShared = filled(256, 3), kPsk = filled(9, 4);
const Text kGxi = filled(256, 5), kGxr = filled(256, 6);

Cookies cookies() {
  Cookies both;
  for (unsigned i = 0; i < 8; ++i) {
    both.initiator[i] = static_cast<std::uint8_t>(0x10 + i);
    both.responder[i] = static_cast<std::uint8_t>(0xa0 + i);
  }
  return both;
}
const Text kCkyI = text_of(cookies().initiator), kCkyR = text_of(cookies().responder);

Phase1Keys keys_for(const Hash& hash, std::uint16_t key_bits = 128,
                    CipherAlgorithm cipher = CipherAlgorithm::kAesCbc) {
  return derive_phase1({cipher, key_bits, hash.algorithm, DhGroup::kModp2048},
                       skeyid_psk(hash.algorithm, view(kPsk), view(kNi), view(kNr)), view(kShared),
                       cookies());
}

// prf itself: RFC 4231, 4.3 (test case 2), as SKEYID of the key "Jefe" and two halves of the text.
TEST(Keymat, SkeyidOfRfc4231Case2) {
  const Text key = {'J', 'e', 'f', 'e'};
  const std::string words = "what do ya want for nothing?";
  const Text all(words.begin(), words.end());
  const SecretBytes skeyid =
      skeyid_psk(HashAlgorithm::kSha256, view(key), view(all.substr(0, 10)), view(all.substr(10)));
  EXPECT_EQ(hex(skeyid.view()), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(Keymat, SkeyidAndItsThreeChildren) {
  for (const Hash& hash : kHashes) {
    SCOPED_TRACE(static_cast<int>(hash.algorithm));
    const Text skeyid = hmac(hash, kPsk, kNi + kNr);
    const Text d = hmac(hash, skeyid, kShared + kCkyI + kCkyR + Text(1, 0));
    const Text a = hmac(hash, skeyid, d + kShared + kCkyI + kCkyR + Text(1, 1));
    const Text e = hmac(hash, skeyid, a + kShared + kCkyI + kCkyR + Text(1, 2));
    const Phase1Keys keys = keys_for(hash);
    EXPECT_EQ(text_of(keys.skeyid.view()), skeyid);
    EXPECT_EQ(text_of(keys.skeyid_d.view()), d);
    EXPECT_EQ(text_of(keys.skeyid_a.view()), a);
    EXPECT_EQ(text_of(keys.cipher_key.view()), e.substr(0, 16));
  }
}

TEST(Keymat, SkeyidWithSignatures) {
  for (const Hash& hash : kHashes) {
    const SecretBytes skeyid =
        skeyid_signature(hash.algorithm, view(kNi), view(kNr), view(kShared));
    EXPECT_EQ(text_of(skeyid.view()), hmac(hash, kNi + kNr, kShared));
  }
}

// RFC 2409, appendix B: Ka = K1 | K2 | …, K1 = prf(SKEYID_e, 0), K2 = prf(SKEYID_e, K1).
TEST(Keymat, LongCipherKeysAreStretched) {
  for (const Hash& hash : kHashes) {
    for (const std::uint16_t bits : {std::uint16_t{192}, std::uint16_t{256}}) {
      SCOPED_TRACE(std::to_string(static_cast<int>(hash.algorithm)) + " " + std::to_string(bits));
      const Text skeyid = hmac(hash, kPsk, kNi + kNr);
      const Text d = hmac(hash, skeyid, kShared + kCkyI + kCkyR + Text(1, 0));
      const Text a = hmac(hash, skeyid, d + kShared + kCkyI + kCkyR + Text(1, 1));
      const Text e = hmac(hash, skeyid, a + kShared + kCkyI + kCkyR + Text(1, 2));
      Text expected = e;
      if (e.size() < bits / 8u) {
        const Text k1 = hmac(hash, e, Text(1, 0));
        const Text k2 = hmac(hash, e, k1);
        expected = k1 + k2 + hmac(hash, e, k2);
      }
      EXPECT_EQ(text_of(keys_for(hash, bits).cipher_key.view()), expected.substr(0, bits / 8u));
    }
  }
}

TEST(Keymat, IvsOfBothPhases) {
  for (const Hash& hash : kHashes) {
    for (const auto cipher : {CipherAlgorithm::kAesCbc, CipherAlgorithm::k3DesCbc}) {
      const IkeProposal proposal{cipher, 192, hash.algorithm, DhGroup::kModp2048};
      const std::size_t block = cipher == CipherAlgorithm::kAesCbc ? 16 : 8;
      EXPECT_EQ(text_of(phase1_iv(proposal, view(kGxi), view(kGxr))),
                plain(hash, kGxi + kGxr).substr(0, block));
      const Text last = filled(block, 8), id = {0x01, 0x02, 0xfe, 0xff};
      EXPECT_EQ(text_of(phase2_iv(proposal, view(last), 0x0102'feff)),
                plain(hash, last + id).substr(0, block));
    }
  }
}

TEST(Keymat, HashesOfMainMode) {
  const Text sai = filled(60, 9), idii = filled(14, 10), idir = filled(12, 11);
  for (const Hash& hash : kHashes) {
    const Phase1Keys keys = keys_for(hash);
    const Text skeyid = hmac(hash, kPsk, kNi + kNr);
    EXPECT_EQ(text_of(hash_i(hash.algorithm, keys, view(kGxi), view(kGxr), cookies(), view(sai),
                             view(idii))),
              hmac(hash, skeyid, kGxi + kGxr + kCkyI + kCkyR + sai + idii));
    EXPECT_EQ(text_of(hash_r(hash.algorithm, keys, view(kGxi), view(kGxr), cookies(), view(sai),
                             view(idir))),
              hmac(hash, skeyid, kGxr + kGxi + kCkyR + kCkyI + sai + idir));
  }
}

TEST(Keymat, HashesOfQuickMode) {
  const Text id = {0xde, 0xad, 0xbe, 0xef}, rest = filled(100, 12);
  for (const Hash& hash : kHashes) {
    const Phase1Keys keys = keys_for(hash);
    const Text a = text_of(keys.skeyid_a.view());
    EXPECT_EQ(text_of(hash_phase2(keys, 0xdead'beef, {view(rest)})), hmac(hash, a, id + rest));
    EXPECT_EQ(text_of(hash_phase2(keys, 0xdead'beef, {view(kNi), view(rest)})),
              hmac(hash, a, id + kNi + rest));
    EXPECT_EQ(text_of(hash_quick_3(keys, 0xdead'beef, view(kNi), view(kNr))),
              hmac(hash, a, Text(1, 0) + id + kNi + kNr));
  }
}

// RFC 2409, 5.5: K1 = prf(SKEYID_d, [g^xy |] protocol | SPI | Ni | Nr), K2 = prf(…, K1 | …).
TEST(Keymat, KeymatOfEverySizeWithAndWithoutPfs) {
  const Text spi = {0x12, 0x34, 0x56, 0x78};
  for (const Hash& hash : kHashes) {
    const Phase1Keys keys = keys_for(hash);
    const Text d = text_of(keys.skeyid_d.view());
    for (const Text& shared : {Text(), kShared}) {
      const Text seed = shared + Text(1, 3) + spi + kNi + kNr;
      const Text k1 = hmac(hash, d, seed), k2 = hmac(hash, d, k1 + seed);
      const Text k3 = hmac(hash, d, k2 + seed), k4 = hmac(hash, d, k3 + seed);
      const Text k5 = hmac(hash, d, k4 + seed);
      for (const std::size_t size : {1u, 16u, 20u, 36u, 48u, 64u, 72u}) {
        const SecretBytes material =
            keymat(keys, view(shared), 3, 0x1234'5678, view(kNi), view(kNr), size);
        EXPECT_EQ(text_of(material.view()), (k1 + k2 + k3 + k4 + k5).substr(0, size));
      }
    }
  }
}

// CBC by OpenSSL alone: what seal() makes, and that the next IV is the last block.
TEST(Keymat, SealedMessagesAreCbcWithZerosBehind) {
  const Phase1Keys keys = keys_for(kHashes[1], 256);
  isakmp::PayloadWriter payloads;
  const Text body = filled(21, 13);
  payloads.add(isakmp::PayloadType::kHash, view(body));
  Bytes iv = phase2_iv(keys.proposal, view(filled(16, 14)), 7);
  const Bytes first_iv = iv;
  const Bytes message = seal({}, payloads, keys, iv);
  ASSERT_EQ(message.size(), 28u + 32u);
  EXPECT_TRUE(std::equal(iv.begin(), iv.end(), message.end() - 16));
  EVP_CIPHER_CTX* context = EVP_CIPHER_CTX_new();
  unsigned char clear[64];
  int size = 0;
  EVP_DecryptInit_ex(context, EVP_aes_256_cbc(), nullptr, keys.cipher_key.view().data(),
                     first_iv.data());
  EVP_CIPHER_CTX_set_padding(context, 0);
  EVP_DecryptUpdate(context, clear, &size, message.data() + 28, 32);
  EVP_CIPHER_CTX_free(context);
  const Text head = {0, 0, 0, 25};
  EXPECT_EQ(Text(clear, 32), head + body + Text(7, 0));
}

}  // namespace
}  // namespace holdfast::ike

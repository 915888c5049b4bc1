// SPDX-License-Identifier: Apache-2.0
// Signatures of ECDSA in IKEv1: r | s over HASH_I as it is.
#include <gtest/gtest.h>

#include "crypto/signature_key.h"
#include "unit/host/crypto/dh_test_keys.h"
#include "unit/host/crypto/test_bytes.h"
#include "unit/host/crypto/test_pki.h"

namespace holdfast {
namespace {

using openssl::KeyPtr;
using test::unhex;

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

struct EcdsaCase {
  const char *curve, *w, *gw, *r, *s;
  HashAlgorithm hash;
};

// RFC 4754, 8.1 to 8.3: signatures over the digest of "abc".
constexpr EcdsaCase kEcdsa[] = {
    {"P-256", "dc51d3866a15bacde33d96f992fca99da7e6ef0934e7097559c27f1614c88a7f",
     "2442a5cc0ecd015fa3ca31dc8e2bbc70bf42d60cbca20085e0822cb04235e970"
     "6fc98bd7e50211a4a27102fa3549df79ebcb4bf246b80945cddfe7d509bbfd7d",
     "cb28e0999b9c7715fd0a80d8e47a77079716cbbf917dd72e97566ea1c066957c",
     "86fa3bb4e26cad5bf90b7f81899256ce7594bb1ea0c89212748bff3b3d5b0315", HashAlgorithm::kSha256},
    {"P-384",
     "0beb646634ba87735d77ae4809a0ebea865535de4c1e1dcb692e84708e81a5af62e528c38b2a81b35309668d73524"
     "d"
     "9f",
     "96281bf8dd5e0525ca049c048d345d3082968d10fedf5c5aca0c64e6465a97ea5ce10c9dfec21797415710721f437"
     "9"
     "22447688ba94708eb6e2e4d59f6ab6d7edff9301d249fe49c33096655f5d502fad3d383b91c5e7edaa2b714cc99d5"
     "7"
     "43ca",
     "fb017b914e29149432d8bac29a514640b46f53ddab2c69948084e2930f1c8f7e08e07c9c63f2d21a07dcb56a6af56"
     "e"
     "b3",
     "b263a1305e057f984d38726a1b46874109f417bca112674c528262a40a629af1cbb9f516ce0fa7d2ff630863a00e8"
     "b"
     "9f",
     HashAlgorithm::kSha384},
    {"P-521",
     "0065fda3409451dcab0a0ead45495112a3d813c17bfd34bdf8c1209d7df5849120597779060a7ff9d704adf78b570"
     "f"
     "fad6f062e95c7e0c5d5481c5b153b48b375fa1",
     "0151518f1af0f563517edd5485190df95a4bf57b5cba4cf2a9a3f6474725a35f7afe0a6ddeb8bedbcd6a197e592d4"
     "0"
     "188901cecd650699c9b5e456aea5add19052a8006f3b142ea1bfff7e2837ad44c9e4ff6d2d34c73184bbad90026dd"
     "5"
     "e6e85317d9df45cad7803c6c20035b2f3ff63aff4e1ba64d1c077577da3f4286c58f0aeae643",
     "0154fd3836af92d0dca57dd5341d3053988534fde8318fc6aaaab68e2e6f4339b19f2f281a7e0b22c269d93cf8794"
     "a"
     "9278880ed7dbb8d9362caeacee544320552251",
     "017705a7030290d1ceb605a9a1bb03ff9cdd521e87a696ec926c8c10c8362df4975367101f67d1cf9bccbf2f3d239"
     "5"
     "34fa509e70aac851ae01aac68d62f866472660",
     HashAlgorithm::kSha512}};

KeyPtr key_of(const EcdsaCase& c) { return test::ec_key_with(c.curve, unhex(c.w), unhex(c.gw)); }

Bytes joined(Bytes a, const Bytes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

TEST(EcdsaSignature, KnownAnswersOfRfc4754) {
  for (const EcdsaCase& c : kEcdsa) {
    const Certificate certificate = certificate_of(key_of(c));
    const Bytes hash = digest(c.hash, {test::bytes_of("abc")});
    Bytes signature = joined(unhex(c.r), unhex(c.s));
    EXPECT_TRUE(certificate.verify(hash, signature).has_value()) << c.curve;
    signature[signature.size() / 2 - 1] ^= 1;
    expect_refused(certificate, hash, signature);
  }
}

TEST(EcdsaSignature, IsMadeInFixedSize) {
  for (const EcdsaCase& c : kEcdsa) {
    const KeyPtr key = key_of(c);
    const PrivateKey own = test::parsed_key(key);
    const Certificate certificate = certificate_of(key);
    EXPECT_EQ(own.signature_hash(), c.hash);
    const Bytes hash = digest(c.hash, {test::bytes_of("HASH_I")});
    // r or s has leading zeros in one of a hundred.
    for (int i = 0; i < 200; ++i) {
      const Bytes signature = own.sign(hash);
      ASSERT_EQ(signature.size(), unhex(c.r).size() * 2);
      ASSERT_TRUE(certificate.verify(hash, signature).has_value());
      if (c.hash != HashAlgorithm::kSha256 && i == 8) break;  // the other curves are slow
    }
  }
}

TEST(EcdsaSignature, WrongOnesAreRefused) {
  for (const EcdsaCase& c : kEcdsa) {
    const Certificate certificate = certificate_of(key_of(c));
    const Bytes hash = digest(c.hash, {test::bytes_of("abc")});
    const Bytes r = unhex(c.r), s = unhex(c.s), zero(r.size()), ones(r.size(), 0xff);
    const Bytes good = joined(r, s);
    expect_refused(certificate, hash, {});
    expect_refused(certificate, hash, ByteView(good).first(good.size() - 1));
    expect_refused(certificate, hash, ByteView(good).first(good.size() - 2));
    expect_refused(certificate, hash, joined(good, Bytes(1)));
    expect_refused(certificate, hash, joined(good, Bytes(2)));
    expect_refused(certificate, hash, joined(zero, zero));
    expect_refused(certificate, hash, joined(r, zero));
    expect_refused(certificate, hash, joined(zero, s));
    expect_refused(certificate, hash, joined(ones, ones));
    expect_refused(certificate, hash, joined(s, r));
    Bytes other = hash;
    other[0] ^= 1;
    expect_refused(certificate, other, good);
  }
}

TEST(EcdsaSignature, DerIsRefused) {
  // SEQUENCE of two INTEGERs, as TLS has it and IKE has not (RFC 4754, 7).
  const EcdsaCase& c = kEcdsa[0];
  const Bytes der =
      joined(joined(unhex("3046022100"), unhex(c.r)), joined(unhex("022100"), unhex(c.s)));
  expect_refused(certificate_of(key_of(c)), digest(c.hash, {test::bytes_of("abc")}), der);
}

TEST(EcdsaSignature, AHashOfAnotherMethodIsRefused) {
  // A good signature of P-384 over 32 bytes, as if the method were ECDSA-256.
  const KeyPtr key = key_of(kEcdsa[1]);
  const openssl::KeyTraits unbound{KeyType::kEcdsa, 384, std::nullopt, 96};
  const Certificate certificate = certificate_of(key);
  for (const std::size_t size : {20u, 32u, 64u}) {
    const Bytes hash(size, 1);
    const Bytes signature = openssl::make_signature(key.get(), unbound, hash);
    ASSERT_TRUE(openssl::verify_signature(key.get(), unbound, hash, signature).has_value());
    expect_refused(certificate, hash, signature);
  }
}

TEST(SignatureDeath, WhatACallerMustNotDo) {
  const PrivateKey key = test::parsed_key(test::make_ec_key("P-256"));
  EXPECT_DEATH(key.sign(Bytes(20)), "");
  EXPECT_DEATH(key.sign({}), "");
}

}  // namespace
}  // namespace holdfast

// SPDX-License-Identifier: Apache-2.0
#include "crypto/diffie_hellman.h"

#include <gtest/gtest.h>

#include "unit/host/crypto/dh_test_keys.h"

namespace holdfast {
namespace {

using test::hex_of;
using test::unhex;

constexpr DhGroup kAll[] = {DhGroup::kModp1024, DhGroup::kModp1536, DhGroup::kModp2048,
                            DhGroup::kModp3072, DhGroup::kModp4096, DhGroup::kEcp256,
                            DhGroup::kEcp384,   DhGroup::kEcp521,   DhGroup::kCurve25519};
constexpr DhGroup kModp[] = {DhGroup::kModp1024, DhGroup::kModp1536, DhGroup::kModp2048,
                             DhGroup::kModp3072, DhGroup::kModp4096};
constexpr DhGroup kEcp[] = {DhGroup::kEcp256, DhGroup::kEcp384, DhGroup::kEcp521};

std::unique_ptr<DiffieHellman> make(DhGroup group) {
  auto dh = DiffieHellman::create(group);
  EXPECT_TRUE(dh.has_value());
  return std::move(*dh);
}

void expect_refused(const DiffieHellman& dh, ByteView value, const std::string& part = "value") {
  const auto secret = dh.shared_secret(value);
  ASSERT_FALSE(secret.has_value());
  EXPECT_EQ(secret.error().code, ErrorCode::kBadValue);
  EXPECT_NE(secret.error().sentence.find(part), std::string::npos) << secret.error().sentence;
}

TEST(DiffieHellman, BothEndsAgree) {
  for (const DhGroup group : kAll) {
    const auto a = make(group), b = make(group);
    EXPECT_EQ(a->public_value().size(), public_value_size(group));
    EXPECT_NE(hex_of(a->public_value()), hex_of(b->public_value()));
    const auto ab = a->shared_secret(b->public_value()), ba = b->shared_secret(a->public_value());
    ASSERT_TRUE(ab.has_value() && ba.has_value()) << static_cast<int>(group);
    EXPECT_EQ(hex_of(ab->view()), hex_of(ba->view()));
  }
}

TEST(DiffieHellman, SizesOfGroups) {
  // RFC 3526; RFC 5903, 7; RFC 8031, 3.1.
  const std::size_t sizes[] = {128, 192, 256, 384, 512, 64, 96, 132, 32};
  for (std::size_t i = 0; i < std::size(kAll); ++i) EXPECT_EQ(public_value_size(kAll[i]), sizes[i]);
  EXPECT_EQ(public_value_size(DhGroup::kNone), 0u);
  EXPECT_EQ(public_value_size(static_cast<DhGroup>(1)), 0u);
}

TEST(DiffieHellman, UnknownGroupIsUnsupported) {
  const auto dh = DiffieHellman::create(static_cast<DhGroup>(1));
  ASSERT_FALSE(dh.has_value());
  EXPECT_EQ(dh.error().code, ErrorCode::kUnsupported);
}

TEST(DiffieHellman, WrongLengthIsRefused) {
  for (const DhGroup group : kAll) {
    const auto dh = make(group);
    const auto other = make(group);
    const Bytes peer(other->public_value().begin(), other->public_value().end());
    expect_refused(*dh, {});
    expect_refused(*dh, ByteView(peer).first(1));
    expect_refused(*dh, ByteView(peer).first(peer.size() - 1));
    Bytes longer = peer;
    longer.push_back(0);
    expect_refused(*dh, longer);
    longer.pop_back();
    longer.insert(longer.begin(), 0);
    expect_refused(*dh, longer);
  }
}

Bytes sum_with(Bytes number, unsigned addend) {
  for (std::size_t i = number.size(); addend != 0 && i-- > 0; addend >>= 8) {
    addend += number[i];
    number[i] = static_cast<std::uint8_t>(addend);
  }
  return number;
}

TEST(Modp, ValuesAtTheEdgesAreRefused) {
  for (const DhGroup group : kModp) {
    const auto dh = make(group);
    const std::size_t size = public_value_size(group);
    const Bytes minus_one = modp_prime_minus_one(*openssl::find_dh_group(group));
    expect_refused(*dh, Bytes(size), "0, 1, p-1");               // 0
    expect_refused(*dh, sum_with(Bytes(size), 1), "0, 1, p-1");  // 1
    expect_refused(*dh, minus_one, "0, 1, p-1");                 // p - 1
    expect_refused(*dh, sum_with(minus_one, 1), "0, 1, p-1");    // p
    expect_refused(*dh, sum_with(minus_one, 2), "0, 1, p-1");    // p + 1
    expect_refused(*dh, Bytes(size, 0xff), "0, 1, p-1");
    // The neighbours are values like others: 2, and p - 2.
    EXPECT_TRUE(dh->shared_secret(sum_with(Bytes(size), 2)).has_value());
    Bytes minus_two = minus_one;
    minus_two.back() = static_cast<std::uint8_t>(minus_two.back() - 1);
    EXPECT_TRUE(dh->shared_secret(minus_two).has_value());
  }
}

/// 2^exponent, big-endian in `size` bytes.
Bytes power_of_two(std::size_t size, unsigned exponent) {
  Bytes out(size);
  out[size - 1 - exponent / 8] = static_cast<std::uint8_t>(1u << (exponent % 8));
  return out;
}

TEST(Modp, KnownAnswersByArithmetic) {
  // g = 2, so 2^x and (2^x)^y are single bits as long as they stay below the prime; and a secret
  // with leading zeros is padded to the size of the prime (RFC 2409, 5).
  for (const DhGroup group : kModp) {
    const std::size_t size = public_value_size(group);
    const auto dh = test::modp_with(group, 11);
    EXPECT_EQ(hex_of(dh->public_value()), hex_of(power_of_two(size, 11)));
    const auto secret = dh->shared_secret(power_of_two(size, 77));
    ASSERT_TRUE(secret.has_value());
    EXPECT_EQ(hex_of(secret->view()), hex_of(power_of_two(size, 847)));
  }
}

struct EcpCase {
  DhGroup group;
  const char *i, *gi, *r, *gr, *secret;
};

// RFC 5903, 8.1 to 8.3: i, gix | giy, r, grx | gry, girx.
constexpr EcpCase kEcpCases[] = {
    {DhGroup::kEcp256, "c88f01f510d9ac3f70a292daa2316de544e9aab8afe84049c62a9c57862d1433",
     "dad0b65394221cf9b051e1feca5787d098dfe637fc90b9ef945d0c3772581180"
     "5271a0461cdb8252d61f1c456fa3e59ab1f45b33accf5f58389e0577b8990bb3",
     "c6ef9c5d78ae012a011164acb397ce2088685d8f06bf9be0b283ab46476bee53",
     "d12dfb5289c8d4f81208b70270398c342296970a0bccb74c736fc7554494bf63"
     "56fbf3ca366cc23e8157854c13c58d6aac23f046ada30f8353e74f33039872ab",
     "d6840f6b42f6edafd13116e0e12565202fef8e9ece7dce03812464d04b9442de"},
    {DhGroup::kEcp384,
     "099f3c7034d4a2c699884d73a375a67f7624ef7c6b3c0f160647b67414dce655"
     "e35b538041e649ee3faef896783ab194",
     "667842d7d180ac2cde6f74f37551f55755c7645c20ef73e31634fe72b4c55ee6"
     "de3ac808acb4bdb4c88732aee95f41aa"
     "9482ed1fc0eeb9cafc4984625ccfc23f65032149e0e144ada024181535a0f38e"
     "eb9fcff3c2c947dae69b4c634573a81c",
     "41cb0779b4bdb85d47846725fbec3c9430fab46cc8dc5060855cc9bda0aa2942"
     "e0308312916b8ed2960e4bd55a7448fc",
     "e558dbef53eecde3d3fccfc1aea08a89a987475d12fd950d83cfa41732bc509d"
     "0d1ac43a0336def96fda41d0774a3571"
     "dcfbec7aacf3196472169e838430367f66eebe3c6e70c416dd5f0c68759dd1ff"
     "f83fa40142209dff5eaad96db9e6386c",
     "11187331c279962d93d604243fd592cb9d0a926f422e47187521287e7156c5c4"
     "d603135569b9e9d09cf5d4a270f59746"},
    {DhGroup::kEcp521,
     "0037ade9319a89f4dabdb3ef411aaccca5123c61acab57b5393dce47608172a0"
     "95aa85a30fe1c2952c6771d937ba9777f5957b2639bab072462f68c27a57382d4a52",
     "0015417e84dbf28c0ad3c278713349dc7df153c897a1891bd98bab4357c9ecbe"
     "e1e3bf42e00b8e380aeae57c2d107564941885942af5a7f4601723c4195d176ced3e"
     "017cae20b6641d2eeb695786d8c946146239d099e18e1d5a514c739d7cb4a10a"
     "d8a788015ac405d7799dc75e7b7d5b6cf2261a6a7f1507438bf01beb6ca3926f9582",
     "0145ba99a847af43793fdd0e872e7cdfa16be30fdc780f97bccc3f078380201e"
     "9c677d600b343757a3bdbf2a3163e4c2f869cca7458aa4a4effc311f5cb151685eb9",
     "00d0b3975ac4b799f5bea16d5e13e9af971d5e9b984c9f39728b5e5739735a21"
     "9b97c356436adc6e95bb0352f6be64a6c2912d4ef2d0433ced2b6171640012d9460f"
     "015c68226383956e3bd066e797b623c27ce0eac2f551a10c2c724d9852077b87"
     "220b6536c5c408a1d2aebb8e86d678ae49cb57091f4732296579ab44fcd17f0fc56a",
     "01144c7d79ae6956bc8edb8e7c787c4521cb086fa64407f97894e5e6b2d79b04"
     "d1427e73ca4baa240a34786859810c06b3c715a3a8cc3151f2bee417996d19f3ddea"}};

TEST(Ecp, KnownAnswersOfRfc5903) {
  for (const EcpCase& c : kEcpCases) {
    const auto i = test::ecp_with(c.group, unhex(c.i), unhex(c.gi));
    const auto r = test::ecp_with(c.group, unhex(c.r), unhex(c.gr));
    EXPECT_EQ(hex_of(i->public_value()), c.gi);
    const auto at_i = i->shared_secret(unhex(c.gr)), at_r = r->shared_secret(unhex(c.gi));
    ASSERT_TRUE(at_i.has_value() && at_r.has_value());
    EXPECT_EQ(hex_of(at_i->view()), c.secret);
    EXPECT_EQ(hex_of(at_r->view()), c.secret);
  }
}

TEST(Ecp, WhatIsNotOnTheCurveIsRefused) {
  for (const EcpCase& c : kEcpCases) {
    const auto dh = make(c.group);
    const Bytes point = unhex(c.gi);
    for (const std::size_t at : {std::size_t{7}, point.size() - 1}) {
      Bytes damaged = point;
      damaged[at] ^= 1;
      expect_refused(*dh, damaged);
    }
    expect_refused(*dh, Bytes(point.size()));        // (0, 0)
    expect_refused(*dh, Bytes(point.size(), 0xff));  // coordinates beyond the prime
  }
}

TEST(Ecp, TheSamePointWithAHigherCoordinateIsRefused) {
  // x + p fits only where p leaves room for it: P-521 in 66 bytes.
  Bytes point = unhex(kEcpCases[2].gi);
  // p = 2^521 - 1, so x + p is x - 1 with bit 521 set.
  Bytes x(point.begin(), point.begin() + 66);
  ASSERT_NE(x.back(), 0);
  x.back() = static_cast<std::uint8_t>(x.back() - 1);
  x[0] = static_cast<std::uint8_t>(x[0] | 2);
  std::copy(x.begin(), x.end(), point.begin());
  expect_refused(*make(DhGroup::kEcp521), point);
}

TEST(Ecp, APointOfAnotherCurveIsRefused) {
  for (const DhGroup group : kEcp) {
    Bytes x25519(public_value_size(group));
    const auto other = make(DhGroup::kCurve25519);
    std::copy(other->public_value().begin(), other->public_value().end(), x25519.begin());
    expect_refused(*make(group), x25519);
  }
}

TEST(Curve25519, KnownAnswersOfRfc7748) {
  // Section 6.1.
  const auto alice =
      test::x25519_with(unhex("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a"));
  const std::string bob = "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f";
  EXPECT_EQ(hex_of(alice->public_value()),
            "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a");
  const auto secret = alice->shared_secret(unhex(bob));
  ASSERT_TRUE(secret.has_value());
  EXPECT_EQ(hex_of(secret->view()),
            "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742");
  // Section 5.2, second case: the top bit of the coordinate is not looked at.
  const auto other =
      test::x25519_with(unhex("4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d"));
  const auto result = other->shared_secret(
      unhex("e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493"));
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(hex_of(result->view()),
            "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957");
}

TEST(Curve25519, PointsOfSmallOrderAreRefused) {
  // Their orders are 1, 2, 4 and 8, so every private value gives zero (RFC 7748, 6.1 and 7).
  const char* points[] = {"0000000000000000000000000000000000000000000000000000000000000000",
                          "0100000000000000000000000000000000000000000000000000000000000000",
                          "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
                          "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
                          "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                          "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                          "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"};
  const auto dh = make(DhGroup::kCurve25519);
  for (const char* point : points) expect_refused(*dh, unhex(point));
}

TEST(DiffieHellmanDeath, NoGroupIsACallersFault) {
  EXPECT_DEATH((void)DiffieHellman::create(DhGroup::kNone), "");
}

}  // namespace
}  // namespace holdfast

// SPDX-License-Identifier: Apache-2.0
// The primes against the formula that the RFCs give for them, and the sizes of private values.
#include "crypto/dh_group.h"

#include <gtest/gtest.h>
#include <openssl/core_names.h>

#include "unit/host/crypto/dh_test_keys.h"

namespace holdfast::openssl {
namespace {

/// arctan(1/x) * 2^bits, cut off.
BnPtr arctan_of_inverse(unsigned x, int bits) {
  BnPtr sum(BN_new()), power(BN_new());
  const BN_ULONG square = x * x;
  BN_set_bit(power.get(), bits);
  BN_div_word(power.get(), x);
  for (unsigned n = 1; !BN_is_zero(power.get()); n += 2) {
    const BnPtr term(BN_dup(power.get()));
    BN_div_word(term.get(), n);
    if (n % 4 == 1) {
      BN_add(sum.get(), sum.get(), term.get());
    } else {
      BN_sub(sum.get(), sum.get(), term.get());
    }
    BN_div_word(power.get(), square);
  }
  return sum;
}

/// [2^bits * pi], by Machin: pi = 16 arctan(1/5) - 4 arctan(1/239).
BnPtr pi_times_power_of_two(int bits) {
  constexpr int kGuard = 64;
  BnPtr a = arctan_of_inverse(5, bits + kGuard);
  const BnPtr b = arctan_of_inverse(239, bits + kGuard);
  BN_mul_word(a.get(), 16);
  BN_mul_word(b.get(), 4);
  BN_sub(a.get(), a.get(), b.get());
  BN_rshift(a.get(), a.get(), kGuard);
  return a;
}

struct PrimeCase {
  DhGroup group;
  int bits;
  unsigned offset;
};

// RFC 2409, 6.2; RFC 3526, 2 to 5.
constexpr PrimeCase kPrimes[] = {{DhGroup::kModp1024, 1024, 129093},
                                 {DhGroup::kModp1536, 1536, 741804},
                                 {DhGroup::kModp2048, 2048, 124476},
                                 {DhGroup::kModp3072, 3072, 1690314},
                                 {DhGroup::kModp4096, 4096, 240904}};

/// 2^n - 2^(n-64) - 1 + 2^64 * ([2^(n-130) pi] + offset)
BnPtr prime_by_formula(const PrimeCase& c) {
  BnPtr prime = pi_times_power_of_two(c.bits - 130);
  BN_add_word(prime.get(), c.offset);
  BN_lshift(prime.get(), prime.get(), 64);
  const BnPtr top(BN_new()), below(BN_new());
  BN_set_bit(top.get(), c.bits);
  BN_set_bit(below.get(), c.bits - 64);
  BN_add(prime.get(), prime.get(), top.get());
  BN_sub(prime.get(), prime.get(), below.get());
  BN_sub_word(prime.get(), 1);
  return prime;
}

TEST(DhGroup, PrimesAreThoseOfTheFormula) {
  for (const PrimeCase& c : kPrimes) {
    const DhGroupInfo& info = *find_dh_group(c.group);
    BnPtr prime = test::number_of(modp_prime_minus_one(info));
    BN_add_word(prime.get(), 1);
    EXPECT_EQ(BN_cmp(prime.get(), prime_by_formula(c).get()), 0) << c.bits;
    BIGNUM* generator = nullptr;
    ASSERT_EQ(EVP_PKEY_get_bn_param(dh_parameters(info), OSSL_PKEY_PARAM_FFC_G, &generator), 1);
    EXPECT_EQ(BN_is_word(generator, 2), 1);
    BN_free(generator);
    EXPECT_EQ(info.public_bytes * 8, static_cast<std::size_t>(c.bits));
  }
}

TEST(DhGroup, ExponentsHaveTheSizeOfTheTable) {
  for (const PrimeCase& c : kPrimes) {
    const DhGroupInfo& info = *find_dh_group(c.group);
    int longest = 0;
    for (int i = 0; i < 8; ++i) {
      const KeyPtr key = generate_dh_key(info);
      ASSERT_NE(key, nullptr);
      BIGNUM* value = nullptr;
      ASSERT_EQ(EVP_PKEY_get_bn_param(key.get(), OSSL_PKEY_PARAM_PRIV_KEY, &value), 1);
      longest = std::max(longest, BN_num_bits(value));
      BN_clear_free(value);
    }
    // The longest of eight is more than 32 bits short once in 2^256.
    EXPECT_LE(longest, info.private_bits) << c.bits;
    EXPECT_GT(longest, info.private_bits - 32) << c.bits;
  }
}

TEST(DhGroup, UnknownOnesAreNotThere) {
  EXPECT_EQ(find_dh_group(DhGroup::kNone), nullptr);
  EXPECT_EQ(find_dh_group(static_cast<DhGroup>(22)), nullptr);
}

}  // namespace
}  // namespace holdfast::openssl

// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "Vcrypto_aes_round_model.h"
#include "aes_reference.h"
#include "support/sim.h"

namespace holdfast::test {
namespace {

enum Kind : std::uint8_t { kPass, kFull, kLast };

class CryptoAesRound : public testing::Test {
 protected:
  CryptoAesRound() {
    sim.top().clear_i = sim.top().valid_i = 0;
    sim.reset();
  }
  Bytes round(Kind kind, const Bytes& state, const Bytes& key) {
    auto& top = sim.top();
    top.kind_i = kind;
    put_top_first(top.state_i, state, 16);
    put_top_first(top.round_key_i, key, 16);
    top.valid_i = 1;
    sim.step();
    top.valid_i = 0;
    // What stands at the inputs afterwards does not matter.
    put_top_first(top.state_i, key, 16);
    sim.step();
    return get_top_first(top.state_o, 16);
  }
  /// The cipher, round by round through the one register.
  Bytes encrypt(const Bytes& key, const Bytes& block) {
    const Bytes expanded = expand_key(key);
    const std::size_t rounds = key.size() / 4 + 6;
    Bytes state = block;
    for (std::size_t n = 0; n < 16; ++n) state[n] ^= expanded[n];
    for (std::size_t r = 1; r <= rounds; ++r)
      state = round(r == rounds ? kLast : kFull, state, round_key(expanded, r));
    return state;
  }
  Sim<Vcrypto_aes_round_model> sim;
};

TEST_F(CryptoAesRound, AnswersKnownCases) {
  for (const VectorCase& c : read_vectors("gcm_aes.txt")) {
    const Bytes key = from_hex(c.at("key")), block = from_hex(c.at("plaintext"));
    EXPECT_EQ(encrypt(key, block), from_hex(c.at("ciphertext"))) << c.at("case");
  }
}

TEST_F(CryptoAesRound, AgreesWithOpensslOverAllRounds) {
  const auto seed = seed_or(121);
  SCOPED_TRACE("HOLDFAST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  for (unsigned n = 0; n < 300; ++n) {
    const Bytes key = random_key(random), block = random_bytes(random, 16);
    ASSERT_EQ(encrypt(key, block), aes_encrypt(key, block));
  }
}

// Each byte value at each place: a round alone, so that no other round covers for it.
TEST_F(CryptoAesRound, EveryByteAtEveryPlace) {
  std::mt19937_64 random(122);
  for (unsigned value = 0; value < 256; ++value) {
    for (std::size_t place = 0; place < 16; ++place) {
      Bytes state = random_bytes(random, 16);
      const Bytes key = random_bytes(random, 16);
      state[place] = static_cast<std::uint8_t>(value);
      ASSERT_EQ(round(kFull, state, key), aes_round(state, key, false));
      ASSERT_EQ(round(kLast, state, key), aes_round(state, key, true));
      ASSERT_EQ(round(kPass, state, key), state);
    }
  }
}

TEST_F(CryptoAesRound, ClearLeavesZero) {
  std::mt19937_64 random(123);
  for (const bool is_valid : {false, true}) {
    round(kFull, random_bytes(random, 16), random_bytes(random, 16));
    sim.top().clear_i = 1;
    sim.top().valid_i = is_valid;  // clearing wins
    sim.step();
    sim.top().clear_i = sim.top().valid_i = 0;
    sim.step();
    EXPECT_EQ(get_top_first(sim.top().state_o, 16), Bytes(16, 0));
  }
}

}  // namespace
}  // namespace holdfast::test

// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "Vcrypto_aes_key_step_model.h"
#include "aes_reference.h"
#include "support/sim.h"

namespace holdfast::test {
namespace {

class CryptoAesKeyStep : public testing::Test {
 protected:
  CryptoAesKeyStep() {
    sim.top().clear_i = sim.top().valid_i = 0;
    sim.reset();
  }
  Bytes step(const Bytes& window, std::size_t key_bytes, unsigned number) {
    auto& top = sim.top();
    top.key_size_i = key_size_code(key_bytes);
    top.step_i = static_cast<std::uint8_t>(number);
    put_top_first(top.window_i, window, 32);
    top.valid_i = 1;
    sim.step();
    top.valid_i = 0;
    put_top_first(top.window_i, Bytes(32, 0x5A), 32);  // the window need not stay
    sim.step();
    return get_top_first(top.window_o, 32);
  }
  Sim<Vcrypto_aes_key_step_model> sim;
};

/// Nk words from w[4 r] on, as far as the expanded key goes.
Bytes window_of(const Bytes& expanded, std::size_t key_bytes, std::size_t round) {
  const std::size_t begin = 16 * round, end = std::min(begin + key_bytes, expanded.size());
  return Bytes(expanded.begin() + static_cast<std::ptrdiff_t>(begin),
               expanded.begin() + static_cast<std::ptrdiff_t>(end));
}

// The expansion that the windows are compared with makes OpenSSL's ciphertexts.
TEST_F(CryptoAesKeyStep, EveryWindowOfKeysOfAllLengths) {
  const auto seed = seed_or(131);
  SCOPED_TRACE("HOLDFAST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  for (unsigned n = 0; n < 300; ++n) {
    const Bytes key = random_key(random), block = random_bytes(random, 16);
    ASSERT_EQ(aes_by_rounds(key, block), aes_encrypt(key, block)) << "the reference is wrong";
    const Bytes expanded = expand_key(key);
    const auto rounds = static_cast<unsigned>(key.size() / 4 + 6);
    Bytes window = key;
    window.resize(32, 0);
    for (unsigned r = 0; r < rounds; ++r) {
      window = step(window, key.size(), r);
      const Bytes expected = window_of(expanded, key.size(), r + 1);
      ASSERT_EQ(Bytes(window.begin(), window.begin() + std::ssize(expected)), expected)
          << 8 * key.size() << " bits, step " << r;
      ASSERT_EQ(Bytes(window.begin() + std::ssize(key), window.end()), Bytes(32 - key.size(), 0))
          << "behind the window";
    }
  }
}

TEST_F(CryptoAesKeyStep, ClearLeavesZero) {
  std::mt19937_64 random(132);
  for (const bool is_valid : {false, true}) {
    ASSERT_NE(step(random_bytes(random, 32), 32, 3), Bytes(32, 0));
    sim.top().clear_i = 1;
    sim.top().valid_i = is_valid;  // clearing wins
    sim.step();
    sim.top().clear_i = sim.top().valid_i = 0;
    sim.step();
    EXPECT_EQ(get_top_first(sim.top().window_o, 32), Bytes(32, 0));
  }
}

}  // namespace
}  // namespace holdfast::test

// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "Vcrypto_aes_subkey_model.h"
#include "reference.h"
#include "support/sim.h"

namespace holdfast::test {
namespace {

class CryptoAesSubkey : public testing::Test {
 protected:
  CryptoAesSubkey() {
    sim.top().start_i = 0;
    sim.reset(1);
  }

  void start(const Bytes& key) {
    auto& top = sim.top();
    put_top_first(top.key_i, key, 32);
    top.key_size_i = key_size_code(key.size());
    top.start_i = 1;
    sim.step();
    top.start_i = 0;
    put_top_first(top.key_i, Bytes(32, 0x5a), 32);  // the key need not stay
    top.eval();
  }

  /// Starts, waits for the end, and looks at every cycle on the way.
  Bytes compute(const Bytes& key) {
    auto& top = sim.top();
    const std::uint64_t started = sim.cycle();
    start(key);
    while (!top.done_o && sim.cycle() < started + 100) {
      EXPECT_TRUE(top.busy_o);
      EXPECT_EQ(get_top_first(top.subkey_o, 16), Bytes(16, 0)) << "half-done state shows";
      step();
    }
    EXPECT_TRUE(top.done_o && top.busy_o);
    // Nr rounds and a cycle for the first AddRoundKey.
    EXPECT_EQ(sim.cycle() - started, key.size() / 4 + 7);
    const Bytes subkey = get_top_first(top.subkey_o, 16);
    step();
    EXPECT_FALSE(top.done_o || top.busy_o);
    EXPECT_EQ(get_top_first(top.subkey_o, 16), Bytes(16, 0));
    return subkey;
  }

  void step() {
    sim.step();
    sim.top().eval();
  }

  Sim<Vcrypto_aes_subkey_model> sim;
};

TEST_F(CryptoAesSubkey, AnswersKnownCases) {
  for (const VectorCase& c : read_vectors("gcm_ghash.txt")) {
    const Bytes key = from_hex(c.at("key"));
    ASSERT_EQ(gcm_subkey(key), from_hex(c.at("subkey"))) << "the vector is wrong";
    EXPECT_EQ(compute(key), from_hex(c.at("subkey")));
  }
}

TEST_F(CryptoAesSubkey, AgreesWithOpensslForAllKeyLengths) {
  std::mt19937_64 random(seed_or(41));
  for (int i = 0; i < 300; ++i) {
    const Bytes key = random_key(random);
    ASSERT_EQ(compute(key), gcm_subkey(key));
    if (i % 2) step();
  }
}

TEST_F(CryptoAesSubkey, EndsAtResetAndStartsAgain) {
  std::mt19937_64 random(42);
  for (int cycles = 1; cycles < 16; ++cycles) {
    start(random_bytes(random, 32));
    sim.step(static_cast<std::uint64_t>(cycles - 1));
    sim.reset(1);
    for (int i = 0; i < 20; ++i) {
      step();
      EXPECT_FALSE(sim.top().done_o || sim.top().busy_o);
      EXPECT_EQ(get_top_first(sim.top().subkey_o, 16), Bytes(16, 0));
    }
    const Bytes key = random_key(random);
    EXPECT_EQ(compute(key), gcm_subkey(key));
  }
}

}  // namespace
}  // namespace holdfast::test

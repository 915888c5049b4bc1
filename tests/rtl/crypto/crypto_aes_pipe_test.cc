// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <deque>

#include "Vcrypto_aes_pipe_model.h"
#include "Vcrypto_aes_pipe_model___024root.h"
#include "reference.h"
#include "support/sim.h"
#include "support/state.h"

namespace holdfast::test {
namespace {

constexpr unsigned kLatencyCycles = 15;

/// crypto_aes_pipe out of reset; what leaves it is compared in order, and with its cycle.
class PipeBench {
 public:
  PipeBench() { reset(); }

  void reset() {
    sim.top().valid_i = 0;
    sim.reset();
    expected_.clear();
  }

  /// Feeds one block in this cycle. The key is passed to the pipe only when it is new.
  void feed(const Bytes& key, const Bytes& block, bool new_key) {
    auto& top = sim.top();
    top.valid_i = 1;
    put_top_first(top.block_i, block, 16);
    top.new_key_i = new_key;
    if (new_key) {
      top.key_size_i = key_size_code(key.size());
      put_top_first(top.key_i, key, 32);
    } else {
      put_top_first(top.key_i, Bytes(32, 0xa5), 32);
    }
    expected_.push_back({sim.cycle() + kLatencyCycles, aes_encrypt(key, block), new_key});
    step();
    top.valid_i = 0;
  }

  void step() {
    auto& top = sim.top();
    top.clk_i = 0;
    top.eval();
    check();
    sim.step();
  }

  void drain() {
    for (unsigned i = 0; i < 2 * kLatencyCycles; ++i) step();
    EXPECT_TRUE(expected_.empty());
  }

  Sim<Vcrypto_aes_pipe_model> sim;

 private:
  struct Expected {
    std::uint64_t cycle;
    Bytes block;
    bool new_key;
  };

  void check() {
    auto& top = sim.top();
    const bool is_due = !expected_.empty() && expected_.front().cycle == sim.cycle();
    ASSERT_EQ(static_cast<bool>(top.valid_o), is_due);
    if (!is_due) return;
    EXPECT_EQ(get_top_first(top.block_o, 16), expected_.front().block);
    EXPECT_EQ(static_cast<bool>(top.new_key_o), expected_.front().new_key);
    expected_.pop_front();
  }

  std::deque<Expected> expected_;
};

TEST(CryptoAesPipe, AnswersKnownCases) {
  PipeBench bench;
  for (const VectorCase& c : read_vectors("gcm_aes.txt")) {
    const Bytes key = from_hex(c.at("key")), block = from_hex(c.at("plaintext"));
    ASSERT_EQ(aes_encrypt(key, block), from_hex(c.at("ciphertext")))
        << "the vector is wrong: case " << c.at("case");
    bench.feed(key, block, true);
  }
  bench.drain();
}

TEST(CryptoAesPipe, TakesANewKeyInAnyCycle) {
  const std::uint64_t seed = seed_or(31);
  SCOPED_TRACE(seed);
  std::mt19937_64 random(seed);
  PipeBench bench;
  Bytes key;
  for (int i = 0; i < 3'000; ++i) {
    if (random() % 4 == 0) bench.step();
    const bool new_key = key.empty() || random() % 2;
    if (new_key) key = random_key(random);
    bench.feed(key, random_bytes(random, 16), new_key);
  }
  bench.drain();
}

TEST(CryptoAesPipe, KeepsAKeyWhileIdle) {
  std::mt19937_64 random(32);
  PipeBench bench;
  for (std::size_t key_bytes : {16, 24, 32}) {
    const Bytes key = random_bytes(random, key_bytes);
    bench.feed(key, random_bytes(random, 16), true);
    for (int i = 0; i < 100; ++i) bench.step();
    bench.feed(key, random_bytes(random, 16), false);
    bench.drain();
  }
}

/// Encrypts a block of zeros with whatever key registers hold after a reset.
Bytes remains_after_reset(const Bytes& key, bool is_reset) {
  std::mt19937_64 random(33);
  PipeBench bench;
  bench.feed(key, random_bytes(random, 16), true);
  for (int i = 0; i < 20; ++i) bench.step();
  if (is_reset) bench.sim.reset(2);
  auto& top = bench.sim.top();
  top.valid_i = 1;
  top.new_key_i = 0;
  put_top_first(top.block_i, Bytes(16, 0), 16);
  bench.sim.step();
  top.valid_i = 0;
  bench.sim.step(kLatencyCycles - 1);
  top.eval();
  EXPECT_TRUE(top.valid_o);
  return get_top_first(top.block_o, 16);
}

TEST(CryptoAesPipe, HoldsNoKeyAfterReset) {
  std::mt19937_64 random(34);
  for (std::size_t key_bytes : {16, 24, 32}) {
    const Bytes one = random_bytes(random, key_bytes), other = random_bytes(random, key_bytes);
    EXPECT_EQ(remains_after_reset(one, true), remains_after_reset(other, true));
    // Without the reset the same experiment does tell the keys apart.
    EXPECT_NE(remains_after_reset(one, false), remains_after_reset(other, false));
  }
}

/// The whole state after some blocks and, if asked for, a scrub; inputs are 0 by then.
std::vector<std::uint8_t> remains(PipeBench& bench, const Bytes& key, bool is_scrubbed) {
  auto& top = bench.sim.top();
  for (int i = 0; i < 20; ++i) bench.feed(key, Bytes(16, 7), i == 0);
  put_top_first(top.key_i, Bytes(32, 0), 32);
  put_top_first(top.block_i, Bytes(16, 0), 16);
  top.key_size_i = 0;
  top.new_key_i = 0;
  top.scrub_i = is_scrubbed;
  bench.step();
  top.scrub_i = 0;
  for (unsigned i = 0; i < kLatencyCycles; ++i) bench.step();
  top.eval();
  const auto state = state_of(top);
  return {state.begin(), state.end()};
}

// No bit of the state tells one key from another; blocks before the scrub are as they should be.
TEST(CryptoAesPipe, ScrubLeavesNothing) {
  std::mt19937_64 random(36);
  PipeBench bench;
  for (const std::size_t key_bytes : {16, 24, 32}) {
    const Bytes one = random_bytes(random, key_bytes), other = random_bytes(random, key_bytes);
    EXPECT_EQ(remains(bench, one, true), remains(bench, other, true)) << key_bytes;
    EXPECT_NE(remains(bench, one, false), remains(bench, other, false)) << key_bytes;
  }
}

// A scrub right before a new key, and right behind the last block of the one before.
TEST(CryptoAesPipe, ScrubSparesTheBlocksAroundIt) {
  std::mt19937_64 random(37);
  PipeBench bench;
  for (int i = 0; i < 500; ++i) {
    const Bytes key = random_key(random);
    bench.feed(key, random_bytes(random, 16), true);
    for (std::uint64_t more = random() % 4; more > 0; --more)
      bench.feed(key, random_bytes(random, 16), false);
    bench.sim.top().scrub_i = 1;
    bench.step();
    bench.sim.top().scrub_i = 0;
    for (std::uint64_t idle = random() % 3; idle > 0; --idle) bench.step();
  }
  bench.drain();
}

}  // namespace
}  // namespace holdfast::test

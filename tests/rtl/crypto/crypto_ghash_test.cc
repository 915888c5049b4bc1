// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <deque>

#include "Vcrypto_ghash_model.h"
#include "reference.h"
#include "support/sim.h"

namespace holdfast::test {
namespace {

/// GHASH(H, A ‖ C ‖ lengths) by way of OpenSSL: the ICV without its mask E(J0).
Bytes openssl_ghash(const Bytes& key, const Bytes& nonce, const Bytes& aad,
                    const Bytes& plaintext) {
  Bytes j0 = nonce;
  j0.insert(j0.end(), {0, 0, 0, 1});
  const Bytes mask = aes_encrypt(key, j0);
  Bytes hash = gcm_seal(key, nonce, aad, plaintext).icv;
  for (std::size_t i = 0; i < 16; ++i) hash[i] ^= mask[i];
  return hash;
}

/// One message: whole blocks and the length block of SP 800-38D, 7.1.
struct Message {
  Bytes subkey;
  Bytes blocks;
};

Message message_of(const Bytes& subkey, const Bytes& aad, const Bytes& ciphertext) {
  Message message{subkey, {}};
  for (const Bytes* part : {&aad, &ciphertext}) {
    message.blocks.insert(message.blocks.end(), part->begin(), part->end());
    message.blocks.resize((message.blocks.size() + 15) / 16 * 16, 0);
  }
  for (const Bytes* part : {&aad, &ciphertext}) {
    const std::uint64_t bits = 8 * part->size();
    for (int shift = 56; shift >= 0; shift -= 8)
      message.blocks.push_back(static_cast<std::uint8_t>(bits >> shift));
  }
  return message;
}

/// crypto_ghash with a source of messages and a sink of hashes.
class GhashBench {
 public:
  explicit GhashBench(Pauses pauses = {}, std::uint64_t seed = 1) : pauses_(pauses), random_(seed) {
    sim.top().valid_i = 0;
    sim.add_agent([this] { drive(); }, [this] { sample(); });
    sim.reset();
  }

  void send(Message message) { messages_.push_back(std::move(message)); }

  Sim<Vcrypto_ghash_model> sim;
  std::vector<Bytes> hashes;

 private:
  void drive() {
    auto& top = sim.top();
    if (!messages_.empty() && random_() % 100 >= pauses_.source_percent) offering_ = true;
    top.valid_i = offering_;
    top.hash_ready_i = random_() % 100 >= pauses_.sink_percent;
    if (!offering_) return;
    const Message& message = messages_.front();
    put_top_first(top.block_i,
                  Bytes(message.blocks.begin() + offset_, message.blocks.begin() + offset_ + 16),
                  16);
    put_top_first(top.subkey_i, message.subkey, 16);
    top.first_i = offset_ == 0;
    top.last_i = static_cast<std::size_t>(offset_) + 16 == message.blocks.size();
  }

  void sample() {
    auto& top = sim.top();
    if (top.hash_valid_o && top.hash_ready_i) hashes.push_back(get_top_first(top.hash_o, 16));
    if (!(offering_ && top.ready_o)) return;
    offering_ = false;
    offset_ += 16;
    if (top.last_i) {
      messages_.pop_front();
      offset_ = 0;
    }
  }

  Pauses pauses_;
  std::mt19937_64 random_;
  std::deque<Message> messages_;
  std::ptrdiff_t offset_ = 0;
  bool offering_ = false;
};

TEST(CryptoGhash, AnswersKnownCases) {
  GhashBench bench;
  std::vector<Bytes> expected;
  for (const VectorCase& c : read_vectors("gcm_ghash.txt")) {
    expected.push_back(from_hex(c.at("hash")));
    const Bytes key = from_hex(c.at("key")), nonce = from_hex(c.at("nonce"));
    const Bytes plaintext = from_hex(c.at("plaintext")), ciphertext = from_hex(c.at("ciphertext"));
    ASSERT_EQ(gcm_seal(key, nonce, {}, plaintext).data, ciphertext) << "the vector is wrong";
    ASSERT_EQ(openssl_ghash(key, nonce, {}, plaintext), expected.back()) << "the vector is wrong";
    bench.send(message_of(from_hex(c.at("subkey")), {}, ciphertext));
  }
  ASSERT_TRUE(bench.sim.run_until([&] { return bench.hashes.size() == expected.size(); }, 100));
  EXPECT_EQ(bench.hashes, expected);
}

class CryptoGhashPauses : public testing::TestWithParam<Pauses> {};

TEST_P(CryptoGhashPauses, ChangeNoResult) {
  const std::uint64_t seed = seed_or(51);
  SCOPED_TRACE(seed);
  std::mt19937_64 random(seed);
  GhashBench bench(GetParam(), seed);
  std::vector<Bytes> expected;
  std::size_t num_blocks = 0;
  for (int i = 0; i < 200; ++i) {
    const Bytes key = random_key(random), nonce = random_bytes(random, 12);
    const Bytes aad = random_bytes(random, random() % 40);
    const Bytes plaintext = random_bytes(random, random() % 100);
    const Bytes ciphertext = gcm_seal(key, nonce, aad, plaintext).data;
    expected.push_back(openssl_ghash(key, nonce, aad, plaintext));
    bench.send(message_of(gcm_subkey(key), aad, ciphertext));
    num_blocks += (aad.size() + 15) / 16 + (plaintext.size() + 15) / 16 + 1;
  }
  const std::uint64_t start = bench.sim.cycle();
  ASSERT_TRUE(bench.sim.run_until([&] { return bench.hashes.size() == expected.size(); }, 50'000));
  EXPECT_EQ(bench.hashes, expected);
  if (GetParam().source_percent == 0 && GetParam().sink_percent == 0) {
    EXPECT_EQ(bench.sim.cycle() - start, num_blocks + 1) << "one block a cycle";
  }
}

INSTANTIATE_TEST_SUITE_P(Matrix, CryptoGhashPauses, testing::ValuesIn(kPauseMatrix));

}  // namespace
}  // namespace holdfast::test

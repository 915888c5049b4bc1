// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>

#include "Vcrypto_gcm_icv_model.h"
#include "reference.h"
#include "support/bits.h"
#include "support/sim.h"

namespace holdfast::test {
namespace {

/// One packet as the cipher leaves it, and its ICV by OpenSSL.
struct Packet {
  Bytes subkey, aad, e_j0, ciphertext, icv;
};

Packet packet_of(const Bytes& key, const Bytes& nonce, const Bytes& aad, const Bytes& plaintext) {
  Bytes j0 = nonce;
  j0.insert(j0.end(), {0, 0, 0, 1});
  const GcmResult sealed = gcm_seal(key, nonce, aad, plaintext);
  return {gcm_subkey(key), aad, aes_encrypt(key, j0), sealed.data, sealed.icv};
}
Packet random_packet(std::mt19937_64& random, std::size_t bytes) {
  return packet_of(random_key(random), random_bytes(random, 12),
                   random_bytes(random, random() % 2 ? 8 : 12), random_bytes(random, bytes));
}

/// Requests, E(J0) and ciphertext on streams of their own; a packet's E(J0) is never the last.
class Bench {
 public:
  explicit Bench(Pauses pauses = {}, std::uint64_t seed = 1) : pauses_(pauses), random_(seed) {
    auto& top = sim.top();
    top.request_valid_i = top.valid_i = top.e_j0_valid_i = 0;
    sim.add_agent([this] { drive(); }, [this] { sample(); });
    sim.reset();
  }
  void send(const Packet& packet) { packets_.push_back(packet); }
  bool run(std::size_t count, std::uint64_t limit = 200'000) {
    return sim.run_until([&] { return icvs.size() >= count; }, limit);
  }

  Sim<Vcrypto_gcm_icv_model> sim;
  std::vector<Bytes> icvs;
  std::vector<std::uint64_t> last_block_cycles, icv_cycles;
  bool is_stalled = false;
  std::size_t requests_taken = 0;

 private:
  bool offers(bool& is_offered, bool is_there) {
    if (!is_offered && is_there && random_() % 100 >= pauses_.source_percent) is_offered = true;
    return is_offered;
  }
  void drive() {
    auto& top = sim.top();
    top.request_valid_i = offers(offers_request_, requests_taken < packets_.size());
    if (offers_request_) drive_request(packets_[requests_taken]);
    top.e_j0_valid_i = offers(offers_mask_, masks_taken_ < packets_.size());
    if (offers_mask_) put_top_first(top.e_j0_i, packets_[masks_taken_].e_j0, 16);
    // The first block comes when its E(J0) has been offered.
    const bool has_mask = masks_taken_ > sent_ || (masks_taken_ == sent_ && offers_mask_);
    top.valid_i = offers(offers_block_, sent_ < packets_.size() && has_mask);
    if (offers_block_) drive_block(packets_[sent_]);
    top.icv_ready_i = !is_stalled && random_() % 100 >= pauses_.sink_percent;
  }
  // gcm_hash_request_t: subkey, aad, aad_is_12_bytes.
  void drive_request(const Packet& packet) {
    auto& top = sim.top();
    std::uint32_t words[4];
    put_top_first(words, packet.subkey, 16);
    for (unsigned i = 0; i < 4; ++i) set_bits(top.request_i, 97 + 32 * i, 32, words[i]);
    // What stands behind 8 bytes of additional data does not count.
    Bytes aad = packet.aad;
    aad.resize(12, 0xEE);
    std::uint32_t aad_words[3];
    put_top_first(aad_words, aad, 12);
    for (unsigned i = 0; i < 3; ++i) set_bits(top.request_i, 1 + 32 * i, 32, aad_words[i]);
    set_bits(top.request_i, 0, 1, packet.aad.size() == 12);
  }
  void drive_block(const Packet& packet) {
    auto& top = sim.top();
    const std::size_t count = std::min<std::size_t>(16, packet.ciphertext.size() - offset_);
    const auto begin = packet.ciphertext.begin() + static_cast<std::ptrdiff_t>(offset_);
    Bytes block(begin, begin + static_cast<std::ptrdiff_t>(count));
    put_top_first(top.block_i, block, 16);
    top.keep_i = static_cast<std::uint16_t>((1u << count) - 1);
    top.last_i = offset_ + count == packet.ciphertext.size();
  }

  void sample() {
    auto& top = sim.top();
    if (top.icv_valid_o && top.icv_ready_i) {
      Bytes icv(16);
      get_bytes(top.icv_o, icv.data(), 16);
      icvs.push_back(icv);
      icv_cycles.push_back(sim.cycle());
    }
    if (offers_request_ && top.request_ready_o) {
      offers_request_ = false;
      ++requests_taken;
    }
    if (offers_mask_ && top.e_j0_ready_o) {
      offers_mask_ = false;
      ++masks_taken_;
    }
    if (!offers_block_ || !top.ready_o) return;
    offers_block_ = false;
    offset_ += 16;
    if (!top.last_i) return;
    last_block_cycles.push_back(sim.cycle());
    offset_ = 0;
    ++sent_;
  }

  Pauses pauses_;
  std::mt19937_64 random_;
  std::vector<Packet> packets_;
  std::size_t masks_taken_ = 0, sent_ = 0, offset_ = 0;
  bool offers_request_ = false, offers_mask_ = false, offers_block_ = false;
};

TEST(CryptoGcmIcv, AnswersKnownCases) {
  Bench bench;
  std::vector<Bytes> expected;
  for (const VectorCase& c : read_vectors("gcm.txt")) {
    const Packet packet = packet_of(from_hex(c.at("key")), from_hex(c.at("nonce")),
                                    from_hex(c.at("aad")), from_hex(c.at("plaintext")));
    ASSERT_EQ(packet.ciphertext, from_hex(c.at("ciphertext"))) << "the vector is wrong";
    expected.push_back(from_hex(c.at("icv")));
    bench.send(packet);
  }
  ASSERT_TRUE(bench.run(expected.size()));
  EXPECT_EQ(bench.icvs, expected);
}

class CryptoGcmIcvPauses : public testing::TestWithParam<Pauses> {};

TEST_P(CryptoGcmIcvPauses, ChangeNoIcvAndNoOrder) {
  const auto seed = seed_or(141);
  SCOPED_TRACE("HOLDFAST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  Bench bench(GetParam(), seed + 1);
  std::vector<Bytes> expected;
  for (std::size_t i = 0; i < 300; ++i) {
    const Packet packet = random_packet(random, i < 70 ? i + 1 : 1 + random() % 300);
    expected.push_back(packet.icv);
    bench.send(packet);
  }
  bench.send(random_packet(random, 9'000));
  ASSERT_TRUE(bench.run(expected.size() + 1));
  bench.icvs.pop_back();
  EXPECT_EQ(bench.icvs, expected);
}

INSTANTIATE_TEST_SUITE_P(Matrix, CryptoGcmIcvPauses, testing::ValuesIn(kPauseMatrix));

TEST(CryptoGcmIcv, TakesTwoCyclesMoreThanBlocks) {
  std::mt19937_64 random(142);
  Bench bench;
  std::size_t cycles = 0;
  for (unsigned i = 0; i < 50; ++i) {
    const std::size_t blocks = 1 + random() % 6;
    bench.send(random_packet(random, 16 * blocks));
    if (i != 0) cycles += blocks + 2;
  }
  ASSERT_TRUE(bench.run(50));
  EXPECT_EQ(bench.last_block_cycles.back() - bench.last_block_cycles.front(), cycles);
  for (unsigned i = 0; i < 50; ++i)
    EXPECT_EQ(bench.icv_cycles[i] - bench.last_block_cycles[i], 3u) << i;
}

TEST(CryptoGcmIcv, FourIcvsCanWait) {
  std::mt19937_64 random(143);
  Bench bench;
  bench.is_stalled = true;
  std::vector<Bytes> expected;
  for (unsigned i = 0; i < 12; ++i) {
    const Packet packet = random_packet(random, 40);
    expected.push_back(packet.icv);
    bench.send(packet);
  }
  bench.sim.step(300);
  EXPECT_EQ(bench.requests_taken, 5u) << "four, and one whose hash is not taken";
  bench.is_stalled = false;
  ASSERT_TRUE(bench.run(12));
  EXPECT_EQ(bench.icvs, expected);
}

}  // namespace
}  // namespace holdfast::test

// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <deque>

#include "Vcard_stream_account_model.h"
#include "support/bits.h"
#include "support/sim.h"
#include "support/stream.h"

namespace holdfast::test {
namespace {

constexpr unsigned kDepth = 8;  // packets that the model remembers

/// The account of the outbound direction at 128 bits: packets enter beat by beat, results leave
/// whenever they may.
class Bench {
 public:
  explicit Bench(Pauses pauses = {}, std::uint64_t seed = 1) : pauses_(pauses), random_(seed) {
    sim.top().taken_i = sim.top().retire_i = 0;
    sim.add_agent([this] { drive(); }, [this] { sample(); });
    sim.reset();
  }
  void send(std::size_t bytes) { packets_.push_back(bytes); }
  bool settle(std::uint64_t limit = 200'000) {
    return sim.run_until([this] { return packets_.empty() && sizes_.empty(); }, limit);
  }

  Sim<Vcard_stream_account_model> sim;
  std::size_t num_retired = 0;
  bool may_retire = true;

 private:
  void drive() {
    auto& top = sim.top();
    // No more than is remembered, as the pipeline holds no more.
    top.taken_i =
        !packets_.empty() && sizes_.size() < kDepth && random_() % 100 >= pauses_.source_percent;
    if (top.taken_i) {
      const std::size_t left = packets_.front() - offset_;
      const auto count = static_cast<unsigned>(std::min<std::size_t>(left, 16));
      top.keep_i = static_cast<std::uint16_t>((1u << count) - 1);
      top.last_i = left <= 16;
    }
    // esp_pkg::result_t: reason 6, has_ticket, length 16, sa_index 16, generation 32.
    for (unsigned lsb = 0; lsb < 71; lsb += 32)
      set_bits(top.result_i, lsb, std::min(32u, 71 - lsb), random_());
    top.eval();
    EXPECT_EQ(top.may_retire_o, !sizes_.empty()) << "a result that must wait, or one that may go";
    EXPECT_EQ(top.in_flight_o, !sizes_.empty() || offset_ != 0);
    top.retire_i = may_retire && top.may_retire_o && random_() % 100 >= pauses_.sink_percent;
  }
  void sample() {
    auto& top = sim.top();
    if (top.retire_i) expect_retired();
    if (!top.taken_i) return;
    offset_ += 16;
    if (!top.last_i) return;
    sizes_.push_back(packets_.front());
    packets_.pop_front();
    offset_ = 0;
  }
  // dma_pkg::retired_t: is_outbound, has_ticket, reason 6, sa_index 16, bytes_in 16, bytes_out 16.
  void expect_retired() {
    const auto& top = sim.top();
    const auto result = [&](unsigned lsb, unsigned width) {
      return get_bits(top.result_i, lsb, width);
    };
    const auto retired = [&](unsigned lsb, unsigned width) {
      return get_bits(top.retired_o, lsb, width);
    };
    EXPECT_EQ(retired(55, 1), 1u);
    EXPECT_EQ(retired(54, 1), result(64, 1));
    EXPECT_EQ(retired(48, 6), result(65, 6));
    EXPECT_EQ(retired(32, 16), result(32, 16));
    EXPECT_EQ(retired(0, 16), result(48, 16));
    EXPECT_EQ(retired(16, 16), std::min<std::size_t>(sizes_.front(), 65'535)) << "bytes in";
    sizes_.pop_front();
    ++num_retired;
  }

  Pauses pauses_;
  std::mt19937_64 random_;
  std::deque<std::size_t> packets_, sizes_;
  std::size_t offset_ = 0;
};

class CardStreamAccount : public testing::TestWithParam<Pauses> {};

TEST_P(CardStreamAccount, EachPacketHasItsOwnSize) {
  const auto seed = seed_or(171);
  SCOPED_TRACE("HOLDFAST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  Bench bench(GetParam(), seed + 1);
  for (unsigned i = 0; i < 500; ++i) bench.send(i < 70 ? i + 1 : 1 + random() % 400);
  ASSERT_TRUE(bench.settle());
  EXPECT_EQ(bench.num_retired, 500u);
}

INSTANTIATE_TEST_SUITE_P(Pauses, CardStreamAccount, testing::ValuesIn(kPauseMatrix));

// A packet whose result is ready long before its last beat came.
TEST(CardStreamAccountWait, AResultWaitsForTheRestOfItsPacket) {
  Bench bench({60, 0}, 3);
  for (const std::size_t bytes : {9'000u, 17u, 1u, 9'000u}) bench.send(bytes);
  ASSERT_TRUE(bench.settle());  // the bench looks in each cycle
  EXPECT_EQ(bench.num_retired, 4u);
}

TEST(CardStreamAccountSize, EndsAt65535) {
  Bench bench;
  for (const std::size_t bytes :
       {65'519u, 65'520u, 65'534u, 65'535u, 65'536u, 65'551u, 70'000u, 131'072u, 40u})
    bench.send(bytes);
  ASSERT_TRUE(bench.settle());
  EXPECT_EQ(bench.num_retired, 9u);
}

TEST(CardStreamAccountReset, ForgetsAHalfPacketAndAllOthers) {
  std::mt19937_64 random(172);
  for (unsigned cut = 1; cut < 40; cut += 3) {
    Bench before;
    before.may_retire = false;
    for (unsigned i = 0; i < 4; ++i) before.send(100);
    before.sim.step(cut);
    before.sim.top().taken_i = before.sim.top().retire_i = 0;
    before.sim.reset();
    before.sim.top().eval();
    EXPECT_FALSE(before.sim.top().may_retire_o) << cut;
    EXPECT_FALSE(before.sim.top().in_flight_o) << cut;
  }
}

}  // namespace
}  // namespace holdfast::test

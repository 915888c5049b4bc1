// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "Vcard_tlp_guard_model.h"
#include "support/sim.h"
#include "support/stream.h"
#include "support/tlp.h"

namespace holdfast::test {
namespace {

/// card_tlp_guard between a source of TLPs and a link.
class Bench {
 public:
  explicit Bench(Pauses pauses = {}, std::uint64_t seed = 1)
      : source({[this](bool valid, const TlpBeat& beat) {
                  sim.top().valid_i = valid;
                  put_beat(sim.top().tlp_i, beat);
                },
                [this] { return sim.top().ready_o != 0; }},
               4, pauses.source_percent, seed),
        sink({[this]() -> std::optional<TlpBeat> {
                if (!sim.top().valid_o) return std::nullopt;
                return get_beat(sim.top().tlp_o);
              },
              [this](bool ready) { sim.top().ready_i = ready; }},
             4, pauses.sink_percent, seed + 1) {
    sim.top().stop_i = 0;
    sim.add_agent(
        [this] {
          source.drive();
          sink.drive();
        },
        [this] { sample(); });
    sim.reset();
  }
  void stop(bool is_stopped) { sim.top().stop_i = is_stopped; }
  /// A TLP was offered, and its last beat is not taken.
  bool is_begun() const { return is_begun_; }

  Sim<Vcard_tlp_guard_model> sim;
  TlpSource source;
  TlpSink sink;
  unsigned offered = 0, accepted = 0;

 private:
  void sample() {
    auto& top = sim.top();
    EXPECT_EQ(top.num_offered_o, static_cast<std::uint16_t>(offered));
    EXPECT_EQ(top.num_accepted_o, static_cast<std::uint16_t>(accepted));
    EXPECT_EQ(top.stopped_o, top.stop_i && !is_begun_);
    if (top.stop_i && !is_begun_) {
      EXPECT_FALSE(top.valid_o) << "a TLP begins while stopped";
      EXPECT_FALSE(top.ready_o) << "a beat of the source is swallowed";
    }
    EXPECT_EQ(top.valid_o && top.ready_i, top.valid_i && top.ready_o)
        << "a beat is lost or doubled";
    if (top.valid_o) {
      if (!is_begun_) ++offered;
      is_begun_ = !(top.ready_i && get_beat(top.tlp_o).eop);
      if (!is_begun_) ++accepted;
    }
    source.sample();
    sink.sample();
  }
  bool is_begun_ = false;
};

Tlp random_tlp(std::mt19937_64& random) {
  Tlp tlp;
  for (auto& dw : tlp.header) dw = static_cast<std::uint32_t>(random());
  tlp.payload.resize(random() % 20);
  for (auto& dw : tlp.payload) dw = static_cast<std::uint32_t>(random());
  return tlp;
}

class CardTlpGuard : public testing::TestWithParam<Pauses> {};

// Stops at any time and for any time: whole TLPs, all of them, in order.
TEST_P(CardTlpGuard, StopsBetweenTlps) {
  const auto seed = seed_or(161);
  SCOPED_TRACE("HOLDFAST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  Bench bench(GetParam(), seed + 1);
  std::vector<Tlp> sent;
  for (unsigned i = 0; i < 300; ++i) {
    sent.push_back(random_tlp(random));
    bench.source.send(sent.back());
  }
  unsigned stops = 0, waits = 0;
  for (unsigned n = 0; n < 5000 && bench.sink.tlps.size() < sent.size(); ++n) {
    bench.sim.step(random() % 30);
    bench.stop(true);
    waits += bench.is_begun();
    ASSERT_TRUE(bench.sim.run_until([&] { return bench.sim.top().stopped_o != 0; }, 500));
    const auto at_rest = bench.sink.tlps.size();
    bench.sim.step(random() % 20);
    EXPECT_EQ(bench.sink.tlps.size(), at_rest);
    EXPECT_EQ(bench.offered, bench.accepted);
    bench.stop(false);
    ++stops;
  }
  EXPECT_GT(stops, 20u);
  EXPECT_GT(waits, 5u) << "never in the middle";
  EXPECT_EQ(bench.sink.error, "");
  ASSERT_EQ(bench.sink.tlps.size(), sent.size());
  for (std::size_t i = 0; i < sent.size(); ++i) {
    EXPECT_EQ(bench.sink.tlps[i].header, sent[i].header);
    EXPECT_EQ(bench.sink.tlps[i].payload, sent[i].payload);
  }
}

INSTANTIATE_TEST_SUITE_P(Pauses, CardTlpGuard, testing::ValuesIn(kPauseMatrix));

// What was offered must leave, also when the link has not taken a beat of it yet.
TEST(CardTlpGuardOffer, StandsUntilTheLinkTakesIt) {
  std::mt19937_64 random(162);
  Bench bench;
  bench.sink.is_stalled = true;
  bench.source.send(random_tlp(random));
  bench.source.send(random_tlp(random));
  bench.sim.step(2);
  bench.stop(true);
  bench.sim.step(100);
  EXPECT_TRUE(bench.sim.top().valid_o) << "the offer is withdrawn";
  EXPECT_FALSE(bench.sim.top().stopped_o);
  bench.sink.is_stalled = false;
  bench.sim.step(50);
  EXPECT_TRUE(bench.sim.top().stopped_o);
  EXPECT_EQ(bench.sink.tlps.size(), 1u);
}

TEST(CardTlpGuardCount, GoesRoundAfter65536) {
  Bench bench;
  for (unsigned i = 0; i < 65'600; ++i) bench.source.send(Tlp{});
  bench.sim.step(65'700);  // the bench looks at the counts in each cycle
  EXPECT_EQ(bench.sink.tlps.size(), 65'600u);
  EXPECT_EQ(bench.sim.top().num_offered_o, 64u);
  EXPECT_EQ(bench.sim.top().num_accepted_o, 64u);
}

}  // namespace
}  // namespace holdfast::test

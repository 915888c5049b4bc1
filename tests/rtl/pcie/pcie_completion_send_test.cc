// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <deque>

#include "Vpcie_completion_send_model.h"
#include "pcie_types.h"
#include "support/sim.h"
#include "support/stream.h"
#include "support/tlp.h"

namespace holdfast::test {
namespace {

constexpr std::uint16_t kCompleterId = 0xB0C4;
constexpr unsigned kMaxCompletions = 6;  // of the model; and 20 beats

struct Given {
  CompletionFields fields;
  std::vector<std::uint32_t> payload;
};

/// pcie_completion_send between one who makes completions, a beat or none a cycle, and the link.
/// The counts of DMA writes are the test's.
class Bench {
 public:
  explicit Bench(Pauses pauses = {}, std::uint64_t seed = 1)
      : sink({[this]() -> std::optional<TlpBeat> {
                if (!sim.top().tx_cpl_valid_o) return std::nullopt;
                return get_beat(sim.top().tx_cpl_o);
              },
              [this](bool ready) { sim.top().tx_cpl_ready_i = ready; }},
             4, pauses.sink_percent, seed),
        source_percent_(pauses.source_percent),
        random_(seed + 1) {
    sim.top().completer_id_i = kCompleterId;
    sim.add_agent([this] { drive(); }, [this] { sample(); });
    sim.reset();
  }

  void give(const Given& given) { waiting_.push_back(given); }
  bool all_given() const { return waiting_.empty(); }
  std::size_t num_given() const { return given_; }

  Sim<Vpcie_completion_send_model> sim;
  TlpSink sink;
  std::uint16_t offered = 0, accepted = 0;  // DMA writes
  std::function<void()> on_cycle = [] {};

 private:
  void drive() {
    on_cycle();
    auto& top = sim.top();
    sink.drive();
    top.writes_offered_i = offered;
    top.writes_accepted_i = accepted;
    top.beat_valid_i = top.completion_valid_i = 0;
    if (waiting_.empty() || random_() % 100 < source_percent_) return;
    const Given& next = waiting_.front();
    if (dw_ == 0 && !is_begun_) {
      top.eval();
      if (!top.has_room_o) return;
      is_begun_ = true;
    }
    if (dw_ < next.payload.size()) drive_beat(next);
    // With the last beat or later.
    const bool is_whole = dw_ >= next.payload.size();
    if (!is_whole || (top.beat_valid_i && random_() % 2)) return;
    top.completion_valid_i = 1;
    top.completion_i = put_completion(next.fields);
  }
  void drive_beat(const Given& next) {
    auto& top = sim.top();
    top.beat_valid_i = 1;
    for (unsigned i = 0; i < 4; ++i, ++dw_)
      top.beat_i[i] = dw_ < next.payload.size() ? next.payload[dw_] : 0;
  }
  void sample() {
    sink.sample();
    if (!sim.top().completion_valid_i) return;
    waiting_.pop_front();
    ++given_;
    dw_ = 0;
    is_begun_ = false;
  }

  unsigned source_percent_;
  std::mt19937_64 random_;
  std::deque<Given> waiting_;
  std::size_t dw_ = 0, given_ = 0;
  bool is_begun_ = false;
};

Given with_data(std::mt19937_64& random, unsigned length_dw) {
  Given given;
  given.fields = {true,
                  random() % 2 == 0,
                  static_cast<unsigned>(random() % 8),
                  static_cast<unsigned>(random() % 4),
                  static_cast<std::uint16_t>(random()),
                  static_cast<std::uint8_t>(random()),
                  length_dw,
                  static_cast<unsigned>(1 + random() % 4096),
                  static_cast<unsigned>(random() % 128)};
  given.payload.resize(length_dw);
  for (auto& dw : given.payload) dw = static_cast<std::uint32_t>(random());
  return given;
}
Given without_data(std::mt19937_64& random) {
  Given given = with_data(random, 0);
  given.fields.has_data = false;
  return given;
}

void expect_sent(const Tlp& tlp, const Given& given) {
  const auto completion = parse_completion(tlp);
  const auto& fields = given.fields;
  EXPECT_EQ(completion.kind, fields.has_data    ? TlpKind::kCompletionData
                             : fields.is_locked ? TlpKind::kCompletionLocked
                                                : TlpKind::kCompletion);
  EXPECT_EQ(completion.status, fields.has_data ? 0u : 1u);
  EXPECT_EQ(completion.length_dw, fields.length_dw);
  EXPECT_EQ(completion.byte_count, fields.byte_count);
  EXPECT_EQ(completion.lower_address, fields.lower_address);
  EXPECT_EQ(completion.completer_id, kCompleterId);
  EXPECT_EQ(completion.requester_id, fields.requester_id);
  EXPECT_EQ(completion.tag, fields.tag);
  EXPECT_EQ(completion.tc, fields.tc);
  EXPECT_EQ(completion.attr, fields.attr) << "and ID ordering is 0";
  EXPECT_EQ(completion.payload, given.payload);
  EXPECT_EQ(tlp.header[0] & 0x0008'CC00, 0u) << "digest, poison, address type, hints";
  EXPECT_EQ(tlp.header[3], 0u);
}

class PcieCompletionSend : public testing::TestWithParam<Pauses> {};

TEST_P(PcieCompletionSend, SendsInOrderWithEveryField) {
  const auto seed = seed_or(51);
  SCOPED_TRACE("HOLDFAST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  Bench bench(GetParam(), seed + 1);
  std::vector<Given> given;
  for (unsigned i = 0; i < 400; ++i) {
    const auto length = static_cast<unsigned>(i < 32 ? i + 1 : 1 + random() % 32);
    given.push_back(random() % 4 ? with_data(random, length) : without_data(random));
    bench.give(given.back());
  }
  ASSERT_TRUE(bench.sim.run_until([&] { return bench.sink.tlps.size() == given.size(); }, 100'000));
  bench.sim.step(20);
  EXPECT_EQ(bench.sink.error, "");
  ASSERT_EQ(bench.sink.tlps.size(), given.size());
  for (std::size_t i = 0; i < given.size(); ++i) expect_sent(bench.sink.tlps[i], given[i]);
}

// Each waits for the writes that had been offered when it was made, and for no others.
TEST_P(PcieCompletionSend, WaitsForTheWritesBeforeIt) {
  const auto seed = seed_or(52);
  SCOPED_TRACE("HOLDFAST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  Bench bench(GetParam(), seed + 1);
  std::uint64_t offered = 65'000, accepted = 65'000;  // soon come round
  std::vector<std::uint64_t> awaited;
  std::size_t num_sent = 0;
  bench.on_cycle = [&] {
    num_sent = bench.sink.tlps.size();
    offered += random() % 2;
    if (accepted < offered && random() % 3) ++accepted;
    bench.offered = static_cast<std::uint16_t>(offered);
    bench.accepted = static_cast<std::uint16_t>(accepted);
  };
  bench.sim.add_agent([] {},
                      [&] {
                        if (bench.sim.top().completion_valid_i) awaited.push_back(offered);
                        if (bench.sim.top().tx_cpl_valid_o) {
                          EXPECT_GE(accepted, awaited.at(num_sent));
                        }
                      });
  for (unsigned i = 0; i < 300; ++i) bench.give(with_data(random, 1 + i % 9));
  ASSERT_TRUE(bench.sim.run_until([&] { return bench.sink.tlps.size() == 300; }, 100'000));
  EXPECT_EQ(bench.sink.error, "");
}

INSTANTIATE_TEST_SUITE_P(Pauses, PcieCompletionSend, testing::ValuesIn(kPauseMatrix));

TEST(PcieCompletionSendOrder, LeavesWithTheLastOfTheWritesBeforeIt) {
  std::mt19937_64 random(53);
  for (const unsigned start : {0u, 65'534u, 32'767u}) {
    Bench bench;
    bench.accepted = static_cast<std::uint16_t>(start);
    bench.offered = static_cast<std::uint16_t>(start + 3);
    bench.give(with_data(random, 5));
    bench.give(without_data(random));
    for (unsigned n = 0; n < 3; ++n) {
      bench.sim.step(30);
      EXPECT_TRUE(bench.sink.tlps.empty()) << start << " " << n;
      ++bench.accepted;
    }
    bench.sim.step(10);
    EXPECT_EQ(bench.sink.tlps.size(), 2u) << start;
  }
}

// The counts go on while the link is stalled: more than half their range.
TEST(PcieCompletionSendOrder, AStalledLinkDoesNotMakeItForget) {
  std::mt19937_64 random(54);
  Bench bench;
  bench.offered = 1;
  bench.sink.is_stalled = true;
  for (unsigned i = 0; i < 3; ++i) bench.give(with_data(random, 2));
  bench.sim.step(20);
  for (unsigned n = 0; n < 50'000; ++n) {
    ++bench.offered;
    ++bench.accepted;
    bench.sim.step();
  }
  bench.accepted = bench.offered;
  bench.sink.is_stalled = false;
  bench.sim.step(20);
  EXPECT_EQ(bench.sink.tlps.size(), 3u);
}

// While the host takes nothing: what is kept is bounded, and all of the space is used.
TEST(PcieCompletionSendRoom, EndsWhereTheSpaceEnds) {
  std::mt19937_64 random(55);
  struct Case {
    unsigned length_dw, expected;
  };
  // A new one needs the beats of the largest, 8 of 20.
  for (const Case& c : {Case{32, 2}, Case{16, 4}, Case{12, 5}, Case{0, kMaxCompletions}}) {
    Bench bench;
    bench.sink.is_stalled = true;
    std::vector<Given> given;
    for (unsigned i = 0; i < 20; ++i) {
      given.push_back(c.length_dw ? with_data(random, c.length_dw) : without_data(random));
      bench.give(given.back());
    }
    bench.sim.step(300);
    EXPECT_EQ(bench.num_given(), c.expected) << c.length_dw;
    EXPECT_FALSE(bench.sim.top().has_room_o);
    bench.sink.is_stalled = false;
    ASSERT_TRUE(bench.sim.run_until([&] { return bench.sink.tlps.size() == given.size(); }, 5000));
    for (std::size_t i = 0; i < given.size(); ++i) expect_sent(bench.sink.tlps[i], given[i]);
  }
}

TEST(PcieCompletionSendRoom, ResetForgets) {
  std::mt19937_64 random(56);
  Bench bench;
  bench.sink.is_stalled = true;
  for (unsigned i = 0; i < 4; ++i) bench.give(with_data(random, 4));
  bench.sim.step(40);
  ASSERT_TRUE(bench.all_given());
  bench.sim.reset();
  bench.sink.is_stalled = false;
  bench.sim.step(40);
  EXPECT_TRUE(bench.sink.tlps.empty());
  const Given after = with_data(random, 9);
  bench.give(after);
  bench.sim.step(40);
  ASSERT_EQ(bench.sink.tlps.size(), 1u);
  expect_sent(bench.sink.tlps[0], after);
}

}  // namespace
}  // namespace holdfast::test

// SPDX-License-Identifier: Apache-2.0
// Byte credit while packets of both directions and writes of path rows come in any order.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <compare>

#include "Vsad_model.h"
#include "sad_bench.h"

namespace holdfast::test {
namespace {

/// What happened, and in which cycle it read or wrote the path's row.
struct Step {
  std::uint64_t cycle;
  unsigned kind;  // 0 outbound, 1 inbound, 2 write; in one cycle the write is last
  std::size_t index;
  auto operator<=>(const Step&) const = default;
};

/// Random packets of four SAs over two paths in both directions at once, while their rows are
/// written; the cycle in which a question is taken says in which order all of it has happened.
class CreditTraffic {
 public:
  explicit CreditTraffic(std::uint64_t seed) : random_(seed) {
    for (unsigned path = 0; path < 2; ++path) bench_.must(write(path));
    for (unsigned sa = 0; sa < 8; ++sa) {
      Command c = add_sa(sa, 0x1000 + sa, sa >= 4);
      c.path_index = sa % 2;
      bench_.must(c);
    }
    bench_.sim.add_agent([] {}, [this] { watch(); });
  }

  void run(unsigned num_writes) {
    for (unsigned i = 0; i < num_writes; ++i) {
      bench_.start(write(static_cast<unsigned>(random_() % 2)));
      const unsigned pause = static_cast<unsigned>(random_() % 60);
      for (unsigned n = 0; bench_.is_busy() || n < pause; ++n) {
        ask();
        bench_.sim.step();
      }
      ASSERT_EQ(bench_.result().code, Code::kOk);
    }
    bench_.drain();
    judge();
  }

 private:
  struct Path {
    std::uint32_t generation = 0;
    bool is_limited = false;
    std::uint64_t left = 0;
  };
  static constexpr std::uint64_t kCyclesToPath = 5;  // from being taken to reading the row

  Command write(unsigned path) {
    Command c;
    c.op = Op::kWritePath;
    c.path_index = path;
    c.path.is_limited = random_() % 4 != 0;
    c.credit = static_cast<std::uint32_t>(random_() % 4000);
    writes_.push_back(c);
    return c;
  }
  void ask() {
    if (bench_.out_queries.size() < 3) {
      OutQuery q{4 + static_cast<unsigned>(random_() % 4), 10, false, {}, {}};
      q.esp_bytes = static_cast<unsigned>(random_() % 300);
      asked_.push_back(q);
      bench_.out_queries.push_back(q);
    }
    if (bench_.in_updates.size() < 3) {
      const auto sa = static_cast<unsigned>(random_() % 4);
      Update u{sa, 1, ++next_[sa], true, 10, {}};
      u.arrival.is_from_peer = random_() % 4 != 0;
      u.arrival.bytes = static_cast<unsigned>(random_() % 60);
      // Mostly of the newest binding, else of one before.
      u.arrival.generation = bench_.sim.top().generation_o - static_cast<unsigned>(random_() % 2);
      updated_.push_back(u);
      bench_.in_updates.push_back(u);
    }
  }
  void watch() {
    const std::uint32_t generation = bench_.sim.top().generation_o;
    // Seen a cycle after the row was written.
    if (generation != generation_) write_cycles_.push_back(bench_.sim.cycle() - 1);
    generation_ = generation;
  }

  void judge() {
    ASSERT_EQ(write_cycles_.size() + 2, writes_.size());
    std::vector<Step> steps;
    for (std::size_t i = 0; i < bench_.out_query_cycles.size(); ++i)
      steps.push_back({bench_.out_query_cycles[i] + kCyclesToPath, 0, i});
    for (std::size_t i = 0; i < bench_.update_cycles.size(); ++i)
      steps.push_back({bench_.update_cycles[i] + kCyclesToPath, 1, i});
    for (std::size_t i = 0; i < write_cycles_.size(); ++i)
      steps.push_back({write_cycles_[i], 2, i + 2});
    std::sort(steps.begin(), steps.end());
    for (std::uint32_t i = 0; i < 2; ++i) commit(i);
    unsigned num_held = 0;
    for (const Step& step : steps) {
      if (step.kind == 2) commit(step.index);
      if (step.kind == 1) gain(updated_[step.index]);
      if (step.kind == 0) num_held += spend(step.index);
    }
    EXPECT_GT(num_held, bench_.out_tickets.size() / 20);
    EXPECT_LT(num_held, bench_.out_tickets.size() / 10 * 9);
  }
  void commit(std::size_t index) {
    const Command& c = writes_[index];
    paths_[c.path_index] = {static_cast<std::uint32_t>(index) + 1, c.path.is_limited, c.credit};
  }
  void gain(const Update& u) {
    Path& path = paths_[u.sa_index % 2];
    if (u.arrival.is_from_peer && u.arrival.generation == path.generation)
      path.left += std::uint64_t{3} * u.arrival.bytes;
  }
  bool spend(std::size_t index) {
    const Ticket& ticket = bench_.out_tickets[index];
    Path& path = paths_[ticket.sa_index % 2];
    const unsigned bytes = asked_[index].esp_bytes + 20;
    const bool is_held = path.is_limited && bytes > path.left;
    EXPECT_EQ(ticket.reason, is_held ? Reason::kCredit : Reason::kNone) << "packet " << index;
    if (!is_held) {
      EXPECT_EQ(ticket.path.generation, path.generation) << "packet " << index;
      if (path.is_limited) path.left -= bytes;
    }
    return is_held;
  }

  std::mt19937_64 random_;
  SadBench<Vsad_model> bench_;
  std::vector<Command> writes_;
  std::vector<OutQuery> asked_;
  std::vector<Update> updated_;
  std::vector<std::uint64_t> write_cycles_;
  std::uint32_t generation_ = 2;
  std::array<std::uint64_t, 4> next_{};
  std::array<Path, 2> paths_;
};

TEST(SadCredit, BothDirectionsAndWritesAtOnceCountExactly) {
  const std::uint64_t seed = seed_or(32);
  SCOPED_TRACE("HOLDFAST_SEED=" + std::to_string(seed));
  CreditTraffic(seed).run(2'000);
}

}  // namespace
}  // namespace holdfast::test

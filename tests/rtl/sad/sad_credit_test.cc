// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <optional>

#include "Vsad_credit_model.h"
#include "support/sim.h"

namespace holdfast::test {
namespace {

enum class CreditOp : std::uint8_t { kKeep, kSpend, kGain, kTell };
constexpr unsigned kPaths = 4;
constexpr std::uint64_t kMaxCredit = (std::uint64_t{1} << 33) - 1;

/// sad_credit with 33 bits, one cycle at a time, against rows of its own.
class CreditBench {
 public:
  struct Row {
    std::uint64_t left = 0;
    bool is_told = false;
  };
  struct Packet {
    unsigned path;
    bool is_limited = true;
    unsigned bytes = 0;
    CreditOp op = CreditOp::kKeep;  // a spend beyond the credit becomes a tell
  };

  CreditBench() {
    sim_.reset();
    sweep();
  }
  void sweep() {
    rows_ = {};
    auto& top = sim_.top();
    top.op_i = top.write_i = top.read_i = 0;
    for (top.sweep_index_i = 0; top.sweep_index_i < 8; ++top.sweep_index_i) {
      top.sweep_i = 1;
      sim_.step();
    }
    top.sweep_i = 0;
  }

  /// `read` is read in this cycle, and decided on in the next. A write that finds the port busy is
  /// left out; returns whether it was.
  bool cycle(const std::optional<Packet>& read, const std::optional<unsigned>& written = {},
             std::uint32_t credit = 0) {
    auto& top = sim_.top();
    top.op_i = 0;
    if (waiting_) decide();
    top.eval();
    top.write_i = written && !top.is_busy_o;
    top.write_index_i = static_cast<std::uint8_t>(written.value_or(0));
    top.credit_i = credit;
    top.read_i = read.has_value();
    if (read) top.read_index_i = static_cast<std::uint8_t>(read->path);
    const bool is_written = top.write_i;
    waiting_ = read;
    if (read) seen_ = rows_[read->path];
    is_overtaken_ = read && is_written && *written == read->path;
    if (is_written) rows_[*written] = {credit, false};
    sim_.step();
    return is_written;
  }
  Row row(unsigned path) const { return rows_[path]; }

 private:
  void decide() {
    auto& top = sim_.top();
    top.is_limited_i = waiting_->is_limited;
    top.bytes_i = waiting_->bytes;
    top.eval();
    const Row& row = is_overtaken_ ? seen_ : rows_[waiting_->path];
    EXPECT_EQ(top.has_credit_o, !waiting_->is_limited || row.left >= waiting_->bytes);
    EXPECT_TRUE(!waiting_->is_limited || top.is_told_o == row.is_told);
    CreditOp op = waiting_->op;
    if (op == CreditOp::kSpend && !top.has_credit_o) op = CreditOp::kTell;
    top.op_i = static_cast<std::uint8_t>(op);
    if (!waiting_->is_limited || is_overtaken_) return;
    Row& changed = rows_[waiting_->path];
    const std::uint64_t gain = 3 * std::uint64_t{waiting_->bytes};
    if (op == CreditOp::kSpend) changed.left -= waiting_->bytes;
    if (op == CreditOp::kGain) changed.left = std::min(changed.left + gain, kMaxCredit);
    if (op == CreditOp::kTell) changed.is_told = true;
  }

  Sim<Vsad_credit_model> sim_;
  std::array<Row, kPaths> rows_{};
  std::optional<Packet> waiting_;
  Row seen_;
  bool is_overtaken_ = false;
};

TEST(SadCredit, EveryOrderOfPacketsAndWritesCountsRight) {
  const std::uint64_t seed = seed_or(31);
  SCOPED_TRACE("HOLDFAST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  CreditBench bench;
  unsigned num_writes = 0;
  for (unsigned i = 0; i < 200'000; ++i) {
    std::optional<CreditBench::Packet> packet;
    // Bursts of one path, so that packets of it follow each other directly.
    if (random() % 4)
      packet = {static_cast<unsigned>(random() % 8 ? i / 64 % kPaths : random() % kPaths),
                random() % 8 != 0, static_cast<unsigned>(random() % (random() % 9 ? 3000 : 98000)),
                static_cast<CreditOp>(random() % 4)};
    std::optional<unsigned> written;
    if (random() % 10 == 0) written = static_cast<unsigned>(random() % kPaths);
    const auto credit = static_cast<std::uint32_t>(random() % 5 ? random() % 20'000 : random());
    num_writes += bench.cycle(packet, written, credit);
  }
  EXPECT_GT(num_writes, 5'000u);
}

TEST(SadCredit, TheLargestCreditStaysTheLargest) {
  CreditBench bench;
  bench.cycle({}, 2, 0xFFFFFFFF);
  for (unsigned i = 0; i < 30'000; ++i) bench.cycle({{2, true, 65535, CreditOp::kGain}});
  bench.cycle({});
  EXPECT_EQ(bench.row(2).left, kMaxCredit);
  // What it says is that number: it takes as many packets to be used up.
  for (std::uint64_t i = 0; i < kMaxCredit / 131'071; ++i)
    bench.cycle({{2, true, 131'071, CreditOp::kSpend}});
  bench.cycle({});
  EXPECT_EQ(bench.row(2).left, kMaxCredit % 131'071);
  EXPECT_FALSE(bench.row(2).is_told);
  bench.cycle({{2, true, 131'071, CreditOp::kSpend}});
  bench.cycle({});
  EXPECT_TRUE(bench.row(2).is_told);
}

TEST(SadCredit, TheSweepClearsEveryRow) {
  CreditBench bench;
  for (unsigned path = 0; path < kPaths; ++path) {
    bench.cycle({}, path, 1000);
    bench.cycle({{path, true, 0, CreditOp::kTell}});
  }
  bench.cycle({});
  bench.sweep();
  for (unsigned path = 0; path < kPaths; ++path) {
    bench.cycle({{path, true, 1, CreditOp::kSpend}});
    bench.cycle({{path, true, 0, CreditOp::kSpend}});
  }
  bench.cycle({});
}

}  // namespace
}  // namespace holdfast::test

// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <memory>
#include <random>

#include "Vsad_replay_infer_model.h"
#include "support/sim.h"
#include "window_reference.h"

namespace holdfast::test {
namespace {

class Inference {
 public:
  /// False if there is no such number.
  bool infer(bool has_esn, std::uint64_t top, unsigned window, std::uint32_t wire,
             std::uint64_t& number) {
    top_->has_esn_i = has_esn;
    top_->top_i = top;
    top_->window_i = static_cast<SData>(window);
    top_->seq_lo_i = wire;
    top_->eval();
    number = top_->seq_o;
    return top_->exists_o;
  }

 private:
  std::unique_ptr<VerilatedContext> context_ = std::make_unique<VerilatedContext>();
  std::unique_ptr<Vsad_replay_infer_model> top_ =
      std::make_unique<Vsad_replay_infer_model>(context_.get(), "top");
};

/// Compares with the reference, in which the number 0 does not exist either.
void expect_same(Inference& inference, bool has_esn, std::uint64_t top, unsigned window,
                 std::uint32_t wire) {
  std::uint64_t got = 0, expected = 0;
  const bool exists = inference.infer(has_esn, top, window, wire, got) && got != 0;
  ASSERT_EQ(exists, WindowReference(window, has_esn, top + 1).infer(wire, expected))
      << std::hex << "top " << top << " window " << window << " wire " << wire;
  if (exists) {
    ASSERT_EQ(got, expected) << std::hex << "top " << top << " window " << window << " wire "
                             << wire;
  }
}

TEST(SadReplayInfer, AroundEveryEdge) {
  Inference inference;
  const std::uint64_t laps[] = {0, 1, 2, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF};
  for (std::uint64_t lap : laps) {
    for (unsigned window : {32u, 64u, 100u, 1024u}) {
      const std::int64_t w = window;
      for (std::int64_t low : {std::int64_t{0}, w - 1, w, std::int64_t{0x80000000},
                               std::int64_t{0xFFFFFFFF}, std::int64_t{0xFFFFFFFF} - w}) {
        for (std::int64_t near = -2; near <= 2; ++near) {
          const std::uint64_t top = (lap << 32) + static_cast<std::uint64_t>(low + near);
          for (std::int64_t offset :
               {-w - 1, -w, -w + 1, -w + 2, std::int64_t{-1}, std::int64_t{0}, std::int64_t{1}, w,
                std::int64_t{0x7FFFFFFF}, std::int64_t{0x80000000}}) {
            const auto wire = static_cast<std::uint32_t>(top + static_cast<std::uint64_t>(offset));
            expect_same(inference, true, top, window, wire);
            expect_same(inference, false, top & 0xFFFFFFFF, window, wire);
          }
          expect_same(inference, true, top, window, 0);
          expect_same(inference, true, top, window, 0xFFFFFFFF);
        }
      }
    }
  }
}

TEST(SadReplayInfer, FollowsTheReference) {
  Inference inference;
  std::mt19937_64 random(seed_or(1));
  for (unsigned i = 0; i < 200000; ++i) {
    const std::uint64_t top = random() >> (random() % 64);
    const auto window = static_cast<unsigned>(32 + random() % 993);
    const auto wire = static_cast<std::uint32_t>(random() >> (random() % 64));
    expect_same(inference, true, top, window, wire);
  }
}

}  // namespace
}  // namespace holdfast::test

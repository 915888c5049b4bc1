// SPDX-License-Identifier: Apache-2.0
#include "model/replay_window.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace holdfast::model {
namespace {

constexpr std::uint64_t kAll = ~std::uint64_t{0};

struct Step {
  int number;  // of the case
  std::uint64_t sequence;
  bool is_accepted;
};

/// Window of 64, first number 1. Each accepted number is taken.
constexpr Step kSteps[] = {
    {1, 0, false},     // never valid (RFC 4303, 2.2)
    {2, 1, true},      // the first
    {3, 1, false},     // again
    {4, 9, true},      // jump within the window
    {5, 8, true},      // behind, not seen
    {6, 7, true},      //
    {7, 7, false},     // behind, seen
    {8, 64, true},     // the window is now 1 to 64
    {9, 1, false},     // its left end, seen
    {10, 2, true},     // inside, not seen
    {11, 65, true},    // the window is now 2 to 65
    {12, 1, false},    // left of it
    {13, 2, false},    // its left end, seen
    {14, 3, true},     //
    {15, 128, true},   // jump of 63: 65 stays in the window
    {16, 65, false},   // left end, seen
    {17, 66, true},    // must not be seen, although 2 has the same bit of the ring
    {18, 64, false},   // left
    {19, 192, true},   // jump of exactly the window
    {20, 128, false},  // left by one
    {21, 129, true},   // left end
    {22, 1000, true},  // jump beyond the window
    {23, 937, true},   // left end, not seen
    {24, 936, false},  // left
    {25, 1000, false},     {26, kAll, true},  // the largest number there is
    {27, kAll - 63, true}, {28, kAll - 64, false}, {29, kAll, false},
};

TEST(ReplayWindow, Cases) {
  ReplayWindow window(64, 1);
  for (const Step& step : kSteps) {
    EXPECT_EQ(window.accepts(step.sequence), step.is_accepted) << "case " << step.number;
    if (window.accepts(step.sequence)) window.take(step.sequence);
  }
}

TEST(ReplayWindow, NumbersBelowTheFirstCountAsSeen) {
  ReplayWindow window(64, 100);
  EXPECT_EQ(window.top(), 99u);
  for (std::uint64_t n = 0; n < 100; ++n) EXPECT_FALSE(window.accepts(n)) << n;
  window.take(150);
  EXPECT_FALSE(window.accepts(99));
  EXPECT_TRUE(window.accepts(100));
}

TEST(ReplayWindow, AcceptsWhatASetOfNumbersWouldForManySizes) {
  constexpr unsigned kSeed = 11;
  for (unsigned size : {32u, 33u, 63u, 64u, 65u, 100u, 1000u, 1024u}) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + " size " + std::to_string(size));
    std::mt19937_64 random(kSeed);
    ReplayWindow window(size, 1);
    std::set<std::uint64_t> seen;
    std::uint64_t top = 0;
    for (int i = 0; i < 20000; ++i) {
      const std::uint64_t jump = random() % 50 == 0 ? random() % (3 * size) : random() % 4;
      const std::uint64_t back = random() % (size + 5);
      const std::uint64_t n = random() % 3 == 0 ? top + jump : (top > back ? top - back : 0);
      const bool expected = n != 0 && !seen.contains(n) && n + size > top;
      ASSERT_EQ(window.accepts(n), expected) << n << " top " << top;
      if (!expected) continue;
      window.take(n);
      seen.insert(n);
      top = std::max(top, n);
      ASSERT_EQ(window.top(), top);
    }
  }
}

struct InferCase {
  int number;
  std::uint64_t top;
  std::uint32_t low;
  std::optional<std::uint64_t> expected;
};

/// Window of 64 with ESN (RFC 4303, A2.1).
const InferCase kInferCases[] = {
    // Case A: the window within one high half.
    {1, 0x5'0000'1000, 0x1000, 0x5'0000'1000},
    {2, 0x5'0000'1000, 0x0FC1, 0x5'0000'0FC1},  // left end
    {3, 0x5'0000'1000, 0x0FC0, 0x6'0000'0FC0},  // left of it: the next high half
    {4, 0x5'0000'1000, 0xFFFFFFFF, 0x5'FFFF'FFFF},
    {5, 0x5'0000'003F, 0, 0x5'0000'0000},  // the window begins exactly at the boundary
    {6, 0x5'FFFF'FFFF, 0, 0x6'0000'0000},
    // Case B: the window straddles.
    {7, 0x5'0000'003E, 0xFFFFFFFF, 0x4'FFFF'FFFF},  // left end
    {8, 0x5'0000'003E, 0xFFFFFFFE, 0x5'FFFF'FFFE},
    {9, 0x5'0000'0000, 0xFFFFFFC1, 0x4'FFFF'FFC1},
    {10, 0x5'0000'0000, 0xFFFFFFC0, 0x5'FFFF'FFC0},
    {11, 0x5'0000'0000, 0, 0x5'0000'0000},
    // At the ends of the number space.
    {12, 0, 1, 1},
    {13, 0, 0xFFFFFFC1, std::nullopt},  // would lie below 0
    {14, 0, 0xFFFFFFC0, 0xFFFF'FFC0},
    {15, 0xFFFFFFFF'00001000, 0x0FC0, std::nullopt},  // would lie beyond 2^64 - 1
    {16, kAll, 0xFFFFFFBF, std::nullopt},
    {17, kAll, 0xFFFFFFC0, kAll - 63},
};

TEST(ReplayWindow, InfersTheHighHalf) {
  for (const InferCase& c : kInferCases) {
    ReplayWindow window(64, c.top + (c.top == kAll ? 0 : 1));
    if (c.top == kAll) window.take(kAll);
    ASSERT_EQ(window.top(), c.top);
    EXPECT_EQ(window.infer(c.low, true), c.expected) << "case " << c.number;
  }
}

TEST(ReplayWindow, WithoutEsnTheNumberIsTheLowHalf) {
  ReplayWindow window(64, 0xFFFFFFF0);
  EXPECT_EQ(window.infer(5, false), 5u);
  EXPECT_FALSE(window.accepts(5));
}

}  // namespace
}  // namespace holdfast::model

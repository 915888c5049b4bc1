// SPDX-License-Identifier: Apache-2.0
#include "crypto/random.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace holdfast {
namespace {

/// Counts up, so that the order of bytes shows.
class CountingRandom : public Random {
 public:
  void fill(std::span<std::uint8_t> bytes) override {
    for (std::uint8_t& b : bytes) b = ++last_;
  }

 private:
  std::uint8_t last_ = 0;
};

TEST(Random, NumbersAreMadeOfBytesInTheirOrder) {
  CountingRandom random;
  EXPECT_EQ(random.u32(), 0x01020304u);
  EXPECT_EQ(random.bytes(3), (Bytes{5, 6, 7}));
  EXPECT_TRUE(random.bytes(0).empty());
}

TEST(SystemRandom, FillsAllOfIt) {
  SystemRandom random;
  // 64 bytes that stay 0 or come twice would be one chance in 2^512.
  const Bytes first = random.bytes(64), second = random.bytes(64);
  EXPECT_NE(first, second);
  EXPECT_NE(first, Bytes(64));
  Bytes any(4096);
  random.fill(any);
  for (std::size_t i = 0; i < any.size(); i += 64) {
    EXPECT_TRUE(std::any_of(any.begin() + static_cast<long>(i),
                            any.begin() + static_cast<long>(i + 64), [](int b) { return b != 0; }));
  }
  random.fill({});
}

}  // namespace
}  // namespace holdfast

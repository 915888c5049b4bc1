// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <memory>
#include <random>

#include "Vsad_selector_match_model.h"
#include "sad_types.h"
#include "support/sim.h"

namespace holdfast::test {
namespace {

class Matcher {
 public:
  bool match(const Selector& s, bool is_ipv6, Bits128 source, Bits128 destination) {
    PackedWriter w;
    w.put(s.is_ipv6, 1).put(s.source).put(s.destination);
    w.put(s.source_bits, 8).put(s.destination_bits, 8);
    w.store(top_->selector_i);
    top_->is_ipv6_i = is_ipv6;
    PackedWriter().put(source).store(top_->source_i);
    PackedWriter().put(destination).store(top_->destination_i);
    top_->eval();
    return top_->match_o;
  }

 private:
  std::unique_ptr<VerilatedContext> context_ = std::make_unique<VerilatedContext>();
  std::unique_ptr<Vsad_selector_match_model> top_ =
      std::make_unique<Vsad_selector_match_model>(context_.get(), "top");
};

/// Bit `n` of an address, the first on the wire is 0.
bool bit(Bits128 a, unsigned n) { return n < 64 ? a.high >> (63 - n) & 1 : a.low >> (127 - n) & 1; }
Bits128 flipped(Bits128 a, unsigned n) {
  if (n < 64) {
    a.high ^= std::uint64_t{1} << (63 - n);
  } else {
    a.low ^= std::uint64_t{1} << (127 - n);
  }
  return a;
}
bool same_prefix(Bits128 a, Bits128 b, unsigned bits) {
  for (unsigned n = 0; n < bits; ++n) {
    if (bit(a, n) != bit(b, n)) return false;
  }
  return true;
}

TEST(SadSelectorMatch, EveryBitOfEveryPrefixLength) {
  Matcher matcher;
  const Bits128 a{0x20010DB812345678, 0x9ABCDEF001234567}, b{0xFE80AABBCCDDEEFF, 0x123456789};
  for (unsigned bits = 0; bits <= 128; ++bits) {
    for (unsigned n = 0; n < 128; ++n) {
      EXPECT_EQ(matcher.match({true, a, b, bits, 128}, true, flipped(a, n), b), n >= bits);
      EXPECT_EQ(matcher.match({true, a, b, 128, bits}, true, a, flipped(b, n)), n >= bits);
    }
  }
}

TEST(SadSelectorMatch, TheFamilyCountsAlsoForZeroBits) {
  Matcher matcher;
  EXPECT_TRUE(matcher.match({false, {}, {}, 0, 0}, false, {1, 2}, {3, 4}));
  EXPECT_FALSE(matcher.match({false, {}, {}, 0, 0}, true, {1, 2}, {3, 4}));
  EXPECT_FALSE(matcher.match({true, {}, {}, 0, 0}, false, {1, 2}, {3, 4}));
}

TEST(SadSelectorMatch, FollowsTheReference) {
  Matcher matcher;
  std::mt19937_64 random(seed_or(1));
  for (unsigned i = 0; i < 20000; ++i) {
    Selector s{(random() & 1) != 0, {random(), random()}, {random(), random()}, 0, 0};
    s.source_bits = static_cast<unsigned>(random() % (s.is_ipv6 ? 129 : 33));
    s.destination_bits = static_cast<unsigned>(random() % (s.is_ipv6 ? 129 : 33));
    const Bits128 source = random() % 4 ? flipped(s.source, random() % 128) : s.source;
    const Bits128 destination =
        random() % 4 ? flipped(s.destination, random() % 128) : s.destination;
    const bool is_ipv6 = random() % 16 ? s.is_ipv6 : !s.is_ipv6;
    EXPECT_EQ(matcher.match(s, is_ipv6, source, destination),
              is_ipv6 == s.is_ipv6 && same_prefix(source, s.source, s.source_bits) &&
                  same_prefix(destination, s.destination, s.destination_bits));
  }
}

}  // namespace
}  // namespace holdfast::test

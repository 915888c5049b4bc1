// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <numeric>

#include "test_card.h"
#include "verilated/host_memory.h"

namespace holdfast::sim {

using Bytes = std::vector<std::uint8_t>;

inline Bytes counting_bytes(std::size_t count) {
  Bytes bytes(count);
  std::iota(bytes.begin(), bytes.end(), std::uint8_t{1});
  return bytes;
}

/// Root complex, memory, and the small card of these tests; `violations` is empty at the end.
struct Bench {
  explicit Bench(const LinkConfig& link = {}, const PcieConfig& pins = {}, unsigned width = 128)
      : root_complex(width, memory, link, pins), card(root_complex, width) {
    low = memory.map(0x4000).value();
    high = memory.map(0x4000).value();
    const Bytes pattern = counting_bytes(0x4000);
    std::copy(pattern.begin(), pattern.end(), low.bytes.begin());
    std::copy(pattern.begin(), pattern.end(), high.bytes.begin());
  }
  ~Bench() {
    EXPECT_EQ(root_complex.violations().report(), "");
    EXPECT_TRUE(card.complaints.empty()) << card.complaints.front();
  }
  Bytes expected(std::size_t offset, std::size_t count) const {
    return Bytes(low.bytes.begin() + static_cast<std::ptrdiff_t>(offset),
                 low.bytes.begin() + static_cast<std::ptrdiff_t>(offset + count));
  }
  std::vector<std::uint32_t> read_registers(std::uint32_t offset, unsigned dwords) {
    const std::uint8_t tag = root_complex.start_read(offset, dwords);
    for (unsigned i = 0; i < 5000 && !root_complex.reads().is_done(tag); ++i) card.step();
    std::vector<std::uint32_t> data;
    EXPECT_TRUE(root_complex.reads().is_done(tag));
    EXPECT_EQ(root_complex.reads().finish(tag, data), CompletionStatus::kSuccess);
    return data;
  }

  HostMemory memory;
  RootComplex root_complex;
  TestCard card;
  DmaRegion low, high;
};

}  // namespace holdfast::sim

// SPDX-License-Identifier: Apache-2.0
#include "model/soft_registers.h"

#include <gtest/gtest.h>

#include "model/soft_card.h"

namespace holdfast::model {
namespace {

struct WalkRow {
  const char* name;
  std::uint32_t offset, at_reset, known_at_reset, read_write, write_only, write_1_to_clear,
      read_only;
};
/// Generated from card_csr.rdl; counters are not in it.
constexpr WalkRow kWalk[] = {
#include "rtl/csr/csr_walk_table.inc"
};

TEST(SoftRegisters, HasEveryRegisterOfTheMap) {
  const SoftRegisters registers;
  for (const WalkRow& row : kWalk) {
    const CsrOffset offset{row.offset};
    ASSERT_TRUE(registers.exists(offset)) << row.name;
    EXPECT_EQ(registers.read(offset) & row.known_at_reset, row.at_reset & row.known_at_reset)
        << row.name;
  }
}

TEST(SoftRegisters, KeepsWhatCanBeWritten) {
  for (std::uint32_t pattern : {0xFFFFFFFFu, 0xA5A5A5A5u, 0u}) {
    SoftRegisters registers;
    for (const WalkRow& row : kWalk) {
      const CsrOffset offset{row.offset};
      const std::uint32_t before = registers.read(offset);
      registers.write(offset, pattern);
      const std::uint32_t after = registers.read(offset);
      EXPECT_EQ(after & row.read_write, pattern & row.read_write) << row.name;
      EXPECT_EQ(after & row.write_only, 0u) << row.name;
      EXPECT_EQ(after & row.read_only, before & row.read_only) << row.name;
    }
  }
}

TEST(SoftRegisters, HasNoOtherRegisters) {
  const SoftRegisters registers;
  std::vector<bool> is_known(csr::kBar0Bytes / 4);
  for (const WalkRow& row : kWalk) is_known[row.offset / 4] = true;
  for (std::uint32_t offset = 0; offset < csr::kBar0Bytes; offset += 4) {
    const bool is_counter = offset >= static_cast<std::uint32_t>(csr::kCountersCyclesLo) &&
                            offset <= static_cast<std::uint32_t>(csr::kCountersDropsHi(63));
    if (is_counter) continue;
    EXPECT_EQ(registers.exists(CsrOffset{offset}), is_known[offset / 4]) << offset;
  }
  EXPECT_FALSE(registers.exists(CsrOffset{2}));
  EXPECT_FALSE(registers.exists(CsrOffset{csr::kBar0Bytes}));
}

}  // namespace
}  // namespace holdfast::model

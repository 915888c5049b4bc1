// SPDX-License-Identifier: Apache-2.0
// What a host sees of a card that is reset or about to be: card_reset, in the whole card.
#include <gtest/gtest.h>

#include "card_core_bench.h"

namespace holdfast::test {
namespace {

template <typename Top>
class CardReset : public testing::Test {
 protected:
  /// A queue with a descriptor to fetch, whose read is offered to a link that takes none.
  void stall_a_read() {
    const auto region = bench_.memory.map(1 << 16).value();
    const auto iova = static_cast<std::uint32_t>(to_number(region.iova));
    bench_.write(csr::kQueuesSqBaseLo(0), iova);
    bench_.write(csr::kQueuesCqBaseLo(0), iova + 0x4000);
    bench_.write(csr::kQueuesWindowBaseLo(0), iova);
    bench_.write(csr::kQueuesWindowLimitLo(0), iova + 0xFFFF);
    bench_.write(csr::kQueuesSize(0),
                 csr::kQueuesSizeSqLog2.set(4) | csr::kQueuesSizeCqLog2.set(4));
    bench_.write(csr::kControlControl, csr::kControlControlEnable.mask());
    bench_.root_complex.link().tx_read_stall_percent = 100;
    bench_.write(csr::kQueuesControl(0), 1);
    bench_.write(csr::kDoorbellSqProducer(0), 1);
    bench_.step(100);
    ASSERT_EQ(bench_.top().tx_rd_req_tlp_valid_o, 1);
  }
  /// After the request for a reset: until the link goes on, and then until the reset is over.
  /// `scratch` is what the reset leaves of 0x5C5C in a register.
  void expect_a_reset_that_waits(std::uint32_t scratch) {
    bench_.write(csr::kIdentityScratch, 0x5C5C);
    for (unsigned i = 0; i < 50; ++i) {
      ASSERT_FALSE(bench_.is_swept()) << "look " << i;
      ASSERT_EQ(bench_.command(CommandOp::kWritePath), CommandResult::kNotSwept);
      ASSERT_EQ(bench_.top().tx_rd_req_tlp_valid_o, 1) << "the offer is withdrawn";
    }
    EXPECT_EQ(bench_.read(csr::kControlGeneration), 1u);
    EXPECT_EQ(bench_.read(csr::kIdentityScratch), 0x5C5Cu) << "the reset came before the link";
    bench_.root_complex.link().tx_read_stall_percent = 0;
    bench_.wait_until_swept();
    EXPECT_EQ(bench_.read(csr::kIdentityScratch), scratch);
    EXPECT_EQ(bench_.read(csr::kControlGeneration), 0u) << "swept before the reset was done";
    EXPECT_EQ(bench_.command(CommandOp::kReadPath), CommandResult::kEmpty);
    EXPECT_EQ(bench_.command(CommandOp::kWritePath), CommandResult::kOk);
    bench_.step(3000);
    EXPECT_EQ(bench_.read(csr::kControlGeneration), 1u) << "what was done vanished";
  }

  CardCoreBench<Top> bench_;
};
TYPED_TEST_SUITE(CardReset, CardCoreTops);

TYPED_TEST(CardReset, CommandsBeforeTheCardIsSweptAreRefused) {
  auto& bench = this->bench_;
  unsigned refused = 0;
  while (!bench.is_swept()) {
    // The sweep may end between the two.
    const CommandResult result = bench.command(CommandOp::kWritePath);
    if (result == CommandResult::kNotSwept)
      ++refused;
    else
      EXPECT_TRUE(bench.is_swept()) << "done by a card that is not swept";
    bench.step(20);
  }
  EXPECT_GT(refused, 5u);
  EXPECT_LE(bench.read(csr::kControlGeneration), 1u);
}

TYPED_TEST(CardReset, SoftResetThatWaitsForTheLinkIsNotSwept) {
  auto& bench = this->bench_;
  bench.wait_until_swept();
  ASSERT_EQ(bench.command(CommandOp::kWritePath), CommandResult::kOk);
  this->stall_a_read();
  bench.write(csr::kControlControl, csr::kControlControlSoftReset.mask());
  this->expect_a_reset_that_waits(0x5C5C);
}

TYPED_TEST(CardReset, FunctionLevelResetThatWaitsForTheLinkIsNotSwept) {
  auto& bench = this->bench_;
  bench.wait_until_swept();
  ASSERT_EQ(bench.command(CommandOp::kWritePath), CommandResult::kOk);
  this->stall_a_read();
  bench.root_complex.pins().function_reset = true;
  bench.step(4);
  bench.root_complex.pins().function_reset = false;
  this->expect_a_reset_that_waits(0);
}

// The write that asks for the reset and the next request are as near as a host can have them.
TYPED_TEST(CardReset, SoftResetIsSeenByTheNextRead) {
  auto& bench = this->bench_;
  bench.wait_until_swept();
  for (unsigned gap = 0; gap < 4; ++gap) {
    bench.root_complex.write(static_cast<std::uint32_t>(csr::kControlControl),
                             csr::kControlControlSoftReset.mask());
    bench.step(gap);
    EXPECT_FALSE(bench.is_swept()) << gap;
    bench.wait_until_swept();
  }
}

}  // namespace
}  // namespace holdfast::test

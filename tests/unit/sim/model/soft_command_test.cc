// SPDX-License-Identifier: Apache-2.0
// What is the soft card's own; the rest is in tests/unit/driver/card_suite.h.
#include <gtest/gtest.h>

#include "model/soft_card.h"

namespace holdfast::model {
namespace {

TEST(SoftCommand, TakesNoCommandBeforeItIsSwept) {
  SoftCard card({});
  card.write_csr(csr::kCommandCommand,
                 csr::kCommandCommandOp.set(static_cast<std::uint32_t>(CommandOp::kWritePath)));
  for (int i = 0; i < 10; ++i) card.poll();
  EXPECT_EQ(csr::kCommandStatusResult.get(card.read_csr(csr::kCommandStatus)),
            static_cast<std::uint32_t>(CommandResult::kNotSwept));
  EXPECT_EQ(card.read_csr(csr::kControlGeneration), 0u);
}

TEST(SoftCommand, OperandsAreRefusedWhileACommandRuns) {
  SoftCard card({});
  for (int i = 0; i < 100; ++i) card.poll();  // sweep
  card.write_csr(csr::kCommandCommand, 0);
  card.write_csr(csr::kCommandSpi, 1);
  EXPECT_EQ(card.read_csr(csr::kControlError), csr::kControlErrorCommandBusy.mask());
  EXPECT_EQ(csr::kControlFirstErrorOffset.get(card.read_csr(csr::kControlFirstError)),
            static_cast<std::uint32_t>(csr::kCommandSpi));
}

}  // namespace
}  // namespace holdfast::model

// SPDX-License-Identifier: Apache-2.0
// What is the soft card's own; the rest is in tests/unit/driver/card_suite.h.
#include "model/soft_card.h"

#include <gtest/gtest.h>

namespace holdfast::model {
namespace {

TEST(SoftCard, TakesItsOptions) {
  const auto card = SoftCard::make("sas=1024,paths=7,window=128");
  ASSERT_TRUE(card);
  const std::uint32_t tables = (*card)->read_csr(csr::kIdentityCapTables);
  EXPECT_EQ(csr::kIdentityCapTablesNumSas.get(tables), 1024u);
  EXPECT_EQ(csr::kIdentityCapTablesNumPaths.get(tables), 7u);
  EXPECT_EQ((*card)->read_csr(csr::kIdentityCapWindow), 128u);
  EXPECT_TRUE(SoftCard::make(""));
  EXPECT_TRUE(SoftCard::make("sas=65535"));
}

TEST(SoftCard, RefusesOptionsThatAreNone) {
  for (const char* options : {"sas", "sas=", "sas=x", "sas=1x", "size=3", "sas=4 ,paths=3"}) {
    const auto card = SoftCard::make(options);
    ASSERT_FALSE(card) << options;
    EXPECT_EQ(card.error().code, ErrorCode::kBadFormat) << card.error().text();
  }
  for (const char* options : {"sas=0", "sas=65536", "paths=0", "window=63", "window=5000"}) {
    const auto card = SoftCard::make(options);
    ASSERT_FALSE(card) << options;
    EXPECT_EQ(card.error().code, ErrorCode::kBadValue) << card.error().text();
  }
}

TEST(SoftCard, TakesNoCommandBeforeItIsSwept) {
  SoftCard card({});
  card.write_csr(csr::kCommandCommand,
                 csr::kCommandCommandOp.set(static_cast<std::uint32_t>(CommandOp::kWritePath)));
  for (int i = 0; i < 10; ++i) card.poll();
  EXPECT_EQ(csr::kCommandStatusResult.get(card.read_csr(csr::kCommandStatus)),
            static_cast<std::uint32_t>(CommandResult::kNotSwept));
  EXPECT_EQ(card.read_csr(csr::kControlGeneration), 0u);
}

TEST(SoftCard, FlrResetsTheRegisters) {
  SoftCard card({});
  card.write_csr(csr::kIdentityScratch, 7);
  card.write_csr(csr::kControlControl, csr::kControlControlSoftReset.mask());
  EXPECT_EQ(card.read_csr(csr::kIdentityScratch), 7u);
  card.reset();
  EXPECT_EQ(card.read_csr(csr::kIdentityScratch), 0u);
  EXPECT_EQ(csr::kControlStatusSwept.get(card.read_csr(csr::kControlStatus)), 0u);
}

TEST(SoftCard, ADescriptorRingThatCannotBeReadStopsTheQueue) {
  SoftCard card({});
  for (int i = 0; i < 100; ++i) card.poll();  // sweep
  constexpr std::uint32_t kUnmapped = 0x1000;
  card.write_csr(csr::kQueuesSqBaseLo(0), kUnmapped);
  card.write_csr(csr::kQueuesCqBaseLo(0), kUnmapped);
  card.write_csr(csr::kQueuesSize(0),
                 csr::kQueuesSizeSqLog2.set(3) | csr::kQueuesSizeCqLog2.set(3));
  card.write_csr(csr::kQueuesControl(0), csr::kQueuesControlEnable.mask());
  card.write_csr(csr::kDoorbellSqProducer(0), 1);
  for (unsigned i = 0; i < 100; ++i) card.poll();
  const std::uint32_t status = card.read_csr(csr::kQueuesStatus(0));
  EXPECT_EQ(csr::kQueuesStatusRunning.get(status), 0u);
  EXPECT_EQ(csr::kQueuesStatusCause.get(status),
            static_cast<std::uint32_t>(QueueCause::kDescriptorRead));
  const std::uint32_t errors = card.read_csr(csr::kControlError);
  EXPECT_NE(errors & csr::kControlErrorQueueStopped.mask(), 0u);
  EXPECT_NE(errors & csr::kControlErrorBadCompletion.mask(), 0u);
  card.write_csr(csr::kCounterSnapshot, 1);
  EXPECT_EQ(card.read_csr(csr::kCountersDmaReadErrorsLo), 1u);
}

TEST(SoftCard, OperandsAreRefusedWhileACommandRuns) {
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

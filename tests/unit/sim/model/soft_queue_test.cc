// SPDX-License-Identifier: Apache-2.0
// What is the soft card's own; the rest is in tests/unit/driver/card_suite.h.
#include <gtest/gtest.h>

#include "model/soft_card.h"

namespace holdfast::model {
namespace {

TEST(SoftQueue, ADescriptorRingThatCannotBeReadStopsTheQueue) {
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
  card.write_csr(csr::kCounterSnapshot, 1);
  EXPECT_EQ(card.read_csr(csr::kCountersDmaReadErrorsLo), 1u);
}

}  // namespace
}  // namespace holdfast::model

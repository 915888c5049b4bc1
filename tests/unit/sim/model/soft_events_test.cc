// SPDX-License-Identifier: Apache-2.0
// What is the soft card's own; the rest is in tests/unit/driver/card_suite.h.
#include <gtest/gtest.h>

#include "model/soft_card.h"

namespace holdfast::model {
namespace {

void cause_error(SoftCard& card) {
  card.read_csr(CsrOffset{csr::kBar0Bytes - 4});
  card.write_csr(csr::kControlError, ~0u);
}

std::uint32_t num_events(SoftCard& card) {
  card.write_csr(csr::kCounterSnapshot, 1);
  return card.read_csr(csr::kCountersEventsLo) + card.read_csr(csr::kCountersEventsLostLo);
}

TEST(SoftEvents, ARingThatIsOffForgetsThem) {
  SoftCard card({});
  cause_error(card);
  EXPECT_EQ(num_events(card), 0u);
}

TEST(SoftEvents, ARingOfASizeThatDoesNotExistForgetsThem) {
  for (std::uint32_t log2 : {0u, 1u, 13u, 31u}) {
    SoftCard card({});
    card.write_csr(csr::kEventRingSize, csr::kEventRingSizeLog2.set(log2));
    card.write_csr(csr::kEventRingControl, csr::kEventRingControlEnable.mask());
    cause_error(card);
    EXPECT_EQ(num_events(card), 0u);
  }
}

TEST(SoftEvents, ASecondErrorBitIsASecondEventAndTheSameOneIsNot) {
  SoftCard card({});
  const DmaRegion ring = card.map_dma(4096).value();
  card.write_csr(csr::kEventRingBaseLo, static_cast<std::uint32_t>(to_number(ring.iova)));
  card.write_csr(csr::kEventRingBaseHi, static_cast<std::uint32_t>(to_number(ring.iova) >> 32));
  card.write_csr(csr::kEventRingSize, csr::kEventRingSizeLog2.set(4));
  card.write_csr(csr::kEventRingControl, csr::kEventRingControlEnable.mask());
  card.read_csr(CsrOffset{csr::kBar0Bytes - 4});
  card.read_csr(CsrOffset{csr::kBar0Bytes - 4});
  EXPECT_EQ(num_events(card), 1u);
  card.write_csr(csr::kQueuesControl(0), csr::kQueuesControlEnable.mask());  // of size 0
  EXPECT_EQ(num_events(card), 2u);
  EXPECT_EQ(ring.bytes[28], static_cast<std::uint8_t>(EventKind::kError));
  EXPECT_EQ(ring.bytes[64 + 16], csr::kControlErrorUnknownOffset.mask());
  EXPECT_EQ(ring.bytes[64 + 17], csr::kControlErrorQueueStopped.mask() >> 8);
}

}  // namespace
}  // namespace holdfast::model

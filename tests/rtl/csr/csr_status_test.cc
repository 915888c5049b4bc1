// SPDX-License-Identifier: Apache-2.0
// What the card tells its registers, as the host reads it; what comes as numbers is in
// csr_results_test.
#include <gtest/gtest.h>

#include "Vcard_control_128_model.h"
#include "holdfast/csr.h"
#include "support/bits.h"
#include "support/tlp_host.h"

namespace holdfast::test {
namespace {

using Model = Vcard_control_128_model;

struct Bench {
  Bench() : host(sim) { sim.reset(); }
  std::uint32_t read(csr::CsrOffset offset) {
    return host.read32(static_cast<std::uint32_t>(offset));
  }
  Sim<Model> sim;
  TlpHost<Model> host;
};

TEST(CsrStatus, OfTheCard) {
  Bench b;
  auto& top = b.sim.top();
  for (unsigned n = 0; n < 4; ++n) {
    top.swept_i = n & 1;
    top.idle_i = (n >> 1) & 1;
    const auto status = b.read(csr::kControlStatus);
    EXPECT_EQ(csr::kControlStatusSwept.get(status), n & 1);
    EXPECT_EQ(csr::kControlStatusIdle.get(status), n >> 1);
  }
  for (unsigned vector = 0; vector < 8; ++vector) {
    top.msix_pending_i = static_cast<std::uint8_t>(1u << vector);
    EXPECT_EQ(b.read(csr::kMsixPending), 1u << vector);
  }
}

TEST(CsrStatus, OfEachQueue) {
  const auto seed = seed_or(102);
  SCOPED_TRACE("HOLDFAST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  Bench b;
  auto& pins = b.sim.top().queue_status_i;
  for (unsigned n = 0; n < 10; ++n) {
    // dma_pkg::queue_status_t: is_running, cause 4, waits, sq_consumer 16, cq_producer 16.
    constexpr unsigned kWidth = 38;
    for (unsigned lsb = 0; lsb < 4 * kWidth; lsb += kWidth) set_bits(pins, lsb, kWidth, random());
    for (unsigned q = 0; q < 4; ++q) {
      const auto field = [&](unsigned lsb, unsigned width) {
        return get_bits(pins, kWidth * q + lsb, width);
      };
      const auto status = b.read(csr::kQueuesStatus(q)), indices = b.read(csr::kQueuesIndices(q));
      EXPECT_EQ(csr::kQueuesStatusRunning.get(status), field(37, 1));
      EXPECT_EQ(csr::kQueuesStatusCause.get(status), field(33, 4));
      EXPECT_EQ(csr::kQueuesStatusWaits.get(status), field(32, 1));
      EXPECT_EQ(csr::kQueuesIndicesSqConsumer.get(indices), field(16, 16));
      EXPECT_EQ(csr::kQueuesIndicesCqProducer.get(indices), field(0, 16));
    }
  }
}

}  // namespace
}  // namespace holdfast::test

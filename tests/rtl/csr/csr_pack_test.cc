// SPDX-License-Identifier: Apache-2.0
// What the host writes, as the rooms behind the registers see it: queues. Commands, the event ring
// and MSI-X are in csr_block_test.
#include <gtest/gtest.h>

#include <array>
#include <type_traits>

#include "Vcard_control_128_model.h"
#include "Vcard_control_64_model.h"
#include "holdfast/csr.h"
#include "support/bits.h"
#include "support/tlp_host.h"

namespace holdfast::test {
namespace {

/// dma_pkg::queue_config_t from the lowest bit up, but for the doorbells, which are its lowest 33.
struct Queue {
  std::uint64_t moderation_us, moderation_packets, irq_enable, vector_index, window_limit,
      window_base, cq_log2, sq_log2, cq_base, sq_base, enable;
};

template <typename Model>
class CsrPack : public testing::Test {
 protected:
  CsrPack() { sim.reset(); }
  void write(csr::CsrOffset offset, std::uint32_t value) {
    host.write32(static_cast<std::uint32_t>(offset), value);
  }
  void write(csr::CsrOffset low, csr::CsrOffset high, std::uint64_t value) {
    write(low, static_cast<std::uint32_t>(value));
    write(high, static_cast<std::uint32_t>(value >> 32));
  }
  void write(unsigned q, const Queue& queue) {
    write(csr::kQueuesSqBaseLo(q), csr::kQueuesSqBaseHi(q), queue.sq_base);
    write(csr::kQueuesCqBaseLo(q), csr::kQueuesCqBaseHi(q), queue.cq_base);
    write(csr::kQueuesWindowBaseLo(q), csr::kQueuesWindowBaseHi(q), queue.window_base);
    write(csr::kQueuesWindowLimitLo(q), csr::kQueuesWindowLimitHi(q), queue.window_limit);
    write(csr::kQueuesSize(q),
          csr::kQueuesSizeSqLog2.set(static_cast<std::uint32_t>(queue.sq_log2)) |
              csr::kQueuesSizeCqLog2.set(static_cast<std::uint32_t>(queue.cq_log2)));
    write(csr::kQueuesIrq(q),
          csr::kQueuesIrqVectorIndex.set(static_cast<std::uint32_t>(queue.vector_index)) |
              csr::kQueuesIrqEnable.set(static_cast<std::uint32_t>(queue.irq_enable)));
    write(csr::kQueuesModeration(q),
          csr::kQueuesModerationPackets.set(static_cast<std::uint32_t>(queue.moderation_packets)) |
              csr::kQueuesModerationMicroseconds.set(
                  static_cast<std::uint32_t>(queue.moderation_us)));
    write(csr::kQueuesControl(q), static_cast<std::uint32_t>(queue.enable));
  }
  void expect_shown(unsigned q, const Queue& queue) {
    unsigned lsb = kWidth * q;
    const auto next = [&](unsigned width) {
      const auto value = get_bits(sim.top().queue_config_o, lsb, width);
      lsb += width;
      return value;
    };
    next(16 + 1 + 16);  // doorbells
    EXPECT_EQ(next(16), queue.moderation_us);
    EXPECT_EQ(next(16), queue.moderation_packets);
    EXPECT_EQ(next(1), queue.irq_enable);
    EXPECT_EQ(next(8), queue.vector_index);
    EXPECT_EQ(next(64), queue.window_limit);
    EXPECT_EQ(next(64), queue.window_base);
    EXPECT_EQ(next(5), queue.cq_log2);
    EXPECT_EQ(next(5), queue.sq_log2);
    EXPECT_EQ(next(64), queue.cq_base);
    EXPECT_EQ(next(64), queue.sq_base);
    EXPECT_EQ(next(1), queue.enable) << "queue " << q;
  }

  static constexpr unsigned kWidth = 16 + 1 + 16 + 16 + 16 + 1 + 8 + 64 + 64 + 5 + 5 + 64 + 64 + 1;
  Sim<Model> sim;
  TlpHost<Model> host{sim};
};

using Models = testing::Types<Vcard_control_128_model, Vcard_control_64_model>;
TYPED_TEST_SUITE(CsrPack, Models);

template <typename Model>
constexpr unsigned kQueuesOf = std::is_same_v<Model, Vcard_control_128_model> ? 4 : 2;

TYPED_TEST(CsrPack, EveryFieldOfEveryQueue) {
  const auto seed = seed_or(111);
  SCOPED_TRACE("HOLDFAST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  for (unsigned n = 0; n < 4; ++n) {
    std::array<Queue, 4> queues;
    for (unsigned q = 0; q < 4; ++q) {
      queues[q] = {random() % 0x10000, random() % 0x10000, random() % 2,  random() % 256,
                   random(),           random(),           random() % 32, random() % 32,
                   random(),           random(),           random() % 2};
      this->write(q, queues[q]);
    }
    for (unsigned q = 0; q < 4; ++q) {
      if (q >= kQueuesOf<TypeParam>) queues[q].enable = 0;
      this->expect_shown(q, queues[q]);
    }
  }
}

// A queue that this card does not have never starts.
TYPED_TEST(CsrPack, OnlyTheQueuesThatThereAreStart) {
  for (unsigned q = 0; q < 4; ++q) {
    Queue queue{};
    queue.enable = 1;
    this->write(q, queue);
    queue.enable = q < kQueuesOf<TypeParam>;
    this->expect_shown(q, queue);
  }
}

}  // namespace
}  // namespace holdfast::test

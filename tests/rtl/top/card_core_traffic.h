// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "holdfast/buffer_pool.h"
#include "holdfast/card.h"
#include "support/packets.h"
#include "verilated/verilated_card.h"

namespace holdfast::test {

/// card_core with its driver and one outbound SA under way: for what only a busy card shows.
class CardCoreTraffic {
 public:
  explicit CardCoreTraffic(const std::string& options)
      : io(sim::parse_card_options(options).value()) {
    card = std::move(Card::open(io).value());
  }
  ~CardCoreTraffic() { EXPECT_EQ(io.violations().report(), ""); }

  /// Path 0, SA 0 under a key that no test used before, queue 0.
  void start(const QueueConfig& config = {}) {
    Binding binding;
    binding.own = {address("192.0.2.1"), 4500};
    binding.peer = {address("192.0.2.2"), 4500};
    ASSERT_TRUE(card->rebind(PathIndex{0}, binding));
    const SaConfig config_of_sa = fresh_sa();
    ASSERT_TRUE(card->add_sa(SaIndex{0}, config_of_sa, PathIndex{0}));
    if (!pool) pool.emplace(BufferPool::create(*card, 64).value());
    queue = std::move(card->open_queue(0, config, pool->region()).value());
    card->enable(true);
  }
  /// Submits packets of `bytes` bytes, all with one doorbell.
  void submit(unsigned count, std::uint16_t bytes) {
    std::vector<Descriptor> descriptors;
    for (unsigned i = 0; i < count; ++i) {
      const Buffer buffer = pool->take().value();
      const Packet packet = ip_packet(address("10.1.0.5"), address("10.2.0.7"),
                                      Packet(bytes - 20u, static_cast<std::uint8_t>(i)));
      std::ranges::copy(packet, buffer.bytes.begin());
      descriptors.push_back({to_number(buffer.iova), bytes, 0, 0, kDescriptorOutbound});
      buffers.push_back(buffer);
    }
    ASSERT_TRUE(queue->submit(descriptors));
  }
  /// Reasons of the next `count` completions; fewer if they do not come.
  std::vector<std::string> take(std::size_t count) {
    std::vector<std::string> reasons;
    for (unsigned i = 0; i < 2'000 && reasons.size() < count; ++i) {
      Completion completion;
      while (reasons.size() < count && queue->poll({&completion, 1}) == 1) {
        reasons.emplace_back(name_of(static_cast<DropReason>(completion.reason)));
        pool->give_back(buffers.front());
        buffers.erase(buffers.begin());
      }
      io.run(100);
    }
    return reasons;
  }
  /// Takes every buffer back; only when the card owns none.
  void forget_packets() {
    for (const Buffer& buffer : buffers) pool->give_back(buffer);
    buffers.clear();
  }
  static SaConfig fresh_sa() {
    static std::uint16_t number = 0;
    ++number;
    SaConfig config;
    config.direction = Direction::kOutbound;
    config.spi = Spi{0x1000u + number};
    Packet key(16, static_cast<std::uint8_t>(number));
    key[1] = static_cast<std::uint8_t>(number >> 8);
    config.key = SecretBytes(key);
    config.salt = SecretBytes(Packet(4, 7));
    config.selector = {prefix("0.0.0.0/0"), prefix("0.0.0.0/0")};
    return config;
  }

  sim::VerilatedCard io;
  std::unique_ptr<Card> card;
  std::optional<BufferPool> pool;
  std::vector<Buffer> buffers;  // in the card, oldest first
  std::unique_ptr<Queue> queue;
};

}  // namespace holdfast::test

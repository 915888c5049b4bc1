// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "holdfast/buffer_pool.h"
#include "holdfast/card.h"
#include "model/esp_model.h"
#include "unit/sim/model/esp_bench.h"

/// The driver's tests, against any card that can be named. To run them on another kind of card,
/// write a file with suite_cards() and register_suite_cards() and give it to
/// holdfast_card_suite() (CMakeLists.txt here).
namespace holdfast::test {

/// Names for open_card_io.
std::vector<std::string> suite_cards();
void register_suite_cards();

/// An open card with path 0, SA 2 outbound and SA 3 inbound under the same key, a peer that has
/// the same the other way round, and queue 0. At the end of each test, packets in are packets out
/// plus drops.
class CardSuite : public ::testing::TestWithParam<std::string> {
 public:
  /// The card's name, as a test's name may hold it.
  static std::string name_of_card(const ::testing::TestParamInfo<std::string>& card);

 protected:
  static constexpr PathIndex kPath0{0};
  static constexpr SaIndex kOutbound{2};
  static constexpr SaIndex kInbound{3};
  static constexpr unsigned kMaxWaits = 20'000;

  void SetUp() override;
  void TearDown() override;

  Card& card() { return *card_; }
  CardIo& io() { return *io_; }

  /// An SA that any packet of its family may use, under a key that no test used before.
  static SaConfig fresh_sa(Direction direction, bool is_ipv6 = false);
  /// SAs, path and peer; `change` is applied to both directions' configuration.
  void install_sas(
      const Binding& binding = binding_of(false, false),
      void (*change)(SaConfig&) = [](SaConfig&) {});
  /// Card enabled, pool of 64 buffers, queue 0.
  void open_queue(const QueueConfig& config = {});
  /// install_sas and open_queue.
  void start();

  /// Puts `packet` into a buffer and submits it. Checks that there was space.
  void submit(const Packet& packet, std::uint16_t flags, SaIndex sa = kOutbound,
              std::uint16_t offset = 0);
  void submit(const Descriptor& descriptor, const Buffer& buffer);
  struct Answer {
    Completion completion;
    Packet bytes;
  };
  /// Takes `count` completions, waiting for them; fewer if they do not come.
  std::vector<Answer> take(std::size_t count);
  /// One packet through the card.
  Answer exchange(const Packet& packet, std::uint16_t flags, SaIndex sa = kOutbound,
                  std::uint16_t offset = 0);
  Answer send(const Packet& inner, SaIndex sa = kOutbound) {
    return exchange(inner, kDescriptorOutbound, sa);
  }
  Answer receive(const Packet& outer) { return exchange(outer, 0); }
  static std::string reason(const Answer& answer) {
    return std::string(name_of(static_cast<DropReason>(answer.completion.reason)));
  }
  /// The peer's packet for us around `inner`.
  Packet from_peer(const Packet& inner);
  /// What the peer makes of our packet.
  model::Processed at_peer(const Packet& outer);
  /// Events as they come; waits for `count`.
  std::vector<Event> take_events(std::size_t count);

  std::unique_ptr<CardIo> io_;
  std::unique_ptr<Card> card_;
  std::unique_ptr<model::EspModel> peer_;
  std::optional<BufferPool> pool_;
  std::unique_ptr<Queue> queue_;
  std::vector<Buffer> in_use_;  // of queue_, oldest first
};

}  // namespace holdfast::test

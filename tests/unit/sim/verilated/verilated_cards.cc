// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "unit/driver/card_suite.h"
#include "verilated/verilated_card.h"

namespace holdfast::test {

namespace {

/// Fails the test whose card broke a rule of PCIe.
class CheckedCard final : public sim::VerilatedCard {
 public:
  using VerilatedCard::VerilatedCard;
  ~CheckedCard() override { EXPECT_EQ(violations().report(), ""); }
};

Result<std::unique_ptr<CardIo>> make_checked(std::string_view text) {
  return sim::parse_card_options(text).map(
      [](const sim::CardOptions& options) -> std::unique_ptr<CardIo> {
        return std::make_unique<CheckedCard>(options);
      });
}

}  // namespace

std::vector<std::string> suite_cards() {
  return {"verilated:",
          "verilated:width=64,seed=5,latency=60,jitter=40,reorder=30,split=random,"
          "stalls=20,mps=128,mrrs=256,rcb=128,tags=5,bar=high"};
}
void register_suite_cards() { register_card_io("verilated", make_checked); }

}  // namespace holdfast::test

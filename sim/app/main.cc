// SPDX-License-Identifier: Apache-2.0
// holdfast-replay: the only place that names concrete cards.
#include "app/replay.h"
#include "holdfast/card_io.h"
#include "model/soft_card.h"
#ifdef HOLDFAST_HAS_VERILATED
#include "verilated/verilated_card.h"
#endif

int main(int argc, char** argv) {
  holdfast::register_card_io("soft", holdfast::model::SoftCard::make);
#ifdef HOLDFAST_HAS_VERILATED
  holdfast::register_card_io("verilated", holdfast::sim::VerilatedCard::make);
  constexpr const char* kDefaultCard = "verilated:";
#else
  constexpr const char* kDefaultCard = "soft:";
#endif
  const auto parsed = holdfast::app::parse_options(argc, argv, kDefaultCard);
  return parsed.exit_code ? *parsed.exit_code : holdfast::app::replay(parsed.options);
}

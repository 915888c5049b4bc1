// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "root_complex.h"

namespace holdfast::sim {

/// card_core of any width as something with a clock.
class CoreModel {
 public:
  virtual ~CoreModel() = default;
  /// Puts `in` and `config` on the pins and lets the card settle; the outputs are what it shows
  /// before its clock rises.
  virtual void settle(const CardInputs& in, const PcieConfig& config, CardOutputs& out) = 0;
  /// The clock rises, with the inputs of settle().
  virtual void clock() = 0;
  /// rst_ni; takes effect as the clock runs.
  virtual void set_reset(bool asserted) = 0;
  virtual unsigned data_width_bits() const = 0;
};

/// card_core with 64 or 128 bits, in reset.
std::unique_ptr<CoreModel> make_core_model(unsigned data_width_bits);

/// Clock of the model, the parameter ClockHz of card_core.
inline constexpr std::uint64_t kModelClockHz = 125'000'000;

}  // namespace holdfast::sim

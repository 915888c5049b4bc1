// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "root_complex.h"
#include "tlp_pins.h"

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

/// All logic of the card works at the rising edge, so two evaluations make a cycle: one with the
/// clock low that also takes the new inputs, one with the clock high.
template <typename Top, unsigned DataWidth>
class VerilatedCore final : public CoreModel {
 public:
  VerilatedCore()
      : context_(std::make_unique<VerilatedContext>()),
        top_(std::make_unique<Top>(context_.get(), "card_core")) {
    top_->clk_i = 0;
    top_->rst_ni = 0;
  }
  ~VerilatedCore() override { top_->final(); }
  VerilatedCore(const VerilatedCore&) = delete;
  VerilatedCore& operator=(const VerilatedCore&) = delete;

  void settle(const CardInputs& in, const PcieConfig& config, CardOutputs& out) override {
    drive_request_pins(*top_, in);
    drive_dma_pins(*top_, in);
    drive_config_pins(*top_, config);
    top_->clk_i = 0;
    top_->eval();
    sample_request_pins(*top_, out);
    sample_dma_pins(*top_, out);
  }
  void clock() override {
    top_->clk_i = 1;
    top_->eval();
    context_->timeInc(1);
  }
  void set_reset(bool asserted) override { top_->rst_ni = !asserted; }
  unsigned data_width_bits() const override { return DataWidth; }
  Top& top() { return *top_; }

 private:
  std::unique_ptr<VerilatedContext> context_;
  std::unique_ptr<Top> top_;
};

/// card_core with 64 or 128 bits, in reset.
std::unique_ptr<CoreModel> make_core_model(unsigned data_width_bits);

/// Clock of the model, the parameter ClockHz of card_core.
inline constexpr std::uint64_t kModelClockHz = 125'000'000;

}  // namespace holdfast::sim

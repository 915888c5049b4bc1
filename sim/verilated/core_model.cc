// SPDX-License-Identifier: Apache-2.0
#include "core_model.h"

#include "Vcard_core_128.h"
#include "Vcard_core_64.h"
#include "tlp_pins.h"

namespace holdfast::sim {

namespace {

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
  // The model unregisters itself from the context of the thread, which another model may have set.
  ~VerilatedCore() override {
    Verilated::threadContextp(context_.get());
    top_->final();
  }
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

}  // namespace

std::unique_ptr<CoreModel> make_core_model(unsigned data_width_bits) {
  HOLDFAST_CHECK(data_width_bits == 64 || data_width_bits == 128);
  if (data_width_bits == 64) return std::make_unique<VerilatedCore<Vcard_core_64, 64>>();
  return std::make_unique<VerilatedCore<Vcard_core_128, 128>>();
}

}  // namespace holdfast::sim

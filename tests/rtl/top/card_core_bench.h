// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <memory>

#include "Vcard_core_128.h"
#include "Vcard_core_64.h"
#include "holdfast/csr.h"
#include "holdfast/csr_enums.h"
#include "verilated/root_complex.h"
#include "verilated/tlp_pins.h"

namespace holdfast::test {

/// card_core behind a root complex, with nothing between test and registers: no driver, and a clock
/// that runs only when the test says so. `violations` must be empty at the end.
template <typename Top>
class CardCoreBench {
 public:
  static constexpr unsigned kWidthBits = 8 * sizeof(Top::tx_wr_req_tlp_data_o);

  CardCoreBench()
      : root_complex(kWidthBits, memory),
        context_(std::make_unique<VerilatedContext>()),
        top_(std::make_unique<Top>(context_.get(), "card_core")) {
    reset();
  }
  // The model unregisters itself from the context of the thread, which another model may have set.
  ~CardCoreBench() {
    EXPECT_EQ(root_complex.violations().report(), "");
    Verilated::threadContextp(context_.get());
    top_->final();
  }

  Top& top() { return *top_; }
  void step(unsigned cycles = 1) {
    for (unsigned i = 0; i < cycles; ++i) {
      sim::CardOutputs out;
      settle(root_complex.drive(), out);
      root_complex.sample(out);
      clock();
    }
  }
  /// rst_ni, as after power-up.
  void reset() {
    top_->rst_ni = 0;
    for (unsigned i = 0; i < 8; ++i) {
      sim::CardOutputs out;
      settle({}, out);
      clock();
    }
    top_->rst_ni = 1;
    root_complex.on_card_reset();
  }
  /// Leaves nothing of what the host wrote on the pins.
  void clear_request_pins() {
    sim::CardInputs in;
    in.rx_req_valid = true;
    sim::drive_request_pins(*top_, in);
    top_->rx_req_tlp_valid_i = 0;
    step(2);
  }

  std::uint32_t read(csr::CsrOffset offset) {
    const std::uint8_t tag = root_complex.start_read(static_cast<std::uint32_t>(offset));
    for (unsigned i = 0; i < 5000 && !root_complex.reads().is_done(tag); ++i) step();
    std::vector<std::uint32_t> data;
    EXPECT_TRUE(root_complex.reads().is_done(tag)) << "no completion";
    root_complex.reads().finish(tag, data);
    return data.empty() ? 0 : data[0];
  }
  void write(csr::CsrOffset offset, std::span<const std::uint32_t> dwords) {
    root_complex.write(static_cast<std::uint32_t>(offset), dwords);
    for (unsigned i = 0; i < 5000 && !root_complex.requests_sent(); ++i) step();
    EXPECT_TRUE(root_complex.requests_sent()) << "a write is not taken";
  }
  void write(csr::CsrOffset offset, std::uint32_t value) { write(offset, std::span(&value, 1)); }

  bool is_swept() { return csr::kControlStatusSwept.get(read(csr::kControlStatus)) != 0; }
  void wait_until_swept() {
    for (unsigned i = 0; i < 1000 && !is_swept(); ++i) step(10);
    ASSERT_TRUE(is_swept());
  }
  CommandResult command(CommandOp op) {
    write(csr::kCommandCommand, csr::kCommandCommandOp.set(static_cast<std::uint32_t>(op)));
    std::uint32_t status = 1;
    for (unsigned i = 0; i < 1000 && csr::kCommandStatusBusy.get(status) != 0; ++i)
      status = read(csr::kCommandStatus);
    EXPECT_EQ(csr::kCommandStatusBusy.get(status), 0u);
    return static_cast<CommandResult>(csr::kCommandStatusResult.get(status));
  }

  sim::HostMemory memory{sim::HostMemory::Placement::kBelow4Gib};
  sim::RootComplex root_complex;

 private:
  void settle(const sim::CardInputs& in, sim::CardOutputs& out) {
    sim::drive_request_pins(*top_, in);
    sim::drive_dma_pins(*top_, in);
    sim::drive_config_pins(*top_, root_complex.pins());
    top_->clk_i = 0;
    top_->eval();
    sim::sample_request_pins(*top_, out);
    sim::sample_dma_pins(*top_, out);
  }
  void clock() {
    top_->clk_i = 1;
    top_->eval();
    context_->timeInc(1);
  }

  std::unique_ptr<VerilatedContext> context_;
  std::unique_ptr<Top> top_;
};

using CardCoreTops = testing::Types<Vcard_core_128, Vcard_core_64>;

}  // namespace holdfast::test

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <systemc>

#include "link_direction.h"
#include "verilated/core_model.h"
#include "verilated/tlp_stream.h"
#include "verilated/violations.h"

namespace holdfast::sim {

/// The card's RTL, clocked by SystemC, at the lower end of a link.
///
/// TLPs that arrive wait in its receive buffers until the card has taken their last beat; then
/// their credits go back. The card is stalled while the link cannot take more.
class CardEndpoint : public sc_core::sc_module {
 public:
  sc_core::sc_in<bool> clk{"clk"};

  CardEndpoint(const sc_core::sc_module_name& name, unsigned data_width_bits);

  /// Before the simulation starts.
  void bind(LinkDirection& downstream, LinkDirection& upstream);
  /// For LinkDirection of the downstream direction.
  void deliver(TlpKind kind, Tlp&& tlp);

  PcieConfig& pins() { return pins_; }
  std::uint64_t cycle() const { return cycle_; }
  /// Rules of the TLP streams that the card broke.
  Violations& violations() { return violations_; }

 private:
  void on_clock();
  void settle();
  void take_inputs();
  void take_outputs();
  void collect(TlpAssembler& assembler, const TlpBeat& beat, bool valid, bool ready);

  std::unique_ptr<CoreModel> core_;
  PcieConfig pins_;
  LinkDirection* downstream_ = nullptr;
  LinkDirection* upstream_ = nullptr;
  TlpPlayer rx_req_, rx_cpl_;
  TlpAssembler tx_cpl_, tx_rd_req_, tx_wr_req_;
  CardInputs inputs_;
  CardOutputs outputs_;
  std::uint64_t cycle_ = 0;
  Violations violations_;
};

}  // namespace holdfast::sim

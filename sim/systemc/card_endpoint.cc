// SPDX-License-Identifier: Apache-2.0
#include "card_endpoint.h"

namespace holdfast::sim {

namespace {

constexpr std::uint64_t kResetCycles = 8;

}  // namespace

CardEndpoint::CardEndpoint(const sc_core::sc_module_name& name, unsigned data_width_bits)
    : sc_module(name),
      core_(make_core_model(data_width_bits)),
      rx_req_(data_width_bits / 32),
      rx_cpl_(data_width_bits / 32),
      tx_cpl_("tx_cpl", data_width_bits / 32),
      tx_rd_req_("tx_rd_req", 0),
      tx_wr_req_("tx_wr_req", data_width_bits / 32) {
  SC_HAS_PROCESS(CardEndpoint);
  SC_METHOD(on_clock);
  sensitive << clk.pos();
  dont_initialize();
}

void CardEndpoint::bind(LinkDirection& downstream, LinkDirection& upstream) {
  downstream_ = &downstream;
  upstream_ = &upstream;
}

void CardEndpoint::deliver(TlpKind kind, Tlp&& tlp) {
  (kind == TlpKind::kCompletion ? rx_cpl_ : rx_req_).push() = std::move(tlp);
}

// What the card shows just before the edge decides what is taken; then the edge happens.
void CardEndpoint::on_clock() {
  core_->set_reset(cycle_ < kResetCycles);
  settle();
  if (cycle_ >= kResetCycles) {
    take_inputs();
    take_outputs();
  }
  core_->clock();
  ++cycle_;
}

void CardEndpoint::settle() {
  const bool runs = cycle_ >= kResetCycles;
  inputs_.rx_req_valid = runs && !rx_req_.empty();
  if (inputs_.rx_req_valid) {
    rx_req_.beat(inputs_.rx_req);
    inputs_.rx_req_bar_id = rx_req_.front().bar_id;
  }
  inputs_.rx_cpl_valid = runs && !rx_cpl_.empty();
  if (inputs_.rx_cpl_valid) rx_cpl_.beat(inputs_.rx_cpl);
  inputs_.tx_cpl_ready = runs && upstream_->may_send(TlpKind::kCompletion);
  inputs_.tx_rd_req_ready = runs && upstream_->may_send(TlpKind::kNonPosted);
  inputs_.tx_wr_req_ready = runs && upstream_->may_send(TlpKind::kPosted);
  core_->settle(inputs_, pins_, outputs_);
}

void CardEndpoint::take_inputs() {
  if (inputs_.rx_req_valid && outputs_.rx_req_ready) {
    const TlpKind kind = kind_of(rx_req_.front().hdr);
    const CreditNeed need = credits_of(rx_req_.front());
    if (rx_req_.advance()) downstream_->release(kind, need);
  }
  if (inputs_.rx_cpl_valid && outputs_.rx_cpl_ready) {
    const CreditNeed need = credits_of(rx_cpl_.front());
    if (rx_cpl_.advance()) downstream_->release(TlpKind::kCompletion, need);
  }
}

// Writes first: a completion that leaves in the same cycle must not pass them.
void CardEndpoint::take_outputs() {
  collect(tx_wr_req_, outputs_.tx_wr_req, outputs_.tx_wr_req_valid, inputs_.tx_wr_req_ready);
  collect(tx_rd_req_, outputs_.tx_rd_req, outputs_.tx_rd_req_valid, inputs_.tx_rd_req_ready);
  collect(tx_cpl_, outputs_.tx_cpl, outputs_.tx_cpl_valid, inputs_.tx_cpl_ready);
}

void CardEndpoint::collect(TlpAssembler& assembler, const TlpBeat& beat, bool valid, bool ready) {
  if (!valid || !ready) return;
  const auto record = [this](const std::string& text) { violations_.record(cycle_, text); };
  if (assembler.take(beat, record)) upstream_->send(assembler.tlp());
}

}  // namespace holdfast::sim

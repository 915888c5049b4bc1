// SPDX-License-Identifier: Apache-2.0
`include "common_assert.svh"

/// Writes finished packets to their buffers, then their completions, then interrupts; and the
/// events. Each queue's completions are in the order of its descriptors.
module dma_write #(
  parameter int unsigned NumQueues = 4
) (
  input  logic clk_i,
  input  logic rst_ni,
  input  pcie_pkg::pcie_config_t cfg_i,
  input  logic                   tick_us_i,

  input  dma_pkg::queue_config_t [dma_pkg::MaxQueues-1:0] queue_taken_i,
  output logic [dma_pkg::MaxQueues-1:0][15:0]             cq_producer_o,

  input  dma_pkg::order_t order_i,
  input  logic            order_valid_i,
  output logic            order_ready_o,

  // Results of the pipeline: index 0 inbound (plain side), 1 outbound (wire side)
  input  logic [1:0][127:0]      data_i,
  input  logic [1:0][15:0]       keep_i,
  input  logic [1:0]             last_i,
  input  esp_pkg::result_t [1:0] result_i,
  input  logic [1:0]             valid_i,
  output logic [1:0]             ready_o,

  // Events of the card
  input  dma_pkg::event_config_t event_config_i,
  input  sad_pkg::event_t        event_i,
  input  logic                   event_valid_i,
  output logic                   event_ready_o,
  input  logic [31:0]            error_latch_i,
  input  logic                   error_rise_i,
  output logic [15:0]            event_producer_o,
  output card_csr_enums_pkg::event_kind_e event_last_kind_o,

  // MSI-X (PCIe 3.0, 6.8.2)
  input  dma_pkg::msix_entry_t [dma_pkg::MaxVectors-1:0] msix_table_i,
  output logic [dma_pkg::MaxVectors-1:0]                 msix_pending_o,

  // DMA writes and interrupt messages
  output pcie_pkg::tlp_beat_t tx_wr_req_o,
  output logic                tx_wr_req_valid_o,
  input  logic                tx_wr_req_ready_i,
  /// Free-running counts of TLPs offered and accepted.
  output logic [15:0]         writes_offered_o,
  output logic [15:0]         writes_accepted_o,

  /// A packet's completion was accepted by the link: index 0 inbound, 1 outbound.
  output dma_pkg::retired_t [1:0] retired_o,
  output logic [1:0]              retired_valid_o,

  // Pulses
  output logic dma_write_o,
  output logic interrupt_o,
  output logic event_o,
  output logic event_lost_o
);
endmodule

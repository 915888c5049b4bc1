// SPDX-License-Identifier: Apache-2.0
`include "common_assert.svh"

/// Writes finished packets to their buffers, then their completions, then interrupts; and the
/// events. Each queue's completions are in the order of its descriptors.
///
/// Reading order: dma_order (who is next) → dma_packet_write (data and completion) →
/// dma_moderation and dma_msix (interrupt), dma_events → dma_write_mux.
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

  /// A packet's completion was accepted by the link: index 0 inbound, 1 outbound.
  output dma_pkg::retired_t [1:0] retired_o,
  output logic [1:0]              retired_valid_o,

  // Pulses
  output logic dma_write_o,         // a write of data, completion or event was accepted
  output logic interrupt_o,         // a message was accepted
  output logic event_o,
  output logic event_lost_o
);
  import dma_pkg::*;

  checked_order_t [1:0] order;
  logic [1:0]           may_go, order_take;
  logic [MaxQueues-1:0] completed, due;
  pcie_pkg::tlp_beat_t [2:0] tlp;   // messages, events, packets
  logic [2:0]           tlp_valid, tlp_ready;
  logic [MaxVectors-1:0] event_interrupt, request;
  logic                  message_begun;

  // ---------------------------------------------------------------- packets
  dma_order u_order (
    .clk_i, .rst_ni,
    .config_i(queue_taken_i),
    .order_i,
    .valid_i (order_valid_i),
    .ready_o (order_ready_o),
    .order_o (order),
    .may_go_o(may_go),
    .take_i  (order_take)
  );

  dma_packet_write u_packets (
    .clk_i, .rst_ni, .cfg_i,
    .config_i    (queue_taken_i),
    .cq_producer_o,
    .completed_o (completed),
    .order_i     (order),
    .may_go_i    (may_go),
    .order_take_o(order_take),
    .data_i, .keep_i, .last_i, .result_i, .valid_i, .ready_o,
    .tlp_o       (tlp[2]),
    .valid_o     (tlp_valid[2]),
    .ready_i     (tlp_ready[2]),
    .retired_o, .retired_valid_o
  );

  // ---------------------------------------------------------------- events
  dma_events u_events (
    .clk_i, .rst_ni, .cfg_i,
    .config_i   (event_config_i),
    .event_i, .event_valid_i, .event_ready_o, .error_latch_i, .error_rise_i,
    .tlp_o      (tlp[1]),
    .valid_o    (tlp_valid[1]),
    .ready_i    (tlp_ready[1]),
    .producer_o (event_producer_o),
    .last_kind_o(event_last_kind_o),
    .interrupt_o(event_interrupt),
    .written_o  (event_o),
    .lost_o     (event_lost_o)
  );

  // ---------------------------------------------------------------- interrupts
  for (genvar q = 0; q < MaxQueues; q++) begin : gen_queue
    if (q < NumQueues) begin : gen_real
      dma_moderation u_moderation (
        .clk_i, .rst_ni,
        .clear_i       (!queue_taken_i[q].irq_enable),
        .tick_us_i,
        .packets_i     (queue_taken_i[q].moderation_packets),
        .microseconds_i(queue_taken_i[q].moderation_us),
        .completed_i   (completed[q]),
        .due_o         (due[q])
      );
    end else begin : gen_none
      assign due[q] = 1'b0;
    end
  end

  always_comb begin
    request = event_interrupt;
    for (int unsigned q = 0; q < MaxQueues; q++) begin
      if (due[q] && queue_taken_i[q].vector_index < 8'(MaxVectors))
        request[queue_taken_i[q].vector_index[2:0]] = 1'b1;
    end
  end

  dma_msix u_msix (
    .clk_i, .rst_ni, .cfg_i,
    .table_i  (msix_table_i),
    .request_i(request),
    .pending_o(msix_pending_o),
    .begun_i  (message_begun),
    .tlp_o    (tlp[0]),
    .valid_o  (tlp_valid[0]),
    .ready_i  (tlp_ready[0])
  );

  // ---------------------------------------------------------------- link
  dma_write_mux u_mux (
    .clk_i, .rst_ni,
    .tlp_i         (tlp),
    .valid_i       (tlp_valid),
    .ready_o       (tlp_ready),
    .tlp_o         (tx_wr_req_o),
    .valid_o       (tx_wr_req_valid_o),
    .ready_i       (tx_wr_req_ready_i),
    .message_begun_o(message_begun)
  );

  assign interrupt_o = tlp_valid[0] && tlp_ready[0];
  assign dma_write_o = (tlp_valid[1] && tlp_ready[1] && tlp[1].eop) ||
                       (tlp_valid[2] && tlp_ready[2] && tlp[2].eop);

  `ASSERT(CompletedIsRetired_A, (completed != '0) == (retired_valid_o != '0))
endmodule

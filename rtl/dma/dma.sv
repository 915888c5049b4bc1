// SPDX-License-Identifier: Apache-2.0
`include "common_assert.svh"

/// All DMA of the card, 128 bits wide: submission rings in, packets through the ESP pipeline,
/// packets, completions, events and interrupts out. See dma_read and dma_write.
///
/// Every descriptor that was taken gets exactly one completion, in the order of its queue.
module dma #(
  /// Queues that exist, 1 to 4.
  parameter int unsigned NumQueues = 4
) (
  input  logic clk_i,
  input  logic rst_ni,
  input  pcie_pkg::pcie_config_t cfg_i,
  input  logic                   swept_i,           // nothing is taken before
  output logic                   swept_o,           // the packet RAMs are zero
  input  logic [15:0]            read_timeout_us_i,
  input  logic                   tick_us_i,

  input  dma_pkg::queue_config_t [dma_pkg::MaxQueues-1:0] queue_config_i,
  output dma_pkg::queue_status_t [dma_pkg::MaxQueues-1:0] queue_status_o,

  // DMA reads (header only) and their completions
  output pcie_pkg::tlp_beat_t tx_rd_req_o,
  output logic                tx_rd_req_valid_o,
  input  logic                tx_rd_req_ready_i,
  input  pcie_pkg::tlp_beat_t rx_cpl_i,
  input  logic [3:0]          rx_cpl_error_i,
  input  logic                rx_cpl_valid_i,
  output logic                rx_cpl_ready_o,

  // DMA writes and interrupt messages
  output pcie_pkg::tlp_beat_t tx_wr_req_o,
  output logic                tx_wr_req_valid_o,
  input  logic                tx_wr_req_ready_i,
  /// Free-running counts of TLPs offered and accepted.

  // Packets to the pipeline: index 0 inbound (wire side), 1 outbound (plain side)
  output logic [1:0][127:0]       data_o,
  output logic [1:0][15:0]        keep_o,
  output logic [1:0]              last_o,
  output esp_pkg::ingress_t [1:0] ingress_o,
  output logic [1:0]              valid_o,
  input  logic [1:0]              ready_i,

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

  /// A packet's completion was accepted by the link: index 0 inbound, 1 outbound.
  output logic [1:0]              taken_o,           // a descriptor became a packet, by direction
  output dma_pkg::retired_t [1:0] retired_o,
  output logic [1:0]              retired_valid_o,

  // Pulses, see dma_read and dma_write
  output logic dma_read_o,
  output logic dma_read_error_o,
  output logic dma_read_timeout_o,
  output logic bad_completion_o,
  output logic completion_stall_o,
  output logic queue_stopped_o,
  output logic dma_write_o,
  output logic interrupt_o,
  output logic event_o,
  output logic event_lost_o
);
  import dma_pkg::*;

  queue_config_t [MaxQueues-1:0] queue_taken;
  logic [MaxQueues-1:0][15:0]    cq_producer;
  order_t                        order;
  logic                          order_valid, order_ready;

  dma_read #(.NumQueues(NumQueues)) u_read (
    .clk_i, .rst_ni, .cfg_i, .swept_i, .swept_o, .read_timeout_us_i, .tick_us_i,
    .queue_config_i,
    .queue_taken_o(queue_taken),
    .queue_status_o,
    .cq_producer_i(cq_producer),
    .tx_rd_req_o, .tx_rd_req_valid_o, .tx_rd_req_ready_i,
    .rx_cpl_i, .rx_cpl_error_i, .rx_cpl_valid_i, .rx_cpl_ready_o,
    .taken_o,
    .data_o, .keep_o, .last_o, .ingress_o, .valid_o, .ready_i,
    .order_o      (order),
    .order_valid_o(order_valid),
    .order_ready_i(order_ready),
    .dma_read_o, .dma_read_error_o, .dma_read_timeout_o, .bad_completion_o, .completion_stall_o,
    .queue_stopped_o
  );

  dma_write #(.NumQueues(NumQueues)) u_write (
    .clk_i, .rst_ni, .cfg_i, .tick_us_i,
    .queue_taken_i(queue_taken),
    .cq_producer_o(cq_producer),
    .order_i      (order),
    .order_valid_i(order_valid),
    .order_ready_o(order_ready),
    .data_i, .keep_i, .last_i, .result_i, .valid_i, .ready_o,
    .event_config_i, .event_i, .event_valid_i, .event_ready_o, .error_latch_i, .error_rise_i,
    .event_producer_o, .event_last_kind_o,
    .msix_table_i, .msix_pending_o,
    .tx_wr_req_o, .tx_wr_req_valid_o, .tx_wr_req_ready_i,
    .retired_o, .retired_valid_o,
    .dma_write_o, .interrupt_o, .event_o, .event_lost_o
  );

  // 64 records a direction, and one each in dma_take and dma_write.
  `ASSERT(CompletionWasTaken_A, queue_status_o[0].is_running && $past(queue_status_o[0].is_running)
          |-> queue_status_o[0].sq_consumer - queue_status_o[0].cq_producer <= 16'd136)
endmodule

// SPDX-License-Identifier: Apache-2.0
`include "common_assert.svh"

/// Takes descriptors from the submission rings, fetches their packets and plays them into the two
/// directions of the ESP pipeline, in order.
module dma_read #(
  parameter int unsigned NumQueues = 4
) (
  input  logic clk_i,
  input  logic rst_ni,
  input  pcie_pkg::pcie_config_t cfg_i,
  input  logic                   swept_i,           // nothing is taken before
  input  logic [15:0]            read_timeout_us_i,
  input  logic                   tick_us_i,

  input  dma_pkg::queue_config_t [dma_pkg::MaxQueues-1:0] queue_config_i,
  /// Configuration as it was taken when `enable` rose; `enable` here means running. Doorbell
  /// fields are live.
  output dma_pkg::queue_config_t [dma_pkg::MaxQueues-1:0] queue_taken_o,
  /// cq_producer is filled in by dma_write.
  output dma_pkg::queue_status_t [dma_pkg::MaxQueues-1:0] queue_status_o,
  /// From dma_write: completions written, free-running. A stopped queue is idle when it has caught up.
  input  logic [dma_pkg::MaxQueues-1:0][15:0]             cq_producer_i,

  // DMA reads (header only) and their completions
  output pcie_pkg::tlp_beat_t tx_rd_req_o,
  output logic                tx_rd_req_valid_o,
  input  logic                tx_rd_req_ready_i,
  input  pcie_pkg::tlp_beat_t rx_cpl_i,
  input  logic [3:0]          rx_cpl_error_i,
  input  logic                rx_cpl_valid_i,
  output logic                rx_cpl_ready_o,

  // Packets to the pipeline: index 0 inbound (wire side), 1 outbound (plain side)
  output logic [1:0][127:0]       data_o,
  output logic [1:0][15:0]        keep_o,
  output logic [1:0]              last_o,
  output esp_pkg::ingress_t [1:0] ingress_o,
  output logic [1:0]              valid_o,
  input  logic [1:0]              ready_i,

  // One record a packet, in order of dispatch, at the latest when its packet begins
  output dma_pkg::order_t order_o,
  output logic            order_valid_o,
  input  logic            order_ready_i,

  // Pulses
  output logic dma_read_o,          // a read was sent
  output logic dma_read_error_o,    // a read failed (UR, CA, poison, mismatch)
  output logic dma_read_timeout_o,
  output logic bad_completion_o,    // no tag waits for it
  output logic completion_stall_o,  // a queue began to wait for completion space
  output logic queue_stopped_o
);
endmodule

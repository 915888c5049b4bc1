// SPDX-License-Identifier: Apache-2.0
`include "common_assert.svh"

/// The register file (card_csr.rdl) and what stands directly behind it: error latch, counters with
/// their snapshot, the operands of the command window, the MSI-X table.
///
/// Any access is acknowledged; an unknown offset reads 0xDEADDEAD and sets an error bit; a write of
/// less than 32 bits to the command window, a doorbell or the MSI-X table is refused with one.
module csr_block #(
  parameter int unsigned DataWidth = 128,
  parameter int unsigned NumSas = 256,
  parameter int unsigned NumPaths = 64,
  parameter int unsigned MaxReplayWindow = 1024,
  parameter int unsigned NumQueues = 4,
  parameter int unsigned ClockHz = 125_000_000,
  parameter logic [31:0] Build = 0,
  parameter logic [31:0] GitHash = 0,
  parameter logic [31:0] Board = 0
) (
  input  logic clk_i,
  input  logic rst_ni,

  input  pcie_pkg::csr_request_t request_i,
  input  logic                   valid_i,
  output logic                   ack_o,
  output logic [31:0]            data_o,

  // Control and status
  output logic        enable_o,
  output logic        soft_reset_o,      // pulse
  output logic [15:0] read_timeout_us_o,
  output logic        tick_us_o,         // pulse, once a microsecond of ClockHz
  input  logic        swept_i,
  input  logic        idle_i,
  input  logic [31:0] sweep_cycles_i,
  input  sad_pkg::generation_t generation_i,
  input  sad_pkg::generation_t drain_fence_i,

  // SA and path commands
  output sad_pkg::command_t        command_o,
  output logic                     command_start_o,
  input  logic                     command_busy_i,
  input  sad_pkg::command_result_t command_result_i,

  // Queues, event ring, MSI-X
  output dma_pkg::queue_config_t [dma_pkg::MaxQueues-1:0] queue_config_o,
  input  dma_pkg::queue_status_t [dma_pkg::MaxQueues-1:0] queue_status_i,
  output dma_pkg::event_config_t                          event_config_o,
  input  logic [15:0]                                     event_producer_i,
  input  card_csr_enums_pkg::event_kind_e                 event_last_kind_i,
  output dma_pkg::msix_entry_t [dma_pkg::MaxVectors-1:0]  msix_table_o,
  input  logic [dma_pkg::MaxVectors-1:0]                  msix_pending_i,

  // Pulses that are counted and, where the latch has a bit for them, latched
  input  logic bad_request_i,
  input  logic unsupported_request_i,
  input  logic bad_completion_i,
  input  logic dma_read_i,
  input  logic dma_read_error_i,
  input  logic dma_read_timeout_i,
  input  logic dma_write_i,
  input  logic interrupt_i,
  input  logic event_i,
  input  logic event_lost_i,
  input  logic completion_stall_i,
  input  logic queue_stopped_i,
  /// One packet per direction and cycle at most: index 0 inbound, 1 outbound.
  input  dma_pkg::retired_t [1:0] retired_i,
  input  logic [1:0]              retired_valid_i,
  /// The error latch, for the error event; rises are pulsed.
  output logic [31:0] error_latch_o,
  output logic        error_rise_o
);
endmodule

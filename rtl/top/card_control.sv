// SPDX-License-Identifier: Apache-2.0
`include "common_assert.svh"

/// The registers as the host reaches them over TLPs: pcie_endpoint, csr_block, and for DataWidth 64
/// the converters between. card_core and card_stream stand on it.
///
/// A function level reset takes the registers back to their reset values and leaves the endpoint
/// alone, so that no TLP is torn and what was asked is answered (PCIe 3.0, 6.6.2). A write whose
/// first beat was taken before the end of the reset is lost, wherever it stands.
module card_control #(
  /// Bits of the TLP streams: 64 or 128.
  parameter int unsigned DataWidth = 128,
  parameter int unsigned NumSas = 256,
  parameter int unsigned NumPaths = 64,
  parameter int unsigned MaxReplayWindow = 1024,
  parameter int unsigned NumQueues = 4,
  /// Frequency of clk_i in hertz, 1 MHz or more.
  parameter int unsigned ClockHz = 125_000_000,
  parameter logic [31:0] Build = 0,
  parameter logic [31:0] GitHash = 0,
  parameter logic [31:0] Board = 0
) (
  input  logic clk_i,
  input  logic rst_ni,
  /// Pulse or level.
  input  logic flr_i,
  /// Reset of what is behind the registers; counters start anew with it.
  input  logic core_rst_ni,

  input  logic [DataWidth-1:0]    rx_req_tlp_data_i,
  input  logic [DataWidth/32-1:0] rx_req_tlp_strb_i,
  input  logic [127:0]            rx_req_tlp_hdr_i,
  input  logic [2:0]              rx_req_tlp_bar_id_i,
  input  logic [7:0]              rx_req_tlp_func_num_i,
  input  logic                    rx_req_tlp_valid_i,
  input  logic                    rx_req_tlp_sop_i,
  input  logic                    rx_req_tlp_eop_i,
  output logic                    rx_req_tlp_ready_o,

  output logic [DataWidth-1:0]    tx_cpl_tlp_data_o,
  output logic [DataWidth/32-1:0] tx_cpl_tlp_strb_o,
  output logic [127:0]            tx_cpl_tlp_hdr_o,
  output logic                    tx_cpl_tlp_valid_o,
  output logic                    tx_cpl_tlp_sop_o,
  output logic                    tx_cpl_tlp_eop_o,
  input  logic                    tx_cpl_tlp_ready_i,

  input  pcie_pkg::pcie_config_t cfg_i,

  /// TLPs of DMA writes, free-running: offered counts one when its first beat is offered, accepted
  /// when its last beat is taken.
  input  logic [15:0] writes_offered_i,
  input  logic [15:0] writes_accepted_i,

  // Control and status, see csr_block.
  output logic        enable_o,
  output logic        soft_reset_o,
  output logic [15:0] read_timeout_us_o,
  output logic        tick_us_o,
  input  logic        swept_i,
  input  logic        idle_i,
  input  logic [31:0] sweep_cycles_i,
  input  sad_pkg::generation_t generation_i,
  input  sad_pkg::generation_t drain_fence_i,

  output sad_pkg::command_t        command_o,
  output logic                     command_start_o,
  input  logic                     command_busy_i,
  input  sad_pkg::command_result_t command_result_i,

  output dma_pkg::queue_config_t [dma_pkg::MaxQueues-1:0] queue_config_o,
  input  dma_pkg::queue_status_t [dma_pkg::MaxQueues-1:0] queue_status_i,
  output dma_pkg::event_config_t                          event_config_o,
  input  logic [15:0]                                     event_producer_i,
  input  card_csr_enums_pkg::event_kind_e                 event_last_kind_i,
  output dma_pkg::msix_entry_t [dma_pkg::MaxVectors-1:0]  msix_table_o,
  input  logic [dma_pkg::MaxVectors-1:0]                  msix_pending_i,

  // Pulses; those of the endpoint are counted inside.
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
  input  logic [1:0]              taken_i,
  input  dma_pkg::retired_t [1:0] retired_i,
  input  logic [1:0]              retired_valid_i,
  output logic [31:0] error_latch_o,
  output logic        error_rise_o
);
  if (DataWidth != 64 && DataWidth != 128) begin : gen_width_unknown
    $error("card_control: DataWidth must be 64 or 128");
  end

  // ---------------------------------------------------------------- streams of 128 bits
  pcie_pkg::tlp_beat_t rx_req, tx_cpl;
  logic [2:0] rx_req_bar_id;
  logic [7:0] rx_req_func_num, rx_req_epoch;
  logic rx_req_valid, rx_req_ready, tx_cpl_valid, tx_cpl_ready;

  // Function level resets, modulo 256; each ends an epoch. What comes in one belongs to the old.
  logic       flr_q, is_reset;
  logic [7:0] epoch_q, epoch;
  assign is_reset = flr_i || flr_q;
  assign epoch    = epoch_q + 8'(is_reset);
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      flr_q   <= 1'b0;
      epoch_q <= '0;
    end else begin
      flr_q <= flr_i;
      if (flr_q && !flr_i) epoch_q <= epoch;
    end
  end

  if (DataWidth == 128) begin : gen_wide
    assign rx_req = '{hdr: rx_req_tlp_hdr_i, data: rx_req_tlp_data_i, strb: rx_req_tlp_strb_i,
                      sop: rx_req_tlp_sop_i, eop: rx_req_tlp_eop_i};
    assign rx_req_bar_id      = rx_req_tlp_bar_id_i;
    assign rx_req_func_num    = rx_req_tlp_func_num_i;
    assign rx_req_epoch       = epoch_q;
    assign rx_req_valid       = rx_req_tlp_valid_i;
    assign rx_req_tlp_ready_o = rx_req_ready;
    assign tx_cpl_tlp_data_o  = tx_cpl.data;
    assign tx_cpl_tlp_strb_o  = tx_cpl.strb;
    assign tx_cpl_tlp_hdr_o   = tx_cpl.hdr;
    assign tx_cpl_tlp_sop_o   = tx_cpl.sop;
    assign tx_cpl_tlp_eop_o   = tx_cpl.eop;
    assign tx_cpl_tlp_valid_o = tx_cpl_valid;
    assign tx_cpl_ready       = tx_cpl_tlp_ready_i;
  end else begin : gen_narrow
    pcie_tlp_upsize #(.UserWidth(19)) u_upsize (
      .clk_i, .rst_ni,
      .data_i(rx_req_tlp_data_i), .strb_i(rx_req_tlp_strb_i), .hdr_i(rx_req_tlp_hdr_i),
      .user_i({rx_req_tlp_bar_id_i, rx_req_tlp_func_num_i, epoch_q}),
      .sop_i(rx_req_tlp_sop_i), .eop_i(rx_req_tlp_eop_i),
      .valid_i(rx_req_tlp_valid_i), .ready_o(rx_req_tlp_ready_o),
      .tlp_o(rx_req), .user_o({rx_req_bar_id, rx_req_func_num, rx_req_epoch}),
      .valid_o(rx_req_valid), .ready_i(rx_req_ready));

    logic unused_user;
    pcie_tlp_downsize u_downsize (
      .clk_i, .rst_ni,
      .tlp_i(tx_cpl), .user_i(1'b0), .valid_i(tx_cpl_valid), .ready_o(tx_cpl_ready),
      .data_o(tx_cpl_tlp_data_o), .strb_o(tx_cpl_tlp_strb_o), .hdr_o(tx_cpl_tlp_hdr_o),
      .user_o(unused_user), .sop_o(tx_cpl_tlp_sop_o), .eop_o(tx_cpl_tlp_eop_o),
      .valid_o(tx_cpl_tlp_valid_o), .ready_i(tx_cpl_tlp_ready_i));
  end

  // ---------------------------------------------------------------- registers
  pcie_pkg::csr_request_t csr_request;
  logic csr_valid, csr_ack, bad_request, unsupported_request;
  logic [31:0] csr_data;

  pcie_endpoint u_endpoint (
    .clk_i, .rst_ni, .cfg_i,
    .rx_req_i(rx_req), .rx_req_bar_id_i(rx_req_bar_id), .rx_req_func_num_i(rx_req_func_num),
    .rx_req_epoch_i(rx_req_epoch), .epoch_i(epoch),
    .rx_req_valid_i(rx_req_valid), .rx_req_ready_o(rx_req_ready),
    .tx_cpl_o(tx_cpl), .tx_cpl_valid_o(tx_cpl_valid), .tx_cpl_ready_i(tx_cpl_ready),
    .writes_offered_i, .writes_accepted_i,
    .csr_request_o(csr_request), .csr_valid_o(csr_valid), .csr_ack_i(csr_ack),
    .csr_data_i(csr_data),
    .bad_request_o(bad_request), .unsupported_request_o(unsupported_request)
  );

  // A read that a function level reset meets begins anew after it.
  logic csr_rst_n;
  assign csr_rst_n = rst_ni && !is_reset;

  csr_block #(
    .DataWidth(DataWidth), .NumSas(NumSas), .NumPaths(NumPaths), .MaxReplayWindow(MaxReplayWindow),
    .NumQueues(NumQueues), .ClockHz(ClockHz), .Build(Build), .GitHash(GitHash), .Board(Board)
  ) u_csr (
    .clk_i, .rst_ni(csr_rst_n), .clear_counters_i(!core_rst_ni),
    .request_i(csr_request), .valid_i(csr_valid), .ack_o(csr_ack), .data_o(csr_data),
    .enable_o, .soft_reset_o, .read_timeout_us_o, .tick_us_o, .swept_i, .idle_i, .sweep_cycles_i,
    .generation_i, .drain_fence_i,
    .command_o, .command_start_o, .command_busy_i, .command_result_i,
    .queue_config_o, .queue_status_i, .event_config_o, .event_producer_i, .event_last_kind_i,
    .msix_table_o, .msix_pending_i,
    .bad_request_i(bad_request), .unsupported_request_i(unsupported_request),
    .bad_completion_i, .dma_read_i, .dma_read_error_i, .dma_read_timeout_i, .dma_write_i,
    .interrupt_i, .event_i, .event_lost_i, .completion_stall_i, .queue_stopped_i,
    .taken_i, .retired_i, .retired_valid_i, .error_latch_o, .error_rise_o
  );

  `ASSERT(RegistersRestInReset_A, !csr_rst_n |=> !enable_o && !soft_reset_o)
endmodule

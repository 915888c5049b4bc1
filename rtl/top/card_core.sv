// SPDX-License-Identifier: Apache-2.0
`include "common_assert.svh"

/// The card in lookaside mode: registers and rings in front of the ESP pipeline, at PCIe
/// transaction-layer level (PCIe 3.0, 2), without any vendor cell.
///
/// TLP streams carry one segment a beat: header of 128 bits as on the wire, first DW in the top
/// bits; payload DW 0 in the low bits of the `sop` beat; `strb` one bit a DW.
module card_core #(
  /// Bits of the TLP streams: 64 or 128.
  parameter int unsigned DataWidth = 128,
  parameter int unsigned NumSas = 256,
  parameter int unsigned NumPaths = 64,
  parameter int unsigned MaxReplayWindow = 1024,
  parameter int unsigned NumQueues = 4,
  /// Frequency of clk_i in hertz; times in registers are counted with it.
  parameter int unsigned ClockHz = 125_000_000
) (
  input  logic clk_i,
  input  logic rst_ni,

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

  output logic [127:0]            tx_rd_req_tlp_hdr_o,
  output logic                    tx_rd_req_tlp_valid_o,
  output logic                    tx_rd_req_tlp_sop_o,
  output logic                    tx_rd_req_tlp_eop_o,
  input  logic                    tx_rd_req_tlp_ready_i,

  input  logic [DataWidth-1:0]    rx_cpl_tlp_data_i,
  input  logic [DataWidth/32-1:0] rx_cpl_tlp_strb_i,
  input  logic [127:0]            rx_cpl_tlp_hdr_i,
  /// 0 none, 1 poisoned, 2 bad status, 15 time-out seen by the hard core, others mismatches.
  input  logic [3:0]              rx_cpl_tlp_error_i,
  input  logic                    rx_cpl_tlp_valid_i,
  input  logic                    rx_cpl_tlp_sop_i,
  input  logic                    rx_cpl_tlp_eop_i,
  output logic                    rx_cpl_tlp_ready_o,

  output logic [DataWidth-1:0]    tx_wr_req_tlp_data_o,
  output logic [DataWidth/32-1:0] tx_wr_req_tlp_strb_o,
  output logic [127:0]            tx_wr_req_tlp_hdr_o,
  output logic                    tx_wr_req_tlp_valid_o,
  output logic                    tx_wr_req_tlp_sop_o,
  output logic                    tx_wr_req_tlp_eop_o,
  input  logic                    tx_wr_req_tlp_ready_i,

  // From the hard core's configuration space; all 0 is legal.
  input  logic [2:0]  cfg_max_payload_i,
  input  logic [2:0]  cfg_max_read_req_i,
  input  logic [15:0] cfg_completer_id_i,
  input  logic        cfg_bus_master_en_i,
  input  logic        cfg_msix_en_i,
  input  logic        cfg_msix_mask_i,
  input  logic        cfg_rcb_i,
  input  logic        cfg_ext_tag_en_i,
  input  logic        cfg_flr_i
);
  import dma_pkg::*;
  import pcie_pkg::*;

  pcie_config_t cfg;
  assign cfg = '{
    max_payload:   cfg_max_payload_i,
    max_read_req:  cfg_max_read_req_i,
    completer_id:  cfg_completer_id_i,
    bus_master_en: cfg_bus_master_en_i,
    msix_en:       cfg_msix_en_i,
    msix_mask:     cfg_msix_mask_i,
    rcb:           cfg_rcb_i,
    ext_tag_en:    cfg_ext_tag_en_i
  };

  // ---------------------------------------------------------------- reset
  logic soft_reset, stop, core_rst_n, registers_rst_n, rd_stopped, wr_stopped;

  card_reset u_reset (
    .clk_i, .rst_ni,
    .soft_reset_i(soft_reset),
    .flr_i       (cfg_flr_i),
    .stop_o      (stop),
    .stopped_i   (rd_stopped && wr_stopped),
    .core_rst_no      (core_rst_n),
    .registers_rst_no (registers_rst_n)
  );

  // ---------------------------------------------------------------- registers
  logic        enable, tick_us, swept_pipeline, swept_dma, swept, idle;
  logic [15:0] unused_rd_offered, unused_rd_accepted;
  logic [15:0] read_timeout_us, writes_offered, writes_accepted, event_producer;
  logic [31:0] sweep_cycles, error_latch;
  logic        error_rise, command_start, command_busy;
  sad_pkg::generation_t     generation, drain_fence;
  sad_pkg::command_t        command;
  sad_pkg::command_result_t command_result;
  queue_config_t [MaxQueues-1:0]  queue_config;
  queue_status_t [MaxQueues-1:0]  queue_status;
  event_config_t                  event_config;
  card_csr_enums_pkg::event_kind_e event_last_kind;
  msix_entry_t [MaxVectors-1:0]   msix_table;
  logic [MaxVectors-1:0]          msix_pending;
  logic bad_completion, dma_read, dma_read_error, dma_read_timeout, dma_write, interrupt;
  logic event_written, event_lost_sad, event_lost_dma, completion_stall, queue_stopped;
  retired_t [1:0] retired;
  logic [1:0]     taken, retired_valid;

  // A card that is about to be reset is no more swept: what a command did would vanish.
  assign swept = swept_pipeline && swept_dma && !stop;

  card_control #(
    .DataWidth(DataWidth), .NumSas(NumSas), .NumPaths(NumPaths),
    .MaxReplayWindow(MaxReplayWindow), .NumQueues(NumQueues), .ClockHz(ClockHz)
  ) u_control (
    .clk_i, .rst_ni,
    .flr_i(!registers_rst_n),
    .core_rst_ni(core_rst_n),
    .cfg_i(cfg),
    .rx_req_tlp_data_i, .rx_req_tlp_strb_i, .rx_req_tlp_hdr_i, .rx_req_tlp_bar_id_i,
    .rx_req_tlp_func_num_i, .rx_req_tlp_valid_i, .rx_req_tlp_sop_i, .rx_req_tlp_eop_i,
    .rx_req_tlp_ready_o,
    .tx_cpl_tlp_data_o, .tx_cpl_tlp_strb_o, .tx_cpl_tlp_hdr_o, .tx_cpl_tlp_valid_o,
    .tx_cpl_tlp_sop_o, .tx_cpl_tlp_eop_o, .tx_cpl_tlp_ready_i,
    .writes_offered_i       (writes_offered),
    .writes_accepted_i      (writes_accepted),
    .enable_o               (enable),
    .soft_reset_o           (soft_reset),
    .read_timeout_us_o      (read_timeout_us),
    .tick_us_o              (tick_us),
    .swept_i                (swept),
    .idle_i                 (idle),
    .sweep_cycles_i         (sweep_cycles),
    .generation_i           (generation),
    .drain_fence_i          (drain_fence),
    .command_o              (command),
    .command_start_o        (command_start),
    .command_busy_i         (command_busy),
    .command_result_i       (command_result),
    .queue_config_o         (queue_config),
    .queue_status_i         (queue_status),
    .event_config_o         (event_config),
    .event_producer_i       (event_producer),
    .event_last_kind_i      (event_last_kind),
    .msix_table_o           (msix_table),
    .msix_pending_i         (msix_pending),
    .bad_completion_i       (bad_completion),
    .dma_read_i             (dma_read),
    .dma_read_error_i       (dma_read_error),
    .dma_read_timeout_i     (dma_read_timeout),
    .dma_write_i            (dma_write),
    .interrupt_i            (interrupt),
    .event_i                (event_written),
    .event_lost_i           (event_lost_sad || event_lost_dma),
    .completion_stall_i     (completion_stall),
    .queue_stopped_i        (queue_stopped),
    .taken_i                (taken),
    .retired_i              (retired),
    .retired_valid_i        (retired_valid),
    .error_latch_o          (error_latch),
    .error_rise_o           (error_rise)
  );

  // ---------------------------------------------------------------- rings
  logic [1:0][127:0]       in_data, out_data;
  logic [1:0][15:0]        in_keep, out_keep;
  logic [1:0]              in_last, in_valid, in_ready, out_last, out_valid, out_ready;
  esp_pkg::ingress_t [1:0] in_ingress;
  esp_pkg::result_t [1:0]  out_result;
  sad_pkg::event_t         event_data;
  logic                    event_valid, event_ready;

  tlp_beat_t rd_req, rd_req_out, rx_cpl, wr_req, wr_req_out;
  logic      rd_req_valid, rd_req_ready, rx_cpl_valid, rx_cpl_ready, wr_req_valid, wr_req_ready;
  logic      wr_out_valid, wr_out_ready;
  logic [3:0] rx_cpl_error;

  dma #(.NumQueues(NumQueues)) u_dma (
    .clk_i,
    .rst_ni              (core_rst_n),
    .cfg_i               (cfg),
    .swept_i             (swept_pipeline),
    .swept_o             (swept_dma),
    .read_timeout_us_i   (read_timeout_us),
    .tick_us_i           (tick_us),
    .queue_config_i      (queue_config),
    .queue_status_o      (queue_status),
    .tx_rd_req_o         (rd_req),
    .tx_rd_req_valid_o   (rd_req_valid),
    .tx_rd_req_ready_i   (rd_req_ready),
    .rx_cpl_i            (rx_cpl),
    .rx_cpl_error_i      (rx_cpl_error),
    .rx_cpl_valid_i      (rx_cpl_valid),
    .rx_cpl_ready_o      (rx_cpl_ready),
    .tx_wr_req_o         (wr_req),
    .tx_wr_req_valid_o   (wr_req_valid),
    .tx_wr_req_ready_i   (wr_req_ready),
    .data_o              (in_data),
    .keep_o              (in_keep),
    .last_o              (in_last),
    .ingress_o           (in_ingress),
    .valid_o             (in_valid),
    .ready_i             (in_ready),
    .data_i              (out_data),
    .keep_i              (out_keep),
    .last_i              (out_last),
    .result_i            (out_result),
    .valid_i             (out_valid),
    .ready_o             (out_ready),
    .event_config_i      (event_config),
    .event_i             (event_data),
    .event_valid_i       (event_valid),
    .event_ready_o       (event_ready),
    .error_latch_i       (error_latch),
    .error_rise_i        (error_rise),
    .event_producer_o    (event_producer),
    .event_last_kind_o   (event_last_kind),
    .msix_table_i        (msix_table),
    .msix_pending_o      (msix_pending),
    .taken_o             (taken),
    .retired_o           (retired),
    .retired_valid_o     (retired_valid),
    .dma_read_o          (dma_read),
    .dma_read_error_o    (dma_read_error),
    .dma_read_timeout_o  (dma_read_timeout),
    .bad_completion_o    (bad_completion),
    .completion_stall_o  (completion_stall),
    .queue_stopped_o     (queue_stopped),
    .dma_write_o         (dma_write),
    .interrupt_o         (interrupt),
    .event_o             (event_written),
    .event_lost_o        (event_lost_dma)
  );

  // ---------------------------------------------------------------- pipeline
  esp_pipeline #(
    .DataWidth(128), .NumSas(NumSas), .NumPaths(NumPaths), .MaxReplayWindow(MaxReplayWindow)
  ) u_pipeline (
    .clk_i,
    .rst_ni           (core_rst_n),
    .enable_i         (enable),
    .wire_data_i      (in_data[0]),
    .wire_keep_i      (in_keep[0]),
    .wire_last_i      (in_last[0]),
    .wire_error_i     (1'b0),
    .wire_ingress_i   (in_ingress[0]),
    .wire_valid_i     (in_valid[0]),
    .wire_ready_o     (in_ready[0]),
    .plain_data_o     (out_data[0]),
    .plain_keep_o     (out_keep[0]),
    .plain_last_o     (out_last[0]),
    .plain_result_o   (out_result[0]),
    .plain_valid_o    (out_valid[0]),
    .plain_ready_i    (out_ready[0]),
    .plain_done_i     (retired_valid[0] && retired[0].has_ticket),
    .plain_data_i     (in_data[1]),
    .plain_keep_i     (in_keep[1]),
    .plain_last_i     (in_last[1]),
    .plain_error_i    (1'b0),
    .plain_ingress_i  (in_ingress[1]),
    .plain_valid_i    (in_valid[1]),
    .plain_ready_o    (in_ready[1]),
    .wire_data_o      (out_data[1]),
    .wire_keep_o      (out_keep[1]),
    .wire_last_o      (out_last[1]),
    .wire_result_o    (out_result[1]),
    .wire_valid_o     (out_valid[1]),
    .wire_ready_i     (out_ready[1]),
    .wire_done_i      (retired_valid[1] && retired[1].has_ticket),
    .command_i        (command),
    .command_start_i  (command_start),
    .command_busy_o   (command_busy),
    .command_result_o (command_result),
    .event_o          (event_data),
    .event_valid_o    (event_valid),
    .event_ready_i    (event_ready),
    .event_lost_o     (event_lost_sad),
    .card_swept_i     (swept),
    .swept_o          (swept_pipeline),
    .sweep_cycles_o   (sweep_cycles),
    .generation_o     (generation),
    .drain_fence_o    (drain_fence)
  );

  // Idle: every descriptor that was taken has its completion.
  always_comb begin
    idle = 1'b1;
    for (int unsigned q = 0; q < MaxQueues; q++) begin
      if (queue_status[q].sq_consumer != queue_status[q].cq_producer) idle = 1'b0;
    end
  end

  // ---------------------------------------------------------------- link
  card_tlp_guard u_rd_guard (
    .clk_i, .rst_ni,
    .stop_i   (stop || !cfg_bus_master_en_i),
    .stopped_o(rd_stopped),
    .tlp_i    (rd_req),
    .valid_i  (rd_req_valid),
    .ready_o  (rd_req_ready),
    .tlp_o    (rd_req_out),
    .valid_o  (tx_rd_req_tlp_valid_o),
    .ready_i  (tx_rd_req_tlp_ready_i),
    .num_offered_o (unused_rd_offered),
    .num_accepted_o(unused_rd_accepted)
  );
  assign tx_rd_req_tlp_hdr_o = rd_req_out.hdr;
  assign tx_rd_req_tlp_sop_o = rd_req_out.sop;
  assign tx_rd_req_tlp_eop_o = rd_req_out.eop;

  card_tlp_guard u_wr_guard (
    .clk_i, .rst_ni,
    .stop_i   (stop || !cfg_bus_master_en_i),
    .stopped_o(wr_stopped),
    .tlp_i    (wr_req),
    .valid_i  (wr_req_valid),
    .ready_o  (wr_req_ready),
    .tlp_o    (wr_req_out),
    .valid_o  (wr_out_valid),
    .ready_i  (wr_out_ready),
    .num_offered_o (writes_offered),
    .num_accepted_o(writes_accepted)
  );

  if (DataWidth == 128) begin : gen_128
    assign tx_wr_req_tlp_data_o  = wr_req_out.data;
    assign tx_wr_req_tlp_strb_o  = wr_req_out.strb;
    assign tx_wr_req_tlp_hdr_o   = wr_req_out.hdr;
    assign tx_wr_req_tlp_sop_o   = wr_req_out.sop;
    assign tx_wr_req_tlp_eop_o   = wr_req_out.eop;
    assign tx_wr_req_tlp_valid_o = wr_out_valid;
    assign wr_out_ready          = tx_wr_req_tlp_ready_i;
    assign rx_cpl = '{hdr: rx_cpl_tlp_hdr_i, data: rx_cpl_tlp_data_i, strb: rx_cpl_tlp_strb_i,
                      sop: rx_cpl_tlp_sop_i, eop: rx_cpl_tlp_eop_i};
    assign rx_cpl_error       = rx_cpl_tlp_error_i;
    assign rx_cpl_valid       = rx_cpl_tlp_valid_i;
    assign rx_cpl_tlp_ready_o = rx_cpl_ready;
  end else if (DataWidth == 64) begin : gen_64
    logic unused_user;
    pcie_tlp_downsize u_wr_downsize (
      .clk_i, .rst_ni,
      .tlp_i  (wr_req_out),
      .user_i (1'b0),
      .user_o (unused_user),
      .valid_i(wr_out_valid),
      .ready_o(wr_out_ready),
      .data_o (tx_wr_req_tlp_data_o),
      .strb_o (tx_wr_req_tlp_strb_o),
      .hdr_o  (tx_wr_req_tlp_hdr_o),
      .sop_o  (tx_wr_req_tlp_sop_o),
      .eop_o  (tx_wr_req_tlp_eop_o),
      .valid_o(tx_wr_req_tlp_valid_o),
      .ready_i(tx_wr_req_tlp_ready_i)
    );
    pcie_tlp_upsize #(.UserWidth(4), .OrUser(1'b1)) u_cpl_upsize (
      .clk_i, .rst_ni,
      .data_i (rx_cpl_tlp_data_i),
      .strb_i (rx_cpl_tlp_strb_i),
      .hdr_i  (rx_cpl_tlp_hdr_i),
      .sop_i  (rx_cpl_tlp_sop_i),
      .eop_i  (rx_cpl_tlp_eop_i),
      .user_i (rx_cpl_tlp_error_i),
      .valid_i(rx_cpl_tlp_valid_i),
      .ready_o(rx_cpl_tlp_ready_o),
      .tlp_o  (rx_cpl),
      .user_o (rx_cpl_error),
      .valid_o(rx_cpl_valid),
      .ready_i(rx_cpl_ready)
    );
  end else begin : gen_width
    $error("card_core: DataWidth must be 64 or 128");
  end

  logic unused_rd_payload;
  assign unused_rd_payload = ^{rd_req_out.data, rd_req_out.strb};
endmodule

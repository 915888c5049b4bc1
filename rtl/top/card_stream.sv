// SPDX-License-Identifier: Apache-2.0
`include "common_assert.svh"

/// The card with its packet streams at the ports: registers over TLPs as in card_core, packets
/// beside them. It is what a bump in the wire is built around, and the bench of the pipeline.
///
/// A packet counts as retired when its last beat is taken at the output.
module card_stream #(
  parameter int unsigned DataWidth = 128,
  parameter int unsigned NumSas = 256,
  parameter int unsigned NumPaths = 64,
  parameter int unsigned MaxReplayWindow = 1024,
  parameter int unsigned ClockHz = 125_000_000
) (
  input  logic clk_i,
  input  logic rst_ni,

  // Register access: TLP streams as in card_core.
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
  input  logic [15:0]             cfg_completer_id_i,

  // Packet streams, see esp_pipeline; the fields of the side-bands are ports of their own.
  input  logic [DataWidth-1:0]   wire_data_i,
  input  logic [DataWidth/8-1:0] wire_keep_i,
  input  logic                   wire_last_i,
  input  logic                   wire_error_i,
  input  logic                   wire_has_ethernet_i,
  input  logic                   wire_checksum_not_valid_i,
  input  logic                   wire_valid_i,
  output logic                   wire_ready_o,
  output logic [DataWidth-1:0]   plain_data_o,
  output logic [DataWidth/8-1:0] plain_keep_o,
  output logic                   plain_last_o,
  output logic [5:0]             plain_reason_o,
  output logic [15:0]            plain_length_o,
  output logic [15:0]            plain_sa_index_o,
  output logic [31:0]            plain_generation_o,
  output logic                   plain_valid_o,
  input  logic                   plain_ready_i,

  input  logic [DataWidth-1:0]   plain_data_i,
  input  logic [DataWidth/8-1:0] plain_keep_i,
  input  logic                   plain_last_i,
  input  logic                   plain_error_i,
  input  logic                   plain_has_ethernet_i,
  input  logic [15:0]            plain_sa_index_i,
  input  logic                   plain_valid_i,
  output logic                   plain_ready_o,
  output logic [DataWidth-1:0]   wire_data_o,
  output logic [DataWidth/8-1:0] wire_keep_o,
  output logic                   wire_last_o,
  output logic [5:0]             wire_reason_o,
  output logic [15:0]            wire_length_o,
  output logic [15:0]            wire_sa_index_o,
  output logic [31:0]            wire_generation_o,
  output logic                   wire_valid_o,
  input  logic                   wire_ready_i
);
  import dma_pkg::*;

  // ---------------------------------------------------------------- reset
  logic soft_reset, stop, core_rst_n;
  logic unused_registers_rst_n;  // no function level reset here

  card_reset u_reset (
    .clk_i, .rst_ni,
    .soft_reset_i(soft_reset),
    .flr_i       (1'b0),
    .stop_o      (stop),
    .stopped_i   (stop),
    .core_rst_no (core_rst_n),
    .registers_rst_no(unused_registers_rst_n)
  );

  // ---------------------------------------------------------------- registers
  logic        enable, swept, idle, command_start, command_busy, event_valid, event_lost;
  logic        swept_pipeline;
  logic [31:0] sweep_cycles;
  sad_pkg::generation_t     generation, drain_fence;
  sad_pkg::command_t        command;
  sad_pkg::command_result_t command_result;
  sad_pkg::event_t          event_data;
  retired_t [1:0]           retired;
  logic [1:0]               retired_valid;
  logic [15:0]              events_q;
  pcie_pkg::pcie_config_t   cfg;

  always_comb begin
    cfg = '0;
    cfg.completer_id = cfg_completer_id_i;
  end

  // There is no event ring here: an event is counted and shows in event_ring.status.
  always_ff @(posedge clk_i) begin
    if (!core_rst_n)      events_q <= '0;
    else if (event_valid) events_q <= events_q + 1'b1;
  end

  logic          unused_tick, unused_rise;
  logic [15:0]   unused_timeout;
  logic [31:0]   unused_latch;
  queue_config_t [MaxQueues-1:0] unused_queues;
  event_config_t                 unused_events;
  msix_entry_t [MaxVectors-1:0]  unused_msix;
  logic [$bits(sad_pkg::event_t)-5:0] unused_event_data;
  assign unused_event_data = event_data[$bits(sad_pkg::event_t)-5:0];

  assign swept = swept_pipeline && !stop;

  card_control #(
    .DataWidth(DataWidth), .NumSas(NumSas), .NumPaths(NumPaths),
    .MaxReplayWindow(MaxReplayWindow), .NumQueues(0), .ClockHz(ClockHz)
  ) u_control (
    .clk_i, .rst_ni,
    .flr_i(1'b0),
    .core_rst_ni(core_rst_n),
    .cfg_i(cfg),
    .rx_req_tlp_data_i, .rx_req_tlp_strb_i, .rx_req_tlp_hdr_i, .rx_req_tlp_bar_id_i,
    .rx_req_tlp_func_num_i, .rx_req_tlp_valid_i, .rx_req_tlp_sop_i, .rx_req_tlp_eop_i,
    .rx_req_tlp_ready_o,
    .tx_cpl_tlp_data_o, .tx_cpl_tlp_strb_o, .tx_cpl_tlp_hdr_o, .tx_cpl_tlp_valid_o,
    .tx_cpl_tlp_sop_o, .tx_cpl_tlp_eop_o, .tx_cpl_tlp_ready_i,
    .writes_offered_i       (16'd0),
    .writes_accepted_i      (16'd0),
    .enable_o               (enable),
    .soft_reset_o           (soft_reset),
    .read_timeout_us_o      (unused_timeout),
    .tick_us_o              (unused_tick),
    .swept_i                (swept),
    .idle_i                 (idle),
    .sweep_cycles_i         (sweep_cycles),
    .generation_i           (generation),
    .drain_fence_i          (drain_fence),
    .command_o              (command),
    .command_start_o        (command_start),
    .command_busy_i         (command_busy),
    .command_result_i       (command_result),
    .queue_config_o         (unused_queues),
    .queue_status_i         ('0),
    .event_config_o         (unused_events),
    .event_producer_i       (events_q),
    .event_last_kind_i      (event_data.kind),
    .msix_table_o           (unused_msix),
    .msix_pending_i         ('0),
    .bad_completion_i       (1'b0),
    .dma_read_i             (1'b0),
    .dma_read_error_i       (1'b0),
    .dma_read_timeout_i     (1'b0),
    .dma_write_i            (1'b0),
    .interrupt_i            (1'b0),
    .event_i                (event_valid),
    .event_lost_i           (event_lost),
    .completion_stall_i     (1'b0),
    .queue_stopped_i        (1'b0),
    .taken_i                ({plain_valid_i && plain_ready_o && plain_last_i,
                              wire_valid_i && wire_ready_o && wire_last_i}),
    .retired_i              (retired),
    .retired_valid_i        (retired_valid),
    .error_latch_o          (unused_latch),
    .error_rise_o           (unused_rise)
  );

  // ---------------------------------------------------------------- pipeline
  esp_pkg::ingress_t wire_ingress, plain_ingress;
  esp_pkg::result_t  plain_result, wire_result;
  logic       plain_valid, wire_valid;
  logic [1:0] may_retire;

  assign plain_valid_o = plain_valid && may_retire[0];
  assign wire_valid_o  = wire_valid && may_retire[1];

  assign wire_ingress  = '{reason: card_csr_enums_pkg::DropReasonNone,
                           has_ethernet: wire_has_ethernet_i,
                           checksum_not_valid: wire_checksum_not_valid_i,
                           sa_index: NoSa};
  assign plain_ingress = '{reason: card_csr_enums_pkg::DropReasonNone,
                           has_ethernet: plain_has_ethernet_i,
                           checksum_not_valid: 1'b0,
                           sa_index: plain_sa_index_i};

  esp_pipeline #(
    .DataWidth(DataWidth), .NumSas(NumSas), .NumPaths(NumPaths), .MaxReplayWindow(MaxReplayWindow)
  ) u_pipeline (
    .clk_i,
    .rst_ni           (core_rst_n),
    .enable_i         (enable),
    .wire_data_i, .wire_keep_i, .wire_last_i, .wire_error_i,
    .wire_ingress_i   (wire_ingress),
    .wire_valid_i, .wire_ready_o,
    .plain_data_o, .plain_keep_o, .plain_last_o,
    .plain_result_o   (plain_result),
    .plain_valid_o    (plain_valid),
    .plain_ready_i    (plain_ready_i && may_retire[0]),
    .plain_done_i     (retired_valid[0] && plain_result.has_ticket),
    .plain_data_i, .plain_keep_i, .plain_last_i, .plain_error_i,
    .plain_ingress_i  (plain_ingress),
    .plain_valid_i, .plain_ready_o,
    .wire_data_o, .wire_keep_o, .wire_last_o,
    .wire_result_o    (wire_result),
    .wire_valid_o     (wire_valid),
    .wire_ready_i     (wire_ready_i && may_retire[1]),
    .wire_done_i      (retired_valid[1] && wire_result.has_ticket),
    .command_i        (command),
    .command_start_i  (command_start),
    .command_busy_o   (command_busy),
    .command_result_o (command_result),
    .event_o          (event_data),
    .event_valid_o    (event_valid),
    .event_ready_i    (1'b1),
    .event_lost_o     (event_lost),
    .card_swept_i     (swept),
    .swept_o          (swept_pipeline),
    .sweep_cycles_o   (sweep_cycles),
    .generation_o     (generation),
    .drain_fence_o    (drain_fence)
  );

  assign plain_reason_o     = plain_result.reason;
  assign plain_length_o     = plain_result.length_bytes;
  assign plain_sa_index_o   = plain_result.sa_index;
  assign plain_generation_o = plain_result.generation;
  assign wire_reason_o      = wire_result.reason;
  assign wire_length_o      = wire_result.length_bytes;
  assign wire_sa_index_o    = wire_result.sa_index;
  assign wire_generation_o  = wire_result.generation;

  // ---------------------------------------------------------------- accounts
  logic [1:0] in_flight;

  card_stream_account #(.DataWidth(DataWidth)) u_in_account (
    .clk_i,
    .rst_ni     (core_rst_n),
    .keep_i     (wire_keep_i),
    .last_i     (wire_last_i),
    .taken_i    (wire_valid_i && wire_ready_o),
    .result_i   (plain_result),
    .may_retire_o(may_retire[0]),
    .retire_i   (plain_valid_o && plain_ready_i && plain_last_o),
    .retired_o  (retired[0]),
    .in_flight_o(in_flight[0])
  );
  card_stream_account #(.DataWidth(DataWidth), .IsOutbound(1'b1)) u_out_account (
    .clk_i,
    .rst_ni     (core_rst_n),
    .keep_i     (plain_keep_i),
    .last_i     (plain_last_i),
    .taken_i    (plain_valid_i && plain_ready_o),
    .result_i   (wire_result),
    .may_retire_o(may_retire[1]),
    .retire_i   (wire_valid_o && wire_ready_i && wire_last_o),
    .retired_o  (retired[1]),
    .in_flight_o(in_flight[1])
  );
  assign retired_valid = {wire_valid_o && wire_ready_i && wire_last_o,
                          plain_valid_o && plain_ready_i && plain_last_o};
  assign idle = in_flight == 2'b00;
endmodule

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
endmodule

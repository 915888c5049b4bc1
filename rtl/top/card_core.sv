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
endmodule

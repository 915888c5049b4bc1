// SPDX-License-Identifier: Apache-2.0
`include "common_assert.svh"

/// Cuts the 128-bit beats of a TLP stream into beats of 64 bits; an upper half without payload is
/// left out.
///
/// Latency:    0 cycles (combinational).
/// Throughput: one 64-bit beat a cycle.
module pcie_tlp_downsize #(
  /// Bits of a side-band that goes with the TLP.
  parameter int unsigned UserWidth = 1
) (
  input  logic clk_i,
  input  logic rst_ni,
  input  pcie_pkg::tlp_beat_t  tlp_i,
  input  logic [UserWidth-1:0] user_i,
  input  logic                 valid_i,
  output logic                 ready_o,
  output logic [63:0]          data_o,
  output logic [1:0]           strb_o,
  output logic [127:0]         hdr_o,
  output logic [UserWidth-1:0] user_o,
  output logic                 sop_o,
  output logic                 eop_o,
  output logic                 valid_o,
  input  logic                 ready_i
);
  logic is_high_q, has_high;

  assign has_high = tlp_i.strb[3:2] != '0;

  assign data_o  = is_high_q ? tlp_i.data[127:64] : tlp_i.data[63:0];
  assign strb_o  = is_high_q ? tlp_i.strb[3:2] : tlp_i.strb[1:0];
  assign hdr_o   = tlp_i.hdr;
  assign user_o  = user_i;
  assign sop_o   = tlp_i.sop && !is_high_q;
  assign eop_o   = tlp_i.eop && (is_high_q || !has_high);
  assign valid_o = valid_i;
  assign ready_o = ready_i && (is_high_q || !has_high);

  always_ff @(posedge clk_i) begin
    if (!rst_ni)                 is_high_q <= 1'b0;
    else if (valid_i && ready_i) is_high_q <= has_high && !is_high_q;
  end

  `ASSERT_STREAM_STABLE(Tlp, valid_o, ready_i, {data_o, strb_o, hdr_o, user_o, sop_o, eop_o})
endmodule

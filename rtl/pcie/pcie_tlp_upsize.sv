// SPDX-License-Identifier: Apache-2.0
`include "common_assert.svh"

/// Joins the 64-bit beats of a TLP stream in pairs to beats of 128 bits.
///
/// Latency:    1 cycle after the last 64-bit beat of a pair.
/// Throughput: one 64-bit beat a cycle.
/// Header and side-band are taken from the `sop` beat and hold over the TLP; with OrUser a bit of
/// the side-band that rises later in the TLP counts from the beat that it came with.
/// Reset:      payload registers are cleared, as when their beat is taken: it may hold keys.
module pcie_tlp_upsize #(
  /// Bits of a side-band that goes with the TLP.
  parameter int unsigned UserWidth = 1,
  /// The side-band is an error, which any beat of a TLP may bring.
  parameter bit OrUser = 1'b0
) (
  input  logic clk_i,
  input  logic rst_ni,
  input  logic [63:0]          data_i,
  input  logic [1:0]           strb_i,
  input  logic [127:0]         hdr_i,
  input  logic [UserWidth-1:0] user_i,
  input  logic                 sop_i,
  input  logic                 eop_i,
  input  logic                 valid_i,
  output logic                 ready_o,
  output pcie_pkg::tlp_beat_t  tlp_o,
  output logic [UserWidth-1:0] user_o,
  output logic                 valid_o,
  input  logic                 ready_i
);
  // The first half, while it waits for the second. A new TLP in its place means that the link was
  // reset in the middle of the old one, whose rest never comes.
  logic        has_low_q, has_low, low_sop_q;
  logic [63:0] low_data_q;
  logic [1:0]  low_strb_q;
  // The header of the TLP that is coming in; the beat that goes out has its own.
  logic [127:0]         hdr_q;
  logic [UserWidth-1:0] user_q, low_user_q;

  pcie_pkg::tlp_beat_t  out_q;
  logic [UserWidth-1:0] out_user_q;
  logic [UserWidth-1:0] user, late_user;
  logic out_valid_q, is_complete, take;

  assign has_low     = has_low_q && !sop_i;
  assign is_complete = has_low || eop_i;
  assign ready_o     = !is_complete || !out_valid_q || ready_i;
  assign take        = valid_i && ready_o;
  assign late_user   = user_i | (has_low ? low_user_q : '0);
  assign user        = (sop_i ? user_i : user_q) | (OrUser ? late_user : '0);

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      has_low_q   <= 1'b0;
      out_valid_q <= 1'b0;
      low_data_q  <= '0;
      out_q.data  <= '0;
    end else begin
      if (take)                has_low_q   <= !is_complete;
      if (take)                low_data_q  <= is_complete ? '0 : data_i;
      if (take && is_complete) out_valid_q <= 1'b1;
      else if (ready_i)        out_valid_q <= 1'b0;
      if (take && is_complete) out_q.data  <= has_low ? {data_i, low_data_q} : {64'd0, data_i};
      else if (ready_i)        out_q.data  <= '0;
    end
    if (take && sop_i) begin
      hdr_q  <= hdr_i;
      user_q <= user_i;
    end
    if (take && !is_complete) begin
      low_strb_q <= strb_i;
      low_sop_q  <= sop_i;
      low_user_q <= user_i;
    end
    if (take && is_complete) begin
      out_q.hdr  <= sop_i ? hdr_i : hdr_q;
      out_q.strb <= has_low ? {strb_i, low_strb_q} : {2'd0, strb_i};
      out_q.sop  <= has_low ? low_sop_q : sop_i;
      out_q.eop  <= eop_i;
      out_user_q <= user;
    end
  end

  assign tlp_o   = out_q;
  assign user_o  = out_user_q;
  assign valid_o = out_valid_q;

  `ASSERT_STREAM_STABLE(Tlp, valid_o, ready_i, tlp_o)
endmodule

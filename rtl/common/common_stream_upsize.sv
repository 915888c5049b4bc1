// SPDX-License-Identifier: Apache-2.0
`include "common_assert.svh"

/// Packet stream of 64 bits to one of 128: two beats become one.
///
/// Latency:    1 cycle after the first of two beats; a packet's odd last beat leaves alone.
/// Throughput: one input beat a cycle, packets back to back.
module common_stream_upsize #(
  /// Side-band of a packet; counts as it is with the first of the two beats.
  parameter type User = logic
) (
  input  logic               clk_i,
  input  logic               rst_ni,
  input  logic [63:0]        data_i,
  input  logic [7:0]         keep_i,
  input  logic               last_i,
  input  common_pkg::fault_e fault_i,
  input  User                user_i,
  input  logic               valid_i,
  output logic               ready_o,
  output common_pkg::beat_t  beat_o,
  output User                user_o,
  output logic               valid_o,
  input  logic               ready_i
);
  import common_pkg::*;

  logic [63:0] low_data_q;
  logic [7:0]  low_keep_q;
  logic        low_last_q, low_valid_q;
  fault_e      low_fault_q;
  User         user_q;
  logic        take;

  assign valid_o = low_valid_q && (low_last_q || valid_i);
  assign ready_o = !low_valid_q || ready_i;
  assign take    = valid_i && ready_o;
  assign beat_o  = '{last: low_last_q || last_i, fault: low_last_q ? low_fault_q : fault_i,
                     keep: {low_last_q ? 8'd0 : keep_i, low_keep_q},
                     data: {low_last_q ? 64'd0 : data_i, low_data_q}};
  assign user_o  = user_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) low_valid_q <= 1'b0;
    else if (take) low_valid_q <= !low_valid_q || low_last_q;
    else if (valid_o && ready_i) low_valid_q <= 1'b0;
    if (take && (!low_valid_q || low_last_q)) begin
      low_data_q  <= data_i;
      low_keep_q  <= keep_i;
      low_last_q  <= last_i;
      low_fault_q <= fault_i;
      user_q      <= user_i;
    end
  end

  `ASSERT(FullBeats_A, valid_i && !last_i |-> keep_i == '1)
  `ASSERT_STREAM_STABLE(Output, valid_o, ready_i, {beat_o, user_o})
endmodule

// SPDX-License-Identifier: Apache-2.0
`include "common_assert.svh"

/// Packet stream of 128 bits to one of 64: each beat becomes two, or one if the packet ends in its
/// lower half.
///
/// Latency:    0 cycles (combinational).
/// Throughput: one output beat a cycle, packets back to back.
/// The input beat is taken with its last half, so side-bands need no register here.
module common_stream_downsize (
  input  logic              clk_i,
  input  logic              rst_ni,
  input  common_pkg::beat_t beat_i,
  input  logic              valid_i,
  output logic              ready_o,
  output logic [63:0]       data_o,
  output logic [7:0]        keep_o,
  output logic              last_o,
  output logic              valid_o,
  input  logic              ready_i
);
  logic is_high_q, has_high;

  assign has_high = beat_i.keep[8];
  assign valid_o  = valid_i;
  assign ready_o  = ready_i && (is_high_q || !has_high);
  assign data_o   = is_high_q ? beat_i.data[127:64] : beat_i.data[63:0];
  assign keep_o   = is_high_q ? beat_i.keep[15:8] : beat_i.keep[7:0];
  assign last_o   = beat_i.last && (is_high_q || !has_high);

  always_ff @(posedge clk_i) begin
    if (!rst_ni) is_high_q <= 1'b0;
    else if (valid_i && ready_i) is_high_q <= !is_high_q && has_high;
  end

  logic unused_fault;
  assign unused_fault = ^beat_i.fault;

  `ASSERT(FullBeats_A, valid_i && !beat_i.last |-> beat_i.keep == '1)
  `ASSERT_STREAM_STABLE(Output, valid_o, ready_i, {data_o, keep_o, last_o})
endmodule

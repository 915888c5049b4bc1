// SPDX-License-Identifier: Apache-2.0
`include "common_assert.svh"

/// Appends the ESP trailer (RFC 4303, 2.4 to 2.6): as little padding as makes the whole a multiple
/// of 4 bytes (1, 2, 3 …), its length, and the next header.
///
///     bytes in the last beat, modulo 4     0            1         2      3
///     trailer                              01 02 02 nh  01 01 nh  00 nh  01 02 03 03 nh
///
/// Latency:    0 cycles (combinational).
/// Throughput: one output beat a cycle, packets back to back; behind a last beat of 15 or 16 bytes
///             comes one of 4.
module esp_trailer (
  input  logic              clk_i,
  input  logic              rst_ni,
  input  common_pkg::beat_t beat_i,
  /// Of the packet: next header 41, else 4.
  input  logic              is_ipv6_i,
  input  logic              valid_i,
  output logic              ready_o,
  output common_pkg::beat_t beat_o,
  output logic              valid_o,
  input  logic              ready_i
);
  import common_pkg::*;

  logic         is_rest_q;   // the bytes that did not fit
  logic [4:0]   count, total;
  logic [7:0]   next_header;
  logic [39:0]  trailer;
  logic [167:0] placed;

  assign next_header = is_ipv6_i ? net_pkg::ProtocolIpv6 : net_pkg::ProtocolIpv4;
  assign count = num_bytes(beat_i.keep);
  always_comb begin
    unique case (count[1:0])
      2'd0: begin trailer = {8'h00, next_header, 24'h020201};   total = count + 5'd4; end
      2'd1: begin trailer = {16'h0000, next_header, 16'h0101};  total = count + 5'd3; end
      2'd2: begin trailer = {24'h000000, next_header, 8'h00};   total = count + 5'd2; end
      2'd3: begin trailer = {next_header, 32'h03030201};        total = count + 5'd5; end
    endcase
  end
  assign placed = {128'd0, trailer} << {count, 3'd0};

  always_comb begin
    beat_o = beat_i;
    if (is_rest_q) begin
      beat_o.keep = 16'h000F;
      beat_o.data = {96'd0, placed[159:128]};
    end else if (beat_i.last) begin
      beat_o.last = total <= 5'd16;
      beat_o.keep = beat_o.last ? keep_of(total) : '1;
      beat_o.data = beat_i.data | placed[127:0];
    end
  end

  assign valid_o = valid_i;
  assign ready_o = ready_i && (!beat_i.last || beat_o.last);

  always_ff @(posedge clk_i) begin
    if (!rst_ni) is_rest_q <= 1'b0;
    else if (valid_i && ready_i) is_rest_q <= beat_i.last && !beat_o.last;
  end

  logic unused_placed;
  assign unused_placed = ^placed[167:160];

  `ASSERT(MultipleOfFour_A, valid_o && beat_o.last |-> beat_o.keep inside
          {16'h000F, 16'h00FF, 16'h0FFF, 16'hFFFF})
  `ASSERT_STREAM_STABLE(Output, valid_o, ready_i, beat_o)
endmodule

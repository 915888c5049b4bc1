// SPDX-License-Identifier: Apache-2.0
`include "common_assert.svh"

/// Appends the ICV to ciphertext (RFC 4303, 2). Ciphertext is a multiple of 4 bytes, so the ICV
/// starts at one of four places.
///
/// Latency:    0 cycles (combinational).
/// Throughput: one output beat a cycle, packets back to back; each packet is one beat longer.
/// The last input beat is taken with the last output beat. A beat with keep 0, a dropped packet,
/// passes as it is.
module esp_append_icv (
  input  logic              clk_i,
  input  logic              rst_ni,
  input  common_pkg::beat_t beat_i,
  /// Constant over the packet; first byte on the wire in bits 7:0.
  input  logic [127:0]      icv_i,
  input  logic              valid_i,
  output logic              ready_o,
  output common_pkg::beat_t beat_o,
  output logic              valid_o,
  input  logic              ready_i
);
  import common_pkg::*;

  logic         is_rest_q;   // the part of the ICV that did not fit
  logic         has_icv;
  logic [2:0]   num_words;   // 1 to 4
  logic [255:0] placed;

  assign has_icv   = beat_i.last && beat_i.keep[0];
  assign num_words = 3'd1 + {2'd0, beat_i.keep[4]} + {2'd0, beat_i.keep[8]}
                          + {2'd0, beat_i.keep[12]};
  assign placed    = {128'd0, icv_i} << {num_words, 5'd0};

  always_comb begin
    beat_o = beat_i;
    if (is_rest_q) begin
      beat_o.data = placed[255:128];
    end else if (has_icv) begin
      beat_o.last = 1'b0;
      beat_o.keep = '1;
      beat_o.data = beat_i.data | placed[127:0];
    end
  end

  assign valid_o = valid_i;
  assign ready_o = ready_i && (!has_icv || is_rest_q);

  always_ff @(posedge clk_i) begin
    if (!rst_ni) is_rest_q <= 1'b0;
    else if (valid_i && ready_i) is_rest_q <= has_icv && !is_rest_q;
  end

  `ASSERT(MultipleOfFour_A, valid_i && beat_i.last |-> beat_i.keep inside
          {16'h0000, 16'h000F, 16'h00FF, 16'h0FFF, 16'hFFFF})
  `ASSERT_STREAM_STABLE(Output, valid_o, ready_i, beat_o)
endmodule

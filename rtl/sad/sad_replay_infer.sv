// SPDX-License-Identifier: Apache-2.0

/// The 64-bit sequence number behind the 32 bits on the wire (RFC 4303, A2.1).
///
/// With ESN the sender's high half is the one that puts the number into the window or to the
/// right of it. The window may straddle a multiple of 2^32. Without ESN the high half is 0.
/// A number that would lie before 0 or beyond 2^64 - 1 does not exist.
///
/// Latency:    0 cycles (combinational).
module sad_replay_infer (
  input  logic        has_esn_i,
  /// Highest authenticated number, Th and Tl in the RFC.
  input  logic [63:0] top_i,
  /// W in the RFC, in packets, at least 1.
  input  logic [15:0] window_i,
  /// Seql in the RFC.
  input  logic [31:0] seq_lo_i,
  output logic [63:0] seq_o,
  /// 0: there is no such number; `seq_o` is meaningless.
  output logic        exists_o
);
  logic [31:0] top_hi, top_lo, bottom;
  logic [33:0] seq_hi;  // two bits more: below 0, beyond 2^32 - 1
  logic is_straddling, is_right_of_bottom;

  assign {top_hi, top_lo} = top_i;
  assign bottom = top_lo - {16'd0, window_i} + 32'd1;
  assign is_straddling = {1'b0, top_lo} + 33'd1 < {17'd0, window_i};
  assign is_right_of_bottom = seq_lo_i >= bottom;

  always_comb begin
    seq_hi = {2'b00, top_hi};
    if (!has_esn_i) begin
      seq_hi = '0;
    end else if (!is_straddling) begin
      // Case A: the whole window has one high half; left of it is the next one.
      if (!is_right_of_bottom) seq_hi = {2'b00, top_hi} + 34'd1;
    end else begin
      // Case B: the left part of the window has the high half before.
      if (is_right_of_bottom) seq_hi = {2'b00, top_hi} - 34'd1;
    end
  end

  assign seq_o    = {seq_hi[31:0], seq_lo_i};
  assign exists_o = seq_hi[33:32] == 2'b00;
endmodule

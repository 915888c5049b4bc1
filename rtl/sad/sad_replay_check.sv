// SPDX-License-Identifier: Apache-2.0

/// Places a sequence number against the replay window of its SA (RFC 4303, 3.4.3): everything
/// but its bit, which sad_replay_window reads.
///
/// A query brings the 32 bits of the wire, an update the 64 bits that the query inferred.
///
/// Latency:    2 cycles; the first infers the number, the second compares.
/// Throughput: one a cycle.
/// An update may move the top between these cycles, after it was read and before the window row
/// is. `newer_*` then brings the new top, so that top and row are of one moment.
module sad_replay_check #(
  /// Bits of a window row.
  parameter int unsigned MaxReplayWindow = 1024,
  localparam int unsigned IndexWidth = $clog2(MaxReplayWindow)
) (
  input  logic                      clk_i,
  input  logic                      rst_ni,

  // First cycle
  input  logic                      valid_i,
  input  logic                      has_esn_i,
  input  logic [15:0]               window_i,
  input  logic [63:0]               top_i,
  /// 1: `seq_i` is the whole number; 0: its low half counts.
  input  logic                      is_inferred_i,
  input  logic [63:0]               seq_i,

  // Second cycle
  input  logic                      newer_valid_i,
  input  logic [63:0]               newer_top_i,

  // Third cycle
  output sad_pkg::replay_position_t position_o,
  /// Old top + 1 modulo MaxReplayWindow.
  output logic [IndexWidth-1:0]     first_o
);
  logic [63:0] inferred_seq;
  logic        inferred_exists;
  sad_replay_infer u_infer (
    .has_esn_i, .top_i, .window_i, .seq_lo_i(seq_i[31:0]),
    .seq_o(inferred_seq), .exists_o(inferred_exists)
  );

  logic        valid_q, exists_q;
  logic [63:0] seq_q, top_q, top, behind, ahead;
  logic [15:0] window_q;
  sad_pkg::replay_position_t position_q;
  logic [IndexWidth-1:0] first_q;

  assign top    = newer_valid_i ? newer_top_i : top_q;
  assign behind = top - seq_q;
  assign ahead  = seq_q - top;

  always_ff @(posedge clk_i) begin
    valid_q <= valid_i && rst_ni;
    if (valid_i) begin
      seq_q    <= is_inferred_i ? seq_i : inferred_seq;
      exists_q <= is_inferred_i || inferred_exists;
      top_q    <= top_i;
      window_q <= window_i;
    end
    if (valid_q) begin
      position_q.seq       <= seq_q;
      position_q.exists    <= exists_q && seq_q != '0;
      position_q.is_new    <= seq_q > top;
      position_q.is_far    <= seq_q > top && ahead >= 64'(MaxReplayWindow);
      position_q.is_inside <= seq_q > top || behind < {48'd0, window_q};
      first_q              <= top[IndexWidth-1:0] + 1'b1;
    end
  end

  assign position_o = position_q;
  assign first_o    = first_q;
endmodule

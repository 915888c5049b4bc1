// SPDX-License-Identifier: Apache-2.0
`include "common_assert.svh"

/// Takes the first bytes off each packet and moves the rest to the front.
///
/// With `drop_bytes_i` = 16 b + r, output beat j is made of two input beats:
///
///     input b+j+1:            [r-1 .. 0]      top r bytes of the output beat
///     input b+j:    [15 .. r]                 its lower bytes, held since the cycle before
///
/// Latency:    1 cycle after the beat that the first output byte is in, 2 if r is not 0.
/// Throughput: one input beat a cycle, packets back to back.
/// A packet of `drop_bytes_i` bytes or fewer leaves as one beat with keep 0. The fault of the
/// packet leaves with its last beat.
module common_stream_drop #(
  /// Side-band of a packet, passed on.
  parameter type User = logic,
  /// `drop_bytes_i` is a multiple of this: 1, 2, 4, 8.
  parameter int unsigned GranuleBytes = 1
) (
  input  logic              clk_i,
  input  logic              rst_ni,
  input  common_pkg::beat_t beat_i,
  /// Both constant over a packet; `user_i` counts as it is with the first beat that is held.
  input  User               user_i,
  input  logic [6:0]        drop_bytes_i,
  input  logic              valid_i,
  output logic              ready_o,
  output common_pkg::beat_t beat_o,
  output User               user_o,
  output logic              valid_o,
  input  logic              ready_i
);
  import common_pkg::*;

  localparam int unsigned Shift = $clog2(GranuleBytes);

  beat_t      hold_q;
  User        user_q;
  logic       hold_valid_q;
  logic [3:0] hold_rotate_q, rotate;
  logic [2:0] skipped_q;          // beats of this packet that were dropped whole
  logic       is_inside_q;        // a beat of this packet is behind us
  logic       take, is_skipped, needs_next, is_absorbed;

  // The low bits of a multiple of the granule are known to be 0: that makes the shifters small.
  assign rotate = (drop_bytes_i[3:0] >> Shift) << Shift;
  assign is_skipped = !is_inside_q && skipped_q != drop_bytes_i[6:4];

  assign needs_next  = !hold_q.last && hold_rotate_q != '0;
  assign is_absorbed = needs_next && beat_i.last && num_bytes(beat_i.keep) <= {1'b0, hold_rotate_q};
  assign valid_o = hold_valid_q && (!needs_next || valid_i);
  assign ready_o = !hold_valid_q || ready_i;
  assign take    = valid_i && ready_o;

  logic [255:0] pair_data;
  logic [31:0]  pair_keep;
  assign pair_data = {needs_next ? beat_i.data : 128'd0, hold_q.data} >> {hold_rotate_q, 3'd0};
  assign pair_keep = {needs_next ? beat_i.keep : 16'd0, hold_q.keep} >> hold_rotate_q;
  assign beat_o = '{last: hold_q.last || is_absorbed,
                    fault: hold_q.last ? hold_q.fault : is_absorbed ? beat_i.fault : FaultNone,
                    keep: pair_keep[15:0], data: pair_data[127:0]};
  assign user_o = user_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      hold_valid_q <= 1'b0;
      skipped_q    <= '0;
      is_inside_q  <= 1'b0;
    end else begin
      if (take) begin
        hold_valid_q <= is_skipped ? beat_i.last : !(hold_valid_q && is_absorbed);
        is_inside_q  <= !beat_i.last && !is_skipped;
        skipped_q    <= (is_skipped && !beat_i.last) ? skipped_q + 3'd1 :
                        beat_i.last ? '0 : skipped_q;
      end else if (valid_o && ready_i) begin
        hold_valid_q <= 1'b0;
      end
    end
    if (take) begin
      hold_q <= is_skipped ? '{last: 1'b1, fault: beat_i.fault, keep: '0, data: '0} : beat_i;
      hold_rotate_q <= rotate;
      if (!is_inside_q) user_q <= user_i;
    end
  end

  logic unused_pair;
  assign unused_pair = ^{pair_data[255:128], pair_keep[31:16]};

  `ASSERT(FullBeats_A, valid_i && !beat_i.last |-> beat_i.keep == '1)
  `ASSERT(Granule_A, valid_i |-> rotate == drop_bytes_i[3:0])
  `ASSERT_STREAM_STABLE(Output, valid_o, ready_i, {beat_o, user_o})
endmodule

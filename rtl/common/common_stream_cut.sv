// SPDX-License-Identifier: Apache-2.0
`include "common_assert.svh"

/// Cuts each packet to a length, and marks the one that is shorter.
///
/// The last beat of a packet waits for the end of its input, so that the fault that leaves with it
/// is final: FaultSource as it came, else FaultShort if bytes are missing.
///
/// Latency:    1 cycle; the last beat waits for the last input beat.
/// Throughput: one input beat a cycle, packets back to back.
module common_stream_cut (
  input  logic              clk_i,
  input  logic              rst_ni,
  input  common_pkg::beat_t beat_i,
  /// Bytes to keep. Read with the first beat.
  input  logic [16:0]       length_bytes_i,
  input  logic              valid_i,
  output logic              ready_o,
  output common_pkg::beat_t beat_o,
  output logic              valid_o,
  input  logic              ready_i
);
  import common_pkg::*;

  beat_t       hold_q;
  logic        hold_valid_q;
  logic        is_full_q;      // hold_q completes the length; what comes is dropped until `last`
  logic        is_inside_q;
  logic [16:0] remaining_q, remaining;
  logic        take, is_full;
  logic [4:0]  count;
  logic [15:0] keep;

  assign count     = num_bytes(beat_i.keep);
  assign remaining = is_inside_q ? remaining_q : length_bytes_i;
  assign is_full   = {12'd0, count} >= remaining;
  assign keep      = is_full ? keep_of(remaining[4:0]) : beat_i.keep;

  assign valid_o = hold_valid_q && (!is_full_q || (valid_i && beat_i.last));
  assign ready_o = !hold_valid_q || ready_i || (is_full_q && !beat_i.last);
  assign take    = valid_i && ready_o;
  assign beat_o  = '{last: hold_q.last || is_full_q,
                     fault: is_full_q ? beat_i.fault : hold_q.fault,
                     keep: hold_q.keep, data: hold_q.data};

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      hold_valid_q <= 1'b0;
      is_full_q    <= 1'b0;
      is_inside_q  <= 1'b0;
    end else if (take) begin
      if (is_full_q) begin  // behind the length
        hold_valid_q <= !beat_i.last;
        is_full_q    <= !beat_i.last;
      end else begin
        hold_valid_q <= 1'b1;
        is_full_q    <= is_full && !beat_i.last;
      end
      is_inside_q <= !beat_i.last;
    end else if (valid_o && ready_i) begin
      hold_valid_q <= 1'b0;
    end
    if (take && !is_full_q) begin
      remaining_q <= remaining - 17'd16;
      hold_q <= '{last: beat_i.last,
                  fault: (beat_i.fault != FaultNone) ? beat_i.fault :
                         is_full ? FaultNone : FaultShort,
                  keep: keep, data: is_full ? beat_i.data & byte_mask(keep) : beat_i.data};
    end
  end

  `ASSERT(FullBeats_A, valid_i && !beat_i.last |-> beat_i.keep == '1)
  `ASSERT_STREAM_STABLE(Output, valid_o, ready_i, beat_o)
endmodule

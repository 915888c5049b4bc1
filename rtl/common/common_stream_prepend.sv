// SPDX-License-Identifier: Apache-2.0
`include "common_assert.svh"

/// Puts a header in front of each packet.
///
/// With `header_bytes_i` = 16 b + r, b beats of header leave first; then each input beat is moved
/// up by r bytes, over the last r bytes of the header or the top r bytes of the beat before.
///
/// Latency:    0 cycles (combinational from input to output).
/// Throughput: one output beat a cycle, packets back to back.
/// The last input beat is taken when its last byte leaves, so side-bands need no register here.
module common_stream_prepend #(
  /// Longest header: a multiple of 16, 16 to 112.
  parameter int unsigned MaxBytes = 16,
  /// `header_bytes_i` is a multiple of this: 1, 2, 4, 8.
  parameter int unsigned GranuleBytes = 1
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,
  /// First byte in bits 7:0, bytes beyond `header_bytes_i` 0. Both constant over a packet.
  input  logic [8*MaxBytes-1:0] header_i,
  input  logic [6:0]            header_bytes_i,
  input  common_pkg::beat_t     beat_i,
  input  logic                  valid_i,
  output logic                  ready_o,
  output common_pkg::beat_t     beat_o,
  output logic                  valid_o,
  input  logic                  ready_i
);
  import common_pkg::*;

  localparam int unsigned Shift = $clog2(GranuleBytes);
  localparam int unsigned NumBeats = MaxBytes / 16;
  if (MaxBytes % 16 != 0 || MaxBytes < 16 || MaxBytes > 112) begin : gen_bad_size
    $error("common_stream_prepend: MaxBytes must be a multiple of 16, 16 to 112");
  end

  logic [2:0]   index_q;       // header beats that have left
  logic         is_inside_q;   // an input beat of this packet was taken
  logic         is_flush_q;    // the top of the last input beat is left over
  logic [127:0] carry_q;       // top of the input beat before
  logic [3:0]   rotate;
  logic         is_header, has_rest, leave;
  logic [127:0] header_beat, carry;
  logic [255:0] moved_data;
  logic [31:0]  moved_keep;

  if (NumBeats == 1) begin : gen_one
    assign header_beat = header_i;
  end else begin : gen_many
    logic [127:0] header_beats [NumBeats];
    for (genvar i = 0; i < NumBeats; i++) begin : gen_beat
      assign header_beats[i] = header_i[128*i +: 128];
    end
    assign header_beat = header_beats[index_q[$clog2(NumBeats)-1:0]];
  end

  assign rotate     = (header_bytes_i[3:0] >> Shift) << Shift;
  assign is_header  = !is_inside_q && index_q != header_bytes_i[6:4];
  // A header that ends with a beat leaves no tail; what header_beat shows then is not ours.
  assign carry      = (rotate == '0) ? '0 : is_inside_q ? carry_q : header_beat;
  assign moved_data = {128'd0, beat_i.data} << {rotate, 3'd0};
  assign moved_keep = {16'd0, beat_i.keep} << rotate;
  assign has_rest   = moved_keep[16];

  always_comb begin
    beat_o = '{last: beat_i.last && !has_rest, fault: FaultNone,
               keep: moved_keep[15:0] | keep_of({1'b0, rotate}), data: moved_data[127:0] | carry};
    if (is_header) begin
      beat_o = '{last: 1'b0, fault: FaultNone, keep: '1, data: header_beat};
    end else if (is_flush_q) begin
      beat_o = '{last: 1'b1, fault: FaultNone, keep: moved_keep[31:16], data: moved_data[255:128]};
    end
    if (beat_o.last) beat_o.fault = beat_i.fault;
  end

  assign valid_o = valid_i;
  assign leave   = valid_i && ready_i;
  assign ready_o = ready_i && !is_header && !(beat_i.last && !beat_o.last);

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      index_q     <= '0;
      is_inside_q <= 1'b0;
      is_flush_q  <= 1'b0;
    end else if (leave) begin
      index_q     <= beat_o.last ? '0 : is_header ? index_q + 3'd1 : index_q;
      is_inside_q <= !beat_o.last && !is_header;
      is_flush_q  <= !is_header && beat_i.last && !beat_o.last;
    end
    if (leave && !is_header) carry_q <= moved_data[255:128];
  end

  `ASSERT(Fits_A, valid_i |-> header_bytes_i <= 7'(MaxBytes))
  `ASSERT(Granule_A, valid_i |-> rotate == header_bytes_i[3:0])
  `ASSERT_STREAM_STABLE(Output, valid_o, ready_i, beat_o)
endmodule

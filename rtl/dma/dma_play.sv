// SPDX-License-Identifier: Apache-2.0
`include "common_assert.svh"

/// Plays whole packets out of the packet RAM as a stream, shifted so that their first byte comes in
/// lane 0.
///
///   rows (shift 2)    x x 0 1 2 … 13 | 14 15 16 …      x: bytes in front of the packet
///   beats             0 1 2 … 15 | 16 …
///
/// Latency:    2 cycles from `valid_i` to the first beat.
/// Throughput: one row a cycle, without a pause between packets. A packet whose last beat begins in
///             its last row but one costs its rows, one more than its beats.
module dma_play (
  input  logic clk_i,
  input  logic rst_ni,

  input  dma_pkg::slot_t packet_i,
  input  logic [10:0]    row_i,
  input  logic           valid_i,
  output logic           ready_o,      // its last row is being read

  output logic           read_o,
  output logic [10:0]    read_row_o,
  input  logic [127:0]   read_data_i,  // one cycle after read_o, until the next

  output logic [127:0]      data_o,
  output logic [15:0]       keep_o,
  output logic              last_o,
  output esp_pkg::ingress_t ingress_o,
  output logic              valid_o,
  input  logic              ready_i
);
  import dma_pkg::*;

  // ---------------------------------------------------------------- read a row
  // A packet with a reason is one row that is not read.
  logic [9:0] row_index_q;
  logic       has_row, is_last_row, read, next_free;

  assign has_row     = packet_i.length_bytes != '0;
  assign is_last_row = !has_row || row_index_q == packet_i.num_rows - 10'd1;
  assign read        = valid_i && next_free;
  assign read_o      = read && has_row;
  assign read_row_o  = row_i + {1'b0, row_index_q};
  assign ready_o     = next_free && is_last_row;

  // ---------------------------------------------------------------- the row that was read
  logic  next_valid_q, next_first_q, next_last_q, next_taken;
  slot_t next_q;

  assign next_free = !next_valid_q || next_taken;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      row_index_q  <= '0;
      next_valid_q <= 1'b0;
    end else begin
      if (read) row_index_q <= is_last_row ? '0 : row_index_q + 10'd1;
      if (next_free) next_valid_q <= read;
    end
    if (read) begin
      next_first_q <= row_index_q == '0;
      next_last_q  <= is_last_row;
      next_q       <= packet_i;
    end
  end

  // ---------------------------------------------------------------- the row before it
  logic         row_valid_q, row_last_q, sent;
  logic [127:0] row_q;
  logic [13:0]  bytes_left_q;
  slot_t        packet_q;

  assign sent       = valid_o && ready_i;
  assign next_taken = next_valid_q && (!row_valid_q || sent);

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      row_valid_q <= 1'b0;
      row_q       <= '0;          // plaintext
    end else if (next_taken && !(sent && last_o && !row_last_q)) begin
      row_valid_q <= 1'b1;
      row_q       <= read_data_i;
    end else if (sent) begin
      row_valid_q <= 1'b0;        // and what was in the last row has just been sent with it
    end
    if (next_taken) row_last_q <= next_last_q;
    if (next_taken && next_first_q) begin
      packet_q     <= next_q;
      bytes_left_q <= next_q.length_bytes;
    end else if (sent) begin
      bytes_left_q <= bytes_left_q - 14'd16;
    end
  end

  // ---------------------------------------------------------------- beat
  logic [127:0] shifted;
  logic [23:0]  following;        // first bytes of the row after row_q

  assign valid_o   = row_valid_q && (row_last_q || packet_q.shift == '0 || next_valid_q);
  assign last_o    = bytes_left_q <= 14'd16;
  assign keep_o    = (bytes_left_q >= 14'd16) ? 16'hFFFF : ~(16'hFFFF << bytes_left_q[3:0]);
  assign ingress_o = packet_q.ingress;
  assign following = row_last_q ? '0 : read_data_i[23:0];

  always_comb begin
    unique case (packet_q.shift)
      2'd0: shifted = row_q;
      2'd1: shifted = {following[7:0], row_q[127:8]};
      2'd2: shifted = {following[15:0], row_q[127:16]};
      2'd3: shifted = {following[23:0], row_q[127:24]};
    endcase
    for (int unsigned i = 0; i < 16; i++) begin
      data_o[8*i +: 8] = keep_o[i] ? shifted[8*i +: 8] : '0;
    end
  end

  `ASSERT(LastRowIsLast_A, sent && row_last_q |-> last_o)
  `ASSERT_STREAM_STABLE(Play, valid_o, ready_i, {data_o, keep_o, last_o, ingress_o})
endmodule

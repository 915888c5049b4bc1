// SPDX-License-Identifier: Apache-2.0
`include "common_assert.svh"

/// Splits what is behind the IV into ciphertext and ICV (RFC 4303, 2; RFC 4106, 6).
///
///     beat m       │ c bytes of ciphertext │ ICV …       │    c is 4, 8, 12 or 16
///     beat m + 1   │ … c bytes of ICV      │
///
/// A packet that was cut short gives at least one byte to the cipher and a record with its fault,
/// so that each packet has one of everything.
///
/// Latency:    0 cycles (combinational).
/// Throughput: one beat a cycle, packets back to back.
module esp_decap_split (
  input  logic                   clk_i,
  input  logic                   rst_ni,
  input  common_pkg::beat_t      beat_i,
  /// Constant over a packet; a multiple of 4, 4 or more.
  input  logic [15:0]            cipher_bytes_i,
  input  logic                   valid_i,
  output logic                   ready_o,
  /// Ciphertext.
  output common_pkg::beat_t      beat_o,
  output logic                   valid_o,
  input  logic                   ready_i,
  output esp_pkg::received_icv_t icv_o,
  output logic                   icv_valid_o,
  input  logic                   icv_ready_i
);
  import common_pkg::*;

  logic [11:0]  index_q, last_index;  // beat of this packet; the last one with ciphertext
  logic [4:0]   tail_bytes;           // c
  logic         is_icv, is_tail;
  logic [127:0] tail_q;               // beat m
  logic [255:0] pair;

  assign last_index = 12'((cipher_bytes_i - 16'd1) >> 4);
  assign tail_bytes = {1'b0, cipher_bytes_i[3:2] - 2'd1, 2'd0} + 5'd4;
  assign is_tail    = index_q == last_index;
  assign is_icv     = index_q > last_index;

  always_comb begin
    beat_o = beat_i;
    beat_o.fault = FaultNone;
    if (is_tail) begin
      beat_o.last = 1'b1;
      beat_o.keep = beat_i.keep & keep_of(tail_bytes);
      beat_o.data = beat_i.data & byte_mask(keep_of(tail_bytes));
    end
    beat_o.keep[0] = 1'b1;
  end

  assign pair  = {beat_i.data, tail_q} >> {tail_bytes[4:2], 5'd0};
  assign icv_o = '{fault: beat_i.fault, icv: pair[127:0]};

  assign valid_o     = valid_i && !is_icv && (!beat_i.last || icv_ready_i);
  assign icv_valid_o = valid_i && beat_i.last && (is_icv || ready_i);
  assign ready_o     = (is_icv || ready_i) && (!beat_i.last || icv_ready_i);

  always_ff @(posedge clk_i) begin
    if (!rst_ni) index_q <= '0;
    else if (valid_i && ready_o) index_q <= beat_i.last ? '0 : index_q + 12'd1;
    if (valid_i && ready_o && is_tail) tail_q <= beat_i.data;
  end

  logic unused_pair;
  assign unused_pair = ^pair[255:128];

  `ASSERT(WholeOrFault_A, valid_i && beat_i.last && beat_i.fault == FaultNone
          |-> index_q == last_index + 12'd1)
  `ASSERT(EndsWithIcv_A, valid_i && is_icv |-> beat_i.last)
endmodule

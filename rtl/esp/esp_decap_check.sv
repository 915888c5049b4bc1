// SPDX-License-Identifier: Apache-2.0
`include "common_assert.svh"

/// Looks at plaintext while it passes into esp_commit: padding, next header and inner IP header
/// (RFC 4303, 2.4 to 2.7), steps 15 to 17 of the inbound table in docs/esp_pipeline.md.
///
/// Padding of n bytes is right if n is 0, or if the last of them is n and the n bytes are a run in
/// which each is one more than the one before. The length of the run that ends with the present
/// byte is counted beat by beat, so nobody has to know n before the end.
///
/// Latency:    1 cycle from the last beat to `valid_o`.
/// Throughput: one beat a cycle, packets back to back; one record a packet, in order.
module esp_decap_check (
  input  logic                clk_i,
  input  logic                rst_ni,
  /// The beat passes in this cycle; never while `stall_o`. The last beat has a multiple of 4
  /// bytes, or the packet was not whole and what is said about it does not matter.
  input  logic                take_i,
  input  common_pkg::beat_t   beat_i,
  /// A record is not taken: no beat may pass.
  output logic                stall_o,
  output esp_pkg::plaintext_t plaintext_o,
  output logic                valid_o,
  input  logic                ready_i
);
  import card_csr_enums_pkg::*;
  import net_pkg::*;

  logic [9:0]  num_beats_q;
  logic        is_open_q;                // a packet's last beat has passed, its record has not left
  logic        is_first;
  assign is_first = num_beats_q == '0;

  // ---- Padding --------------------------------------------------------------------------------

  logic [7:0]  run_q, run;               // ends with the byte at end_index; stops at 255
  logic [7:0]  last_byte_q;
  logic [15:0] follows, aligned;         // the byte is one more than the one before
  logic [1:0]  word_index;               // last word of this beat
  logic [3:0]  end_index;                // last byte that may be padding
  logic [4:0]  num_following;
  logic [8:0]  longer_run;
  logic [31:0] trailer_q;                // last word of the packet: ‥, pad byte, length, next
  logic [13:0] num_bytes_q;              // plaintext with padding and trailer

  assign follows[0] = !is_first && beat_i.data[7:0] == last_byte_q + 8'd1;
  for (genvar i = 1; i < 16; i++) begin : gen_follows
    assign follows[i] = beat_i.data[8*i +: 8] == beat_i.data[8*(i-1) +: 8] + 8'd1;
  end

  assign word_index = {1'b0, beat_i.keep[4]} + {1'b0, beat_i.keep[8]} + {1'b0, beat_i.keep[12]};
  assign end_index  = beat_i.last ? {word_index, 2'd1} : 4'd15;
  assign aligned    = follows << (4'd15 - end_index);

  always_comb begin
    num_following = 5'd16;
    for (int unsigned i = 0; i < 16; i++) begin
      if (!aligned[i]) num_following = 5'd15 - 5'(i);
    end
  end

  assign longer_run = {1'b0, run_q} + {4'd0, num_following};
  assign run = (num_following != {1'b0, end_index} + 5'd1) ? {3'd0, num_following} + 8'd1 :
               longer_run[8] ? '1 : longer_run[7:0];

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      num_beats_q <= '0;
      is_open_q   <= 1'b0;
    end else begin
      if (take_i) num_beats_q <= beat_i.last ? '0 : num_beats_q + 10'd1;
      if (take_i && beat_i.last) is_open_q <= 1'b1;
      else if (ready_i) is_open_q <= 1'b0;
    end
    if (take_i) begin
      run_q       <= run;
      last_byte_q <= beat_i.data[127:120];
      trailer_q   <= beat_i.data[32*word_index +: 32];
      num_bytes_q <= {num_beats_q, 4'd0} + {10'd0, word_index, 2'd0} + 14'd4;
    end
  end

  // ---- Inner header and verdict ---------------------------------------------------------------

  ip_header_t  header;
  logic [7:0]  pad_length, next_header;
  logic [13:0] payload;                  // before the padding
  logic [6:0]  unused_num_bytes;
  logic [2:0]  unused_index;
  logic        unused_has_ended, unused_is_given_up;

  net_ip_header u_header (
    .clk_i, .rst_ni, .take_i, .beat_i,
    .header_o(header), .num_bytes_o(unused_num_bytes), .index_o(unused_index),
    .has_ended_o(unused_has_ended), .is_given_up_o(unused_is_given_up)
  );

  assign pad_length  = trailer_q[23:16];
  assign next_header = trailer_q[31:24];
  assign payload     = num_bytes_q - 14'd2 - {6'd0, pad_length};

  always_comb begin
    plaintext_o = '{
      reason: DropReasonNone, num_beats: 10'((num_bytes_q + 14'd15) >> 4),
      is_ipv6: header.is_ipv6, length: header.length[15:0], tos: header.tos,
      checksum: header.checksum, source: header.source, destination: header.destination
    };
    if (pad_length != '0 && ({6'd0, pad_length} > num_bytes_q - 14'd2
        || trailer_q[15:8] != pad_length || run_q < pad_length))
      plaintext_o.reason = DropReasonPadding;                          // RFC 4303, 2.4
    else if (next_header == ProtocolNone)
      plaintext_o.reason = DropReasonDummy;                            // RFC 4303, 2.6
    else if (next_header != ProtocolIpv4 && next_header != ProtocolIpv6)
      plaintext_o.reason = DropReasonNextHeader;
    else if (!header.is_legal || header.is_ipv6 != (next_header == ProtocolIpv6)
        || payload < {8'd0, header.header_bytes} || header.length < {11'd0, header.header_bytes}
        || header.length > {3'd0, payload})
      plaintext_o.reason = DropReasonInnerHeader;
    else if (header.length > 17'(MaxInnerBytes))
      plaintext_o.reason = DropReasonTooLong;
  end

  assign valid_o = is_open_q;
  assign stall_o = is_open_q && !ready_i;

  `ASSERT(NoBeatWhileStalled_A, stall_o |-> !take_i)
endmodule

// SPDX-License-Identifier: Apache-2.0
`include "common_assert.svh"

/// Collects the fields of an IP header while the packet passes (RFC 791, 3.1; RFC 8200, 3).
///
///     beat 0   IPv4  VL TOS len len | id id fl of | ttl pr ck ck | source
///     beat 1         destination | options …
///     beat 0   IPv6  VT TF FF FF | len len nh hop | source (first half)
///     beat 1         source (second half) | destination (first half)
///     beat 2         destination (second half) | …
///
/// Only collects: what of it is meant, and whether it all was there, tells `num_bytes_o`.
///
/// Latency:    1 cycle from a beat to its fields, which stay until the next packet's first beat.
/// Throughput: one beat a cycle, packets back to back.
module net_ip_header (
  input  logic                clk_i,
  input  logic                rst_ni,
  /// The beat passes in this cycle.
  input  logic                take_i,
  input  common_pkg::beat_t   beat_i,
  output net_pkg::ip_header_t header_o,
  /// Bytes of this packet that have passed; stops at 112 or more.
  output logic [6:0]          num_bytes_o,
  /// Beat of the packet that comes next; stops at 7.
  output logic [2:0]          index_o,
  /// The packet has ended; its beat with `last` is behind us.
  output logic                has_ended_o,
  /// With that: its source gave it up.
  output logic                is_given_up_o
);
  import common_pkg::*;
  import net_pkg::*;

  ip_header_t   header_q, first;
  logic [6:0]   num_bytes_q;
  logic [2:0]   index_q, index;
  logic         has_ended_q, is_given_up_q;
  logic [127:0] bytes;  // first byte on the wire in the top bits

  assign bytes = reverse_bytes(beat_i.data);
  assign index = index_q;

  always_comb begin
    first = '0;
    first.is_ipv6 = bytes[127:124] == 4'd6;
    first.length  = ip_length(beat_i.data);
    if (first.is_ipv6) begin
      first.is_legal     = 1'b1;
      first.header_bytes = 6'd40;
      first.tos          = bytes[123:116];
      first.protocol     = bytes[79:72];
      first.is_fragment  = bytes[79:72] == Ipv6Fragment;
      first.source       = {bytes[63:0], 64'd0};
    end else begin
      first.is_legal     = bytes[127:124] == 4'd4 && bytes[123:120] >= 4'd5;
      first.header_bytes = {bytes[123:120], 2'd0};
      first.tos          = bytes[119:112];
      first.has_df       = bytes[78];
      first.is_fragment  = bytes[77] || bytes[76:64] != '0;  // MF or an offset
      first.protocol     = bytes[55:48];
      first.checksum     = bytes[47:32];
      first.source       = {bytes[31:0], 96'd0};
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      index_q     <= '0;
      has_ended_q <= 1'b0;
    end else if (take_i) begin
      index_q     <= beat_i.last ? '0 : (index == '1) ? index : index + 3'd1;
      has_ended_q <= beat_i.last;
    end
    if (take_i) begin
      is_given_up_q <= beat_i.last && beat_i.fault == FaultSource;
      if (index == '0) num_bytes_q <= {2'd0, num_bytes(beat_i.keep)};
      else if (num_bytes_q < 7'd112) num_bytes_q <= num_bytes_q + {2'd0, num_bytes(beat_i.keep)};
      unique case (index)
        3'd0: header_q <= first;
        3'd1:
          if (header_q.is_ipv6) begin
            header_q.source[63:0]        <= bytes[127:64];
            header_q.destination[127:64] <= bytes[63:0];
          end else begin
            header_q.destination[127:96] <= bytes[127:96];
          end
        3'd2: if (header_q.is_ipv6) header_q.destination[63:0] <= bytes[127:64];
        default: ;
      endcase
    end
  end

  assign header_o      = header_q;
  assign num_bytes_o   = num_bytes_q;
  assign index_o       = index_q;
  assign has_ended_o   = has_ended_q;
  assign is_given_up_o = is_given_up_q;

  `ASSERT(FirstBeatClears_A, take_i && index_q == '0 |=> num_bytes_q <= 7'd16)
endmodule

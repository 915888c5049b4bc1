// SPDX-License-Identifier: Apache-2.0
`include "common_assert.svh"

/// Finds ESP in a packet from the wire while the packet passes (RFC 4303, 2; RFC 3948, 2): steps 1
/// to 10 of the inbound table in docs/esp_pipeline.md.
///
/// Six words of 32 bits behind the IP header say all that is needed:
///
///             word 0        1            2          3          4          5
///     ESP     SPI           sequence     IV         IV
///     UDP     ports         length, sum  SPI        sequence   IV         IV
///
/// Latency:    1 cycle from the beat with the last of them to `valid_o`.
/// Throughput: one beat a cycle, packets back to back; one record a packet, in order.
module net_parse_inbound (
  input  logic              clk_i,
  input  logic              rst_ni,
  /// The beat passes in this cycle; never while `stall_o`.
  input  logic              take_i,
  input  common_pkg::beat_t beat_i,
  /// As they are with the first beat.
  input  card_csr_enums_pkg::drop_reason_e reason_i,
  input  logic              has_ethernet_i,
  input  logic              type_is_ipv6_i,
  input  logic              checksum_not_valid_i,
  /// A record is not taken: no beat may pass.
  output logic              stall_o,
  output card_csr_enums_pkg::drop_reason_e reason_o,
  /// Means something if `reason_o` is none.
  output net_pkg::esp_header_t esp_o,
  output logic              valid_o,
  input  logic              ready_i
);
  import card_csr_enums_pkg::*;
  import common_pkg::reverse_bytes;
  import net_pkg::*;

  localparam int unsigned NumWords = 6;

  drop_reason_e reason_q, header_reason, missing;
  logic         has_ethernet_q, type_is_ipv6_q, checksum_not_valid_q;
  logic         is_open_q;  // a packet began whose record has not left
  ip_header_t   header;
  logic [6:0]   num_bytes;
  logic [2:0]   index;
  logic         has_ended, is_given_up;

  net_ip_header u_header (
    .clk_i, .rst_ni, .take_i, .beat_i,
    .header_o(header), .num_bytes_o(num_bytes), .index_o(index),
    .has_ended_o(has_ended), .is_given_up_o(is_given_up)
  );

  assign missing = is_given_up ? DropReasonSource : DropReasonTruncated;
  net_header_check #(.MaxBytes(MaxWireBytes)) u_check (
    .reason_i(reason_q), .has_ethernet_i(has_ethernet_q), .type_is_ipv6_i(type_is_ipv6_q),
    .header_i(header), .num_bytes_i(num_bytes), .missing_i(missing), .reason_o(header_reason)
  );

  // ---- The words behind the IP header, and the sum over an IPv4 header ------------------------

  logic [127:0] bytes;               // first byte on the wire in the top bits
  logic [NumWords-1:0][31:0] word_q;
  logic [3:0]   header_words;        // IPv6: 10
  logic [19:0]  beat_sum;
  logic [22:0]  sum_q;
  logic [127:0] summed;              // what of this beat belongs to an IPv4 header

  assign bytes = reverse_bytes(beat_i.data);
  assign header_words = header.header_bytes[5:2];
  for (genvar i = 0; i < 4; i++) begin : gen_summed
    // Word 4 index + i; the first beat is always inside a header that is legal.
    assign summed[127 - 32*i -: 32] =
        (index == '0 || {index, 2'(i)} < {1'b0, header_words}) ? bytes[127 - 32*i -: 32] : '0;
  end
  assign beat_sum = sum_words(summed);

  for (genvar i = 0; i < NumWords; i++) begin : gen_word
    logic [4:0] position;
    assign position = {1'b0, header_words} + 5'(i);
    always_ff @(posedge clk_i) begin
      if (take_i && index != '0 && index == position[4:2])
        word_q[i] <= bytes[127 - 32*position[1:0] -: 32];
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) is_open_q <= 1'b0;
    else if (take_i && index == '0) is_open_q <= 1'b1;
    else if (valid_o && ready_i) is_open_q <= 1'b0;
    if (take_i && index == '0) begin
      reason_q             <= reason_i;
      has_ethernet_q       <= has_ethernet_i;
      type_is_ipv6_q       <= type_is_ipv6_i;
      checksum_not_valid_q <= checksum_not_valid_i;
      sum_q                <= {3'd0, beat_sum};
    end else if (take_i && index < 3'd4) begin
      sum_q <= sum_q + {3'd0, beat_sum};
    end
  end

  // ---- The record, in the order of the table --------------------------------------------------

  logic [6:0]  header_bytes;
  logic [15:0] left;             // behind the IP header, as its length says
  logic [15:0] payload;          // behind the UDP header
  logic [15:0] esp_length;
  logic        is_udp;
  drop_reason_e udp_reason;

  assign header_bytes = {1'b0, header.header_bytes};
  assign left    = 16'(header.length - {11'd0, header.header_bytes});
  assign payload = left - 16'd8;
  assign is_udp  = header.protocol == ProtocolUdp;
  assign esp_length = is_udp ? payload : left;

  always_comb begin  // steps 8 and 9 for UDP (RFC 3948, 2.2 and 2.3)
    udp_reason = DropReasonNone;
    if (left < 16'd8) udp_reason = DropReasonBadHeader;
    else if (num_bytes < header_bytes + 7'd8) udp_reason = missing;
    else if (word_q[0][31:16] != PortNatT && word_q[0][15:0] != PortNatT)
      udp_reason = DropReasonNotEsp;
    else if (word_q[1][31:16] != left) udp_reason = DropReasonBadHeader;
    else if (payload == 16'd1) begin
      if (num_bytes < header_bytes + 7'd9) udp_reason = missing;
      else udp_reason = (word_q[2][31:24] == 8'hFF) ? DropReasonNatKeepalive : DropReasonBadLength;
    end
    else if (payload < 16'd4) udp_reason = DropReasonBadLength;
    else if (num_bytes < header_bytes + 7'd12) udp_reason = missing;
    else if (word_q[2] == '0) udp_reason = DropReasonNonEspMarker;
  end

  always_comb begin
    reason_o = DropReasonNone;
    if (header_reason != DropReasonNone) reason_o = header_reason;
    else if (!header.is_ipv6 && !checksum_not_valid_q && fold({9'd0, sum_q}) != 16'hFFFF)
      reason_o = DropReasonBadChecksum;
    else if (header.is_fragment) reason_o = DropReasonFragment;
    else if (header.protocol != ProtocolEsp && !is_udp) reason_o = DropReasonNotEsp;
    else if (is_udp && udp_reason != DropReasonNone) reason_o = udp_reason;
    // SPI, sequence number, IV, a word with the trailer, ICV (RFC 4106, 3; RFC 4303, 2.4).
    else if (esp_length < 16'd36 || esp_length[1:0] != '0) reason_o = DropReasonBadLength;
    else if (num_bytes < esp_o.offset + 7'd8) reason_o = missing;
  end

  assign esp_o = '{offset: header_bytes + (is_udp ? 7'd8 : 7'd0), length: esp_length,
                   spi: is_udp ? word_q[2] : word_q[0], seq_lo: is_udp ? word_q[3] : word_q[1],
                   iv: is_udp ? {word_q[4], word_q[5]} : {word_q[2], word_q[3]},
                   ecn: header.tos[1:0], is_ipv6: header.is_ipv6, has_udp: is_udp,
                   outer_bytes: header.length[15:0],
                   source: header.source, destination: header.destination,
                   source_port: is_udp ? word_q[0][31:16] : '0,
                   destination_port: is_udp ? word_q[0][15:0] : '0};

  assign valid_o = is_open_q
      && (has_ended || num_bytes >= header_bytes + 7'(4 * NumWords));
  assign stall_o = valid_o && !ready_i;

  `ASSERT(NoBeatWhileStalled_A, stall_o |-> !take_i)
  `ASSERT(RecordLeft_A, take_i && index == '0 |-> !is_open_q || valid_o)
endmodule

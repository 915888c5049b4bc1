// SPDX-License-Identifier: Apache-2.0
`include "common_assert.svh"

/// Looks at the IP header of a packet that is to be protected, while the packet passes: steps 1 to
/// 5 of the outbound table in docs/esp_pipeline.md.
///
/// Latency:    1 cycle from the last byte of the header to `valid_o`.
/// Throughput: one beat a cycle, packets back to back; one record a packet, in order.
module net_parse_outbound (
  input  logic              clk_i,
  input  logic              rst_ni,
  /// The beat passes in this cycle; never while `stall_o`.
  input  logic              take_i,
  input  common_pkg::beat_t beat_i,
  /// As they are with the first beat.
  input  card_csr_enums_pkg::drop_reason_e reason_i,
  input  logic              has_ethernet_i,
  input  logic              type_is_ipv6_i,
  /// A record is not taken: no beat may pass.
  output logic              stall_o,
  output card_csr_enums_pkg::drop_reason_e reason_o,
  output net_pkg::ip_header_t header_o,
  output logic              valid_o,
  input  logic              ready_i
);
  import card_csr_enums_pkg::*;
  import net_pkg::*;

  drop_reason_e reason_q;
  logic         has_ethernet_q, type_is_ipv6_q;
  logic         is_open_q;  // a packet began whose record has not left
  logic [6:0]   num_bytes;
  logic [2:0]   index;
  logic         has_ended, is_given_up;

  net_ip_header u_header (
    .clk_i, .rst_ni, .take_i, .beat_i,
    .header_o, .num_bytes_o(num_bytes), .index_o(index),
    .has_ended_o(has_ended), .is_given_up_o(is_given_up)
  );

  net_header_check #(.MaxBytes(MaxInnerBytes)) u_check (
    .reason_i(reason_q), .has_ethernet_i(has_ethernet_q), .type_is_ipv6_i(type_is_ipv6_q),
    .header_i(header_o), .num_bytes_i(num_bytes),
    .missing_i(is_given_up ? DropReasonSource : DropReasonTruncated), .reason_o
  );

  assign valid_o = is_open_q && (has_ended || num_bytes >= {1'b0, header_o.header_bytes});
  assign stall_o = valid_o && !ready_i;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) is_open_q <= 1'b0;
    else if (take_i && index == '0) is_open_q <= 1'b1;
    else if (valid_o && ready_i) is_open_q <= 1'b0;
    if (take_i && index == '0) begin
      reason_q       <= reason_i;
      has_ethernet_q <= has_ethernet_i;
      type_is_ipv6_q <= type_is_ipv6_i;
    end
  end

  `ASSERT(NoBeatWhileStalled_A, stall_o |-> !take_i)
  `ASSERT(RecordLeft_A, take_i && index == '0 |-> !is_open_q || valid_o)
endmodule

// SPDX-License-Identifier: Apache-2.0
`include "common_assert.svh"

/// Takes 14 bytes of Ethernet off those packets that have them, and says what they were.
///
///      0           6           12      14
///      ┌───────────┬───────────┬───────┬────────
///      │destination│  source   │ type  │ IP …
///      └───────────┴───────────┴───────┴────────
///
/// Latency:    1 cycle, 2 with Ethernet.
/// Throughput: one beat a cycle, packets back to back.
module net_ethernet_strip #(
  /// Side-band of a packet, passed on.
  parameter type User = logic
) (
  input  logic              clk_i,
  input  logic              rst_ni,
  input  common_pkg::beat_t beat_i,
  /// Both as they are with the first beat.
  input  User               user_i,
  input  logic              has_ethernet_i,
  input  logic              valid_i,
  output logic              ready_o,
  /// From the IP header on; one beat with keep 0 if there is none.
  output common_pkg::beat_t beat_o,
  output User               user_o,
  output net_pkg::ethernet_t ethernet_o,
  /// Ethernet is shorter than 14 bytes (`truncated`, or `source` if it was given up there), or
  /// carries no IP (`not_esp`).
  output card_csr_enums_pkg::drop_reason_e reason_o,
  /// The EtherType, if Ethernet is present: 0 IPv4, 1 IPv6.
  output logic              type_is_ipv6_o,
  output logic              valid_o,
  input  logic              ready_i
);
  import card_csr_enums_pkg::*;
  import net_pkg::*;

  typedef struct packed {
    User          user;
    ethernet_t    ethernet;
    drop_reason_e reason;
    logic         type_is_ipv6;
  } front_t;

  front_t      front, front_out;
  logic [15:0] ether_type;
  assign ether_type = {beat_i.data[103:96], beat_i.data[111:104]};

  always_comb begin
    front = '{user: user_i, reason: DropReasonNone, type_is_ipv6: ether_type == EtherTypeIpv6,
              ethernet: '{is_present: has_ethernet_i, addresses: beat_i.data[95:0]}};
    if (has_ethernet_i) begin
      if (!beat_i.keep[EthernetBytes - 1])
        front.reason = (beat_i.fault == common_pkg::FaultSource) ? DropReasonSource
                                                                 : DropReasonTruncated;
      else if (ether_type != EtherTypeIpv4 && ether_type != EtherTypeIpv6)
        front.reason = DropReasonNotEsp;
    end
  end

  // The side-band of a packet is that of its first beat.
  logic has_ethernet_q, is_inside_q;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) is_inside_q <= 1'b0;
    else if (valid_i && ready_o) is_inside_q <= !beat_i.last;
    if (valid_i && ready_o && !is_inside_q) has_ethernet_q <= has_ethernet_i;
  end

  common_stream_drop #(.User(front_t), .GranuleBytes(2)) u_drop (
    .clk_i, .rst_ni,
    .beat_i, .user_i(front),
    .drop_bytes_i((is_inside_q ? has_ethernet_q : has_ethernet_i) ? 7'(EthernetBytes) : '0),
    .valid_i, .ready_o,
    .beat_o, .user_o(front_out), .valid_o, .ready_i
  );

  assign user_o         = front_out.user;
  assign ethernet_o     = front_out.ethernet;
  assign reason_o       = front_out.reason;
  assign type_is_ipv6_o = front_out.type_is_ipv6;

  `ASSERT(Ipv4OrIpv6_A, valid_o && ethernet_o.is_present && reason_o == DropReasonNone
          |-> beat_o.last || beat_o.keep == '1)
endmodule

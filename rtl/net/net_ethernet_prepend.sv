// SPDX-License-Identifier: Apache-2.0

/// Puts Ethernet in front of IP packets again: the addresses as they came, the EtherType of what
/// leaves (RFC 894; RFC 2464, 3).
///
/// Latency:    0 cycles (combinational).
/// Throughput: one output beat a cycle, packets back to back.
module net_ethernet_prepend (
  input  logic               clk_i,
  input  logic               rst_ni,
  /// All constant over a packet. A packet without Ethernet, or a dropped one, passes as it is.
  input  net_pkg::ethernet_t ethernet_i,
  input  logic               is_ipv6_i,
  input  common_pkg::beat_t  beat_i,
  input  logic               valid_i,
  output logic               ready_o,
  output common_pkg::beat_t  beat_o,
  output logic               valid_o,
  input  logic               ready_i
);
  import net_pkg::*;

  logic [15:0]  ether_type;
  logic [127:0] header;
  assign ether_type = is_ipv6_i ? EtherTypeIpv6 : EtherTypeIpv4;
  assign header = {16'd0, ether_type[7:0], ether_type[15:8], ethernet_i.addresses};

  common_stream_prepend #(.MaxBytes(16), .GranuleBytes(2)) u_prepend (
    .clk_i, .rst_ni,
    .header_i(header), .header_bytes_i(ethernet_i.is_present ? 7'(EthernetBytes) : '0),
    .beat_i, .valid_i, .ready_o, .beat_o, .valid_o, .ready_i
  );
endmodule

// SPDX-License-Identifier: Apache-2.0
/// Constants of the headers around ESP, each with its section.
package net_pkg;
  localparam int unsigned EthernetBytes = 14;
  localparam logic [15:0] EtherTypeIpv4 = 16'h0800;  // RFC 894
  localparam logic [15:0] EtherTypeIpv6 = 16'h86DD;  // RFC 2464, 3
  localparam logic [7:0]  ProtocolUdp  = 8'd17;      // RFC 768
  localparam logic [7:0]  ProtocolEsp  = 8'd50;      // RFC 4303, 2
  localparam logic [7:0]  ProtocolIpv4 = 8'd4;       // RFC 2003, 3.1
  localparam logic [7:0]  ProtocolIpv6 = 8'd41;      // RFC 2473, 3
  localparam logic [7:0]  ProtocolNone = 8'd59;      // RFC 4303, 2.6: dummy packet
  localparam logic [7:0]  Ipv6Fragment = 8'd44;      // RFC 8200, 4.5
  localparam logic [15:0] PortNatT     = 16'd4500;   // RFC 3948, 2.1
  localparam logic [7:0]  TunnelTtl    = 8'd64;
  localparam int unsigned MaxInnerBytes = 9000;
  localparam int unsigned MaxWireBytes  = 9216;      // IP packet with its outer headers
endpackage

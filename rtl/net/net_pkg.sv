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

  /// What stood in front of the IP packet.
  typedef struct packed {
    logic        is_present;
    /// Destination and source as they came, first byte on the wire in bits 7:0.
    logic [95:0] addresses;
  } ethernet_t;

  /// Fields of an IP header that steer a packet (RFC 791, 3.1; RFC 8200, 3).
  typedef struct packed {
    logic         is_ipv6;
    /// The version is 4 or 6 and the IPv4 IHL is 5 or more.
    logic         is_legal;
    logic [5:0]   header_bytes;
    logic [7:0]   tos;            // IPv6: traffic class
    logic [16:0]  length;         // of the whole packet
    logic [7:0]   protocol;       // IPv6: next header
    logic         is_fragment;
    logic         has_df;
    logic [15:0]  checksum;
    logic [127:0] source;         // first byte on the wire in 127:120; IPv4 in 127:96
    logic [127:0] destination;
  } ip_header_t;

  /// Where ESP is in a packet, and what stands in front of its ciphertext (RFC 4303, 2).
  typedef struct packed {
    logic [6:0]  offset;          // of the SPI
    logic [15:0] length;          // SPI to ICV
    logic [31:0] spi;
    logic [31:0] seq_lo;
    logic [63:0] iv;
    logic [1:0]  ecn;             // of the outer IP header
    logic        is_ipv6;         // outside
    logic        has_udp;
    logic [15:0] outer_bytes;     // of the whole IP packet
    logic [127:0] source;         // as in ip_header_t
    logic [127:0] destination;
    logic [15:0] source_port;     // 0 without UDP
    logic [15:0] destination_port;
  } esp_header_t;

  localparam logic [1:0] EcnNotEct = 2'b00;  // RFC 3168, 5
  localparam logic [1:0] EcnEct1   = 2'b01;
  localparam logic [1:0] EcnEct0   = 2'b10;
  localparam logic [1:0] EcnCe     = 2'b11;

  /// Length of an IP packet as its first 16 bytes, in stream order, tell it.
  function automatic logic [16:0] ip_length(logic [127:0] data);
    if (data[7:4] == 4'd6) return {1'b0, data[39:32], data[47:40]} + 17'd40;
    return {1'b0, data[23:16], data[31:24]};
  endfunction

  /// Sum of the eight 16-bit words of a number, for checksums (RFC 1071).
  function automatic logic [19:0] sum_words(logic [127:0] words);
    logic [19:0] sum;
    sum = '0;
    for (int unsigned i = 0; i < 8; i++) sum = sum + {4'd0, words[16*i +: 16]};
    return sum;
  endfunction

  /// Brings the carries of a ones' complement sum back in (RFC 1071, 2 (2)).
  function automatic logic [15:0] fold(logic [31:0] sum);
    logic [16:0] once;
    once = {1'b0, sum[15:0]} + {1'b0, sum[31:16]};
    return once[15:0] + {15'd0, once[16]};
  endfunction
endpackage

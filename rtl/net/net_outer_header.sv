// SPDX-License-Identifier: Apache-2.0

/// Builds what stands in front of an ESP packet's ciphertext: outer IP header, UDP header if the
/// path has one, SPI, sequence number and IV (RFC 4303, 3.1.2; RFC 3948, 2.1).
///
///     IPv4        20 + 16 bytes          IPv4, UDP   28 + 16 bytes
///     IPv6        40 + 16 bytes          IPv6, UDP   48 + 16 bytes
///
/// Latency: 0 cycles (combinational).
module net_outer_header (
  input  logic         is_ipv6_i,
  input  logic         has_udp_i,
  /// First byte on the wire in 127:120; IPv4 in 127:96.
  input  logic [127:0] own_address_i,
  input  logic [127:0] peer_address_i,
  input  logic [15:0]  own_port_i,
  input  logic [15:0]  peer_port_i,
  input  logic [7:0]   tos_i,
  input  logic         has_df_i,
  input  logic [15:0]  identification_i,
  /// SPI, sequence number, IV: first byte on the wire in 127:120.
  input  logic [127:0] esp_i,
  /// From the SPI to the end of the ICV.
  input  logic [15:0]  esp_bytes_i,
  /// First byte on the wire in bits 7:0, beyond `header_bytes_o` 0. The UDP checksum is 0.
  output logic [511:0] header_o,
  output logic [6:0]   header_bytes_o,
  /// Ones' complement sum over pseudo-header, UDP header and the 16 bytes of ESP, for the UDP
  /// checksum over IPv6 (RFC 8200, 8.1).
  output logic [15:0]  udp_sum_o
);
  import common_pkg::reverse_bytes;
  import net_pkg::*;

  logic [15:0]  udp_bytes, payload_bytes;  // payload: of the IP packet
  logic [7:0]   protocol;
  logic [159:0] ipv4;
  logic [319:0] ipv6;
  logic [63:0]  udp;
  logic [15:0]  ipv4_checksum;

  assign udp_bytes     = esp_bytes_i + 16'd8;
  assign payload_bytes = has_udp_i ? udp_bytes : esp_bytes_i;
  assign protocol      = has_udp_i ? ProtocolUdp : ProtocolEsp;
  assign udp           = {own_port_i, peer_port_i, udp_bytes, 16'd0};

  // RFC 791, 3.1. The checksum field counts as 0.
  assign ipv4_checksum = ~fold({12'd0, sum_words({8'h45, tos_i, payload_bytes + 16'd20,
                                                  identification_i, 1'b0, has_df_i, 14'd0,
                                                  TunnelTtl, protocol, 16'd0,
                                                  own_address_i[127:96]})}
                               + {12'd0, sum_words({peer_address_i[127:96], 96'd0})});
  assign ipv4 = {8'h45, tos_i, payload_bytes + 16'd20, identification_i, 1'b0, has_df_i, 14'd0,
                 TunnelTtl, protocol, ipv4_checksum, own_address_i[127:96],
                 peer_address_i[127:96]};
  // RFC 8200, 3
  assign ipv6 = {4'd6, tos_i, 20'd0, payload_bytes, protocol, TunnelTtl,
                 own_address_i, peer_address_i};

  logic [511:0] header;  // first byte on the wire in the top bits
  always_comb begin
    unique case ({is_ipv6_i, has_udp_i})
      2'b00: begin header = {ipv4, esp_i, 224'd0};      header_bytes_o = 7'd36; end
      2'b01: begin header = {ipv4, udp, esp_i, 160'd0}; header_bytes_o = 7'd44; end
      2'b10: begin header = {ipv6, esp_i, 64'd0};       header_bytes_o = 7'd56; end
      2'b11: begin header = {ipv6, udp, esp_i};         header_bytes_o = 7'd64; end
    endcase
  end
  for (genvar i = 0; i < 4; i++) begin : gen_reverse
    assign header_o[128*i +: 128] = reverse_bytes(header[511 - 128*i -: 128]);
  end

  assign udp_sum_o = fold({12'd0, sum_words(own_address_i)} + {12'd0, sum_words(peer_address_i)}
                          + {12'd0, sum_words(esp_i)}
                          + {12'd0, sum_words({udp, udp_bytes, 8'd0, ProtocolUdp, 32'd0})});
endmodule

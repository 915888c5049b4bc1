// SPDX-License-Identifier: Apache-2.0
`include "common_assert.svh"

/// Outbound, second part: joins each packet with its ticket and decides where its beats go. A
/// packet that has a reason by now ends here; for the others the outer header is built, and the
/// packet with its trailer goes to the cipher with a request in front of it (RFC 4303, 3.3).
///
/// Latency:    0 cycles for beats; 1 for the request.
/// Throughput: one output beat a cycle, packets back to back.
/// The request holds a key: it is cleared when it is taken, and by reset.
module esp_encap_dispatch (
  input  logic                      clk_i,
  input  logic                      rst_ni,
  input  esp_pkg::outbound_packet_t packet_i,
  input  logic                      packet_valid_i,
  output logic                      packet_ready_o,
  input  sad_pkg::ticket_t          ticket_i,
  input  logic                      ticket_valid_i,
  output logic                      ticket_ready_o,
  input  common_pkg::beat_t         beat_i,
  input  logic                      valid_i,
  output logic                      ready_o,
  /// The exit of the packet as far as it is known: without ICV, UDP checksum and faults.
  output esp_pkg::outbound_exit_t   job_o,
  output logic                      job_valid_o,
  input  logic                      job_ready_i,
  output crypto_pkg::gcm_request_t  request_o,
  output logic                      request_valid_o,
  input  logic                      request_ready_i,
  /// Packet and trailer. May be cut short, then with a fault.
  output common_pkg::beat_t         beat_o,
  output logic                      valid_o,
  input  logic                      ready_i
);
  import card_csr_enums_pkg::*;

  logic is_dropped_q, is_ipv6_q, current_valid_q;  // of the packet whose beats come
  logic has_ticket, is_opened, start, is_done, trailer_ready, has_df, takes_number;
  logic [15:0]  identification_q, cipher_bytes, esp_bytes;
  logic [7:0]   tos;
  logic [127:0] esp;
  logic [511:0] header;
  logic [6:0]   header_bytes;
  logic [15:0]  udp_sum;
  crypto_pkg::gcm_request_t request_q;
  logic                     request_valid_q;

  // ---- The outer header -----------------------------------------------------------------------

  assign esp_bytes    = esp_pkg::esp_bytes(packet_i.length);
  assign cipher_bytes = esp_bytes - 16'd32;
  assign tos = {ticket_i.row.copy_dscp ? packet_i.tos[7:2] : ticket_i.row.dscp,
                ticket_i.row.has_ecn ? packet_i.tos[1:0] : net_pkg::EcnNotEct};
  // SPI, sequence number, IV (RFC 4106, 3)
  assign esp = {ticket_i.row.spi, ticket_i.seq[31:0], ticket_i.seq};
  // RFC 4301, 8.1; IPv6 routers do not fragment.
  assign has_df = ticket_i.row.df == DfModeSet
      || (ticket_i.row.df == DfModeCopy && (packet_i.is_ipv6 || packet_i.has_df));
  assign takes_number = start && is_opened && !ticket_i.path.is_ipv6 && !has_df;

  net_outer_header u_outer_header (
    .is_ipv6_i(ticket_i.path.is_ipv6), .has_udp_i(ticket_i.path.has_udp),
    .own_address_i(ticket_i.path.own_address), .peer_address_i(ticket_i.path.peer_address),
    .own_port_i(ticket_i.path.own_port), .peer_port_i(ticket_i.path.peer_port),
    .tos_i(tos), .has_df_i(has_df), .identification_i(has_df ? '0 : identification_q),
    .esp_i(esp), .esp_bytes_i(esp_bytes),
    .header_o(header), .header_bytes_o(header_bytes), .udp_sum_o(udp_sum)
  );

  // ---- One packet starts while the last beat of the one before is taken -----------------------

  assign has_ticket = packet_i.reason == DropReasonNone;
  assign is_opened  = has_ticket && ticket_i.reason == DropReasonNone;
  assign start = packet_valid_i && (!has_ticket || ticket_valid_i) && job_ready_i
      && (!current_valid_q || is_done)
      && (!is_opened || !request_valid_q || request_ready_i);
  assign packet_ready_o = start;
  assign ticket_ready_o = start && has_ticket;
  assign job_valid_o    = start;
  assign job_o = '{
    result: '{
      reason:       has_ticket ? ticket_i.reason : packet_i.reason,
      has_ticket:   has_ticket,
      length_bytes: !is_opened ? '0 : {9'd0, header_bytes} + cipher_bytes + 16'd16
          + (packet_i.ethernet.is_present ? 16'(net_pkg::EthernetBytes) : '0),
      sa_index:     has_ticket ? packet_i.sa_index : '1,
      generation:   is_opened ? ticket_i.path.generation : '0
    },
    ethernet:     is_opened ? packet_i.ethernet : '0,
    is_ipv6:      ticket_i.path.is_ipv6,
    has_udp_sum:  ticket_i.path.is_ipv6 && ticket_i.path.has_udp,
    udp_sum:      udp_sum,
    header_bytes: is_opened ? header_bytes : '0,
    header:       header,
    icv:          '0
  };

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      current_valid_q  <= 1'b0;
      request_valid_q  <= 1'b0;
      request_q        <= '0;
      identification_q <= '0;
    end else begin
      if (takes_number) identification_q <= identification_q + 16'd1;
      if (start) current_valid_q <= 1'b1;
      else if (is_done) current_valid_q <= 1'b0;
      if (start && is_opened) begin
        request_valid_q <= 1'b1;
        request_q <= '{
          is_encrypt: 1'b1,
          key_size:   crypto_pkg::aes_key_e'(ticket_i.row.suite[1:0]),
          key:        ticket_i.key.key,
          subkey:     ticket_i.key.subkey,
          salt:       ticket_i.key.salt,
          iv:         ticket_i.seq,
          aad:        ticket_i.row.has_esn ? {ticket_i.row.spi, ticket_i.seq}
                                           : {ticket_i.row.spi, ticket_i.seq[31:0], 32'd0},
          aad_is_12_bytes: ticket_i.row.has_esn
        };
      end else if (request_ready_i) begin
        request_valid_q <= 1'b0;
        request_q       <= '0;
      end
    end
    if (start) begin
      is_dropped_q <= !is_opened;
      is_ipv6_q    <= packet_i.is_ipv6;
    end
  end

  assign request_o       = request_q;
  assign request_valid_o = request_valid_q;

  // ---- Beats ----------------------------------------------------------------------------------

  assign ready_o = current_valid_q && (is_dropped_q || trailer_ready);
  assign is_done = valid_i && ready_o && beat_i.last;

  esp_trailer u_trailer (
    .clk_i, .rst_ni, .beat_i, .is_ipv6_i(is_ipv6_q),
    .valid_i(current_valid_q && valid_i && !is_dropped_q), .ready_o(trailer_ready),
    .beat_o, .valid_o, .ready_i
  );

  `ASSERT_STREAM_STABLE(Request, request_valid_o, request_ready_i, request_o)
endmodule

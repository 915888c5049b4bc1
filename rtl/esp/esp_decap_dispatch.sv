// SPDX-License-Identifier: Apache-2.0
`include "common_assert.svh"

/// Inbound, second part: joins each packet with its ticket and decides where its beats go.
/// A packet that has a reason by now ends here; the others go to the cipher from their ciphertext
/// on, with a request in front of them (RFC 4106, 5; RFC 4303, 3.4.4.2).
///
/// Latency:    2 cycles to the first beat of ciphertext, after those of the headers.
/// Throughput: one beat in a cycle, packets back to back.
/// The request holds a key: it is cleared when it is taken, and by reset.
module esp_decap_dispatch (
  input  logic                      clk_i,
  input  logic                      rst_ni,
  input  esp_pkg::inbound_packet_t  packet_i,
  input  logic                      packet_valid_i,
  output logic                      packet_ready_o,
  input  sad_pkg::ticket_t          ticket_i,
  input  logic                      ticket_valid_i,
  output logic                      ticket_ready_o,
  input  common_pkg::beat_t         beat_i,
  input  logic                      valid_i,
  output logic                      ready_o,
  output esp_pkg::inbound_job_t     job_o,
  output logic                      job_valid_o,
  input  logic                      job_ready_i,
  output crypto_pkg::gcm_request_t  request_o,
  output logic                      request_valid_o,
  input  logic                      request_ready_i,
  /// Ciphertext and ICV. May be cut short, then with a fault.
  output common_pkg::beat_t         beat_o,
  /// Bytes of ciphertext, constant over the packet.
  output logic [15:0]               cipher_bytes_o,
  output logic                      valid_o,
  input  logic                      ready_i
);
  import card_csr_enums_pkg::*;

  typedef struct packed {
    logic        is_dropped;
    logic [6:0]  drop_bytes;
    logic [15:0] cipher_bytes;
  } current_t;

  current_t current_q;
  logic     current_valid_q;
  logic     has_ticket, is_opened, start, is_done, to_drop, drop_ready;
  crypto_pkg::gcm_request_t request_q;
  logic                     request_valid_q;

  sad_pkg::arrival_t arrival;
  esp_arrival u_arrival (
    .esp_i(packet_i.esp), .path_i(ticket_i.path), .path_index_i(ticket_i.row.path_index),
    .arrival_o(arrival)
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
    reason:     has_ticket ? ticket_i.reason : packet_i.reason,
    has_ticket: has_ticket,
    sa_index:   has_ticket ? ticket_i.sa_index : '1,
    generation: is_opened ? ticket_i.path.generation : '0,
    arrival:    arrival,
    epoch:      ticket_i.row.epoch,
    seq:        ticket_i.seq,
    selector:   ticket_i.row.selector,
    has_ecn:    ticket_i.row.has_ecn,
    outer_ecn:  packet_i.esp.ecn,
    ethernet:   packet_i.ethernet
  };

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      current_valid_q <= 1'b0;
      request_valid_q <= 1'b0;
      request_q       <= '0;
    end else begin
      if (start) current_valid_q <= 1'b1;
      else if (is_done) current_valid_q <= 1'b0;
      if (start && is_opened) begin
        request_valid_q <= 1'b1;
        request_q <= '{
          is_encrypt: 1'b0,
          key_size:   crypto_pkg::aes_key_e'(ticket_i.row.suite[1:0]),
          key:        ticket_i.key.key,
          subkey:     ticket_i.key.subkey,
          salt:       ticket_i.key.salt,
          iv:         packet_i.esp.iv,
          aad:        ticket_i.row.has_esn ? {packet_i.esp.spi, ticket_i.seq}
                                           : {packet_i.esp.spi, ticket_i.seq[31:0], 32'd0},
          aad_is_12_bytes: ticket_i.row.has_esn
        };
      end else if (request_ready_i) begin
        request_valid_q <= 1'b0;
        request_q       <= '0;
      end
    end
    if (start) begin
      current_q <= '{is_dropped: !is_opened, drop_bytes: packet_i.esp.offset + 7'd16,
                     cipher_bytes: packet_i.esp.length - 16'd32};
    end
  end

  assign request_o       = request_q;
  assign request_valid_o = request_valid_q;

  // ---- Beats ----------------------------------------------------------------------------------

  assign to_drop = current_valid_q && valid_i && !current_q.is_dropped;
  assign ready_o = current_valid_q && (current_q.is_dropped || drop_ready);
  assign is_done = valid_i && ready_o && beat_i.last;

  common_stream_drop #(.User(logic [15:0]), .GranuleBytes(4)) u_drop (
    .clk_i, .rst_ni,
    .beat_i, .user_i(current_q.cipher_bytes), .drop_bytes_i(current_q.drop_bytes),
    .valid_i(to_drop), .ready_o(drop_ready),
    .beat_o, .user_o(cipher_bytes_o), .valid_o, .ready_i
  );

  `ASSERT_STREAM_STABLE(Request, request_valid_o, request_ready_i, request_o)
endmodule

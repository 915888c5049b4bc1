// SPDX-License-Identifier: Apache-2.0
`include "common_assert.svh"

/// Outbound, first part: takes Ethernet off, reads the IP header, asks sad, and keeps the packet
/// until the dispatcher has the answer.
///
///     plain ─▶ net_ethernet_strip ─┬─▶ common_stream_cut ──▶ FIFO ─▶ beats
///                                  └─▶ net_parse_outbound ─▶ FIFO ─▶ packets
///                                                         └─▶ query
///
/// Latency:    3 cycles for beats, 4 with Ethernet.
/// Throughput: one beat a cycle, packets back to back.
/// Reset:      hold `rst_ni` low for 32 cycles, then no packet is left in the FIFO.
module esp_encap_front (
  input  logic                      clk_i,
  input  logic                      rst_ni,
  input  common_pkg::beat_t         beat_i,
  input  esp_pkg::ingress_t         ingress_i,
  /// The card was enabled when the first beat arrived.
  input  logic                      is_enabled_i,
  input  logic                      valid_i,
  output logic                      ready_o,
  output sad_pkg::outbound_query_t  query_o,
  output logic                      query_valid_o,
  input  logic                      query_ready_i,
  /// One a packet, often before its beats are all there.
  output esp_pkg::outbound_packet_t packet_o,
  output logic                      packet_valid_o,
  input  logic                      packet_ready_i,
  /// IP packets, cut to their length.
  output common_pkg::beat_t         beat_o,
  output logic                      valid_o,
  input  logic                      ready_i
);
  import card_csr_enums_pkg::*;
  import common_pkg::beat_t;

  typedef struct packed {
    drop_reason_e       reason;
    sad_pkg::sa_index_t sa_index;
  } user_t;

  user_t              user, ip_user;
  beat_t              ip_beat, cut_beat;
  net_pkg::ethernet_t ethernet, ethernet_q;
  sad_pkg::sa_index_t sa_index_q;
  drop_reason_e       ethernet_reason, reason;
  logic               type_is_ipv6, ip_valid, ip_ready, cut_valid, cut_ready, take, stall, to_cut;
  logic               data_space;

  assign user = '{
    reason: (ingress_i.reason != DropReasonNone) ? ingress_i.reason :
            is_enabled_i ? DropReasonNone : DropReasonDisabled,
    sa_index: ingress_i.sa_index
  };

  net_ethernet_strip #(.User(user_t)) u_strip (
    .clk_i, .rst_ni,
    .beat_i, .user_i(user), .has_ethernet_i(ingress_i.has_ethernet), .valid_i, .ready_o,
    .beat_o(ip_beat), .user_o(ip_user), .ethernet_o(ethernet), .reason_o(ethernet_reason),
    .type_is_ipv6_o(type_is_ipv6), .valid_o(ip_valid), .ready_i(ip_ready)
  );

  // ---- The packet: parser and cut look at the same beats --------------------------------------

  assign to_cut   = ip_valid && !stall;
  assign ip_ready = cut_ready && !stall;
  assign take     = ip_valid && ip_ready;
  assign reason   = (ip_user.reason != DropReasonNone) ? ip_user.reason : ethernet_reason;

  logic [5:0] unused_data_count;
  common_stream_cut u_cut (
    .clk_i, .rst_ni,
    .beat_i(ip_beat), .length_bytes_i(net_pkg::ip_length(ip_beat.data)),
    .valid_i(to_cut), .ready_o(cut_ready),
    .beat_o(cut_beat), .valid_o(cut_valid), .ready_i(data_space)
  );
  common_fifo #(.T(beat_t), .Depth(32), .ClearOnReset(1'b1)) u_data_fifo (
    .clk_i, .rst_ni,
    .data_i(cut_beat), .valid_i(cut_valid), .ready_o(data_space),
    .data_o(beat_o), .valid_o, .ready_i, .count_o(unused_data_count)
  );

  // ---- Its record: to sad, if it may be protected, and to the dispatcher ----------------------

  drop_reason_e        parse_reason;
  net_pkg::ip_header_t header;
  logic                parse_valid, parse_ready, is_queried, packet_space;

  net_parse_outbound u_parse (
    .clk_i, .rst_ni, .take_i(take), .beat_i(ip_beat),
    .reason_i(reason), .has_ethernet_i(ethernet.is_present), .type_is_ipv6_i(type_is_ipv6),
    .stall_o(stall), .reason_o(parse_reason), .header_o(header),
    .valid_o(parse_valid), .ready_i(parse_ready)
  );

  // The record comes after the packet's first beat and before the next one's.
  logic is_inside_q;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) is_inside_q <= 1'b0;
    else if (take) is_inside_q <= !ip_beat.last;
    if (take && !is_inside_q) begin
      ethernet_q <= ethernet;
      sa_index_q <= ip_user.sa_index;
    end
  end

  assign is_queried    = parse_reason == DropReasonNone;
  assign query_o       = '{sa_index: sa_index_q, inner_bytes: header.length[15:0],
                           esp_bytes: esp_pkg::esp_bytes(header.length[13:0]),
                           is_ipv6: header.is_ipv6, source: header.source,
                           destination: header.destination};
  assign query_valid_o = parse_valid && is_queried && packet_space;
  assign parse_ready   = packet_space && (!is_queried || query_ready_i);

  logic [4:0] unused_packet_count;
  common_fifo #(.T(esp_pkg::outbound_packet_t), .Depth(16)) u_packet_fifo (
    .clk_i, .rst_ni,
    .data_i('{reason: parse_reason, sa_index: sa_index_q, ethernet: ethernet_q,
              is_ipv6: header.is_ipv6, tos: header.tos, has_df: header.has_df,
              length: header.length[13:0]}),
    .valid_i(parse_valid && parse_ready), .ready_o(packet_space),
    .data_o(packet_o), .valid_o(packet_valid_o), .ready_i(packet_ready_i),
    .count_o(unused_packet_count)
  );

  `ASSERT_STREAM_STABLE(Query, query_valid_o, query_ready_i, query_o)
endmodule

// SPDX-License-Identifier: Apache-2.0
`include "common_assert.svh"

/// ESP outbound (RFC 4303, 3.3): protects what comes from the plain side.
///
///     plain ─▶ front ─▶ dispatch ─▶ crypto_gcm ─▶ esp_commit ─▶ ICV ─▶ headers ─▶ Ethernet ─▶ wire
///                │         │ job, fault   │ ICV       ▲
///              sad ticket ─┴──────────────┴──────▶ finish
///
/// Throughput: one beat a cycle on the wire side, packets back to back.
/// Ordering:   packets leave in the order in which they came, each exactly once.
module esp_encap (
  input  logic                     clk_i,
  input  logic                     rst_ni,
  output logic                     swept_o,
  input  common_pkg::beat_t        beat_i,
  input  esp_pkg::ingress_t        ingress_i,
  input  logic                     is_enabled_i,
  input  logic                     valid_i,
  output logic                     ready_o,
  output common_pkg::beat_t        beat_o,
  output esp_pkg::result_t         result_o,
  output logic                     valid_o,
  input  logic                     ready_i,
  // To sad
  output sad_pkg::outbound_query_t query_o,
  output logic                     query_valid_o,
  input  logic                     query_ready_i,
  input  sad_pkg::ticket_t         ticket_i,
  input  logic                     ticket_valid_i,
  output logic                     ticket_ready_o
);
  import common_pkg::beat_t;
  import esp_pkg::*;

  /// Packets between dispatcher and finish: the cipher holds up to six of the smallest.
  localparam int unsigned NumJobs = 16;

  outbound_packet_t packet;
  logic             packet_valid, packet_ready;
  beat_t            front_beat;
  logic             front_valid, front_ready;

  esp_encap_front u_front (
    .clk_i, .rst_ni, .beat_i, .ingress_i, .is_enabled_i, .valid_i, .ready_o,
    .query_o, .query_valid_o, .query_ready_i,
    .packet_o(packet), .packet_valid_o(packet_valid), .packet_ready_i(packet_ready),
    .beat_o(front_beat), .valid_o(front_valid), .ready_i(front_ready)
  );

  outbound_exit_t           job, finish_job;
  crypto_pkg::gcm_request_t request;
  beat_t                    trailed_beat, cipher_beat;
  common_pkg::fault_e       fault;
  logic [127:0]             icv;
  logic job_valid, job_space, finish_job_valid, finish_job_ready, request_valid, request_ready;
  logic trailed_valid, trailed_ready, fault_space, fault_valid, fault_ready;
  logic cipher_valid, cipher_ready, icv_valid, icv_ready;

  esp_encap_dispatch u_dispatch (
    .clk_i, .rst_ni,
    .packet_i(packet), .packet_valid_i(packet_valid), .packet_ready_o(packet_ready),
    .ticket_i, .ticket_valid_i, .ticket_ready_o,
    .beat_i(front_beat), .valid_i(front_valid), .ready_o(front_ready),
    .job_o(job), .job_valid_o(job_valid), .job_ready_i(job_space),
    .request_o(request), .request_valid_o(request_valid), .request_ready_i(request_ready),
    .beat_o(trailed_beat), .valid_o(trailed_valid), .ready_i(trailed_ready)
  );

  logic [4:0] unused_job_count, unused_fault_count;
  common_fifo #(.T(outbound_exit_t), .Depth(NumJobs)) u_job_fifo (
    .clk_i, .rst_ni, .data_i(job), .valid_i(job_valid), .ready_o(job_space),
    .data_o(finish_job), .valid_o(finish_job_valid), .ready_i(finish_job_ready),
    .count_o(unused_job_count)
  );

  // The job of a packet has its place before its beats come, so there is one here too.
  common_fifo #(.T(common_pkg::fault_e), .Depth(NumJobs)) u_fault_fifo (
    .clk_i, .rst_ni, .data_i(trailed_beat.fault),
    .valid_i(trailed_valid && trailed_ready && trailed_beat.last), .ready_o(fault_space),
    .data_o(fault), .valid_o(fault_valid), .ready_i(fault_ready), .count_o(unused_fault_count)
  );

  assign cipher_beat.fault = common_pkg::FaultNone;
  crypto_gcm u_gcm (
    .clk_i, .rst_ni,
    .request_i(request), .request_valid_i(request_valid), .request_ready_o(request_ready),
    .data_i(trailed_beat.data), .keep_i(trailed_beat.keep), .last_i(trailed_beat.last),
    .valid_i(trailed_valid), .ready_o(trailed_ready),
    .data_o(cipher_beat.data), .keep_o(cipher_beat.keep), .last_o(cipher_beat.last),
    .valid_o(cipher_valid), .ready_i(cipher_ready),
    .icv_o(icv), .icv_valid_o(icv_valid), .icv_ready_i(icv_ready)
  );

  outbound_exit_t leaving, out_exit;
  logic [9:0]     num_beats;
  logic [13:0]    num_bytes;
  logic           finish_stall, commit_ready, exit_valid, exit_ready;
  beat_t          commit_beat, closed_beat, ip_beat;
  logic           commit_valid, closed_valid, closed_ready, ip_valid, ip_ready, out_ready;
  logic           unused_is_first;

  assign cipher_ready = commit_ready && !finish_stall;
  esp_encap_finish u_finish (
    .clk_i, .rst_ni,
    .take_i(cipher_valid && cipher_ready), .data_i(cipher_beat.data), .last_i(cipher_beat.last),
    .stall_o(finish_stall),
    .job_i(finish_job), .job_valid_i(finish_job_valid), .job_ready_o(finish_job_ready),
    .fault_i(fault), .fault_valid_i(fault_valid), .fault_ready_o(fault_ready),
    .icv_i(icv), .icv_valid_i(icv_valid), .icv_ready_o(icv_ready),
    .exit_o(leaving), .num_beats_o(num_beats), .num_bytes_o(num_bytes),
    .exit_valid_o(exit_valid), .exit_ready_i(exit_ready)
  );

  esp_commit #(.Exit(outbound_exit_t)) u_commit (
    .clk_i, .rst_ni, .swept_o,
    .data_i(cipher_beat.data), .valid_i(cipher_valid && !finish_stall), .ready_o(commit_ready),
    .exit_i(leaving), .num_beats_i(num_beats), .num_bytes_i(num_bytes),
    .exit_valid_i(exit_valid), .exit_ready_o(exit_ready),
    .beat_o(commit_beat), .exit_o(out_exit), .is_first_o(unused_is_first),
    .valid_o(commit_valid), .ready_i(out_ready)
  );

  // ---- What stands around the ciphertext ------------------------------------------------------

  esp_append_icv u_append_icv (
    .clk_i, .rst_ni, .beat_i(commit_beat), .icv_i(out_exit.icv),
    .valid_i(commit_valid), .ready_o(out_ready),
    .beat_o(closed_beat), .valid_o(closed_valid), .ready_i(closed_ready)
  );
  common_stream_prepend #(.MaxBytes(64), .GranuleBytes(4)) u_prepend (
    .clk_i, .rst_ni, .header_i(out_exit.header), .header_bytes_i(out_exit.header_bytes),
    .beat_i(closed_beat), .valid_i(closed_valid), .ready_o(closed_ready),
    .beat_o(ip_beat), .valid_o(ip_valid), .ready_i(ip_ready)
  );
  net_ethernet_prepend u_ethernet_prepend (
    .clk_i, .rst_ni, .ethernet_i(out_exit.ethernet), .is_ipv6_i(out_exit.is_ipv6),
    .beat_i(ip_beat), .valid_i(ip_valid), .ready_o(ip_ready),
    .beat_o, .valid_o, .ready_i
  );
  assign result_o = out_exit.result;

  `ASSERT(FaultHasPlace_A, trailed_valid && trailed_ready && trailed_beat.last |-> fault_space)
  `ASSERT_STREAM_STABLE(Output, valid_o, ready_i, {beat_o, result_o})
endmodule

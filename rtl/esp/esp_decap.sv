// SPDX-License-Identifier: Apache-2.0
`include "common_assert.svh"

/// ESP inbound (RFC 4303, 3.4): opens what comes from the wire.
///
///     wire ─▶ front ─▶ dispatch ─▶ split ─▶ crypto_gcm ─▶ esp_commit ─▶ exit ─▶ plain
///               │         │ job      │ ICV     │ ICV   └▶ check ▲
///              sad ticket ┴──────────┴─────────┴──────────▶ finish ◀─▶ sad update, verdict
///
/// Throughput: one beat a cycle on the wire side, packets back to back.
/// Ordering:   packets leave in the order in which they came, each exactly once.
/// Plaintext waits in esp_commit until every check has passed.
module esp_decap (
  input  logic                      clk_i,
  input  logic                      rst_ni,
  output logic                      swept_o,
  input  common_pkg::beat_t         beat_i,
  input  esp_pkg::ingress_t         ingress_i,
  input  logic                      is_enabled_i,
  input  logic                      valid_i,
  output logic                      ready_o,
  output common_pkg::beat_t         beat_o,
  output esp_pkg::result_t          result_o,
  output logic                      valid_o,
  input  logic                      ready_i,
  // To sad
  output sad_pkg::inbound_query_t   query_o,
  output logic                      query_valid_o,
  input  logic                      query_ready_i,
  input  sad_pkg::ticket_t          ticket_i,
  input  logic                      ticket_valid_i,
  output logic                      ticket_ready_o,
  output sad_pkg::inbound_update_t  update_o,
  output logic                      update_valid_o,
  input  logic                      update_ready_i,
  input  sad_pkg::inbound_verdict_t verdict_i,
  input  logic                      verdict_valid_i,
  output logic                      verdict_ready_o
);
  import common_pkg::beat_t;
  import esp_pkg::*;

  /// Packets between dispatcher and finish: the cipher holds up to six of the smallest.
  localparam int unsigned NumJobs = 16;

  inbound_packet_t packet;
  logic            packet_valid, packet_ready;
  beat_t           front_beat;
  logic            front_valid, front_ready;

  esp_decap_front u_front (
    .clk_i, .rst_ni, .beat_i, .ingress_i, .is_enabled_i, .valid_i, .ready_o,
    .query_o, .query_valid_o, .query_ready_i,
    .packet_o(packet), .packet_valid_o(packet_valid), .packet_ready_i(packet_ready),
    .beat_o(front_beat), .valid_o(front_valid), .ready_i(front_ready)
  );

  inbound_job_t             job, finish_job;
  crypto_pkg::gcm_request_t request;
  beat_t                    payload_beat;
  logic [15:0]              cipher_bytes;
  logic job_valid, job_space, finish_job_valid, finish_job_ready, request_valid, request_ready;
  logic payload_valid, payload_ready;

  esp_decap_dispatch u_dispatch (
    .clk_i, .rst_ni,
    .packet_i(packet), .packet_valid_i(packet_valid), .packet_ready_o(packet_ready),
    .ticket_i, .ticket_valid_i, .ticket_ready_o,
    .beat_i(front_beat), .valid_i(front_valid), .ready_o(front_ready),
    .job_o(job), .job_valid_o(job_valid), .job_ready_i(job_space),
    .request_o(request), .request_valid_o(request_valid), .request_ready_i(request_ready),
    .beat_o(payload_beat), .cipher_bytes_o(cipher_bytes),
    .valid_o(payload_valid), .ready_i(payload_ready)
  );

  logic [4:0] unused_job_count, unused_icv_count;
  common_fifo #(.T(inbound_job_t), .Depth(NumJobs)) u_job_fifo (
    .clk_i, .rst_ni, .data_i(job), .valid_i(job_valid), .ready_o(job_space),
    .data_o(finish_job), .valid_o(finish_job_valid), .ready_i(finish_job_ready),
    .count_o(unused_job_count)
  );

  beat_t         cipher_beat, plain_beat;
  received_icv_t split_icv, received;
  logic [127:0]  computed;
  logic cipher_valid, cipher_ready, split_icv_valid, split_icv_ready;
  logic received_valid, received_ready, plain_valid, plain_ready, computed_valid, computed_ready;

  esp_decap_split u_split (
    .clk_i, .rst_ni,
    .beat_i(payload_beat), .cipher_bytes_i(cipher_bytes),
    .valid_i(payload_valid), .ready_o(payload_ready),
    .beat_o(cipher_beat), .valid_o(cipher_valid), .ready_i(cipher_ready),
    .icv_o(split_icv), .icv_valid_o(split_icv_valid), .icv_ready_i(split_icv_ready)
  );

  common_fifo #(.T(received_icv_t), .Depth(NumJobs)) u_icv_fifo (
    .clk_i, .rst_ni, .data_i(split_icv), .valid_i(split_icv_valid), .ready_o(split_icv_ready),
    .data_o(received), .valid_o(received_valid), .ready_i(received_ready),
    .count_o(unused_icv_count)
  );

  assign plain_beat.fault = common_pkg::FaultNone;
  crypto_gcm u_gcm (
    .clk_i, .rst_ni,
    .request_i(request), .request_valid_i(request_valid), .request_ready_o(request_ready),
    .data_i(cipher_beat.data), .keep_i(cipher_beat.keep), .last_i(cipher_beat.last),
    .valid_i(cipher_valid), .ready_o(cipher_ready),
    .data_o(plain_beat.data), .keep_o(plain_beat.keep), .last_o(plain_beat.last),
    .valid_o(plain_valid), .ready_i(plain_ready),
    .icv_o(computed), .icv_valid_o(computed_valid), .icv_ready_i(computed_ready)
  );

  plaintext_t plaintext, finish_plaintext;
  logic check_stall, plaintext_valid, plaintext_space, finish_plaintext_valid;
  logic finish_plaintext_ready, commit_ready;
  logic [3:0] unused_plaintext_count;

  assign plain_ready = commit_ready && !check_stall;
  esp_decap_check u_check (
    .clk_i, .rst_ni, .take_i(plain_valid && plain_ready), .beat_i(plain_beat),
    .stall_o(check_stall), .plaintext_o(plaintext), .valid_o(plaintext_valid),
    .ready_i(plaintext_space)
  );

  common_fifo #(.T(plaintext_t), .Depth(8)) u_plaintext_fifo (
    .clk_i, .rst_ni, .data_i(plaintext), .valid_i(plaintext_valid), .ready_o(plaintext_space),
    .data_o(finish_plaintext), .valid_o(finish_plaintext_valid), .ready_i(finish_plaintext_ready),
    .count_o(unused_plaintext_count)
  );

  inbound_exit_t leaving, out_exit;
  logic [9:0]    num_beats;
  logic [13:0]   num_bytes;
  logic          exit_valid, exit_ready, out_is_first, out_valid, out_ready;
  beat_t         out_beat;

  esp_decap_finish u_finish (
    .clk_i, .rst_ni,
    .job_i(finish_job), .job_valid_i(finish_job_valid), .job_ready_o(finish_job_ready),
    .plaintext_i(finish_plaintext), .plaintext_valid_i(finish_plaintext_valid),
    .plaintext_ready_o(finish_plaintext_ready),
    .received_i(received), .received_valid_i(received_valid), .received_ready_o(received_ready),
    .computed_i(computed), .computed_valid_i(computed_valid), .computed_ready_o(computed_ready),
    .update_o, .update_valid_o, .update_ready_i, .verdict_i, .verdict_valid_i, .verdict_ready_o,
    .exit_o(leaving), .num_beats_o(num_beats), .num_bytes_o(num_bytes),
    .exit_valid_o(exit_valid), .exit_ready_i(exit_ready)
  );

  esp_commit #(.Exit(inbound_exit_t)) u_commit (
    .clk_i, .rst_ni, .swept_o,
    .data_i(plain_beat.data), .valid_i(plain_valid && !check_stall), .ready_o(commit_ready),
    .exit_i(leaving), .num_beats_i(num_beats), .num_bytes_i(num_bytes),
    .exit_valid_i(exit_valid), .exit_ready_o(exit_ready),
    .beat_o(out_beat), .exit_o(out_exit), .is_first_o(out_is_first), .valid_o(out_valid),
    .ready_i(out_ready)
  );

  esp_decap_exit u_exit (
    .clk_i, .rst_ni,
    .beat_i(out_beat), .exit_i(out_exit), .is_first_i(out_is_first),
    .valid_i(out_valid), .ready_o(out_ready), .beat_o, .valid_o, .ready_i
  );
  assign result_o = out_exit.result;

  `ASSERT_STREAM_STABLE(Output, valid_o, ready_i, {beat_o, result_o})
endmodule

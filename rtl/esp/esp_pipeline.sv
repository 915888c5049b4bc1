// SPDX-License-Identifier: Apache-2.0
`include "common_assert.svh"

/// ESP in tunnel mode (RFC 4303), both directions at once, with the SA database inside.
///
/// Every packet that enters (its last beat taken) leaves as exactly one packet in the order of its
/// direction: transformed, or as one beat with keep 0 and the reason in the result. Nothing of a
/// packet leaves before all its checks have passed.
module esp_pipeline #(
  /// Bits of the four packet streams: 64 or 128. Inside it is 128.
  parameter int unsigned DataWidth = 128,
  parameter int unsigned NumSas = 256,
  parameter int unsigned NumPaths = 64,
  parameter int unsigned MaxReplayWindow = 1024
) (
  input  logic clk_i,
  input  logic rst_ni,
  /// While 0, packets drop with `disabled`.
  input  logic enable_i,

  // Wire side in: ESP packets to open.
  input  logic [DataWidth-1:0]   wire_data_i,
  input  logic [DataWidth/8-1:0] wire_keep_i,
  input  logic                   wire_last_i,
  /// With `last`: the source gave the packet up.
  input  logic                   wire_error_i,
  input  esp_pkg::ingress_t      wire_ingress_i,
  input  logic                   wire_valid_i,
  output logic                   wire_ready_o,
  // Plain side out: what was inside.
  output logic [DataWidth-1:0]   plain_data_o,
  output logic [DataWidth/8-1:0] plain_keep_o,
  output logic                   plain_last_o,
  output esp_pkg::result_t       plain_result_o,
  output logic                   plain_valid_o,
  input  logic                   plain_ready_i,
  /// Pulse: a result with `has_ticket` is done with (its completion is written).
  input  logic                   plain_done_i,

  // Plain side in: IP packets to protect.
  input  logic [DataWidth-1:0]   plain_data_i,
  input  logic [DataWidth/8-1:0] plain_keep_i,
  input  logic                   plain_last_i,
  input  logic                   plain_error_i,
  input  esp_pkg::ingress_t      plain_ingress_i,
  input  logic                   plain_valid_i,
  output logic                   plain_ready_o,
  // Wire side out: ESP packets.
  output logic [DataWidth-1:0]   wire_data_o,
  output logic [DataWidth/8-1:0] wire_keep_o,
  output logic                   wire_last_o,
  output esp_pkg::result_t       wire_result_o,
  output logic                   wire_valid_o,
  input  logic                   wire_ready_i,
  input  logic                   wire_done_i,

  // SA database (see sad.sv)
  input  sad_pkg::command_t        command_i,
  input  logic                     command_start_i,
  output logic                     command_busy_o,
  output sad_pkg::command_result_t command_result_o,
  output sad_pkg::event_t          event_o,
  output logic                     event_valid_o,
  input  logic                     event_ready_i,
  output logic                     event_lost_o,
  /// Commands are done; while 0 they are `not_swept`. `swept_o` and what else the card waits for.
  input  logic                     card_swept_i,
  output logic                     swept_o,
  output logic [31:0]              sweep_cycles_o,
  output sad_pkg::generation_t     generation_o,
  output sad_pkg::generation_t     drain_fence_o
);
  import card_csr_enums_pkg::*;
  import common_pkg::*;
  import esp_pkg::*;

  if (DataWidth != 64 && DataWidth != 128) begin : gen_bad_width
    $error("esp_pipeline: DataWidth must be 64 or 128");
  end

  // ---- Nothing is accepted before all memories are swept --------------------------------------

  logic        sad_swept, decap_swept, encap_swept;
  logic [31:0] sad_sweep_cycles, sweep_cycles_q;

  assign swept_o = sad_swept && decap_swept && encap_swept;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) sweep_cycles_q <= '0;
    else if (!swept_o) sweep_cycles_q <= sweep_cycles_q + 32'd1;
  end
  assign sweep_cycles_o = sweep_cycles_q;

  // ---- To 128 bits and back -------------------------------------------------------------------

  typedef struct packed {
    ingress_t ingress;
    logic     is_enabled;
  } user_t;

  beat_t   wire_in, plain_out, plain_in, wire_out;
  user_t   wire_user, wire_in_user, plain_user, plain_in_user;
  fault_e  wire_fault, plain_fault;
  logic    wire_in_valid, wire_in_ready, plain_out_valid, plain_out_ready;
  logic    plain_in_valid, plain_in_ready, wire_out_valid, wire_out_ready;
  logic    wire_space, plain_space;

  assign wire_user     = '{ingress: wire_ingress_i, is_enabled: enable_i};
  assign plain_user    = '{ingress: plain_ingress_i, is_enabled: enable_i};
  assign wire_fault    = (wire_last_i && wire_error_i) ? FaultSource : FaultNone;
  assign plain_fault   = (plain_last_i && plain_error_i) ? FaultSource : FaultNone;
  assign wire_ready_o  = wire_space && swept_o;
  assign plain_ready_o = plain_space && swept_o;

  if (DataWidth == 64) begin : gen_width_64
    common_stream_upsize #(.User(user_t)) u_wire_upsize (
      .clk_i, .rst_ni, .data_i(wire_data_i), .keep_i(wire_keep_i), .last_i(wire_last_i),
      .fault_i(wire_fault), .user_i(wire_user), .valid_i(wire_valid_i && swept_o),
      .ready_o(wire_space),
      .beat_o(wire_in), .user_o(wire_in_user), .valid_o(wire_in_valid), .ready_i(wire_in_ready)
    );
    common_stream_upsize #(.User(user_t)) u_plain_upsize (
      .clk_i, .rst_ni, .data_i(plain_data_i), .keep_i(plain_keep_i), .last_i(plain_last_i),
      .fault_i(plain_fault), .user_i(plain_user), .valid_i(plain_valid_i && swept_o),
      .ready_o(plain_space),
      .beat_o(plain_in), .user_o(plain_in_user), .valid_o(plain_in_valid),
      .ready_i(plain_in_ready)
    );
    common_stream_downsize u_plain_downsize (
      .clk_i, .rst_ni, .beat_i(plain_out), .valid_i(plain_out_valid), .ready_o(plain_out_ready),
      .data_o(plain_data_o), .keep_o(plain_keep_o), .last_o(plain_last_o),
      .valid_o(plain_valid_o), .ready_i(plain_ready_i)
    );
    common_stream_downsize u_wire_downsize (
      .clk_i, .rst_ni, .beat_i(wire_out), .valid_i(wire_out_valid), .ready_o(wire_out_ready),
      .data_o(wire_data_o), .keep_o(wire_keep_o), .last_o(wire_last_o),
      .valid_o(wire_valid_o), .ready_i(wire_ready_i)
    );
  end else begin : gen_width_128
    assign wire_in        = '{last: wire_last_i, fault: wire_fault, keep: wire_keep_i,
                              data: wire_data_i};
    assign wire_in_user   = wire_user;
    assign wire_in_valid  = wire_valid_i && swept_o;
    assign wire_space     = wire_in_ready;
    assign plain_in       = '{last: plain_last_i, fault: plain_fault, keep: plain_keep_i,
                              data: plain_data_i};
    assign plain_in_user  = plain_user;
    assign plain_in_valid = plain_valid_i && swept_o;
    assign plain_space    = plain_in_ready;

    assign {plain_last_o, plain_keep_o, plain_data_o} =
        {plain_out.last, plain_out.keep, plain_out.data};
    assign plain_valid_o   = plain_out_valid;
    assign plain_out_ready = plain_ready_i;
    assign {wire_last_o, wire_keep_o, wire_data_o} = {wire_out.last, wire_out.keep, wire_out.data};
    assign wire_valid_o    = wire_out_valid;
    assign wire_out_ready  = wire_ready_i;
  end

  // ---- The two directions ---------------------------------------------------------------------

  sad_pkg::inbound_query_t   in_query;
  sad_pkg::ticket_t          in_ticket, out_ticket;
  sad_pkg::inbound_update_t  in_update;
  sad_pkg::inbound_verdict_t in_verdict;
  sad_pkg::outbound_query_t  out_query;
  logic in_query_valid, in_query_ready, in_ticket_valid, in_ticket_ready;
  logic in_update_valid, in_update_ready, in_verdict_valid, in_verdict_ready;
  logic out_query_valid, out_query_ready, out_ticket_valid, out_ticket_ready;

  esp_decap u_decap (
    .clk_i, .rst_ni, .swept_o(decap_swept),
    .beat_i(wire_in), .ingress_i(wire_in_user.ingress), .is_enabled_i(wire_in_user.is_enabled),
    .valid_i(wire_in_valid), .ready_o(wire_in_ready),
    .beat_o(plain_out), .result_o(plain_result_o), .valid_o(plain_out_valid),
    .ready_i(plain_out_ready),
    .query_o(in_query), .query_valid_o(in_query_valid), .query_ready_i(in_query_ready),
    .ticket_i(in_ticket), .ticket_valid_i(in_ticket_valid), .ticket_ready_o(in_ticket_ready),
    .update_o(in_update), .update_valid_o(in_update_valid), .update_ready_i(in_update_ready),
    .verdict_i(in_verdict), .verdict_valid_i(in_verdict_valid),
    .verdict_ready_o(in_verdict_ready)
  );

  esp_encap u_encap (
    .clk_i, .rst_ni, .swept_o(encap_swept),
    .beat_i(plain_in), .ingress_i(plain_in_user.ingress), .is_enabled_i(plain_in_user.is_enabled),
    .valid_i(plain_in_valid), .ready_o(plain_in_ready),
    .beat_o(wire_out), .result_o(wire_result_o), .valid_o(wire_out_valid),
    .ready_i(wire_out_ready),
    .query_o(out_query), .query_valid_o(out_query_valid), .query_ready_i(out_query_ready),
    .ticket_i(out_ticket), .ticket_valid_i(out_ticket_valid), .ticket_ready_o(out_ticket_ready)
  );

  // ---- SA database, and the subkey of each new SA ---------------------------------------------

  logic         subkey_start, subkey_start_q, subkey_done, unused_subkey_busy;
  logic [255:0] subkey_key;
  logic [1:0]   subkey_size, subkey_size_q;
  logic [127:0] subkey;

  sad #(.NumSas(NumSas), .NumPaths(NumPaths), .MaxReplayWindow(MaxReplayWindow)) u_sad (
    .clk_i, .rst_ni,
    .command_i, .command_start_i, .command_busy_o, .command_result_o,
    .subkey_start_o(subkey_start), .subkey_size_o(subkey_size), .subkey_key_o(subkey_key),
    .subkey_done_i(subkey_done), .subkey_i(subkey),
    .in_query_i(in_query), .in_query_valid_i(in_query_valid), .in_query_ready_o(in_query_ready),
    .in_ticket_o(in_ticket), .in_ticket_valid_o(in_ticket_valid),
    .in_ticket_ready_i(in_ticket_ready),
    .in_update_i(in_update), .in_update_valid_i(in_update_valid),
    .in_update_ready_o(in_update_ready),
    .in_verdict_o(in_verdict), .in_verdict_valid_o(in_verdict_valid),
    .in_verdict_ready_i(in_verdict_ready),
    .out_query_i(out_query), .out_query_valid_i(out_query_valid),
    .out_query_ready_o(out_query_ready),
    .out_ticket_o(out_ticket), .out_ticket_valid_o(out_ticket_valid),
    .out_ticket_ready_i(out_ticket_ready),
    .in_done_i(plain_done_i), .out_done_i(wire_done_i),
    .event_o, .event_valid_o, .event_ready_i, .event_lost_o,
    .card_swept_i(card_swept_i && swept_o), .swept_o(sad_swept), .sweep_cycles_o(sad_sweep_cycles),
    .generation_o, .drain_fence_o
  );

  // The key holds, so the start may be late. Without this register the size would be a part of the
  // whole command to Verilator 5.006, which cannot sample that for an assertion.
  always_ff @(posedge clk_i) begin
    if (!rst_ni) subkey_start_q <= 1'b0;
    else subkey_start_q <= subkey_start;
    subkey_size_q <= subkey_size;
  end
  crypto_aes_subkey u_subkey (
    .clk_i, .rst_ni, .key_i(subkey_key), .key_size_i(crypto_pkg::aes_key_e'(subkey_size_q)),
    .start_i(subkey_start_q), .busy_o(unused_subkey_busy), .done_o(subkey_done), .subkey_o(subkey)
  );

  logic unused_cycles;
  assign unused_cycles = ^sad_sweep_cycles;

  `ASSERT_STREAM_STABLE(Plain, plain_valid_o, plain_ready_i,
                        {plain_data_o, plain_keep_o, plain_last_o, plain_result_o})
  `ASSERT_STREAM_STABLE(Wire, wire_valid_o, wire_ready_i,
                        {wire_data_o, wire_keep_o, wire_last_o, wire_result_o})
endmodule

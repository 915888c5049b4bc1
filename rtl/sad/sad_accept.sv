// SPDX-License-Identifier: Apache-2.0
`include "common_assert.svh"

/// Chooses who walks through the pipeline next: the command engine, else in turns an inbound
/// query, an inbound update or an outbound query.
///
/// A question waits while its answer has no place, while its direction has no more packets in
/// flight to give, and while one before it is about to change the state of the same SA: reading
/// and writing are `HazardCycles` + 1 stages apart, so two walks that change one SA enter that
/// far from each other.
///
/// Latency:    0 cycles; `walk_o` is registered by sad_walk.
/// Throughput: one walk a cycle; one every 4 cycles of the same SA.
module sad_accept #(
  parameter int unsigned NumSas = 256,
  localparam int unsigned HazardCycles = 3
) (
  input  logic clk_i,
  input  logic rst_ni,
  /// Nothing is accepted while 0.
  input  logic swept_i,

  input  sad_pkg::walk_t           probe_i,
  input  logic                     probe_valid_i,
  output logic                     probe_ready_o,

  input  sad_pkg::inbound_query_t  in_query_i,
  input  logic                     in_query_valid_i,
  output logic                     in_query_ready_o,
  input  sad_pkg::inbound_update_t in_update_i,
  input  logic                     in_update_valid_i,
  output logic                     in_update_ready_o,
  input  sad_pkg::outbound_query_t out_query_i,
  input  logic                     out_query_valid_i,
  output logic                     out_query_ready_o,

  input  logic                     in_ticket_has_room_i,
  input  logic                     in_verdict_has_room_i,
  input  logic                     out_ticket_has_room_i,
  input  logic                     in_flight_has_room_i,
  input  logic                     out_flight_has_room_i,

  output sad_pkg::walk_t           walk_o,
  output logic                     walk_valid_o
);
  import sad_pkg::*;

  localparam int unsigned SaWidth = $clog2(NumSas);

  // The last walks that change state, the newest in 0.
  logic [HazardCycles-1:0] recent_valid_q;
  logic [HazardCycles-1:0][SaWidth-1:0] recent_index_q;
  logic update_is_hazard, out_is_hazard;

  always_comb begin
    update_is_hazard = 1'b0;
    out_is_hazard    = 1'b0;
    for (int unsigned i = 0; i < HazardCycles; i++) begin
      if (recent_valid_q[i]) begin
        if (recent_index_q[i] == in_update_i.sa_index[SaWidth-1:0]) update_is_hazard = 1'b1;
        if (recent_index_q[i] == out_query_i.sa_index[SaWidth-1:0]) out_is_hazard = 1'b1;
      end
    end
  end

  // Bit 0: inbound query, 1: inbound update, 2: outbound query.
  logic [2:0] can_go, grant;
  logic [1:0] turn_q;  // who goes first
  assign can_go[0] = in_query_valid_i && in_ticket_has_room_i && in_flight_has_room_i;
  assign can_go[1] = in_update_valid_i && in_verdict_has_room_i && !update_is_hazard;
  assign can_go[2] = out_query_valid_i && out_ticket_has_room_i && out_flight_has_room_i
      && !out_is_hazard;

  always_comb begin
    grant = '0;
    if (swept_i && !probe_valid_i) begin
      unique case (turn_q)
        2'd1:    grant = can_go[1] ? 3'b010 : (can_go[2] ? 3'b100 : {2'b00, can_go[0]});
        2'd2:    grant = can_go[2] ? 3'b100 : (can_go[0] ? 3'b001 : {1'b0, can_go[1], 1'b0});
        default: grant = can_go[0] ? 3'b001 : (can_go[1] ? 3'b010 : {can_go[2], 2'b00});
      endcase
    end
  end

  assign probe_ready_o     = swept_i;
  assign in_query_ready_o  = grant[0];
  assign in_update_ready_o = grant[1];
  assign out_query_ready_o = grant[2];
  assign walk_valid_o      = grant != '0 || (probe_valid_i && swept_i);

  always_comb begin
    walk_o = probe_i;
    if (!probe_valid_i) begin
      walk_o             = '0;
      walk_o.source      = out_query_i.source;
      walk_o.destination = out_query_i.destination;
      walk_o.is_ipv6     = out_query_i.is_ipv6;
      walk_o.spi         = in_query_i.spi;
      walk_o.epoch       = in_update_i.epoch;
      walk_o.is_charged  = in_update_i.is_charged;
      walk_o.kind        = WalkInQuery;
      walk_o.seq         = {32'd0, in_query_i.seq_lo};
      if (grant[1]) begin
        walk_o.kind        = WalkInUpdate;
        walk_o.sa_index    = in_update_i.sa_index;
        walk_o.seq         = in_update_i.seq;
        walk_o.inner_bytes = in_update_i.inner_bytes;
      end
      if (grant[2]) begin
        walk_o.kind        = WalkOutQuery;
        walk_o.sa_index    = out_query_i.sa_index;
        walk_o.inner_bytes = out_query_i.inner_bytes;
        walk_o.esp_bytes   = out_query_i.esp_bytes;
      end
    end
  end

  always_ff @(posedge clk_i) begin
    recent_index_q <= {recent_index_q[HazardCycles-2:0], walk_o.sa_index[SaWidth-1:0]};
    if (!rst_ni) begin
      recent_valid_q <= '0;
      turn_q         <= '0;
    end else begin
      recent_valid_q <= {recent_valid_q[HazardCycles-2:0], grant[1] || grant[2]};
      if (grant[0]) turn_q <= 2'd1;
      if (grant[1]) turn_q <= 2'd2;
      if (grant[2]) turn_q <= 2'd0;
    end
  end

  `ASSERT(OneGrant_A, $onehot0(grant))
  `ASSERT(WritersOfOneSaAreApart_A, recent_valid_q[0]
      |-> !(recent_valid_q[1] && recent_index_q[0] == recent_index_q[1])
       && !(recent_valid_q[2] && recent_index_q[0] == recent_index_q[2]))
endmodule

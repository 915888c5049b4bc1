// SPDX-License-Identifier: Apache-2.0
`include "common_assert.svh"

/// Events on their way to the event ring (the end of a counter is auditable: RFC 4303, 3.3.3).
///
/// One packet may raise several; they leave one after the other, lowest kind first. What does not
/// fit is lost and counted: a full ring must never stop packets. The state row, for credit that of
/// the path, remembers each kind that was raised, so one that was lost is not raised again.
///
/// Latency:    1 cycle.
/// Throughput: one packet's events in and one event out a cycle.
module sad_events #(
  /// Packets whose events can wait.
  parameter int unsigned Depth = 16
) (
  input  logic             clk_i,
  input  logic             rst_ni,
  input  sad_pkg::raised_t raised_i,
  input  logic             raised_valid_i,
  output sad_pkg::event_t  event_o,
  output logic             event_valid_o,
  input  logic             event_ready_i,
  /// High for one cycle for each event that was lost.
  output logic             event_lost_o
);
  import card_csr_enums_pkg::*;
  import sad_pkg::*;

  raised_t    head;
  logic       head_valid, can_push;
  kinds_t     left_q;      // kinds of the head that have not left; all ones at the start of one
  kinds_t     kinds, first_kind;
  logic       pop, take;
  logic [$clog2(Depth + 1)-1:0] unused_count;
  logic [4:0] lost_q;

  common_fifo #(.T(raised_t), .Depth(Depth)) u_fifo (
    .clk_i, .rst_ni,
    .data_i(raised_i), .valid_i(raised_valid_i), .ready_o(can_push),
    .data_o(head), .valid_o(head_valid), .ready_i(pop), .count_o(unused_count)
  );

  assign kinds      = head.kinds & left_q;
  assign first_kind = kinds & (~kinds + 5'd1);
  assign take       = head_valid && event_ready_i;
  assign pop        = take && kinds == first_kind;

  assign event_valid_o = head_valid;
  always_comb begin
    event_o = '{kind: EventKindSoftLifetime, sa_index: head.sa_index,
                path_index: head.path_index, seq: head.seq, generation: head.generation,
                endpoints: '0};
    if (first_kind.hard_lifetime) event_o.kind = EventKindHardLifetime;
    if (first_kind.last_number) event_o.kind = EventKindSequence;
    if (first_kind.credit) event_o.kind = EventKindCredit;
    if (first_kind.roam) begin
      event_o.kind       = EventKindRoam;
      event_o.path_index = head.origin.path_index;
      event_o.generation = head.origin.generation;
      event_o.endpoints  = head.origin.endpoints;
    end
  end

  // No packet raises more than two: a lifetime and the last number, or a roam and a lifetime.
  logic [1:0] num_raised;
  logic [4:0] raised;
  logic       is_lost;
  assign raised = raised_i.kinds;
  always_comb begin
    num_raised = '0;
    for (int unsigned i = 0; i < 5; i++) num_raised = num_raised + {1'b0, raised[i]};
  end
  assign is_lost      = raised_valid_i && !can_push;
  assign event_lost_o = lost_q != '0;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      left_q <= '1;
      lost_q <= '0;
    end else begin
      if (pop) left_q <= '1;
      else if (take) left_q <= left_q & ~first_kind;
      // Two events of one packet make two pulses; a packet of one SA comes every 4 cycles.
      lost_q <= lost_q - {4'd0, event_lost_o} + (is_lost ? {3'd0, num_raised} : 5'd0);
    end
  end

  `ASSERT(SomethingRaised_A, raised_valid_i |-> raised_i.kinds != '0)
  `ASSERT(LostCountFits_A, is_lost |-> lost_q < 5'd28)
  `ASSERT_STREAM_STABLE(Event, event_valid_o, event_ready_i, event_o)
endmodule

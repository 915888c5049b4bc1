// SPDX-License-Identifier: Apache-2.0
`include "common_assert.svh"

/// Answers on their way out of the pipeline. A place is reserved when a question enters the
/// pipeline, so the pipeline itself never has to stop.
///
/// Latency:    1 cycle from push to `valid_o`; first word falls through.
/// Throughput: one push and one pop a cycle.
/// Tickets hold keys: while `sweep_i` is high, one entry a cycle is cleared; and so in each cycle
/// in which no answer is here or on its way, until all that was pushed is gone.
module sad_answer_fifo #(
  parameter type T = logic,
  /// Answers that may be on their way or waiting. A power of two, 2 or more; with one place for
  /// each stage of the pipeline and the FIFO, a question can be taken every cycle.
  parameter int unsigned Depth = 8
) (
  input  logic clk_i,
  input  logic rst_ni,
  input  logic sweep_i,

  output logic has_room_o,
  /// A question entered the pipeline; only while `has_room_o`.
  input  logic reserve_i,

  input  logic push_i,
  input  T     data_i,
  output T     data_o,
  output logic valid_o,
  input  logic ready_i
);
  if (Depth < 2 || (Depth & (Depth - 1)) != 0) begin : gen_bad_depth
    $error("sad_answer_fifo: Depth must be a power of two, 2 or more");
  end

  localparam int unsigned IndexWidth = $clog2(Depth);

  // One bit more than an index: differences are numbers of entries.
  logic [IndexWidth:0] reserved_q, write_q, read_q;
  T mem [Depth];
  logic [IndexWidth:0] dirty_q;  // entries that may not be 0: those behind write_q
  logic pop, scrub;

  assign has_room_o = reserved_q - read_q != (IndexWidth + 1)'(Depth);
  assign valid_o    = write_q != read_q;
  assign data_o     = mem[read_q[IndexWidth-1:0]];
  assign pop        = valid_o && ready_i;
  assign scrub = sweep_i || (reserved_q == read_q && !reserve_i && dirty_q != '0);

  always_ff @(posedge clk_i) begin
    if (push_i || scrub) mem[write_q[IndexWidth-1:0]] <= scrub ? '0 : data_i;
    // After reset it is the sweep that clears.
    if (!rst_ni || sweep_i) dirty_q <= '0;
    else if (push_i)        dirty_q <= (IndexWidth + 1)'(Depth);
    else if (scrub)         dirty_q <= dirty_q - 1'b1;
    if (!rst_ni) begin
      reserved_q <= '0;
      write_q    <= '0;
      read_q     <= '0;
    end else if (scrub) begin
      reserved_q <= write_q + 1'b1;
      write_q    <= write_q + 1'b1;
      read_q     <= write_q + 1'b1;
    end else begin
      if (reserve_i) reserved_q <= reserved_q + 1'b1;
      if (push_i) write_q <= write_q + 1'b1;
      if (pop) read_q <= read_q + 1'b1;
    end
  end

  `ASSERT(RoomIsReserved_A, push_i |-> write_q != reserved_q)
  `ASSERT(ScrubsNoAnswer_A, push_i |-> !scrub)
  `ASSERT(NoOverReservation_A, reserve_i |-> has_room_o && !sweep_i)
  // A ticket is too wide to be sampled each cycle: its place in the
  // memory stays, and no push goes there.
  `ASSERT_STREAM_STABLE(Answer, valid_o, ready_i, read_q)
  `ASSERT(PushIsElsewhere_A, push_i && valid_o
      |-> write_q[IndexWidth-1:0] != read_q[IndexWidth-1:0])
endmodule

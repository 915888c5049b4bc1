// SPDX-License-Identifier: Apache-2.0
`include "common_assert.svh"

/// The packets of one direction that are in flight, and the generation of the oldest.
///
/// A packet counts from its query to `done_i`. The generation that is current when its rows are
/// read is kept until then; packets end in the order of their queries, so the head of a FIFO is
/// the oldest. That is the card's generation and not the one in the path row: a fence of N says
/// that no packet is left that read its rows before commit N, also while packets flow over paths
/// that were bound long before.
///
/// Latency: `fence_o` follows within 3 cycles and never runs ahead.
module sad_in_flight #(
  /// Packets in flight at most. A power of two, up to 2^15.
  parameter int unsigned Depth = 256
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,
  /// The card's generation. It never goes back.
  input  sad_pkg::generation_t generation_i,

  output logic                 has_room_o,
  /// A query was accepted; only while `has_room_o`.
  input  logic                 start_i,
  /// Its rows are read in this cycle.
  input  logic                 read_i,
  /// The oldest packet has left for good.
  input  logic                 done_i,

  /// Free-running numbers of packets: accepted, and done with.
  output logic [15:0]          started_o,
  output logic [15:0]          finished_o,
  output sad_pkg::generation_t fence_o
);
  if (Depth < 2 || Depth > 32768 || (Depth & (Depth - 1)) != 0) begin : gen_bad_depth
    $error("sad_in_flight: Depth must be a power of two, 2 to 32768");
  end

  localparam int unsigned IndexWidth = $clog2(Depth);

  logic [15:0] started_q, read_q, finished_q;
  logic        is_head_valid_q;
  sad_pkg::generation_t head, fence_q;

  assign has_room_o = started_q - finished_q != 16'(Depth);
  assign started_o  = started_q;
  assign finished_o = finished_q;
  assign fence_o    = fence_q;

  sad_ram #(.T(sad_pkg::generation_t), .Depth(Depth)) u_generations (
    .clk_i,
    .write_i(read_i), .write_index_i(read_q[IndexWidth-1:0]), .data_i(generation_i),
    .read_i(read_q != finished_q), .read_index_i(finished_q[IndexWidth-1:0]), .data_o(head)
  );

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      started_q       <= '0;
      read_q          <= '0;
      finished_q      <= '0;
      is_head_valid_q <= 1'b0;
      fence_q         <= '0;
    end else begin
      if (start_i) started_q <= started_q + 16'd1;
      if (read_i) read_q <= read_q + 16'd1;
      if (done_i) finished_q <= finished_q + 16'd1;
      // While the first entry is on its way through the memory, the fence stays where it was
      // when that entry was made.
      is_head_valid_q <= read_q != finished_q;
      if (read_q == finished_q) fence_q <= generation_i;
      else if (is_head_valid_q) fence_q <= head;
    end
  end

  `ASSERT(NoMoreThanDepth_A, start_i |-> has_room_o)
  `ASSERT(ReadWasStarted_A, read_i |-> read_q != started_q)
  `ASSERT(DoneWasRead_A, done_i |-> read_q != finished_q)
  // Generations are compared modulo 2^32.
  `ASSERT(FenceNeverAhead_A, !(1'((generation_i - fence_q) >> 31)))
endmodule

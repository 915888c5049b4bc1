// SPDX-License-Identifier: Apache-2.0
`include "common_assert.svh"

/// FIFO for secrets: as common_fifo, and nothing that was popped stays: an empty FIFO overwrites
/// its entries with zero, one in each cycle without a push, until all are. So does reset.
///
/// Latency:    1 cycle from push to `valid_o`; first word falls through.
/// Throughput: one push and one pop a cycle.
/// Reset:      one entry a cycle, so `rst_ni` must be low for at least `Depth` cycles.
module crypto_swept_fifo #(
  parameter type T = logic,
  /// Entries, a power of two, 2 or more: the write index counts through all of them in reset.
  parameter int unsigned Depth = 4
) (
  input  logic clk_i,
  input  logic rst_ni,
  input  T     data_i,
  input  logic valid_i,
  output logic ready_o,
  output T     data_o,
  output logic valid_o,
  input  logic ready_i
);
  if (Depth < 2 || (Depth & (Depth - 1)) != 0) begin : gen_bad_depth
    $error("crypto_swept_fifo: Depth must be a power of two, 2 or more");
  end

  localparam int unsigned IndexWidth = $clog2(Depth);

  // One bit more than an index: the difference is the number of entries in use. Reset does not set
  // the indices to a value: they run through all entries, equal to each other, from where they are.
  // The power-up value is for simulators that know X.
  logic [IndexWidth:0] write_q = '0, read_q = '0;
  logic [IndexWidth:0] dirty_q;  // entries that may not be 0: those behind write_q
  T mem [Depth];
  logic push, pop, scrub;

  assign ready_o = write_q != {!read_q[IndexWidth], read_q[IndexWidth-1:0]};
  assign valid_o = write_q != read_q;
  assign data_o  = mem[read_q[IndexWidth-1:0]];
  assign push = valid_i && ready_o;
  assign pop  = valid_o && ready_i;
  assign scrub = !rst_ni || (!valid_o && !push && dirty_q != '0);

  always_ff @(posedge clk_i) begin
    if (push || scrub) begin
      mem[write_q[IndexWidth-1:0]] <= scrub ? T'(0) : data_i;
      write_q <= write_q + 1'b1;
    end
    if (scrub)    read_q <= write_q + 1'b1;
    else if (pop) read_q <= read_q + 1'b1;
    if (!rst_ni)    dirty_q <= '0;
    else if (push)  dirty_q <= (IndexWidth + 1)'(Depth);
    else if (scrub) dirty_q <= dirty_q - 1'b1;
  end

  `ASSERT(NoOverflow_A, (write_q - read_q) <= (IndexWidth + 1)'(Depth))
  `ASSERT_STREAM_STABLE(Output, valid_o, ready_i, data_o)
endmodule

// SPDX-License-Identifier: Apache-2.0
`include "common_assert.svh"

/// Synchronous FIFO for one value a cycle, first word falls through.
///
/// Latency:    1 cycle from push to `valid_o`.
/// Throughput: one push and one pop a cycle.
/// Small depths become registers or distributed RAM; whole packets belong into esp_commit.
module common_fifo #(
  parameter type T = logic,
  /// Entries, 2 or more.
  parameter int unsigned Depth = 2,
  /// 1: reset overwrites the entries with zero, one a cycle, so that no key or plaintext outlives
  /// it; `rst_ni` must then be low for `Depth` cycles, rounded up to a power of two. Entries that
  /// were popped stay in the memory until they are overwritten.
  parameter bit ClearOnReset = 1'b0
) (
  input  logic clk_i,
  input  logic rst_ni,
  input  T     data_i,
  input  logic valid_i,
  output logic ready_o,
  output T     data_o,
  output logic valid_o,
  input  logic ready_i,
  /// Entries in use, 0 to Depth.
  output logic [$clog2(Depth + 1)-1:0] count_o
);
  if (Depth < 2) begin : gen_depth_too_small
    $error("common_fifo: Depth must be at least 2");
  end

  localparam int unsigned IndexWidth = $clog2(Depth);
  localparam logic [IndexWidth-1:0] LastIndex = IndexWidth'(Depth - 1);

  T mem [Depth];
  // With ClearOnReset reset sets no value; the power-up value is for simulators that know X.
  logic [IndexWidth-1:0] write_q = '0, read_q = '0;
  logic [IndexWidth-1:0] write_next, read_next;
  logic [$clog2(Depth + 1)-1:0] count_q;
  logic push, pop;

  assign ready_o = count_q != ($clog2(Depth + 1))'(Depth);
  assign valid_o = count_q != '0;
  assign data_o  = mem[read_q];
  assign count_o = count_q;
  assign push = valid_i && ready_o;
  assign pop  = valid_o && ready_i;
  assign write_next = (write_q == LastIndex) ? '0 : write_q + 1'b1;
  assign read_next  = (read_q == LastIndex) ? '0 : read_q + 1'b1;

  if (ClearOnReset) begin : gen_clear
    // The write index runs through the memory while reset lasts; the FIFO starts where it stopped.
    always_ff @(posedge clk_i) begin
      if (!rst_ni) mem[write_q] <= T'(0);
      else if (push) mem[write_q] <= data_i;
      if (!rst_ni) read_q <= write_next;
      else if (pop) read_q <= read_next;
      if (!rst_ni || push) write_q <= write_next;
    end
  end else begin : gen_keep
    always_ff @(posedge clk_i) begin
      if (push) mem[write_q] <= data_i;
      if (!rst_ni) begin
        write_q <= '0;
        read_q  <= '0;
      end else begin
        if (push) write_q <= write_next;
        if (pop)  read_q  <= read_next;
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) count_q <= '0;
    else count_q <= count_q + {{($bits(count_q) - 1){1'b0}}, push}
                            - {{($bits(count_q) - 1){1'b0}}, pop};
  end

  `ASSERT(NoOverflow_A, count_q <= ($clog2(Depth + 1))'(Depth))
  `ASSERT_STREAM_STABLE(Output, valid_o, ready_i, data_o)
endmodule

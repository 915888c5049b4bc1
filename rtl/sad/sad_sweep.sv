// SPDX-License-Identifier: Apache-2.0
`include "common_assert.svh"

/// Clears all memories after reset, one row of each in a cycle.
///
/// Latency: `NumRows` cycles from the end of reset to `swept_o`.
module sad_sweep #(
  /// Rows of the longest memory, at least 2.
  parameter int unsigned NumRows = 256
) (
  input  logic        clk_i,
  input  logic        rst_ni,
  output logic        sweep_o,
  output logic [15:0] index_o,
  /// All is clear. Stays high until reset.
  output logic        swept_o,
  /// Cycles that the last sweep took; 0 until it is over.
  output logic [31:0] cycles_o
);
  logic        swept_q;
  logic [15:0] index_q;
  logic [31:0] cycles_q;

  assign sweep_o  = rst_ni && !swept_q;
  assign index_o  = index_q;
  assign swept_o  = swept_q;
  assign cycles_o = swept_q ? cycles_q : '0;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      swept_q  <= 1'b0;
      index_q  <= '0;
      cycles_q <= '0;
    end else if (!swept_q) begin
      swept_q  <= {16'd0, index_q} == NumRows - 1;
      index_q  <= index_q + 16'd1;
      cycles_q <= cycles_q + 32'd1;
    end
  end

  `ASSERT(IndexInRange_A, sweep_o |-> {16'd0, index_q} < NumRows)
endmodule

// SPDX-License-Identifier: Apache-2.0
`include "common_assert.svh"

/// When a queue's interrupt is due: after so many completions, or so long after the first of them.
///
/// `packets_i` 0 is as 1; `microseconds_i` 0: no time limit. What is counted stays counted when the
/// queue stops, so that its last completions are told too.
module dma_moderation (
  input  logic clk_i,
  input  logic rst_ni,
  input  logic        clear_i,
  input  logic        tick_us_i,
  input  logic [15:0] packets_i,
  input  logic [15:0] microseconds_i,
  input  logic        completed_i,
  output logic        due_o          // pulse
);
  logic [15:0] count_q, age_q;
  logic        is_any;

  assign is_any = count_q != '0;
  assign due_o  = is_any && (count_q >= packets_i ||
                             (microseconds_i != '0 && age_q >= microseconds_i));

  always_ff @(posedge clk_i) begin
    if (!rst_ni || clear_i) begin
      count_q <= '0;
      age_q   <= '0;
    end else begin
      if (due_o)                             count_q <= {15'd0, completed_i};
      else if (completed_i && count_q != '1) count_q <= count_q + 16'd1;
      if (due_o || !is_any)                  age_q <= '0;
      else if (tick_us_i && age_q != '1)     age_q <= age_q + 16'd1;
    end
  end

  `ASSERT(OnlyAfterCompletion_A, due_o |-> $past(completed_i) || is_any)
endmodule

// SPDX-License-Identifier: Apache-2.0
`include "common_assert.svh"

/// A pulse once a microsecond of `ClockHz`, exact in the mean for any frequency.
module csr_tick #(
  /// Frequency of clk_i in hertz, 1 MHz or more.
  parameter int unsigned ClockHz = 125_000_000
) (
  input  logic clk_i,
  input  logic rst_ni,
  output logic tick_us_o
);
  localparam int unsigned TicksPerSecond = 1_000_000;

  if (ClockHz < TicksPerSecond) begin : gen_clock_too_slow
    $error("csr_tick: ClockHz must be at least 1,000,000");
  end

  // Ticks that are owed, in 1/ClockHz.
  logic [31:0] owed_q;
  logic is_due;

  assign is_due = owed_q >= ClockHz - TicksPerSecond;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      owed_q    <= '0;
      tick_us_o <= 1'b0;
    end else begin
      owed_q    <= is_due ? owed_q - (ClockHz - TicksPerSecond) : owed_q + TicksPerSecond;
      tick_us_o <= is_due;
    end
  end

  `ASSERT(OwedIsLessThanATick_A, owed_q < ClockHz)
endmodule

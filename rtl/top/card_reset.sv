// SPDX-License-Identifier: Apache-2.0
`include "common_assert.svh"

/// Reset of everything behind the PCIe endpoint: after power-up, on `soft_reset_i` and on function
/// level reset (PCIe 3.0, 6.6.2).
///
/// A request first stops the outgoing TLP streams at a TLP boundary, then holds `core_rst_no` low
/// for ResetCycles, long enough for every pipeline stage that held keys to be overwritten.
///
/// The wait for the streams has no bound: keys stay in the card while the link takes no TLP, see
/// docs/decisions/0004-zeroising-waits-for-the-link.md. `stop_o` is high from the cycle after the
/// request to the end of the reset; who reports that the card is swept must report 0 in that time.
module card_reset #(
  /// Cycles; more than the deepest pipeline that holds keys.
  parameter int unsigned ResetCycles = 64
) (
  input  logic clk_i,
  input  logic rst_ni,
  /// Pulses or levels.
  input  logic soft_reset_i,
  input  logic flr_i,
  output logic stop_o,
  input  logic stopped_i,
  output logic core_rst_no,
  /// Low only for a function level reset: the registers go back to their reset values.
  output logic registers_rst_no
);
  localparam int unsigned CountWidth = $clog2(ResetCycles + 1);

  logic pending_q, is_flr_q;
  logic [CountWidth-1:0] count_q;

  assign stop_o      = pending_q || count_q != '0;
  assign core_rst_no = count_q == '0;
  assign registers_rst_no = core_rst_no || !is_flr_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      pending_q <= 1'b0;
      is_flr_q  <= 1'b0;
      count_q   <= CountWidth'(ResetCycles);
    end else begin
      if (flr_i)        is_flr_q <= 1'b1;
      else if (!stop_o) is_flr_q <= 1'b0;
      if (soft_reset_i || flr_i)       pending_q <= 1'b1;
      else if (pending_q && stopped_i) pending_q <= 1'b0;
      if (pending_q && stopped_i)      count_q <= CountWidth'(ResetCycles);
      else if (count_q != '0)          count_q <= count_q - 1'b1;
    end
  end

  `ASSERT(StreamsRestInReset_A, count_q != '0 |-> stop_o)
endmodule

// SPDX-License-Identifier: Apache-2.0
`include "common_assert.svh"

/// Lets a TLP stream out of the part of the card that a soft reset resets, and sees to it that no
/// TLP is torn: when `stop_i` rises, what was offered or begun is finished, then nothing more.
///
/// The counts are of what the link was offered, and only power-up resets them: a completion that
/// waits for a write must not wait for one that a reset of the source took back.
///
/// Latency: 0 cycles. `stopped_o` says that the stream rests; only then may the source be reset.
module card_tlp_guard (
  input  logic clk_i,
  input  logic rst_ni,
  input  logic stop_i,
  output logic stopped_o,
  input  pcie_pkg::tlp_beat_t tlp_i,
  input  logic                valid_i,
  output logic                ready_o,
  output pcie_pkg::tlp_beat_t tlp_o,
  output logic                valid_o,
  input  logic                ready_i,
  /// Free-running counts of TLPs offered (their first beat) and accepted (their last).
  output logic [15:0]         num_offered_o,
  output logic [15:0]         num_accepted_o
);
  // Between the first offer of a TLP and the acceptance of its last beat.
  logic begun_q;
  logic open;

  assign open      = begun_q || !stop_i;
  assign tlp_o     = tlp_i;
  assign valid_o   = valid_i && open;
  assign ready_o   = ready_i && open;
  assign stopped_o = stop_i && !begun_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      begun_q        <= 1'b0;
      num_offered_o  <= '0;
      num_accepted_o <= '0;
    end else begin
      if (valid_o) begun_q <= !(ready_i && tlp_o.eop);
      if (valid_o && !begun_q) num_offered_o <= num_offered_o + 16'd1;
      if (valid_o && ready_i && tlp_o.eop) num_accepted_o <= num_accepted_o + 16'd1;
    end
  end

  `ASSERT_STREAM_STABLE(Tlp, valid_o, ready_i, tlp_o)
  `ASSERT(OneTlpAtMostIsOpen_A, num_offered_o - num_accepted_o <= 16'd1)
  `ASSERT(StartsWithSop_A, valid_o && !begun_q |-> tlp_o.sop)
endmodule

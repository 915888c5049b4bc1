// SPDX-License-Identifier: Apache-2.0
`include "common_assert.svh"

/// Joins the three sources of posted writes, TLP by TLP: messages first, then events, then packets.
///
/// Combinational but for the choice, which stands from the first offer of a TLP to its last beat.
/// A source's handshake is that of the link.
module dma_write_mux (
  input  logic clk_i,
  input  logic rst_ni,
  input  pcie_pkg::tlp_beat_t [2:0] tlp_i,      // 0 messages, 1 events, 2 packets
  input  logic [2:0]                valid_i,
  output logic [2:0]                ready_o,

  output pcie_pkg::tlp_beat_t       tlp_o,
  output logic                      valid_o,
  input  logic                      ready_i,
  /// The message was offered before this cycle and must stay.
  output logic                      message_begun_o
);
  logic [1:0] choice, choice_q;
  logic       is_held_q;           // a TLP was offered and is not over

  always_comb begin
    choice = choice_q;
    if (!is_held_q) choice = valid_i[0] ? 2'd0 : valid_i[1] ? 2'd1 : 2'd2;
  end

  assign message_begun_o = is_held_q && choice_q == 2'd0;
  assign tlp_o   = tlp_i[choice];
  assign valid_o = valid_i[choice];

  // Apart from the data, so that no tool sees a loop through a user whose ready looks at them.
  always_comb begin
    ready_o = '0;
    ready_o[choice] = ready_i;
  end

  always_ff @(posedge clk_i) begin
    choice_q <= choice;
    if (!rst_ni) begin
      is_held_q <= 1'b0;
    end else begin
      is_held_q <= (is_held_q || valid_o) && !(valid_o && ready_i && tlp_o.eop);
    end
  end

  `ASSERT(TlpStartsWithSop_A, valid_o && !is_held_q |-> tlp_o.sop)
  `ASSERT_STREAM_STABLE(Tlp, valid_o, ready_i, tlp_o)
endmodule

// SPDX-License-Identifier: Apache-2.0
`include "common_assert.svh"

/// One AES encryption round with its register (FIPS 197, 5.1): a stage of the unrolled engine,
/// or, fed back, the loop of an iterative one.
///
/// The round stands inside the clocked process, so that a stage without a valid block costs
/// neither power in the card nor time in simulation.
///
/// Latency:    1 cycle.
/// Throughput: one block a cycle.
module crypto_aes_round
  import crypto_pkg::*;
(
  input  logic         clk_i,
  input  logic         rst_ni,
  /// Loads zero: what stands here was mixed with a key.
  input  logic         clear_i,
  /// Loads the register; otherwise it keeps its value.
  input  logic         valid_i,
  input  round_kind_e  kind_i,
  /// First byte in bits 127:120, columns of four bytes (FIPS 197, 3.4).
  input  logic [127:0] state_i,
  input  logic [127:0] round_key_i,
  output logic [127:0] state_o
);
  // Byte n of the state, row n % 4 of column n / 4, is state[127 - 8*n -: 8].
  // ShiftRows takes row r of column c from column c + r.
  function automatic logic [127:0] round(logic [127:0] state, logic is_last);
    logic [31:0] c0, c1, c2, c3;
    c0 = sub_word({state[127:120], state[87:80], state[47:40], state[7:0]});
    c1 = sub_word({state[95:88], state[55:48], state[15:8], state[103:96]});
    c2 = sub_word({state[63:56], state[23:16], state[111:104], state[71:64]});
    c3 = sub_word({state[31:24], state[119:112], state[79:72], state[39:32]});
    if (is_last) return {c0, c1, c2, c3};
    return {mix_column(c0), mix_column(c1), mix_column(c2), mix_column(c3)};
  endfunction

  logic [127:0] state_q;

  always_ff @(posedge clk_i) begin
    if (clear_i) begin
      state_q <= '0;
    end else if (valid_i) begin
      if (kind_i == RoundPass) state_q <= state_i;
      else state_q <= round(state_i, kind_i == RoundLast) ^ round_key_i;
    end
  end

  assign state_o = state_q;

  `ASSERT(KindKnown_A, valid_i |-> kind_i inside {RoundPass, RoundFull, RoundLast})
endmodule

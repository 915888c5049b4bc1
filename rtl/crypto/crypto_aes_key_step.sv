// SPDX-License-Identifier: Apache-2.0
`include "common_assert.svh"

/// One step of the AES key expansion with its register (FIPS 197, 5.2), beside a data round.
///
/// The expanded key is a sequence of words w[0], w[1], ...; round key r is w[4r .. 4r+3].
/// The *window* holds the Nk words that are needed to go on, first word in the top bits:
///
///     AES-128   w[4r .. 4r+3]  0   0   0   0      Nk = 4
///     AES-192   w[4r .. 4r+3, 4r+4, 4r+5]  0   0       6
///     AES-256   w[4r .. 4r+3, 4r+4 .. 4r+7]            8
///
/// so the top four words are round key r for every key length, and the window of step 0 is the
/// key itself. A step drops the top four words and appends w[4r+Nk .. 4r+Nk+3].
///
/// Latency:    1 cycle.
/// Throughput: one step a cycle.
module crypto_aes_key_step
  import crypto_pkg::*;
(
  input  logic         clk_i,
  input  logic         rst_ni,
  /// Loads zero.
  input  logic         clear_i,
  /// Loads the register; otherwise it keeps its value.
  input  logic         valid_i,
  input  aes_key_e     key_size_i,
  /// r of the window at `window_i`: 0 for the key itself, at most 13.
  input  logic [3:0]   step_i,
  input  logic [255:0] window_i,
  /// The window of round key r + 1.
  output logic [255:0] window_o
);
  // In AES-192 a multiple of six is the first new word in step 0, 3, 6, 9, the third one in
  // step 1, 4, 7, 10, and none in the others: of w[4r+6 .. 4r+9].
  localparam logic [15:0] IsFirstWord192 = 16'b0001_0010_0100_1001;
  localparam logic [15:0] IsThirdWord192 = 16'b0010_0100_1001_0010;

  // Rcon of the step (FIPS 197, 5.2), 0 where it needs none.
  localparam logic [7:0] Rcon128 [16] = '{
    8'h01, 8'h02, 8'h04, 8'h08, 8'h10, 8'h20, 8'h40, 8'h80, 8'h1b, 8'h36, 0, 0, 0, 0, 0, 0};
  localparam logic [7:0] Rcon192 [16] = '{
    8'h01, 8'h02, 0, 8'h04, 8'h08, 0, 8'h10, 8'h20, 0, 8'h40, 8'h80, 0, 0, 0, 0, 0};
  localparam logic [7:0] Rcon256 [16] = '{
    8'h01, 0, 8'h02, 0, 8'h04, 0, 8'h08, 0, 8'h10, 0, 8'h20, 0, 8'h40, 0, 0, 0};

  function automatic logic [255:0] next_window(aes_key_e size, logic [3:0] step,
                                               logic [255:0] window);
    logic [31:0] w0, w1, w2, w3;      // w[i - Nk] of the four new words
    logic [31:0] previous;            // the last known word, w[i - 1] of the first new one
    logic [31:0] substituted, rotated, changed;
    logic [31:0] n0, n1, n2, n3;      // the four new words
    logic        is_first, is_third;  // which new word takes the substituted one
    logic [7:0]  rcon;
    {w0, w1, w2, w3} = window[255:128];
    is_first = 1'b1;
    is_third = 1'b0;
    unique case (size)
      Aes192: begin
        previous = window[95:64];
        is_first = IsFirstWord192[step];
        is_third = IsThirdWord192[step];
        rcon = Rcon192[step];
      end
      Aes256: begin
        previous = window[31:0];
        rcon = Rcon256[step];
      end
      default: begin
        previous = window[159:128];
        rcon = Rcon128[step];
      end
    endcase
    // The word before the third new one is w1 ^ w0 ^ previous.
    substituted = sub_word(is_third ? w1 ^ w0 ^ previous : previous);
    rotated = {substituted[23:0], substituted[31:24]};
    // AES-256 in odd steps: SubWord alone, no rotation (i mod Nk = 4).
    changed = (size == Aes256 && step[0]) ? substituted : rotated ^ {rcon, 24'd0};
    n0 = w0 ^ (is_first ? changed : previous);
    n1 = w1 ^ n0;
    n2 = w2 ^ (is_third ? changed : n1);
    n3 = w3 ^ n2;
    unique case (size)
      Aes192:  return {window[127:64], n0, n1, n2, n3, 64'd0};
      Aes256:  return {window[127:0], n0, n1, n2, n3};
      default: return {n0, n1, n2, n3, 128'd0};
    endcase
  endfunction

  logic [255:0] window_q;

  always_ff @(posedge clk_i) begin
    if (clear_i) window_q <= '0;
    else if (valid_i) window_q <= next_window(key_size_i, step_i, window_i);
  end

  assign window_o = window_q;

  `ASSERT(StepInRange_A, valid_i |-> step_i <= 4'd13)
endmodule

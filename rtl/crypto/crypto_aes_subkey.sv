// SPDX-License-Identifier: Apache-2.0
`include "common_assert.svh"

/// The GHASH subkey H = AES_K(0) (SP 800-38D, 7.1), computed once when an SA is added.
///
/// One round a cycle with the round and key-step modules of the unrolled engine, fed back.
///
/// Latency:    from `start_i` to `done_o` 11, 13 or 15 cycles for keys of 128, 192, 256 bits.
/// Throughput: one subkey at a time.
/// Reset:      one cycle clears key and state; they are also cleared in the cycle after `done_o`.
module crypto_aes_subkey
  import crypto_pkg::*;
(
  input  logic         clk_i,
  input  logic         rst_ni,
  /// First byte in bits 255:248; a shorter key fills the top bits. Read in the cycle of `start_i`.
  input  logic [255:0] key_i,
  input  aes_key_e     key_size_i,
  /// Begins; only while `busy_o` is 0.
  input  logic         start_i,
  /// From the cycle after `start_i` to that of `done_o`.
  output logic         busy_o,
  /// One cycle, in which `subkey_o` is valid.
  output logic         done_o,
  /// First byte in bits 127:120. Zero when `done_o` is 0.
  output logic [127:0] subkey_o
);
  logic         busy_q;
  logic [3:0]   round_q;  // the round that this cycle computes, from 1
  aes_key_e     key_size_q;
  logic [127:0] state;
  logic [255:0] window;
  logic         is_done, clear;

  assign is_done = busy_q && round_q > num_rounds(key_size_q);
  // Against the rule for data registers: no key may outlive its use or a reset.
  assign clear = !rst_ni || is_done;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) busy_q <= 1'b0;
    else if (start_i) busy_q <= 1'b1;
    else if (is_done) busy_q <= 1'b0;
    if (start_i) begin
      key_size_q <= key_size_i;
      round_q <= 4'd1;
    end else if (busy_q) begin
      round_q <= round_q + 4'd1;
    end
  end

  // The block is zero, so the first AddRoundKey leaves round key 0.
  crypto_aes_round u_round (
    .clk_i, .rst_ni, .clear_i(clear), .valid_i(start_i || busy_q),
    .kind_i(start_i ? RoundPass : round_kind(key_size_q, round_q)),
    .state_i(start_i ? key_i[255:128] : state), .round_key_i(window[255:128]), .state_o(state)
  );
  crypto_aes_key_step u_key_step (
    .clk_i, .rst_ni, .clear_i(clear), .valid_i(start_i || (busy_q && round_q < 4'd14)),
    .key_size_i(start_i ? key_size_i : key_size_q), .step_i(start_i ? 4'd0 : round_q),
    .window_i(start_i ? key_i : window), .window_o(window)
  );

  assign busy_o   = busy_q;
  assign done_o   = is_done;
  assign subkey_o = is_done ? state : '0;

  `ASSERT(KeyCleared_A, !busy_q |-> window == '0 && state == '0)
  `ASSERT(StartOnlyWhenIdle_A, start_i |-> !busy_q)
  `ASSERT(KeySizeKnown_A, start_i |-> key_size_i inside {Aes128, Aes192, Aes256})
endmodule

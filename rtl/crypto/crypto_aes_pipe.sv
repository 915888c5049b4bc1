// SPDX-License-Identifier: Apache-2.0
`include "common_assert.svh"

/// Unrolled AES encryption (FIPS 197, 5.1), key length and key chosen anew with any block.
///
/// The key expansion runs beside the blocks: a block that brings a new key is followed, stage by
/// stage, by its round keys, which then stay for the blocks behind it. Keys of all three lengths
/// leave in order after the same time; short ones rest in the last stages.
///
/// The pipe never stalls: whoever feeds it keeps space for what comes out.
///
/// Latency:    15 cycles.
/// Throughput: one block a cycle, with a new key in any cycle.
/// Scrub:      goes through the stages like a block and leaves zero in each: key and state of the
///             blocks before it are gone 15 cycles later.
/// Reset:      every register that holds keys or state is zero one cycle after `rst_ni` fell.
module crypto_aes_pipe
  import crypto_pkg::*;
(
  input  logic         clk_i,
  input  logic         rst_ni,
  input  logic         valid_i,
  /// First byte in bits 127:120.
  input  logic [127:0] block_i,
  /// This block and those after it use the key that stands beside it.
  input  logic         new_key_i,
  input  aes_key_e     key_size_i,
  /// First byte in bits 255:248; a shorter key fills the top bits. Looked at with `new_key_i`.
  input  logic [255:0] key_i,
  /// Forgets the key; only in a cycle without a block. The next block brings a new one.
  input  logic         scrub_i,
  output logic         valid_o,
  output logic [127:0] block_o,
  /// The `new_key_i` of this block.
  output logic         new_key_o
);
  localparam int unsigned NumStages = 15;  // AddRoundKey alone, then up to 14 rounds

  // Bit r: stage r holds a block; that block brought a new key; stage r was scrubbed.
  logic [NumStages-1:0] valid_q, new_key_q, scrub_q;

  // Key registers have a reset, against the rule for data: nothing that was derived from a key may
  // be left in the card. Bit r: stage r is cleared.
  logic [NumStages-1:0] clear;
  assign clear = {scrub_q[NumStages-2:0], scrub_i} | {NumStages{!rst_ni}};

  logic [127:0] first_key, first_key_q;
  aes_key_e     key_size_q;
  assign first_key = new_key_i ? key_i[255:128] : first_key_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      valid_q     <= '0;
      scrub_q     <= '0;
      first_key_q <= '0;
    end else begin
      valid_q <= {valid_q[NumStages-2:0], valid_i};
      scrub_q <= {scrub_q[NumStages-2:0], scrub_i};
      if (valid_i && new_key_i) first_key_q <= key_i[255:128];
      else if (scrub_i)         first_key_q <= '0;
    end
    if (valid_i && new_key_i) key_size_q <= key_size_i;
    new_key_q <= {new_key_q[NumStages-2:0], new_key_i};
  end

  // Stage r ends with round r done; its window starts with round key r + 1.
  for (genvar r = 0; r < NumStages; r++) begin : gen_stage
    logic [127:0] state;
    logic [255:0] window;
    aes_key_e     key_size;  // of the key that this stage holds

    if (r == 0) begin : gen_first
      assign key_size = key_size_q;
      crypto_aes_round u_round (
        .clk_i, .rst_ni, .clear_i(clear[r]), .valid_i, .kind_i(RoundPass),
        .state_i(block_i ^ first_key), .round_key_i('0), .state_o(state));
      crypto_aes_key_step u_key_step (
        .clk_i, .rst_ni, .clear_i(clear[r]), .valid_i(valid_i && new_key_i),
        .key_size_i, .step_i(4'd0), .window_i(key_i), .window_o(window));
    end else begin : gen_round
      logic     load_key;
      aes_key_e stage_key_size_q;
      assign load_key = valid_q[r-1] && new_key_q[r-1];
      assign key_size = stage_key_size_q;
      always_ff @(posedge clk_i) begin
        if (load_key) stage_key_size_q <= gen_stage[r-1].key_size;
      end

      crypto_aes_round u_round (
        .clk_i, .rst_ni, .clear_i(clear[r]), .valid_i(valid_q[r-1]),
        .kind_i(round_kind(gen_stage[r-1].key_size, 4'(r))),
        .state_i(gen_stage[r-1].state), .round_key_i(gen_stage[r-1].window[255:128]),
        .state_o(state));
      if (r < NumStages - 1) begin : gen_key
        crypto_aes_key_step u_key_step (
          .clk_i, .rst_ni, .clear_i(clear[r]), .valid_i(load_key),
          .key_size_i(gen_stage[r-1].key_size), .step_i(4'(r)),
          .window_i(gen_stage[r-1].window), .window_o(window));
      end else begin : gen_no_key
        // Round key 14 is the last one: of the window before it only the top half is looked at.
        logic unused_window;
        assign unused_window = ^gen_stage[r-1].window[127:0];
        assign window = '0;
      end
    end
  end

  logic unused_last;
  assign unused_last = ^{gen_stage[NumStages-1].window, gen_stage[NumStages-1].key_size,
                         scrub_q[NumStages-1]};

  assign valid_o   = valid_q[NumStages-1];
  assign block_o   = gen_stage[NumStages-1].state;
  assign new_key_o = new_key_q[NumStages-1];

  `ASSERT(ScrubIsNoBlock_A, scrub_i |-> !valid_i)
  `ASSERT(KeySizeKnown_A, valid_i && new_key_i |-> key_size_i inside {Aes128, Aes192, Aes256})
endmodule

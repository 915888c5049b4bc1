// SPDX-License-Identifier: Apache-2.0
`include "common_assert.svh"

/// AES-GCM for ESP, the unrolled engine (SP 800-38D, 7; RFC 4106): encrypts or decrypts packets
/// and computes their ICV. It compares nothing: who decrypts must compare the ICV before anyone
/// sees the plaintext.
///
///     request ─┬─▶ J0, counters ─▶ crypto_aes_pipe ─┬─▶ E(J0) ────────────────────┐
///              └─▶ subkey, aad ─────────────────────┼──────────────▶ crypto_gcm_icv ─▶ icv
///     data ──────▶ waits for its keystream ───────▶ XOR ─┬─▶ ciphertext ─▶┘
///                                                        └─▶ data out
///
/// Nothing in the cipher stalls: a block is only issued when there is space for its keystream.
///
/// Latency:    17 cycles from the offer of request and first beat to the first beat out;
///             4 cycles from the last beat out to the ICV.
/// Throughput: n + 2 cycles for a packet of n beats, back to back, each with a key of its own.
/// Ordering:   packets, their beats and their ICVs leave in the order of the requests. An ICV
///             never waits for the output of a later packet to be taken.
/// Idle:       after a packet that no other follows at once, every copy of its key, subkey, salt
///             and keystream is overwritten, in idle cycles: 32 after its ICV at the latest.
/// Reset:      hold `rst_ni` low for 32 cycles, then no key, keystream or packet data is left.
module crypto_gcm
  import crypto_pkg::*;
(
  input  logic         clk_i,
  input  logic         rst_ni,
  /// One a packet, before, with or after its first beat; the beats wait for it.
  input  gcm_request_t request_i,
  input  logic         request_valid_i,
  output logic         request_ready_o,
  /// Plaintext to encrypt or ciphertext to decrypt, first byte in bits 7:0. One beat or more a
  /// packet, keep partial in the last only, never empty; bytes beyond keep are 0.
  input  logic [127:0] data_i,
  input  logic [15:0]  keep_i,
  input  logic         last_i,
  input  logic         valid_i,
  output logic         ready_o,
  /// The other of the two, beat for beat.
  output logic [127:0] data_o,
  output logic [15:0]  keep_o,
  output logic         last_o,
  output logic         valid_o,
  input  logic         ready_i,
  /// ICV of each packet, all 16 bytes, first byte on the wire in bits 7:0.
  output logic [127:0] icv_o,
  output logic         icv_valid_o,
  input  logic         icv_ready_i
);
  // Beats between input and output: 17 fill the pipe, the others cover stalls of GHASH.
  localparam int unsigned NumBeats = 32;
  // Packets between request and ICV: 19 cycles, and one packet takes 3 cycles or more.
  localparam int unsigned NumPackets = 8;
  // E(J0) leaves after the request did, but one packet later at most.
  localparam int unsigned NumEJ0 = 16;

  typedef struct packed {
    logic [127:0] data;
    logic [15:0]  keep;
    logic         last;
    logic         is_encrypt;
  } beat_t;

  typedef struct packed {
    logic [127:0] block;
    logic [15:0]  keep;
    logic         last;
  } cipher_beat_t;

  // ---- Issue: J0, then a counter block for each beat ------------------------------------------

  typedef enum logic { StRequest, StData } state_e;
  state_e state_q;

  logic take_request, take_beat, has_key_q, scrub;
  logic hash_request_space, beat_space;
  logic         is_encrypt_q;
  logic [95:0]  nonce_q;
  logic [31:0]  counter_q;

  assign request_ready_o = state_q == StRequest && hash_request_space;
  assign ready_o         = state_q == StData && beat_space;
  assign take_request = request_valid_i && request_ready_o;
  assign take_beat    = valid_i && ready_o;
  assign scrub        = has_key_q && state_q == StRequest && !take_request;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q   <= StRequest;
      has_key_q <= 1'b0;
      nonce_q   <= '0;  // holds the salt, which comes with the key
    end else begin
      unique case (state_q)
        StRequest: if (take_request) state_q <= StData;
        StData:    if (take_beat && last_i) state_q <= StRequest;
        default:   state_q <= StRequest;
      endcase
      if (take_request) has_key_q <= 1'b1;
      else if (scrub)   has_key_q <= 1'b0;
      if (take_request) nonce_q <= {request_i.salt, request_i.iv};
      else if (scrub)   nonce_q <= '0;
    end
    if (take_request) is_encrypt_q <= request_i.is_encrypt;
    // J0 has counter 1, the first beat 2 (SP 800-38D, 7.1).
    if (take_request) counter_q <= 32'd2;
    else if (take_beat) counter_q <= counter_q + 32'd1;
  end

  logic         cipher_valid, cipher_is_j0;
  logic [127:0] cipher_block;
  crypto_aes_pipe u_aes_pipe (
    .clk_i, .rst_ni,
    .valid_i(take_request || take_beat),
    .block_i(take_request ? {request_i.salt, request_i.iv, 32'd1} : {nonce_q, counter_q}),
    .new_key_i(take_request), .key_size_i(request_i.key_size), .key_i(request_i.key),
    .scrub_i(scrub),
    .valid_o(cipher_valid), .block_o(cipher_block), .new_key_o(cipher_is_j0)
  );

  // ---- Data waits for its keystream -----------------------------------------------------------

  beat_t        beat;
  logic [127:0] keystream, result;
  logic         beat_valid, keystream_valid, keystream_space, transfer, hash_space;

  crypto_swept_fifo #(.T(beat_t), .Depth(NumBeats)) u_beat_fifo (
    .clk_i, .rst_ni,
    .data_i('{data: data_i, keep: keep_i, last: last_i, is_encrypt: is_encrypt_q}),
    .valid_i(take_beat), .ready_o(beat_space),
    .data_o(beat), .valid_o(beat_valid), .ready_i(transfer)
  );

  crypto_swept_fifo #(.T(logic [127:0]), .Depth(NumBeats)) u_keystream_fifo (
    .clk_i, .rst_ni,
    .data_i(reverse_bytes(cipher_block)), .valid_i(cipher_valid && !cipher_is_j0),
    .ready_o(keystream_space),
    .data_o(keystream), .valid_o(keystream_valid), .ready_i(transfer)
  );

  assign result   = (beat.data ^ keystream) & (beat.last ? keep_mask(beat.keep) : '1);
  // Each beat goes to the output and to GHASH in the same cycle. Once GHASH has space it keeps
  // it until the beat comes, so valid_o holds.
  assign valid_o  = keystream_valid && hash_space;
  assign data_o   = result;
  assign keep_o   = beat.keep;
  assign last_o   = beat.last;
  assign transfer = valid_o && ready_i;

  // ---- ICV ------------------------------------------------------------------------------------

  gcm_hash_request_t hash_request;
  logic              hash_request_valid, hash_request_taken;
  crypto_swept_fifo #(.T(gcm_hash_request_t), .Depth(NumPackets)) u_hash_request_fifo (
    .clk_i, .rst_ni,
    .data_i('{subkey: request_i.subkey, aad: request_i.aad,
              aad_is_12_bytes: request_i.aad_is_12_bytes}),
    .valid_i(take_request), .ready_o(hash_request_space),
    .data_o(hash_request), .valid_o(hash_request_valid), .ready_i(hash_request_taken)
  );

  logic [127:0] e_j0;
  logic         e_j0_valid, e_j0_taken, e_j0_space;
  crypto_swept_fifo #(.T(logic [127:0]), .Depth(NumEJ0)) u_e_j0_fifo (
    .clk_i, .rst_ni,
    .data_i(cipher_block), .valid_i(cipher_valid && cipher_is_j0), .ready_o(e_j0_space),
    .data_o(e_j0), .valid_o(e_j0_valid), .ready_i(e_j0_taken)
  );

  // GHASH takes n + 2 cycles where the cipher takes n + 1; ciphertext is no secret.
  cipher_beat_t hash_beat;
  logic         hash_beat_valid, hash_beat_taken;
  logic [2:0]   unused_count;
  common_fifo #(.T(cipher_beat_t), .Depth(4)) u_cipher_fifo (
    .clk_i, .rst_ni,
    .data_i('{block: reverse_bytes(beat.is_encrypt ? result : beat.data),
              keep: beat.keep, last: beat.last}),
    .valid_i(transfer), .ready_o(hash_space),
    .data_o(hash_beat), .valid_o(hash_beat_valid), .ready_i(hash_beat_taken),
    .count_o(unused_count)
  );

  crypto_gcm_icv u_icv (
    .clk_i, .rst_ni,
    .request_i(hash_request), .request_valid_i(hash_request_valid),
    .request_ready_o(hash_request_taken),
    .block_i(hash_beat.block), .keep_i(hash_beat.keep), .last_i(hash_beat.last),
    .valid_i(hash_beat_valid), .ready_o(hash_beat_taken),
    .e_j0_i(e_j0), .e_j0_valid_i(e_j0_valid), .e_j0_ready_o(e_j0_taken),
    .icv_o, .icv_valid_o, .icv_ready_i
  );

  logic unused_space;
  assign unused_space = keystream_space ^ e_j0_space ^ beat_valid;

  `ASSERT(KeystreamHasSpace_A, cipher_valid && !cipher_is_j0 |-> keystream_space)
  `ASSERT(EJ0HasSpace_A, cipher_valid && cipher_is_j0 |-> e_j0_space)
  `ASSERT(KeystreamHasBeat_A, keystream_valid |-> beat_valid)
  `ASSERT(FullBeats_A, valid_i && !last_i |-> keep_i == '1)
  `ASSERT(KeepContiguous_A, valid_i |-> keep_i != '0 && (keep_i & (keep_i + 16'd1)) == '0)
  `ASSERT(TailIsZero_A, valid_i && last_i |-> (data_i & ~keep_mask(keep_i)) == '0)
  `ASSERT_STREAM_STABLE(Output, valid_o, ready_i, {data_o, keep_o, last_o})
  `ASSERT_STREAM_STABLE(Icv, icv_valid_o, icv_ready_i, icv_o)
endmodule

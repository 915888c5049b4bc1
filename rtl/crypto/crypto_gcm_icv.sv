// SPDX-License-Identifier: Apache-2.0
`include "common_assert.svh"

/// From ciphertext to ICV: T = GHASH(A ‖ C ‖ lengths) ^ E(J0) (SP 800-38D, 7.1; RFC 4106, 6).
///
/// Feeds crypto_ghash with one block of additional data, the ciphertext and the length block of
/// one packet after the other: n + 2 cycles for n blocks, no cycle between packets. The block of
/// additional data is hashed before the ciphertext is there.
///
/// Latency:    3 cycles from the last ciphertext block to the ICV.
/// Ordering:   ICVs leave in the order of the requests.
module crypto_gcm_icv
  import crypto_pkg::*;
(
  input  logic              clk_i,
  input  logic              rst_ni,
  /// One a packet; taken when the packet's last block is hashed.
  input  gcm_hash_request_t request_i,
  input  logic              request_valid_i,
  output logic              request_ready_o,
  /// Ciphertext, first byte in bits 127:120, bytes beyond keep 0. keep_i[0] is the first byte.
  input  logic [127:0]      block_i,
  input  logic [15:0]       keep_i,
  input  logic              last_i,
  input  logic              valid_i,
  output logic              ready_o,
  /// E(J0) of each packet.
  input  logic [127:0]      e_j0_i,
  input  logic              e_j0_valid_i,
  output logic              e_j0_ready_o,
  /// First byte on the wire in bits 7:0. Four ICVs can wait here.
  output logic [127:0]      icv_o,
  output logic              icv_valid_o,
  input  logic              icv_ready_i
);
  typedef enum logic [1:0] { StAad, StData, StLength } state_e;
  state_e state_d, state_q;

  logic [127:0] hash_block, hash;
  logic         hash_block_valid, hash_block_ready, hash_valid, hash_ready;
  logic [31:0]  num_bytes_q;  // ciphertext bytes of this packet so far
  logic [4:0]   beat_bytes;
  logic [127:0] aad_block, length_block;

  // Padded with zeros to a block.
  assign aad_block =
      {request_i.aad[95:32], request_i.aad_is_12_bytes ? request_i.aad[31:0] : 32'd0, 32'd0};
  // Both lengths in bits: 8 or 12 bytes of additional data, and the ciphertext.
  assign length_block = {56'd0, request_i.aad_is_12_bytes ? 8'd96 : 8'd64,
                         29'd0, num_bytes_q, 3'd0};
  assign beat_bytes = last_i ? 5'($countones(keep_i)) : 5'd16;

  always_comb begin
    state_d = state_q;
    hash_block = block_i;
    hash_block_valid = 1'b0;
    ready_o = 1'b0;
    request_ready_o = 1'b0;
    unique case (state_q)
      StAad: begin  // A, as soon as the request is there
        hash_block = aad_block;
        hash_block_valid = request_valid_i;
        if (hash_block_valid && hash_block_ready) state_d = StData;
      end
      StData: begin  // C, as it comes
        hash_block_valid = valid_i;
        ready_o = hash_block_ready;
        if (hash_block_valid && hash_block_ready && last_i) state_d = StLength;
      end
      StLength: begin  // the lengths close the packet
        hash_block = length_block;
        hash_block_valid = 1'b1;
        request_ready_o = hash_block_ready;
        if (hash_block_ready) state_d = StAad;
      end
      default: state_d = StAad;
    endcase
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) state_q <= StAad;
    else state_q <= state_d;
    if (state_q == StAad) num_bytes_q <= '0;
    else if (valid_i && ready_o) num_bytes_q <= num_bytes_q + {27'd0, beat_bytes};
  end

  crypto_ghash u_ghash (
    .clk_i, .rst_ni,
    .valid_i(hash_block_valid), .ready_o(hash_block_ready),
    .block_i(hash_block), .subkey_i(request_i.subkey),
    .first_i(state_q == StAad), .last_i(state_q == StLength),
    .hash_valid_o(hash_valid), .hash_ready_i(hash_ready), .hash_o(hash)
  );

  // E(J0) left the cipher before the packet's first block did, so it never is what one waits for.
  logic icv_space;
  assign hash_ready   = icv_space && e_j0_valid_i;
  assign e_j0_ready_o = icv_space && hash_valid;

  // An ICV goes out on the wire: no secret, an ordinary FIFO.
  logic [2:0] unused_count;
  common_fifo #(.T(logic [127:0]), .Depth(4)) u_icv_fifo (
    .clk_i, .rst_ni,
    .data_i(reverse_bytes(hash ^ e_j0_i)), .valid_i(hash_valid && e_j0_valid_i),
    .ready_o(icv_space),
    .data_o(icv_o), .valid_o(icv_valid_o), .ready_i(icv_ready_i), .count_o(unused_count)
  );

  `ASSERT(RequestThere_A, state_q != StAad |-> request_valid_i)
  `ASSERT(EJ0There_A, hash_valid |-> e_j0_valid_i)
endmodule

// SPDX-License-Identifier: Apache-2.0
`include "common_assert.svh"

/// GHASH (SP 800-38D, 6.4): Y = (Y ^ X) * H for the blocks X of one message after another.
///
/// The product takes one cycle, without a pipeline: right for simulation and for slow clocks.
/// A board that needs more speed replaces this module by a pipelined one behind the same ports;
/// users must therefore not count on the latency.
///
/// Latency:    1 cycle from the last block to the hash.
/// Throughput: one block a cycle, messages back to back; stalls only while a hash is not taken.
module crypto_ghash (
  input  logic         clk_i,
  input  logic         rst_ni,
  input  logic         valid_i,
  output logic         ready_o,
  /// First byte in bits 127:120.
  input  logic [127:0] block_i,
  /// H of this message, the same with each of its blocks.
  input  logic [127:0] subkey_i,
  /// First and last block of a message; both may be set.
  input  logic         first_i,
  input  logic         last_i,
  output logic         hash_valid_o,
  input  logic         hash_ready_i,
  output logic [127:0] hash_o
);
  // The product of SP 800-38D, algorithm 1 (6.3): bit 127 is the coefficient of x^0, and V runs
  // through H * x^i. In halves, because 64 bits are one word of the simulating machine.
  function automatic logic [127:0] multiply(logic [127:0] x, logic [127:0] h);
    logic [63:0] x_half, z_high, z_low, v_high, v_low;
    logic carry;
    {v_high, v_low} = h;
    z_high = '0;
    z_low = '0;
    for (int unsigned half = 0; half < 2; half++) begin
      x_half = (half == 0) ? x[127:64] : x[63:0];
      for (int unsigned i = 0; i < 64; i++) begin
        z_high = z_high ^ (v_high & {64{x_half[63]}});
        z_low = z_low ^ (v_low & {64{x_half[63]}});
        x_half = {x_half[62:0], 1'b0};
        carry = v_low[0];
        v_low = {v_high[0], v_low[63:1]};
        v_high = {1'b0, v_high[63:1]} ^ ({64{carry}} & 64'he100_0000_0000_0000);
      end
    end
    return {z_high, z_low};
  endfunction

  logic [127:0] y_q;
  logic         hash_valid_q;
  logic         take;

  assign ready_o = !hash_valid_q || hash_ready_i;
  assign take = valid_i && ready_o;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      hash_valid_q <= 1'b0;
      y_q <= '0;  // with the ciphertext it tells H: nothing of it stays
    end else begin
      if (ready_o) hash_valid_q <= valid_i && last_i;
      if (take) y_q <= multiply(first_i ? block_i : y_q ^ block_i, subkey_i);
      else if (hash_valid_q && hash_ready_i) y_q <= '0;
    end
  end

  assign hash_valid_o = hash_valid_q;
  assign hash_o = y_q;

  `ASSERT_STREAM_STABLE(Hash, hash_valid_o, hash_ready_i, hash_o)
endmodule

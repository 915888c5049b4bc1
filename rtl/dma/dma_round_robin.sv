// SPDX-License-Identifier: Apache-2.0
`include "common_assert.svh"

/// Fair choice among four: the first one that asks after the one that was served last.
///
/// Latency: combinational. The choice may change until `take_i`.
module dma_round_robin (
  input  logic clk_i,
  input  logic rst_ni,
  input  logic [3:0] request_i,
  output logic [1:0] index_o,
  output logic       valid_o,
  input  logic       take_i      // index_o was served
);
  logic [1:0] last_q;

  assign valid_o = request_i != '0;
  always_comb begin
    index_o = last_q;
    for (int unsigned n = 4; n > 0; n--) begin
      if (request_i[last_q + 2'(n)]) index_o = last_q + 2'(n);
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) last_q <= '0;
    else if (take_i) last_q <= index_o;
  end

  `ASSERT(ChoiceAsks_A, valid_o |-> request_i[index_o])
endmodule

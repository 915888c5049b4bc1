// SPDX-License-Identifier: Apache-2.0
`include "common_assert.svh"

/// What set the error latch first since it was 0, and the pulse that says that a bit rose.
///
/// The latch itself stands in card_csr; `latch_i` shows a bit the cycle after its `set_i`.
module csr_errors #(
  parameter int unsigned NumBits = 9
) (
  input  logic clk_i,
  input  logic rst_ni,
  input  logic [NumBits-1:0] latch_i,
  /// Bits that a register access may set, and the offset of the latest such access. It must hold
  /// until the cycle after the bit shows.
  input  logic [NumBits-1:0] is_of_access_i,
  input  logic [16:0]        offset_i,

  output logic               rise_o,
  output logic               first_valid_o,
  output logic [4:0]         first_bit_index_o,
  output logic [16:0]        first_offset_o
);
  logic [NumBits-1:0] latch_q, risen;
  logic [4:0]  bit_index, bit_index_q;
  logic [16:0] offset_q, offset;
  logic is_first;

  assign risen    = latch_i & ~latch_q;
  assign is_first = risen != '0 && (latch_i & latch_q) == '0;

  // Of several at once the lowest.
  always_comb begin
    bit_index = '0;
    for (int i = NumBits - 1; i >= 0; i--) if (risen[i]) bit_index = 5'(i);
    offset = '0;
    for (int i = 0; i < NumBits; i++)
      if (5'(i) == bit_index && is_of_access_i[i]) offset = offset_i;
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) latch_q <= '0;
    else         latch_q <= latch_i;
    if (is_first) begin
      bit_index_q <= bit_index;
      offset_q    <= offset;
    end
  end

  assign rise_o            = risen != '0;
  assign first_valid_o     = latch_i != '0;
  assign first_bit_index_o = is_first ? bit_index : bit_index_q;
  assign first_offset_o    = is_first ? offset : offset_q;

  `ASSERT(FirstIsKnownWhenLatched_A, first_valid_o && !is_first |-> latch_q != '0)
endmodule

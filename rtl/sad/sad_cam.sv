// SPDX-License-Identifier: Apache-2.0
`include "common_assert.svh"

/// Finds the inbound SA of an SPI (RFC 4301, 4.1: the SPI alone names a unicast SA).
///
/// Each entry has a comparator of its own, so that any set of NumSas distinct SPIs can be stored
/// and an entry that is written or removed touches no other entry, not for one cycle.
///
/// Latency:    2 cycles from `lookup_valid_i` to `hit_valid_o`.
/// Throughput: one lookup and one write a cycle, without dependence on each other.
/// Ordering:   a lookup sees the writes of the cycles before its own, not that of its own cycle.
/// The writer keeps SPIs distinct; two equal entries would answer with the or of their indices.
module sad_cam #(
  /// Entries. A power of two, 4 to 4096.
  parameter int unsigned NumSas = 256,
  localparam int unsigned IndexWidth = $clog2(NumSas)
) (
  input  logic                  clk_i,
  /// Empties the CAM in one cycle.
  input  logic                  rst_ni,

  input  logic                  write_valid_i,
  input  logic [IndexWidth-1:0] write_index_i,
  /// 1: the entry finds `write_spi_i` from now on; 0: the entry is empty.
  input  logic                  write_is_set_i,
  input  logic [31:0]           write_spi_i,

  input  logic                  lookup_valid_i,
  input  logic [31:0]           lookup_spi_i,
  output logic                  hit_valid_o,
  output logic                  is_hit_o,
  /// 0 unless `is_hit_o`.
  output logic [IndexWidth-1:0] hit_index_o
);
  if (NumSas < 4 || NumSas > 4096 || (NumSas & (NumSas - 1)) != 0) begin : gen_bad_num_sas
    $error("sad_cam: NumSas must be a power of two, 4 to 4096");
  end

  logic [31:0]           spi_q [NumSas];
  logic [NumSas-1:0]     is_set_q, match_q;
  logic                  match_valid_q, hit_valid_q, is_hit_q;
  logic [IndexWidth-1:0] hit_index_d, hit_index_q;

  always_ff @(posedge clk_i) begin
    if (write_valid_i) spi_q[write_index_i] <= write_spi_i;
    if (!rst_ni) begin
      is_set_q <= '0;
    end else if (write_valid_i) begin
      is_set_q[write_index_i] <= write_is_set_i;
    end
  end

  // First cycle: compare. Gated, because this is all that a simulator has to work for.
  always_ff @(posedge clk_i) begin
    match_valid_q <= lookup_valid_i && rst_ni;
    if (lookup_valid_i) begin
      for (int unsigned i = 0; i < NumSas; i++) begin
        match_q[i] <= is_set_q[i] && spi_q[i] == lookup_spi_i;
      end
    end
  end

  // Second cycle: encode. At most one entry matches, so an or tree is enough.
  for (genvar bit_index = 0; bit_index < IndexWidth; bit_index++) begin : gen_encode
    logic [NumSas-1:0] has_bit;
    for (genvar i = 0; i < NumSas; i++) begin : gen_mask
      assign has_bit[i] = 1'((i >> bit_index) & 1);
    end
    assign hit_index_d[bit_index] = |(match_q & has_bit);
  end

  always_ff @(posedge clk_i) begin
    hit_valid_q <= match_valid_q && rst_ni;
    if (match_valid_q) begin
      is_hit_q    <= |match_q;
      hit_index_q <= hit_index_d;
    end
  end

  assign hit_valid_o = hit_valid_q;
  assign is_hit_o    = is_hit_q;
  assign hit_index_o = hit_index_q;

  `ASSERT(AtMostOneMatch_A, match_valid_q |-> $onehot0(match_q))
  `ASSERT(NoIndexWithoutHit_A, hit_valid_q && !is_hit_q |-> hit_index_q == '0)
endmodule

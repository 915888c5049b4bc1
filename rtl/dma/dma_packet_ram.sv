// SPDX-License-Identifier: Apache-2.0
`include "common_assert.svh"

/// Image of host memory in rows of 16 bytes, four banks of one DW: a write may begin at any DW.
///
///   row r+1 |  4r+4  |  4r+5  |  4r+6  |  4r+7  |      a beat for place 4r+2 goes to
///   row r   |  4r    |  4r+1  |  4r+2  |  4r+3  |      banks 2 and 3 of row r, 0 and 1 of row r+1
///   bank        0        1        2        3
///
/// Latency:    read data one cycle after `read_i`; it stays until the next one.
/// Throughput: one beat in and one row out a cycle. A row that is read and written in one cycle
///             gives its old content.
/// Reset:      all rows and the read register are zero when `swept_o` rises, Rows cycles after
///             reset; writes before are lost.
module dma_packet_ram #(
  /// Rows, a power of two.
  parameter int unsigned Rows = 2048
) (
  input  logic clk_i,
  input  logic rst_ni,
  /// DW n of data_i is written at place_i + n, modulo the RAM.
  input  logic [3:0]              dw_enable_i,
  input  logic [$clog2(Rows)+1:0] place_i,
  input  logic [127:0]            data_i,
  input  logic                    read_i,
  input  logic [$clog2(Rows)-1:0] row_i,
  output logic [127:0]            data_o,
  output logic                    swept_o
);
  localparam int unsigned RowBits = $clog2(Rows);
  if (Rows != 1 << RowBits) begin : gen_bad_rows
    $error("dma_packet_ram: Rows must be a power of two");
  end

  logic [RowBits:0] sweep_q;
  assign swept_o = sweep_q[RowBits];

  always_ff @(posedge clk_i) begin
    if (!rst_ni) sweep_q <= '0;
    else if (!swept_o) sweep_q <= sweep_q + 1'b1;
  end

  for (genvar b = 0; b < 4; b++) begin : gen_bank
    logic [31:0]        mem [Rows];
    logic [31:0]        read_q, write_data;
    logic [1:0]         dw;     // of the beat, that comes into this bank
    logic [RowBits+1:0] last;   // the highest place in the row that it comes to
    logic [RowBits-1:0] write_row;
    logic               write;

    assign dw   = 2'(b) - place_i[1:0];
    assign last = place_i + (RowBits + 2)'(3 - b);
    assign write      = !swept_o || dw_enable_i[dw];
    assign write_row  = swept_o ? last[RowBits+1:2] : sweep_q[RowBits-1:0];
    assign write_data = swept_o ? data_i[32*dw +: 32] : '0;

    always_ff @(posedge clk_i) begin
      if (write) mem[write_row] <= write_data;
      // While sweeping, row 0 is read: zero after the first cycle.
      if (read_i || !swept_o) read_q <= mem[swept_o ? row_i : '0];
    end
    assign data_o[32*b +: 32] = read_q;

    logic unused_last;
    assign unused_last = ^last[1:0];
  end

  `ASSERT(SweepStays_A, swept_o |=> swept_o)
endmodule

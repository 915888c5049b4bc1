// SPDX-License-Identifier: Apache-2.0

/// Memory with one write port and one synchronous read port, for block RAM.
///
/// Latency:    `data_o` holds the row from the cycle after `read_i` until the next read.
/// Throughput: one read and one write a cycle; a read of the row that is being written gives the
///             old row.
/// The content is undefined after power-up: the owner writes every row before it reads one.
module sad_ram #(
  parameter type T = logic,
  /// Rows. A power of two, 2 or more.
  parameter int unsigned Depth = 2,
  localparam int unsigned IndexWidth = $clog2(Depth)
) (
  input  logic                  clk_i,
  input  logic                  write_i,
  input  logic [IndexWidth-1:0] write_index_i,
  input  T                      data_i,
  input  logic                  read_i,
  input  logic [IndexWidth-1:0] read_index_i,
  output T                      data_o
);
  T mem [Depth];
  T data_q;

  always_ff @(posedge clk_i) begin
    if (write_i) mem[write_index_i] <= data_i;
    if (read_i) data_q <= mem[read_index_i];
  end

  assign data_o = data_q;
endmodule

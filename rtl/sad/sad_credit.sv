// SPDX-License-Identifier: Apache-2.0
`include "common_assert.svh"

/// Byte credit of the paths: what may still be sent to an endpoint that has not proven itself.
///
/// A write of a path row sets its credit. An outbound packet spends its outer bytes, an inbound one
/// gives three times its own; a credit never wraps, and what is beyond the largest is lost. A path
/// that is not limited has whatever is asked for, and nothing of it is counted.
///
/// The row is read in one cycle and decided on in the next; two walks of one path may follow each
/// other directly. A packet that read a row in the cycle in which the host wrote it decides by the
/// old one, as with the path row, and changes nothing of the new one.
///
/// Latency:    1 cycle from `read_i` to the answers.
/// Throughput: one packet a cycle.
module sad_credit #(
  parameter int unsigned NumPaths = 64,
  /// Bits of a credit, 33 or more.
  parameter int unsigned CreditBits = 48,
  localparam int unsigned PathWidth = $clog2(NumPaths)
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,
  /// Clears the row of this number, if it exists.
  input  logic                 sweep_i,
  input  logic [15:0]          sweep_index_i,

  /// The host's write; never while `is_busy_o`.
  input  logic                 write_i,
  input  logic [PathWidth-1:0] write_index_i,
  input  logic [31:0]          credit_i,

  input  logic                 read_i,
  input  logic [PathWidth-1:0] read_index_i,

  // One cycle later, about the row that was read
  input  logic                 is_limited_i,
  /// Of the outer packet that is to be sent, or that came.
  input  logic [16:0]          bytes_i,
  output logic                 has_credit_o,
  /// That the credit is used up was told, since the row was written.
  output logic                 is_told_o,
  input  sad_pkg::credit_op_e  op_i,
  output logic                 is_busy_o
);
  import sad_pkg::*;

  typedef struct packed {
    logic                  is_told;
    logic [CreditBits-1:0] left;
  } row_t;

  row_t stored, row, new_row, new_row_q;
  logic is_forwarded_q, is_overtaken_q, op_write;
  logic [PathWidth-1:0] index_q, write_index;
  logic [18:0]          gain;
  logic [CreditBits:0]  sum;

  // ---------------------------------------------------------------- one packet
  assign row = is_forwarded_q ? new_row_q : stored;
  assign gain = {1'b0, bytes_i, 1'b0} + {2'b00, bytes_i};
  assign sum  = {1'b0, row.left} + (CreditBits + 1)'(gain);

  assign has_credit_o = !is_limited_i || row.left >= CreditBits'(bytes_i);
  assign is_told_o    = row.is_told;
  assign op_write     = is_limited_i && op_i != CreditKeep && !is_overtaken_q;
  assign is_busy_o    = op_write;

  always_comb begin
    new_row = row;
    unique case (op_i)
      CreditSpend: new_row.left = row.left - CreditBits'(bytes_i);
      CreditGain:  new_row.left = sum[CreditBits] ? '1 : sum[CreditBits-1:0];
      CreditTell:  new_row.is_told = 1'b1;
      CreditKeep:  ;
    endcase
  end

  always_ff @(posedge clk_i) begin
    if (read_i) begin
      index_q        <= read_index_i;
      is_forwarded_q <= op_write && read_index_i == index_q;
      is_overtaken_q <= write_i && read_index_i == write_index_i;
    end
    if (op_write) new_row_q <= new_row;
  end

  // ---------------------------------------------------------------- rows
  logic sweep;
  row_t write_row;
  assign sweep = sweep_i && {16'd0, sweep_index_i} < NumPaths;
  always_comb begin
    write_index = index_q;
    write_row   = new_row;
    if (write_i) begin
      write_index = write_index_i;
      write_row   = '{is_told: 1'b0, left: CreditBits'(credit_i)};
    end
    if (sweep) begin
      write_index = sweep_index_i[PathWidth-1:0];
      write_row   = '0;
    end
  end

  sad_ram #(.T(row_t), .Depth(NumPaths)) u_rows (
    .clk_i, .write_i(sweep || write_i || op_write), .write_index_i(write_index),
    .data_i(write_row), .read_i, .read_index_i, .data_o(stored)
  );

  `ASSERT(OneWriter_A, write_i |-> !is_busy_o && !sweep_i)
  `ASSERT(SpendsWhatIsThere_A, op_i == CreditSpend |-> has_credit_o)
endmodule

// SPDX-License-Identifier: Apache-2.0
`include "common_assert.svh"

/// The memories of the SA database (RFC 4301, 4.4.2): one row an SA, and the table of paths.
///
/// Who writes what: a command writes the rows of an SA or one path row, whole, in one cycle; a
/// packet writes state and window of its SA; the sweep after reset clears everything. Path rows
/// are in a memory of their own, so that a re-binding cannot touch anything else.
///
/// Latency:    a read answers in the next cycle and holds until the next read.
/// Throughput: one read a cycle at each of the two read ports, one write of each kind a cycle.
///             A read in the cycle of a write gives the old row.
/// Only sad_walk reads; keys leave it in tickets only.
module sad_rows #(
  parameter int unsigned NumSas = 256,
  parameter int unsigned NumPaths = 64,
  parameter int unsigned MaxReplayWindow = 1024,
  localparam int unsigned SaWidth = $clog2(NumSas),
  localparam int unsigned PathWidth = $clog2(NumPaths)
) (
  input  logic clk_i,
  input  logic rst_ni,

  /// Clears the SA row and the path row of this number, as far as they exist.
  input  logic                   sweep_i,
  input  logic [15:0]            sweep_index_i,

  input  logic                   sa_write_i,
  /// 1: all rows of the SA, and no packet may write in this cycle; 0: its static row.
  input  logic                   sa_write_is_whole_i,
  input  logic [SaWidth-1:0]     sa_write_index_i,
  input  sad_pkg::sa_row_t       sa_i,
  input  sad_pkg::lifetime_row_t lifetime_i,
  input  sad_pkg::key_row_t      key_i,
  input  sad_pkg::state_row_t    sa_state_i,
  input  logic                   sa_window_fill_i,

  input  logic                   path_write_i,
  input  logic [PathWidth-1:0]   path_write_index_i,
  input  sad_pkg::path_row_t     path_i,

  input  logic                   state_write_i,
  input  logic                   window_write_i,
  input  logic [SaWidth-1:0]     state_write_index_i,
  input  sad_pkg::state_row_t    state_i,
  input  logic [MaxReplayWindow-1:0] window_i,

  // First read port: what the decision is made from.
  input  logic                   first_read_i,
  input  logic [SaWidth-1:0]     first_index_i,
  output sad_pkg::sa_row_t       sa_o,
  output sad_pkg::lifetime_row_t lifetime_o,
  output sad_pkg::state_row_t    state_o,

  // Second read port, when the path index is known: what the packet takes along.
  input  logic                   second_read_i,
  input  logic [SaWidth-1:0]     second_index_i,
  input  logic [PathWidth-1:0]   path_index_i,
  output sad_pkg::key_row_t      key_o,
  output sad_pkg::path_row_t     path_o,
  output logic [MaxReplayWindow-1:0] window_o
);
  import sad_pkg::*;

  typedef logic [MaxReplayWindow-1:0] window_row_t;

  logic sweep_sa, sweep_path, whole_write;
  logic [SaWidth-1:0] write_index, shared_index;
  assign sweep_sa    = sweep_i && {16'd0, sweep_index_i} < NumSas;
  assign sweep_path  = sweep_i && {16'd0, sweep_index_i} < NumPaths;
  assign whole_write = sweep_sa || (sa_write_i && sa_write_is_whole_i);
  assign write_index = sweep_i ? sweep_index_i[SaWidth-1:0] : sa_write_index_i;
  assign shared_index = whole_write ? write_index : state_write_index_i;

  sad_ram #(.T(sa_row_t), .Depth(NumSas)) u_static (
    .clk_i,
    .write_i(sweep_sa || sa_write_i), .write_index_i(write_index),
    .data_i(sweep_i ? '0 : sa_i),
    .read_i(first_read_i), .read_index_i(first_index_i), .data_o(sa_o)
  );
  sad_ram #(.T(lifetime_row_t), .Depth(NumSas)) u_lifetime (
    .clk_i,
    .write_i(whole_write), .write_index_i(write_index),
    .data_i(sweep_i ? '0 : lifetime_i),
    .read_i(first_read_i), .read_index_i(first_index_i), .data_o(lifetime_o)
  );
  sad_ram #(.T(key_row_t), .Depth(NumSas)) u_key (
    .clk_i,
    .write_i(whole_write), .write_index_i(write_index),
    .data_i(sweep_i ? '0 : key_i),
    // In the sweep row 0 is read, which is clear after its first cycle: so is the read register.
    .read_i(second_read_i || sweep_i), .read_index_i(sweep_i ? '0 : second_index_i),
    .data_o(key_o)
  );
  sad_ram #(.T(path_row_t), .Depth(NumPaths)) u_path (
    .clk_i,
    .write_i(sweep_path || path_write_i),
    .write_index_i(sweep_i ? sweep_index_i[PathWidth-1:0] : path_write_index_i),
    .data_i(sweep_i ? '0 : path_i),
    .read_i(second_read_i), .read_index_i(path_index_i), .data_o(path_o)
  );

  // State and window: a command and a packet share the write port.
  state_row_t state;
  always_comb begin
    state = state_i;
    if (whole_write) state = sweep_i ? '0 : sa_state_i;
  end
  sad_ram #(.T(state_row_t), .Depth(NumSas)) u_state (
    .clk_i,
    .write_i(whole_write || state_write_i), .write_index_i(shared_index), .data_i(state),
    .read_i(first_read_i), .read_index_i(first_index_i), .data_o(state_o)
  );
  window_row_t window;
  always_comb begin
    window = window_i;
    if (whole_write) window = {MaxReplayWindow{sa_window_fill_i && !sweep_i}};
  end
  sad_ram #(.T(window_row_t), .Depth(NumSas)) u_window (
    .clk_i,
    .write_i(whole_write || window_write_i), .write_index_i(shared_index), .data_i(window),
    .read_i(second_read_i), .read_index_i(second_index_i), .data_o(window_o)
  );

  `ASSERT(OneWriterOfState_A, whole_write |-> !state_write_i && !window_write_i)
  `ASSERT(NoCommandInSweep_A, sweep_i |-> !sa_write_i && !path_write_i)
endmodule

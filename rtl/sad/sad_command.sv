// SPDX-License-Identifier: Apache-2.0
`include "common_assert.svh"

/// Does the commands of the host, one at a time, beside the running packets.
///
/// - add_sa: probe, GHASH subkey, all rows in one cycle; entering the CAM is the last step.
/// - delete_sa: out of the CAM and inactive in one cycle, wait until every packet that was in
///   flight then is done, all rows zero but the epoch, which numbers the owners of a row.
/// - write_path, move_sa: one write and the next generation, in one cycle; with a path row its
///   byte credit.
///
/// The operands are taken in the cycle of `command_start_i`; the copy of the key is cleared when
/// the command ends, whatever its result. No result ever shows a key.
///
/// Latency: 2 cycles if the operands alone are refused, else 9 and what the command itself needs,
///          without waiting for a free cycle between packets. add_sa and delete_sa wait for a cycle
///          in which no packet changes the state of an SA, write_path for one in which none changes
///          a credit: who lets packets do that in every cycle holds them off. Behind the ESP
///          pipeline there is such a cycle, because no packet has fewer than two beats and no
///          direction changes state more than once a packet.
module sad_command #(
  parameter int unsigned NumSas = 256,
  parameter int unsigned NumPaths = 64,
  parameter int unsigned MaxReplayWindow = 1024
) (
  input  logic                     clk_i,
  input  logic                     rst_ni,
  input  logic                     swept_i,

  input  sad_pkg::command_t        command_i,
  input  logic                     command_start_i,
  output logic                     command_busy_o,
  output sad_pkg::command_result_t command_result_o,

  output logic                     subkey_start_o,
  output logic [1:0]               subkey_size_o,
  output logic [255:0]             subkey_key_o,
  input  logic                     subkey_done_i,
  input  logic [127:0]             subkey_i,

  // A look at the rows
  output sad_pkg::walk_t           probe_o,
  output logic                     probe_valid_o,
  input  logic                     probe_ready_i,
  input  sad_pkg::probe_t          probe_i,
  input  logic                     probe_valid_i,

  // Packets in flight (sad_in_flight)
  input  logic [15:0]              in_started_i,
  input  logic [15:0]              in_finished_i,
  input  logic [15:0]              out_started_i,
  input  logic [15:0]              out_finished_i,

  // Writes; a whole SA waits while `is_state_busy_i`.
  input  logic                     is_state_busy_i,
  /// A path waits while 1.
  input  logic                     is_credit_busy_i,
  output logic                     sa_write_o,
  output sad_pkg::sa_write_t       sa_write_row_o,
  output logic                     cam_write_o,
  output logic                     cam_is_set_o,
  output logic [31:0]              cam_spi_o,
  output logic                     path_write_o,
  output sad_pkg::path_row_t       path_row_o,
  output sad_pkg::path_index_t     path_index_o,
  output logic [31:0]              credit_o,

  /// The card's generation: 0 after reset, one more with each write_path and move_sa.
  output sad_pkg::generation_t     generation_o
);
  import card_csr_enums_pkg::*;
  import sad_pkg::*;

  typedef enum logic [3:0] {
    StIdle, StCheck, StProbe, StProbeWait, StDecide, StSubkey, StInstall, StEnter,
    StLeave, StSnapshot, StDrain, StZero, StScrub, StScrubWait, StPath, StMove
  } state_e;

  state_e          state_d, state_q;
  command_t        command_q;
  probe_t          probe_q;
  command_result_t result_q;
  command_result_e early, full;
  logic [127:0]    subkey_q;
  logic [15:0]     target_q;
  logic            is_subkey_asked_q, is_finished, is_drained, is_commit;
  generation_t     generation_q;
  command_result_e code;

  sad_operands #(
    .NumSas(NumSas), .NumPaths(NumPaths), .MaxReplayWindow(MaxReplayWindow)
  ) u_operands (
    .command_i(command_q), .swept_i, .probe_i(probe_q), .early_o(early), .full_o(full)
  );

  // Packets of the SA's direction that were in flight when it left, and are not done yet.
  logic [15:0] num_left;
  assign num_left   = target_q - (probe_q.sa.row.is_outbound ? out_finished_i : in_finished_i);
  assign is_drained = num_left == '0 || num_left[15];

  always_comb begin
    state_d     = state_q;
    is_finished = 1'b0;
    code        = CommandResultOk;
    unique case (state_q)
      StIdle: if (command_start_i) state_d = StCheck;
      StCheck: begin
        code = early;
        if (early != CommandResultOk || command_q.op == CommandOpNone) is_finished = 1'b1;
        else state_d = StProbe;
      end
      StProbe: if (probe_ready_i) state_d = StProbeWait;
      StProbeWait: if (probe_valid_i) state_d = StDecide;
      StDecide: begin
        code = full;
        if (full != CommandResultOk) is_finished = 1'b1;
        else begin
          unique case (command_q.op)
            CommandOpAddSa:     state_d = StSubkey;
            CommandOpDeleteSa:  state_d = StLeave;
            CommandOpWritePath: state_d = StPath;
            CommandOpMoveSa:    state_d = StMove;
            default:            is_finished = 1'b1;  // the probe was all
          endcase
        end
      end
      // add_sa
      StSubkey: if (subkey_done_i) state_d = StInstall;
      StInstall: if (!is_state_busy_i) begin
        if (command_q.row.is_outbound) is_finished = 1'b1;
        else state_d = StEnter;
      end
      StEnter: is_finished = 1'b1;
      // delete_sa
      StLeave: state_d = StSnapshot;
      StSnapshot: state_d = StDrain;
      StDrain: if (is_drained) state_d = StZero;
      StZero: if (!is_state_busy_i) state_d = StScrub;
      // Reading the zeroed rows once clears the read registers of the memories too.
      StScrub: if (probe_ready_i) state_d = StScrubWait;
      StScrubWait: if (probe_valid_i) is_finished = 1'b1;
      // write_path, move_sa
      StPath: is_finished = !is_credit_busy_i;
      StMove: is_finished = 1'b1;
    endcase
    if (is_finished) state_d = StIdle;
  end

  assign command_busy_o   = state_q != StIdle;
  assign command_result_o = result_q;
  assign generation_o     = generation_q;
  assign is_commit        = path_write_o || state_q == StMove;

  assign subkey_start_o = state_q == StSubkey && !is_subkey_asked_q;
  assign subkey_size_o  = command_q.row.suite[1:0];
  assign subkey_key_o   = command_q.key;

  assign probe_valid_o = state_q == StProbe || state_q == StScrub;
  always_comb begin
    probe_o                = '0;
    probe_o.kind           = WalkProbe;
    probe_o.sa_index       = command_q.sa_index;
    probe_o.spi            = command_q.row.spi;
    probe_o.has_path_index = command_q.op == CommandOpAddSa
        || command_q.op == CommandOpMoveSa || command_q.op == CommandOpReadPath;
    probe_o.path_index     = command_q.path_index;
  end

  assign cam_write_o  = state_q == StEnter || (state_q == StLeave && !probe_q.sa.row.is_outbound);
  assign cam_is_set_o = state_q == StEnter;
  assign cam_spi_o    = command_q.row.spi;
  assign sa_write_o   = state_q == StLeave || state_q == StMove
      || ((state_q == StInstall || state_q == StZero) && !is_state_busy_i);

  always_comb begin
    sa_write_row_o          = '0;
    sa_write_row_o.sa_index = command_q.sa_index;
    unique case (state_q)
      StInstall: begin
        sa_write_row_o.is_whole          = 1'b1;
        sa_write_row_o.sa.is_active      = 1'b1;
        sa_write_row_o.sa.row            = command_q.row;
        sa_write_row_o.sa.row.path_index = command_q.path_index;
        sa_write_row_o.sa.row.epoch      = probe_q.sa.row.epoch + 8'd1;
        sa_write_row_o.lifetime          = command_q.lifetime;
        sa_write_row_o.key = '{key: command_q.key, salt: command_q.salt, subkey: subkey_q};
        // Inbound, everything up to the top counts as seen (RFC 4303, 3.4.3: the window starts
        // with the SA): what is acceptable starts at the first number expected.
        sa_write_row_o.state.seq   = command_q.first_seq - {63'd0, !command_q.row.is_outbound};
        sa_write_row_o.window_fill = 1'b1;
      end
      StLeave: sa_write_row_o.sa.row = probe_q.sa.row;
      StMove: begin
        sa_write_row_o.sa                = probe_q.sa;
        sa_write_row_o.sa.row.path_index = command_q.path_index;
      end
      StZero: begin
        sa_write_row_o.is_whole     = 1'b1;
        sa_write_row_o.sa.row.epoch = probe_q.sa.row.epoch;
      end
      default: ;
    endcase
  end

  assign path_write_o = state_q == StPath && !is_credit_busy_i;
  assign path_index_o = command_q.path_index;
  assign credit_o     = command_q.credit;
  always_comb begin
    path_row_o            = command_q.path;
    path_row_o.generation = generation_q + 32'd1;
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q           <= StIdle;
      generation_q      <= '0;
      is_subkey_asked_q <= 1'b0;
      // Secrets do have a reset.
      command_q         <= '0;
      subkey_q          <= '0;
      result_q          <= '0;
    end else begin
      state_q           <= state_d;
      is_subkey_asked_q <= state_q == StSubkey && state_d == StSubkey;
      if (is_commit) generation_q <= generation_q + 32'd1;
      if (state_q == StIdle && command_start_i) begin
        command_q <= command_i;
        result_q  <= '0;
      end
      if (state_q == StSubkey && subkey_done_i) subkey_q <= subkey_i;
      if (is_finished) begin
        command_q.key       <= '0;
        command_q.salt      <= '0;
        subkey_q            <= '0;
        result_q.result     <= code;
        result_q.generation <= generation_q + {31'd0, is_commit};
        if (code == CommandResultOk && command_q.op == CommandOpReadPath) begin
          result_q.generation <= probe_q.path_generation;
        end
        if (code == CommandResultOk && command_q.op == CommandOpReadSa) begin
          result_q.generation  <= probe_q.path_generation;
          result_q.seq         <= probe_q.state.seq;
          result_q.bytes       <= probe_q.state.bytes;
          result_q.packets     <= probe_q.state.packets;
          result_q.last_used   <= probe_q.state.last_used;
          result_q.path_index  <= probe_q.sa.row.path_index;
          result_q.is_outbound <= probe_q.sa.row.is_outbound;
        end
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (state_q == StProbeWait && probe_valid_i) probe_q <= probe_i;
    if (state_q == StSnapshot) begin
      target_q <= probe_q.sa.row.is_outbound ? out_started_i : in_started_i;
    end
  end

  `ASSERT(SubkeyIsAnswered_A, subkey_done_i |-> state_q == StSubkey)
  `ASSERT(GenerationIsMonotone_A, $past(rst_ni) |-> generation_q - $past(generation_q) <= 32'd1)
  `ASSERT(WholeRowOnlyWhenFree_A, sa_write_o && (state_q == StInstall || state_q == StZero)
      |-> !is_state_busy_i)
endmodule

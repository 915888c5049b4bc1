// SPDX-License-Identifier: Apache-2.0

/// Can this command be done? If not, its result: `not_swept` first, then the one with the lowest
/// number (docs/esp_pipeline.md).
///
/// Latency:    0 cycles (combinational).
module sad_operands #(
  parameter int unsigned NumSas = 256,
  parameter int unsigned NumPaths = 64,
  parameter int unsigned MaxReplayWindow = 1024
) (
  input  sad_pkg::command_t command_i,
  input  logic              swept_i,
  /// What the rows say; for `full_o` only.
  input  sad_pkg::probe_t   probe_i,
  /// Judged by the operands alone: whether there is anything to probe.
  output card_csr_enums_pkg::command_result_e early_o,
  /// Judged by the rows and by the rest of the operands, after `early_o` was ok.
  output card_csr_enums_pkg::command_result_e full_o
);
  import card_csr_enums_pkg::*;
  import sad_pkg::*;

  static_row_t row;
  logic has_sa, has_path, is_sa_beyond, is_path_beyond;
  logic [7:0] max_bits;
  assign row = command_i.row;
  assign has_sa = command_i.op == CommandOpAddSa || command_i.op == CommandOpDeleteSa
      || command_i.op == CommandOpReadSa || command_i.op == CommandOpMoveSa;
  assign has_path = command_i.op == CommandOpAddSa || command_i.op == CommandOpMoveSa
      || command_i.op == CommandOpWritePath || command_i.op == CommandOpReadPath;
  assign is_sa_beyond   = {16'd0, command_i.sa_index} >= NumSas;
  assign is_path_beyond = {16'd0, command_i.path_index} >= NumPaths;
  assign max_bits       = row.selector.is_ipv6 ? 8'd128 : 8'd32;

  always_comb begin
    early_o = CommandResultOk;
    if (!swept_i) early_o = CommandResultNotSwept;
    else if (command_i.op > CommandOpReadPath) early_o = CommandResultBadOp;
    else if ((has_sa && is_sa_beyond) || (has_path && is_path_beyond)) begin
      early_o = CommandResultBadIndex;
    end
  end

  always_comb begin
    full_o = CommandResultOk;
    unique case (command_i.op)
      CommandOpAddSa: begin
        if (probe_i.sa.is_active) full_o = CommandResultIndexInUse;
        else if (probe_i.path_generation == '0) full_o = CommandResultEmpty;
        else if (!row.is_outbound && probe_i.has_spi) full_o = CommandResultSpiInUse;
        // RFC 4303, 2.1: SPIs 1 to 255 are reserved by IANA, 0 is for local use.
        else if (row.spi < 32'd256) full_o = CommandResultBadSpi;
        else if (row.suite != SuiteAes128gcm16 && row.suite != SuiteAes192gcm16
            && row.suite != SuiteAes256gcm16) full_o = CommandResultBadSuite;
        // RFC 4303, 3.4.3: a window of 32 must be supported.
        else if (!row.is_outbound && (row.replay_window < 16'd32
            || row.replay_window > 16'(MaxReplayWindow))) full_o = CommandResultBadWindow;
        else if (command_i.first_seq == '0
            || (!row.has_esn && command_i.first_seq[63:32] != '0)) begin
          full_o = CommandResultBadSequence;
        end else if (row.selector.source_bits > max_bits
            || row.selector.destination_bits > max_bits) full_o = CommandResultBadSelector;
      end
      CommandOpDeleteSa, CommandOpReadSa: begin
        if (!probe_i.sa.is_active) full_o = CommandResultEmpty;
      end
      CommandOpMoveSa: begin
        if (!probe_i.sa.is_active || probe_i.path_generation == '0) full_o = CommandResultEmpty;
      end
      CommandOpReadPath: begin
        if (probe_i.path_generation == '0) full_o = CommandResultEmpty;
      end
      default: ;
    endcase
  end
endmodule

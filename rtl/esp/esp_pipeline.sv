// SPDX-License-Identifier: Apache-2.0
`include "common_assert.svh"

/// ESP in tunnel mode (RFC 4303), both directions at once, with the SA database inside.
///
/// Every packet that enters (its last beat taken) leaves as exactly one packet in the order of its
/// direction: transformed, or as one beat with keep 0 and the reason in the result. Nothing of a
/// packet leaves before all its checks have passed.
module esp_pipeline #(
  /// Bits of the four packet streams: 64 or 128. Inside it is 128.
  parameter int unsigned DataWidth = 128,
  parameter int unsigned NumSas = 256,
  parameter int unsigned NumPaths = 64,
  parameter int unsigned MaxReplayWindow = 1024
) (
  input  logic clk_i,
  input  logic rst_ni,
  /// While 0, packets drop with `disabled`.
  input  logic enable_i,

  // Wire side in: ESP packets to open.
  input  logic [DataWidth-1:0]   wire_data_i,
  input  logic [DataWidth/8-1:0] wire_keep_i,
  input  logic                   wire_last_i,
  /// With `last`: the source gave the packet up.
  input  logic                   wire_error_i,
  input  esp_pkg::ingress_t      wire_ingress_i,
  input  logic                   wire_valid_i,
  output logic                   wire_ready_o,
  // Plain side out: what was inside.
  output logic [DataWidth-1:0]   plain_data_o,
  output logic [DataWidth/8-1:0] plain_keep_o,
  output logic                   plain_last_o,
  output esp_pkg::result_t       plain_result_o,
  output logic                   plain_valid_o,
  input  logic                   plain_ready_i,
  /// Pulse: a result with `has_ticket` is done with (its completion is written).
  input  logic                   plain_done_i,

  // Plain side in: IP packets to protect.
  input  logic [DataWidth-1:0]   plain_data_i,
  input  logic [DataWidth/8-1:0] plain_keep_i,
  input  logic                   plain_last_i,
  input  logic                   plain_error_i,
  input  esp_pkg::ingress_t      plain_ingress_i,
  input  logic                   plain_valid_i,
  output logic                   plain_ready_o,
  // Wire side out: ESP packets.
  output logic [DataWidth-1:0]   wire_data_o,
  output logic [DataWidth/8-1:0] wire_keep_o,
  output logic                   wire_last_o,
  output esp_pkg::result_t       wire_result_o,
  output logic                   wire_valid_o,
  input  logic                   wire_ready_i,
  input  logic                   wire_done_i,

  // SA database (see sad.sv)
  input  sad_pkg::command_t        command_i,
  input  logic                     command_start_i,
  output logic                     command_busy_o,
  output sad_pkg::command_result_t command_result_o,
  output sad_pkg::event_t          event_o,
  output logic                     event_valid_o,
  input  logic                     event_ready_i,
  output logic                     event_lost_o,
  output logic                     swept_o,
  output logic [31:0]              sweep_cycles_o,
  output sad_pkg::generation_t     generation_o,
  output sad_pkg::generation_t     drain_fence_o
);
endmodule

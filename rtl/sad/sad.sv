// SPDX-License-Identifier: Apache-2.0
`include "common_assert.svh"

/// SA database on chip (RFC 4301, 4.4.2): lookup, rows, bindings, replay windows, sequence numbers,
/// lifetimes, and the commands that change them.
///
/// Queries and updates are answered in order, one a cycle at best, so a packet of five beats never
/// waits. Every accepted query is one packet in flight in its direction until `*_done_i`; packets
/// of one direction are done in the order of their queries.
module sad #(
  /// Single SAs, both directions together. A power of two, 4 to 4096.
  parameter int unsigned NumSas = 256,
  /// Path rows. A power of two, 2 to 4096.
  parameter int unsigned NumPaths = 64,
  /// Largest replay window in packets: a power of two, 64 to 1024.
  parameter int unsigned MaxReplayWindow = 1024
) (
  input  logic clk_i,
  input  logic rst_ni,

  /// Commands: `command_start_i` is a pulse, ignored while busy (the caller reports that).
  input  sad_pkg::command_t        command_i,
  input  logic                     command_start_i,
  output logic                     command_busy_o,
  /// Holds until the next command starts.
  output sad_pkg::command_result_t command_result_o,

  input  sad_pkg::inbound_query_t   in_query_i,
  input  logic                      in_query_valid_i,
  output logic                      in_query_ready_o,
  output sad_pkg::ticket_t          in_ticket_o,
  output logic                      in_ticket_valid_o,
  input  logic                      in_ticket_ready_i,

  input  sad_pkg::inbound_update_t  in_update_i,
  input  logic                      in_update_valid_i,
  output logic                      in_update_ready_o,
  output sad_pkg::inbound_verdict_t in_verdict_o,
  output logic                      in_verdict_valid_o,
  input  logic                      in_verdict_ready_i,

  input  sad_pkg::outbound_query_t  out_query_i,
  input  logic                      out_query_valid_i,
  output logic                      out_query_ready_o,
  output sad_pkg::ticket_t          out_ticket_o,
  output logic                      out_ticket_valid_o,
  input  logic                      out_ticket_ready_i,

  /// Pulse: the oldest packet with a ticket of this direction has left the card for good.
  input  logic in_done_i,
  input  logic out_done_i,

  output sad_pkg::event_t event_o,
  output logic            event_valid_o,
  input  logic            event_ready_i,
  /// Pulse: an event was lost because nobody took the ones before it.
  output logic            event_lost_o,

  output logic                 swept_o,
  output logic [31:0]          sweep_cycles_o,
  output sad_pkg::generation_t generation_o,
  output sad_pkg::generation_t drain_fence_o
);
endmodule

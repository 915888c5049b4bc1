// SPDX-License-Identifier: Apache-2.0
`include "common_assert.svh"

/// SA database on chip (RFC 4301, 4.4.2): lookup, rows, bindings, replay windows, sequence numbers,
/// lifetimes, byte credit, and the commands that change them.
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

  /// To crypto_aes_subkey: while an SA is added, its GHASH subkey is asked for with a pulse of
  /// `subkey_start_o`; key and size hold until the pulse of `subkey_done_i` with `subkey_i`.
  output logic         subkey_start_o,
  /// crypto_pkg::aes_key_e, which is the number of the suite.
  output logic [1:0]   subkey_size_o,
  output logic [255:0] subkey_key_o,
  input  logic         subkey_done_i,
  input  logic [127:0] subkey_i,

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

  /// The rest of the card is swept and not about to be reset: until then commands are `not_swept`.
  input  logic                 card_swept_i,
  output logic                 swept_o,
  output logic [31:0]          sweep_cycles_o,
  output sad_pkg::generation_t generation_o,
  output sad_pkg::generation_t drain_fence_o
);
  import sad_pkg::*;

  if (NumPaths < 2 || NumPaths > 4096 || (NumPaths & (NumPaths - 1)) != 0) begin : gen_bad_paths
    $error("sad: NumPaths must be a power of two, 2 to 4096");
  end

  localparam int unsigned SaWidth = $clog2(NumSas);
  localparam int unsigned PathWidth = $clog2(NumPaths);
  localparam int unsigned MaxInFlight = 256;
  // A place for each stage and one in the FIFO: a question can be taken every cycle.
  localparam int unsigned NumAnswers = 8;
  localparam int unsigned NumRows = NumSas > NumPaths ? NumSas : NumPaths;

  logic        sweep;
  logic [15:0] sweep_index;
  logic [63:0] cycle_q;

  always_ff @(posedge clk_i) cycle_q <= rst_ni ? cycle_q + 64'd1 : '0;

  sad_sweep #(.NumRows(NumRows > NumAnswers ? NumRows : NumAnswers)) u_sweep (
    .clk_i, .rst_ni, .sweep_o(sweep), .index_o(sweep_index),
    .swept_o, .cycles_o(sweep_cycles_o)
  );

  // Questions and answers
  walk_t walk, probe_walk;
  arrival_t arrival;
  logic  walk_valid, probe_walk_valid, probe_walk_ready;
  logic  in_ticket_has_room, in_verdict_has_room, out_ticket_has_room;
  logic  in_flight_has_room, out_flight_has_room;
  logic  in_query_taken, in_update_taken, out_query_taken;
  assign in_query_taken  = in_query_valid_i && in_query_ready_o;
  assign in_update_taken = in_update_valid_i && in_update_ready_o;
  assign out_query_taken = out_query_valid_i && out_query_ready_o;

  sad_accept #(.NumSas(NumSas)) u_accept (
    .clk_i, .rst_ni, .swept_i(swept_o),
    .probe_i(probe_walk), .probe_valid_i(probe_walk_valid), .probe_ready_o(probe_walk_ready),
    .in_query_i, .in_query_valid_i, .in_query_ready_o,
    .in_update_i, .in_update_valid_i, .in_update_ready_o,
    .out_query_i, .out_query_valid_i, .out_query_ready_o,
    .in_ticket_has_room_i(in_ticket_has_room), .in_verdict_has_room_i(in_verdict_has_room),
    .out_ticket_has_room_i(out_ticket_has_room), .in_flight_has_room_i(in_flight_has_room),
    .out_flight_has_room_i(out_flight_has_room),
    .walk_o(walk), .walk_valid_o(walk_valid)
  );

  logic             first_read, second_read, in_read, out_read;
  logic [SaWidth-1:0] first_index, second_index, state_index;
  logic [PathWidth-1:0] read_path_index;
  sa_row_t          sa_row;
  lifetime_row_t    lifetime_row;
  state_row_t       state_row, new_state;
  key_row_t         key_row;
  path_row_t        path_row, new_path;
  logic [MaxReplayWindow-1:0] window_row, new_window;
  logic             state_write, window_write;
  logic             in_ticket_push, out_ticket_push, verdict_push, probe_valid, raised_valid;
  ticket_t          ticket;
  inbound_verdict_t verdict;
  probe_t           probe;
  raised_t          raised;
  sa_write_t        sa_write_row;
  path_index_t      new_path_index;
  logic             sa_write, path_write, cam_write, cam_is_set, is_credit_busy;
  logic [31:0]      new_credit;
  logic [31:0]      cam_spi;

  sad_walk #(
    .NumSas(NumSas), .NumPaths(NumPaths), .MaxReplayWindow(MaxReplayWindow)
  ) u_walk (
    .clk_i, .rst_ni, .cycle_i(cycle_q), .walk_i(walk), .walk_valid_i(walk_valid),
    .cam_write_i(cam_write), .cam_is_set_i(cam_is_set),
    .cam_index_i(sa_write_row.sa_index[SaWidth-1:0]), .cam_spi_i(cam_spi),
    .sweep_i(sweep), .sweep_index_i(sweep_index),
    .path_write_i(path_write), .path_write_index_i(new_path_index[PathWidth-1:0]),
    .credit_i(new_credit), .is_credit_busy_o(is_credit_busy), .arrival_i(arrival),
    .first_read_o(first_read), .first_index_o(first_index),
    .sa_i(sa_row), .lifetime_i(lifetime_row), .state_i(state_row),
    .second_read_o(second_read), .second_index_o(second_index), .path_index_o(read_path_index),
    .key_i(key_row), .path_i(path_row), .window_i(window_row),
    .state_write_o(state_write), .window_write_o(window_write), .state_index_o(state_index),
    .state_o(new_state), .window_o(new_window),
    .in_read_o(in_read), .out_read_o(out_read),
    .in_ticket_valid_o(in_ticket_push), .out_ticket_valid_o(out_ticket_push),
    .ticket_o(ticket), .verdict_valid_o(verdict_push), .verdict_o(verdict),
    .probe_valid_o(probe_valid), .probe_o(probe),
    .raised_valid_o(raised_valid), .raised_o(raised)
  );

  sad_rows #(
    .NumSas(NumSas), .NumPaths(NumPaths), .MaxReplayWindow(MaxReplayWindow)
  ) u_rows (
    .clk_i, .rst_ni, .sweep_i(sweep), .sweep_index_i(sweep_index),
    .sa_write_i(sa_write), .sa_write_is_whole_i(sa_write_row.is_whole),
    .sa_write_index_i(sa_write_row.sa_index[SaWidth-1:0]), .sa_i(sa_write_row.sa),
    .lifetime_i(sa_write_row.lifetime), .key_i(sa_write_row.key),
    .sa_state_i(sa_write_row.state), .sa_window_fill_i(sa_write_row.window_fill),
    .path_write_i(path_write), .path_write_index_i(new_path_index[PathWidth-1:0]),
    .path_i(new_path),
    .state_write_i(state_write), .window_write_i(window_write),
    .state_write_index_i(state_index), .state_i(new_state), .window_i(new_window),
    .first_read_i(first_read), .first_index_i(first_index),
    .sa_o(sa_row), .lifetime_o(lifetime_row), .state_o(state_row),
    .second_read_i(second_read), .second_index_i(second_index),
    .path_index_i(read_path_index),
    .key_o(key_row), .path_o(path_row), .window_o(window_row)
  );

  sad_answer_fifo #(.T(ticket_t), .Depth(NumAnswers)) u_in_tickets (
    .clk_i, .rst_ni, .sweep_i(sweep),
    .has_room_o(in_ticket_has_room), .reserve_i(in_query_taken),
    .push_i(in_ticket_push), .data_i(ticket),
    .data_o(in_ticket_o), .valid_o(in_ticket_valid_o), .ready_i(in_ticket_ready_i)
  );
  sad_answer_fifo #(.T(ticket_t), .Depth(NumAnswers)) u_out_tickets (
    .clk_i, .rst_ni, .sweep_i(sweep),
    .has_room_o(out_ticket_has_room), .reserve_i(out_query_taken),
    .push_i(out_ticket_push), .data_i(ticket),
    .data_o(out_ticket_o), .valid_o(out_ticket_valid_o), .ready_i(out_ticket_ready_i)
  );
  sad_answer_fifo #(.T(inbound_verdict_t), .Depth(NumAnswers)) u_verdicts (
    .clk_i, .rst_ni, .sweep_i(sweep),
    .has_room_o(in_verdict_has_room), .reserve_i(in_update_taken),
    .push_i(verdict_push), .data_i(verdict),
    .data_o(in_verdict_o), .valid_o(in_verdict_valid_o), .ready_i(in_verdict_ready_i)
  );

  // What came with an update waits here for its stage 6; there are no more than its stages.
  logic unused_arrival_space, has_arrival;
  logic [3:0] unused_arrival_count;
  common_fifo #(.T(arrival_t), .Depth(NumAnswers)) u_arrivals (
    .clk_i, .rst_ni,
    .data_i(in_update_i.arrival), .valid_i(in_update_taken), .ready_o(unused_arrival_space),
    .data_o(arrival), .valid_o(has_arrival), .ready_i(verdict_push),
    .count_o(unused_arrival_count)
  );

  // Packets in flight
  logic [15:0] in_started, in_finished, out_started, out_finished;
  generation_t in_fence, out_fence, fence_gap;

  sad_in_flight #(.Depth(MaxInFlight)) u_in_flight (
    .clk_i, .rst_ni, .generation_i(generation_o),
    .has_room_o(in_flight_has_room), .start_i(in_query_taken), .read_i(in_read),
    .done_i(in_done_i),
    .started_o(in_started), .finished_o(in_finished), .fence_o(in_fence)
  );
  sad_in_flight #(.Depth(MaxInFlight)) u_out_flight (
    .clk_i, .rst_ni, .generation_i(generation_o),
    .has_room_o(out_flight_has_room), .start_i(out_query_taken), .read_i(out_read),
    .done_i(out_done_i),
    .started_o(out_started), .finished_o(out_finished), .fence_o(out_fence)
  );

  // The older one, also when the counter has gone around.
  assign fence_gap     = in_fence - out_fence;
  assign drain_fence_o = fence_gap[31] ? in_fence : out_fence;

  // Commands and events
  sad_command #(
    .NumSas(NumSas), .NumPaths(NumPaths), .MaxReplayWindow(MaxReplayWindow)
  ) u_command (
    .clk_i, .rst_ni, .swept_i(swept_o && card_swept_i),
    .command_i, .command_start_i, .command_busy_o, .command_result_o,
    .subkey_start_o, .subkey_size_o, .subkey_key_o, .subkey_done_i, .subkey_i,
    .probe_o(probe_walk), .probe_valid_o(probe_walk_valid), .probe_ready_i(probe_walk_ready),
    .probe_i(probe), .probe_valid_i(probe_valid),
    .in_started_i(in_started), .in_finished_i(in_finished),
    .out_started_i(out_started), .out_finished_i(out_finished),
    .is_state_busy_i(state_write), .is_credit_busy_i(is_credit_busy),
    .sa_write_o(sa_write), .sa_write_row_o(sa_write_row),
    .cam_write_o(cam_write), .cam_is_set_o(cam_is_set), .cam_spi_o(cam_spi),
    .path_write_o(path_write), .path_row_o(new_path), .path_index_o(new_path_index),
    .credit_o(new_credit), .generation_o
  );

  sad_events u_events (
    .clk_i, .rst_ni, .raised_i(raised), .raised_valid_i(raised_valid),
    .event_o, .event_valid_o, .event_ready_i, .event_lost_o
  );

  `ASSERT(ArrivalIsThere_A, verdict_push |-> has_arrival)
  `ASSERT(AnswersAreOne_A, $onehot0({in_ticket_push, out_ticket_push, verdict_push, probe_valid}))
endmodule

// SPDX-License-Identifier: Apache-2.0
`include "common_assert.svh"

/// The pipeline that every query, update and probe walks through, one a cycle, without a stall.
///
///     1 CAM compare   2 CAM encode   3 read SA, state, lifetime   4 infer the number, add
///     5 compare; read key, path, window   6 decide, write back, answer
///
/// The SA row is read in one cycle and the path row in one cycle, two cycles later; commands are
/// further apart than that, so a packet sees one binding as it was once committed.
///
/// Latency:    6 cycles from `walk_valid_i` to the answer outputs, which are combinational.
/// Throughput: one walk a cycle. Two that change the same SA must be 4 cycles apart
///             (sad_accept).
module sad_walk #(
  parameter int unsigned NumSas = 256,
  parameter int unsigned NumPaths = 64,
  parameter int unsigned MaxReplayWindow = 1024,
  localparam int unsigned SaWidth = $clog2(NumSas),
  localparam int unsigned PathWidth = $clog2(NumPaths)
) (
  input  logic                      clk_i,
  input  logic                      rst_ni,
  input  logic [63:0]               cycle_i,

  input  sad_pkg::walk_t            walk_i,
  input  logic                      walk_valid_i,

  // CAM writes of the command engine
  input  logic                      cam_write_i,
  input  logic                      cam_is_set_i,
  input  logic [SaWidth-1:0]        cam_index_i,
  input  logic [31:0]               cam_spi_i,

  // Byte credit: the sweep and the path writes of the command engine
  input  logic                      sweep_i,
  input  logic [15:0]               sweep_index_i,
  input  logic                      path_write_i,
  input  logic [PathWidth-1:0]      path_write_index_i,
  input  logic [31:0]               credit_i,
  /// A packet writes the credit of a path: no path may be written.
  output logic                      is_credit_busy_o,

  /// Of the update that stands in stage 6.
  input  sad_pkg::arrival_t         arrival_i,

  // Read ports of sad_rows
  output logic                      first_read_o,
  output logic [SaWidth-1:0]        first_index_o,
  input  sad_pkg::sa_row_t          sa_i,
  input  sad_pkg::lifetime_row_t    lifetime_i,
  input  sad_pkg::state_row_t       state_i,
  output logic                      second_read_o,
  output logic [SaWidth-1:0]        second_index_o,
  output logic [PathWidth-1:0]      path_index_o,
  input  sad_pkg::key_row_t         key_i,
  input  sad_pkg::path_row_t        path_i,
  input  logic [MaxReplayWindow-1:0] window_i,

  // Write-back
  output logic                      state_write_o,
  output logic                      window_write_o,
  output logic [SaWidth-1:0]        state_index_o,
  output sad_pkg::state_row_t       state_o,
  output logic [MaxReplayWindow-1:0] window_o,

  /// The rows of a packet are being read: its generation counts as in flight from here.
  output logic                      in_read_o,
  output logic                      out_read_o,

  // Answers, one at a time
  output logic                      in_ticket_valid_o,
  output logic                      out_ticket_valid_o,
  output sad_pkg::ticket_t          ticket_o,
  output logic                      verdict_valid_o,
  output sad_pkg::inbound_verdict_t verdict_o,
  output logic                      probe_valid_o,
  output sad_pkg::probe_t           probe_o,
  output logic                      raised_valid_o,
  output sad_pkg::raised_t          raised_o
);
  import card_csr_enums_pkg::*;
  import sad_pkg::*;

  // Stages 1 to 3: which SA?
  logic  valid1_q, valid2_q, valid3_q, valid4_q, valid5_q, valid6_q;
  walk_t walk1_q, walk2_q, walk3_q, walk4_q;
  logic  hit_valid, is_hit, has_hit4_q, is_found3, is_found4_q;
  logic [SaWidth-1:0] hit_index, index3, index4_q;

  sad_cam #(.NumSas(NumSas)) u_cam (
    .clk_i, .rst_ni,
    .write_valid_i(cam_write_i), .write_index_i(cam_index_i),
    .write_is_set_i(cam_is_set_i), .write_spi_i(cam_spi_i),
    .lookup_valid_i(valid1_q && (walk1_q.kind == WalkInQuery || walk1_q.kind == WalkProbe)),
    .lookup_spi_i(walk1_q.spi),
    .hit_valid_o(hit_valid), .is_hit_o(is_hit), .hit_index_o(hit_index)
  );

  assign index3    = walk3_q.kind == WalkInQuery ? hit_index : walk3_q.sa_index[SaWidth-1:0];
  assign is_found3 = walk3_q.kind == WalkInQuery ? is_hit : {16'd0, walk3_q.sa_index} < NumSas;
  assign first_read_o  = valid3_q;
  assign first_index_o = index3;
  assign in_read_o     = valid3_q && walk3_q.kind == WalkInQuery;
  assign out_read_o    = valid3_q && walk3_q.kind == WalkOutQuery;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      {valid1_q, valid2_q, valid3_q, valid4_q, valid5_q, valid6_q} <= '0;
    end else begin
      {valid1_q, valid2_q, valid3_q, valid4_q, valid5_q, valid6_q}
          <= {walk_valid_i, valid1_q, valid2_q, valid3_q, valid4_q, valid5_q};
    end
    if (walk_valid_i) walk1_q <= walk_i;
    if (valid1_q) walk2_q <= walk1_q;
    if (valid2_q) walk3_q <= walk2_q;
    if (valid3_q) begin
      walk4_q     <= walk3_q;
      index4_q    <= index3;
      is_found4_q <= is_found3;
      has_hit4_q  <= is_hit;
    end
  end

  // Stages 4 and 5: rows are here. The arithmetic of both stages is in two modules.
  visit_t visit4, visit5_q, visit6_q;
  logic   selector_match, selector_match5_q, selector_match6_q, has_hit5_q, has_hit6_q;

  always_comb begin
    visit4            = '0;
    visit4.kind       = walk4_q.kind;
    visit4.is_found   = is_found4_q;
    visit4.sa_index   = walk4_q.kind == WalkInQuery ? 16'(index4_q) : walk4_q.sa_index;
    visit4.epoch      = walk4_q.epoch;
    visit4.is_charged = walk4_q.is_charged;
    visit4.esp_bytes  = walk4_q.esp_bytes;
    visit4.sa         = sa_i;
    visit4.state      = state_i;
    visit4.path_index = walk4_q.has_path_index ? walk4_q.path_index : sa_i.row.path_index;
  end

  sad_selector_match u_selector (
    .selector_i(sa_i.row.selector), .is_ipv6_i(walk4_q.is_ipv6),
    .source_i(walk4_q.source), .destination_i(walk4_q.destination), .match_o(selector_match)
  );

  charge_t charge;
  sad_lifetime u_lifetime (
    .clk_i, .rst_ni, .valid_i(valid4_q), .lifetime_i,
    .bytes_i(state_i.bytes), .packets_i(state_i.packets), .inner_bytes_i(walk4_q.inner_bytes),
    .charge_o(charge)
  );

  // State that was written while an inbound query stood in stage 3 or 4: the window row that it
  // reads in stage 5 is newer than its top. Walks that change state are kept apart instead.
  logic [1:0] written_q;  // the newer in 0
  logic [1:0][SaWidth-1:0] written_index_q;
  logic [1:0][63:0] written_top_q;
  logic [1:0] is_newer;
  for (genvar i = 0; i < 2; i++) begin : gen_newer
    assign is_newer[i] = written_q[i] && visit5_q.kind == WalkInQuery
        && written_index_q[i] == visit5_q.sa_index[SaWidth-1:0];
  end
  always_ff @(posedge clk_i) begin
    written_q <= rst_ni ? {written_q[0], window_write_o} : '0;
    written_index_q <= {written_index_q[0], state_index_o};
    written_top_q   <= {written_top_q[0], state_o.seq};
  end

  replay_position_t position;
  logic [$clog2(MaxReplayWindow)-1:0] first6;
  sad_replay_check #(.MaxReplayWindow(MaxReplayWindow)) u_replay_check (
    .clk_i, .rst_ni, .valid_i(valid4_q && is_found4_q && walk4_q.kind != WalkProbe),
    .has_esn_i(sa_i.row.has_esn), .window_i(sa_i.row.replay_window), .top_i(state_i.seq),
    .is_inferred_i(walk4_q.kind != WalkInQuery), .seq_i(walk4_q.seq),
    .newer_valid_i(is_newer != '0),
    .newer_top_i(is_newer[0] ? written_top_q[0] : written_top_q[1]),
    .position_o(position), .first_o(first6)
  );

  assign second_read_o  = valid5_q;
  assign second_index_o = visit5_q.sa_index[SaWidth-1:0];
  assign path_index_o   = visit5_q.path_index[PathWidth-1:0];

  always_ff @(posedge clk_i) begin
    if (valid4_q) begin
      visit5_q          <= visit4;
      selector_match5_q <= selector_match;
      has_hit5_q        <= has_hit4_q;
    end
    if (valid5_q) begin
      visit6_q          <= visit5_q;
      selector_match6_q <= selector_match5_q;
      has_hit6_q        <= has_hit5_q;
    end
  end

  // Stage 6: decide.
  drop_reason_e reason;
  logic [63:0] seq;
  kinds_t      raised;
  credit_op_e  credit_op;
  logic        has_credit, is_credit_told, is_giving;
  logic [16:0] outer_bytes;
  logic        is_highest, is_state_written, is_window_written, seen;

  sad_replay_window #(.MaxReplayWindow(MaxReplayWindow)) u_window (
    .clk_i, .rst_ni, .valid_i(valid6_q && visit6_q.kind == WalkInUpdate),
    .row_i(window_i), .first_i(first6), .last_i(position.seq[$clog2(MaxReplayWindow)-1:0]),
    .is_new_i(position.is_new), .is_far_i(position.is_far), .seen_o(seen), .row_o(window_o)
  );

  // Only what was measured against the binding that is in force counts for its credit.
  assign is_giving = visit6_q.kind == WalkInUpdate && arrival_i.is_from_peer
      && arrival_i.origin.generation == path_i.generation;
  // Of what the path's binding puts around ESP: IP and UDP.
  assign outer_bytes = visit6_q.kind != WalkOutQuery ? {1'b0, arrival_i.bytes} :
      {1'b0, visit6_q.esp_bytes} + (path_i.is_ipv6 ? 17'd40 : 17'd20)
                                 + (path_i.has_udp ? 17'd8 : 17'd0);

  sad_credit #(.NumPaths(NumPaths)) u_credit (
    .clk_i, .rst_ni, .sweep_i, .sweep_index_i,
    .write_i(path_write_i), .write_index_i(path_write_index_i), .credit_i,
    .read_i(second_read_o), .read_index_i(path_index_o),
    .is_limited_i(path_i.is_limited), .bytes_i(outer_bytes),
    .has_credit_o(has_credit), .is_told_o(is_credit_told),
    .op_i(valid6_q ? credit_op : CreditKeep), .is_busy_o(is_credit_busy_o)
  );

  sad_decide u_decide (
    .visit_i(visit6_q), .position_i(position), .seen_i(seen), .charge_i(charge),
    .selector_match_i(selector_match6_q), .cycle_i,
    .is_elsewhere_i(arrival_i.is_elsewhere), .origin_generation_i(arrival_i.origin.generation),
    .is_giving_i(is_giving), .has_credit_i(has_credit), .is_credit_told_i(is_credit_told),
    .reason_o(reason), .seq_o(seq), .is_highest_o(is_highest),
    .window_write_o(is_window_written), .state_write_o(is_state_written), .state_o,
    .credit_op_o(credit_op), .raised_o(raised)
  );

  assign state_write_o  = valid6_q && is_state_written;
  assign window_write_o = valid6_q && is_window_written;
  assign state_index_o  = visit6_q.sa_index[SaWidth-1:0];

  assign in_ticket_valid_o  = valid6_q && visit6_q.kind == WalkInQuery;
  assign out_ticket_valid_o = valid6_q && visit6_q.kind == WalkOutQuery;
  assign verdict_valid_o    = valid6_q && visit6_q.kind == WalkInUpdate;
  assign probe_valid_o      = valid6_q && visit6_q.kind == WalkProbe;
  assign raised_valid_o     = valid6_q && raised != '0;

  always_comb begin
    ticket_o          = '0;
    ticket_o.reason   = reason;
    ticket_o.sa_index = visit6_q.sa_index;
    if (visit6_q.kind == WalkInQuery && reason == DropReasonNoSa) ticket_o.sa_index = '1;
    if (reason == DropReasonNone) begin
      ticket_o.seq  = seq;
      ticket_o.row  = visit6_q.sa.row;
      ticket_o.path = path_i;
      ticket_o.key  = key_i;
    end
  end
  assign verdict_o = '{reason: reason, is_highest: is_highest};
  assign probe_o = '{sa: visit6_q.sa, state: visit6_q.state,
                     path_generation: path_i.generation, has_spi: has_hit6_q};
  assign raised_o = '{kinds: raised, sa_index: visit6_q.sa_index,
                      path_index: visit6_q.sa.row.path_index, seq: seq,
                      generation: path_i.generation, origin: arrival_i.origin};

  `ASSERT(CamAnswersInStage3_A, in_read_o |-> hit_valid)
  `ASSERT(WindowMovesWithState_A, window_write_o |-> state_write_o)
endmodule

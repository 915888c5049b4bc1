// SPDX-License-Identifier: Apache-2.0
`include "common_assert.svh"

/// Keeps completions until they may leave, and sends them in order (PCIe 3.0, 2.2.9).
///
///   DW 0 | fmt | type | TC | Attr | length | DW 1 | completer ID | status | 0 | byte count |
///   DW 2 | requester ID | tag | 0 | lower address |
///
/// A completion leaves when the DMA writes that had been offered when it was made have been
/// accepted. IDO in Attr is 0 (it needs IDO Completion Enable), the other attributes are those of
/// the request. Offered and accepted counts may be at most 32,767 apart.
module pcie_completion_send #(
  /// Completions that are kept.
  parameter int unsigned MaxCompletions = 64,
  /// Beats of 16 bytes that are kept, at least 16: the largest read, so that while the host takes
  /// what it asked for, requests stay in order.
  parameter int unsigned MaxBeats = 256
) (
  input  logic clk_i,
  input  logic rst_ni,
  input  logic [15:0] completer_id_i,
  input  logic [15:0] writes_offered_i,
  input  logic [15:0] writes_accepted_i,

  output logic                  has_room_o,
  input  logic [127:0]          beat_i,
  input  logic                  beat_valid_i,
  input  pcie_pkg::completion_t completion_i,
  input  logic                  completion_valid_i,

  output pcie_pkg::tlp_beat_t   tx_cpl_o,
  output logic                  tx_cpl_valid_o,
  input  logic                  tx_cpl_ready_i
);
  import pcie_pkg::*;

  // The largest completion, and what may still be on its way here.
  localparam int unsigned BeatsOfLargest = 8;
  localparam int unsigned CountWidth     = $clog2(MaxCompletions + 1);
  localparam int unsigned BeatCountWidth = $clog2(MaxBeats + 1);

  if (MaxBeats < 16) begin : gen_depth_too_small
    $error("pcie_completion_send: MaxBeats must be at least 16, two completions of 128 bytes");
  end

  completion_t head;
  logic [127:0] data;
  logic [15:0]  awaited;
  logic head_valid, data_valid, awaited_valid, pop, pop_beat, is_reached;
  logic completion_ready, beat_ready, awaited_ready;
  logic [CountWidth-1:0]     num_completions, num_awaited;
  logic [BeatCountWidth-1:0] num_beats;

  common_fifo #(.T(completion_t), .Depth(MaxCompletions)) u_completions (
    .clk_i, .rst_ni,
    .data_i(completion_i), .valid_i(completion_valid_i), .ready_o(completion_ready),
    .data_o(head), .valid_o(head_valid), .ready_i(pop), .count_o(num_completions));

  common_fifo #(.T(logic [127:0]), .Depth(MaxBeats)) u_beats (
    .clk_i, .rst_ni,
    .data_i(beat_i), .valid_i(beat_valid_i), .ready_o(beat_ready),
    .data_o(data), .valid_o(data_valid), .ready_i(pop_beat), .count_o(num_beats));

  // The count of DMA writes that each completion waits for. An entry goes as soon as the count is
  // reached, however long the completion itself waits for the link.
  common_fifo #(.T(logic [15:0]), .Depth(MaxCompletions)) u_awaited (
    .clk_i, .rst_ni,
    .data_i(writes_offered_i), .valid_i(completion_valid_i), .ready_o(awaited_ready),
    .data_o(awaited), .valid_o(awaited_valid), .ready_i(is_reached), .count_o(num_awaited));

  logic [15:0] ahead;
  assign ahead      = writes_accepted_i - awaited;
  assign is_reached = awaited_valid && !ahead[15];
  assign has_room_o = num_beats <= BeatCountWidth'(MaxBeats - BeatsOfLargest) &&
                      num_completions != CountWidth'(MaxCompletions);

  // Completions that may leave, and the beat of the one that does.
  logic [CountWidth-1:0] released_q;
  logic [3:0] beat_q, num_beats_of_head;
  logic is_last;

  assign num_beats_of_head = 4'((head.length_dw + 6'd3) >> 2);
  assign is_last           = !head.has_data || beat_q + 4'd1 == num_beats_of_head;
  assign tx_cpl_valid_o    = released_q != '0;
  assign pop_beat          = tx_cpl_valid_o && tx_cpl_ready_i && head.has_data;
  assign pop               = tx_cpl_valid_o && tx_cpl_ready_i && is_last;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      released_q <= '0;
      beat_q     <= '0;
    end else begin
      released_q <= released_q + CountWidth'(is_reached) - CountWidth'(pop);
      if (tx_cpl_valid_o && tx_cpl_ready_i) beat_q <= is_last ? '0 : beat_q + 4'd1;
    end
  end

  logic [7:0] kind;
  logic [2:0] status;
  assign kind   = head.has_data ? TlpCplData : head.is_locked ? TlpCplLocked : TlpCpl;
  assign status = head.has_data ? StatusSuccess : StatusUnsupported;

  always_comb begin
    tx_cpl_o = '0;
    if (tx_cpl_valid_o) begin
      tx_cpl_o.hdr[127:96] = {kind, 1'b0, head.tc, 4'b0, 2'b0, head.attr, 2'b0, 4'b0,
                              head.has_data ? head.length_dw : 6'd0};
      tx_cpl_o.hdr[95:64]  = {completer_id_i, status, 1'b0, head.byte_count[11:0]};
      tx_cpl_o.hdr[63:32]  = {head.requester_id, head.tag, 1'b0, head.lower_address};
      tx_cpl_o.sop = beat_q == '0;
      tx_cpl_o.eop = is_last;
      if (head.has_data) begin
        tx_cpl_o.data = data;
        tx_cpl_o.strb = 4'hF >> (is_last ? 2'(-head.length_dw) : 2'd0);
      end
    end
  end

  logic unused_bits;
  assign unused_bits = &{1'b0, head.byte_count[12], completion_ready, beat_ready, awaited_ready,
                         head_valid, data_valid, num_awaited};

  `ASSERT(RoomWasThere_A, completion_valid_i |-> completion_ready && awaited_ready)
  `ASSERT(BeatRoomWasThere_A, beat_valid_i |-> beat_ready)
  `ASSERT(DataIsThere_A, pop_beat |-> data_valid)
  `ASSERT(ReleasedIsThere_A, tx_cpl_valid_o |-> head_valid)
  `ASSERT_STREAM_STABLE(Cpl, tx_cpl_valid_o, tx_cpl_ready_i, tx_cpl_o)
endmodule

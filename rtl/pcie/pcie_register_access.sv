// SPDX-License-Identifier: Apache-2.0
`include "common_assert.svh"

/// Works on requests DW by DW through the register bus, and makes the completions of those that are
/// answered.
///
/// Requests are worked on in the order in which they came. There is one exception, which keeps
/// writes from ever waiting for a transmit stream (PCIe 3.0, 2.4.1: posted requests pass non-posted
/// ones): while there is no room for a completion, a write goes before the reads that wait.
///
/// A write that is stale is dropped where it stands, and the registers are in reset then.
///
/// Reads are answered in pieces of 128 bytes that end on 128-byte boundaries: this is the read
/// completion boundary of everything that is not a root complex (PCIe 3.0, 2.3.1.1), a multiple of
/// the root's 64 or 128, and never more than the smallest Max_Payload_Size.
module pcie_register_access (
  input  logic clk_i,
  input  logic rst_ni,

  /// Oldest request that is to be answered.
  input  pcie_pkg::request_t non_posted_i,
  input  logic               non_posted_valid_i,
  output logic               non_posted_ready_o,
  /// A write, younger than all of those.
  input  pcie_pkg::request_t write_i,
  input  logic               write_valid_i,
  input  logic               write_is_stale_i,
  output logic               write_ready_o,
  output logic [7:0]         payload_index_o,
  input  logic [127:0]       payload_i,

  output pcie_pkg::csr_request_t csr_request_o,
  output logic                   csr_valid_o,
  input  logic                   csr_ack_i,
  input  logic [31:0]            csr_data_i,

  /// Room for one completion of the largest size. Beats of 4 DWs come before their completion.
  input  logic                   has_room_i,
  output logic [127:0]           beat_o,
  output logic                   beat_valid_o,
  output pcie_pkg::completion_t  completion_o,
  output logic                   completion_valid_o
);
  import pcie_pkg::*;

  typedef enum logic [2:0] {StIdle, StRead, StComplete, StFetch, StWrite} state_e;
  state_e state_d, state_q;

  // How far the request at hand is.
  logic        is_begun_q, is_first_q;
  logic [14:0] dw_address_q;
  logic [10:0] left_dw_q;
  logic [12:0] left_bytes_q;
  // The completion or payload beat at hand.
  logic [5:0]  piece_dw_q;
  logic [6:0]  lower_address_q;
  logic [7:0]  beat_index_q;
  logic [1:0]  lane_q;
  logic [3:0][31:0] beat_q;

  logic drop_write, is_writing, begin_read, begin_write, begin_piece;
  logic is_zero_length, is_last_dw, step;
  logic [3:0] byte_enable;

  assign is_zero_length = non_posted_i.first_be == '0 && non_posted_i.length_dw == 11'd1;
  assign is_last_dw     = left_dw_q == 11'd1;
  assign begin_read     = state_q == StIdle && non_posted_valid_i && !is_begun_q && has_room_i;
  assign begin_piece    = state_q == StIdle && is_begun_q && has_room_i;
  assign begin_write    = state_q == StIdle && write_valid_i && !write_is_stale_i &&
                          (!has_room_i || !non_posted_valid_i);
  assign is_writing     = state_q == StFetch || state_q == StWrite;
  assign drop_write     = write_valid_i && write_is_stale_i;

  // ---------------------------------------------------------------- register bus
  request_t at_hand;
  assign at_hand     = (state_q == StRead) ? non_posted_i : write_i;
  assign byte_enable = is_first_q ? at_hand.first_be : is_last_dw ? at_hand.last_be : 4'hF;

  assign csr_request_o.is_write    = state_q == StWrite;
  assign csr_request_o.offset      = {dw_address_q, 2'b00};
  assign csr_request_o.data        = (state_q == StWrite) ? payload_i[32*lane_q +: 32] : '0;
  assign csr_request_o.byte_enable = byte_enable;
  // A DW without an enabled byte is no access.
  assign csr_valid_o = (state_q == StRead || state_q == StWrite) && byte_enable != '0;
  assign step        = (state_q == StRead || state_q == StWrite) &&
                       (csr_ack_i || byte_enable == '0);

  assign payload_index_o = beat_index_q;
  assign write_ready_o   = drop_write || (state_q == StWrite && step && is_last_dw);

  always_comb begin
    state_d            = state_q;
    non_posted_ready_o = 1'b0;
    completion_valid_o = 1'b0;
    unique case (state_q)
      StIdle: begin
        if (begin_write)      state_d = StFetch;
        else if (begin_piece) state_d = non_posted_i.is_read ? StRead : StComplete;
      end
      // One DW after the other, to the end of the request or to a boundary.
      StRead: if (step && (is_last_dw || &dw_address_q[4:0])) state_d = StComplete;
      StComplete: begin
        completion_valid_o = 1'b1;
        non_posted_ready_o = left_dw_q == '0 || !non_posted_i.is_read;
        state_d = StIdle;
      end
      // The payload memory answers a cycle later.
      StFetch: state_d = StWrite;
      StWrite: begin
        if (step && is_last_dw)          state_d = StIdle;
        else if (step && lane_q == 2'd3) state_d = StFetch;
      end
      default: state_d = StIdle;
    endcase
    if (is_writing && drop_write) state_d = StIdle;
  end

  // A write that goes before a read which is partly answered must leave the read's place alone.
  logic [14:0] saved_dw_address_q;
  logic [10:0] saved_left_dw_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q    <= StIdle;
      is_begun_q <= 1'b0;
    end else begin
      state_q <= state_d;
      if (begin_read)              is_begun_q <= 1'b1;
      else if (non_posted_ready_o) is_begun_q <= 1'b0;
    end

    if (begin_read) begin
      is_first_q   <= 1'b1;
      dw_address_q <= non_posted_i.dw_address;
      left_dw_q    <= non_posted_i.length_dw;
      left_bytes_q <= non_posted_i.byte_count;
    end
    if (begin_piece) begin
      lower_address_q <= {dw_address_q[4:0], is_first_q ? non_posted_i.first_byte : 2'b00};
      piece_dw_q      <= '0;
      lane_q          <= '0;
      beat_q          <= '0;
    end
    if (begin_write) begin
      saved_dw_address_q <= dw_address_q;
      saved_left_dw_q    <= left_dw_q;
      is_first_q   <= 1'b1;
      dw_address_q <= write_i.dw_address;
      left_dw_q    <= write_i.length_dw;
      beat_index_q <= '0;
      lane_q       <= '0;
    end
    if (step) begin
      is_first_q     <= 1'b0;
      dw_address_q   <= dw_address_q + 1'b1;
      left_dw_q      <= left_dw_q - 1'b1;
      lane_q         <= lane_q + 1'b1;
      piece_dw_q     <= piece_dw_q + 1'b1;
      if (state_q == StRead) beat_q[lane_q] <= (byte_enable != '0) ? csr_data_i : '0;
      if (state_q == StRead && lane_q == '0) beat_q[3:1] <= '0;
      if (lane_q == 2'd3) beat_index_q <= beat_index_q + 1'b1;
    end
    if (is_writing && write_ready_o) begin
      dw_address_q <= saved_dw_address_q;
      left_dw_q    <= saved_left_dw_q;
    end
    // Every piece but the last ends on a 128-byte boundary.
    if (state_q == StComplete) left_bytes_q <= left_bytes_q - (13'd128 - 13'(lower_address_q));
  end

  // ---------------------------------------------------------------- completions
  logic beat_valid_q;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) beat_valid_q <= 1'b0;
    else         beat_valid_q <= state_q == StRead && step &&
                                 (lane_q == 2'd3 || state_d == StComplete);
  end

  assign beat_o       = beat_q;
  assign beat_valid_o = beat_valid_q;

  assign completion_o = '{
    has_data:      non_posted_i.is_read,
    is_locked:     non_posted_i.is_locked,
    tc:            non_posted_i.tc,
    attr:          non_posted_i.attr,
    requester_id:  non_posted_i.requester_id,
    tag:           non_posted_i.tag,
    length_dw:     piece_dw_q,
    byte_count:    left_bytes_q,
    lower_address: lower_address_q
  };

  // Room does not go between the two, so a write only comes between pieces.
  `ASSERT(FirstPieceFollows_A, begin_read |=> begin_piece)
  `ASSERT(PieceFits_A, completion_valid_o |-> piece_dw_q <= 6'd32)
  `ASSERT(RequestHolds_A, csr_valid_o && !csr_ack_i && !(is_writing && drop_write) |=>
                          csr_valid_o && $stable(csr_request_o))
  `ASSERT(ZeroLengthReadIsNoAccess_A, state_q == StRead && is_zero_length |-> !csr_valid_o)
endmodule

// SPDX-License-Identifier: Apache-2.0
`include "common_assert.svh"

/// The packets of one direction between take and play, in order, and their rows in the packet RAM.
///
///   play ≤ done ≤ issued ≤ taken: four indices that follow each other through a ring of slots.
///
/// A packet moves from taken to issued when all its reads have tags, from issued to done when none
/// of them waits any more. Rows are given out in order and come back in order.
module dma_slots (
  input  logic clk_i,
  input  logic rst_ni,

  /// Room for one more packet of the largest size.
  output logic           has_room_o,
  output logic [4:0]     take_slot_o,
  output logic [10:0]    take_row_o,
  input  logic           take_i,
  input  dma_pkg::slot_t take_packet_i,

  /// Pulse: the oldest packet that was not issued is.
  input  logic           issued_i,
  /// A read for this slot failed.
  input  logic           failed_i,
  input  logic [4:0]     failed_slot_i,
  /// The oldest packet that is not done: does any of its reads wait? Answered in the same cycle.
  output logic [4:0]     done_slot_o,
  input  logic           is_pending_i,

  /// The oldest packet, done. If a read failed, its reason says so and its length is 0.
  output dma_pkg::slot_t packet_o,
  output logic [10:0]    row_o,
  output logic           valid_o,
  input  logic           ready_i
);
  import dma_pkg::*;
  import card_csr_enums_pkg::*;

  slot_t       mem [NumSlots];
  logic [5:0]  take_q, issued_q, done_q, play_q, num_slots;
  logic [10:0] take_row_q, play_row_q;
  logic [11:0] num_rows_q, num_rows_d;   // in use
  logic [NumSlots-1:0] failed_q;
  slot_t       head;
  logic        pop, has_failed;

  assign take_slot_o = take_q[4:0];
  assign take_row_o  = take_row_q;
  assign done_slot_o = done_q[4:0];
  assign num_slots   = take_q - play_q;
  assign has_room_o  = num_slots != 6'(NumSlots) &&
                       num_rows_q <= 12'(PacketRows - MaxPacketRows);

  assign valid_o    = play_q != done_q;
  assign pop        = valid_o && ready_i;
  assign head       = mem[play_q[4:0]];
  assign row_o      = play_row_q;
  assign has_failed = failed_q[play_q[4:0]];
  always_comb begin
    packet_o = head;
    if (has_failed) begin
      packet_o.ingress.reason = DropReasonDmaRead;
      packet_o.length_bytes   = '0;
    end
  end

  assign num_rows_d = num_rows_q + (take_i ? {2'd0, take_packet_i.num_rows} : '0)
                                 - (pop ? {2'd0, head.num_rows} : '0);

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      take_q     <= '0;
      issued_q   <= '0;
      done_q     <= '0;
      play_q     <= '0;
      take_row_q <= '0;
      play_row_q <= '0;
      num_rows_q <= '0;
      failed_q   <= '0;
    end else begin
      num_rows_q <= num_rows_d;
      if (take_i) begin
        take_q     <= take_q + 6'd1;
        take_row_q <= take_row_q + {1'b0, take_packet_i.num_rows};
      end
      if (issued_i) issued_q <= issued_q + 6'd1;
      if (done_q != issued_q && !is_pending_i) done_q <= done_q + 6'd1;
      if (pop) begin
        play_q     <= play_q + 6'd1;
        play_row_q <= play_row_q + {1'b0, head.num_rows};
        failed_q[play_q[4:0]] <= 1'b0;
      end
      if (failed_i) failed_q[failed_slot_i] <= 1'b1;
    end
    if (take_i) mem[take_q[4:0]] <= take_packet_i;
  end

  `ASSERT(TakeHasRoom_A, take_i |-> has_room_o)
  `ASSERT(RowsFit_A, num_rows_q <= 12'(PacketRows))
  `ASSERT(IssuedWasTaken_A, issued_i |-> issued_q != take_q)
  `ASSERT_STREAM_STABLE(Packet, valid_o, ready_i, packet_o)
endmodule

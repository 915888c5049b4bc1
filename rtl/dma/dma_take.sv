// SPDX-License-Identifier: Apache-2.0
`include "common_assert.svh"

/// Takes descriptors from the queues in turn, checks them, and gives each packet a slot, rows, an
/// order record and a job for the reader. A descriptor that fails a check gets all of these too,
/// without anything to read, so that it leaves the pipeline as a result in its turn.
///
/// Throughput: one descriptor in 4 cycles.
module dma_take (
  input  logic clk_i,
  input  logic rst_ni,

  input  dma_pkg::queue_config_t [dma_pkg::MaxQueues-1:0] config_i,
  input  dma_pkg::descriptor_t [dma_pkg::MaxQueues-1:0]   descriptor_i,
  input  logic [dma_pkg::MaxQueues-1:0]                   valid_i,
  output logic [dma_pkg::MaxQueues-1:0]                   take_o,

  // Slots, index 0 inbound, 1 outbound
  input  logic [1:0]        has_room_i,
  input  logic [1:0][4:0]   slot_i,
  input  logic [1:0][10:0]  row_i,
  output logic [1:0]        slot_take_o,
  output dma_pkg::slot_t    slot_packet_o,

  output dma_pkg::job_t     job_o,
  output logic              job_valid_o,
  input  logic              job_ready_i,
  output dma_pkg::order_t   order_o,
  output logic              order_valid_o,
  input  logic              order_ready_i
);
  import dma_pkg::*;
  import card_csr_enums_pkg::*;

  typedef enum logic [1:0] {StSelect, StSum, StCheck, StPush} state_e;
  state_e state_q, state_d;

  // ---------------------------------------------------------------- select
  logic [MaxQueues-1:0] eligible;
  logic [1:0]  queue_index, queue_index_q;
  logic        is_any, select;
  descriptor_t descriptor_q;

  always_comb begin
    for (int unsigned q = 0; q < MaxQueues; q++) begin
      eligible[q] = valid_i[q] && has_room_i[descriptor_i[q].flags[0]];
    end
  end

  dma_round_robin u_turn (
    .clk_i, .rst_ni,
    .request_i(eligible),
    .index_o  (queue_index),
    .valid_o  (is_any),
    .take_i   (select)
  );

  assign select = state_q == StSelect && is_any;
  always_comb begin
    take_o = '0;
    take_o[queue_index] = select;
  end

  // ---------------------------------------------------------------- sum and check
  // One bit more than an address: a sum beyond 64 bits is outside every window.
  logic [64:0]  first_q, last_q;
  logic [16:0]  span;             // from the buffer's start to the packet's last byte
  logic [63:0]  window_base, window_limit;
  logic         is_bad, is_too_long, is_outside, is_outbound;
  drop_reason_e reason_q;

  assign is_outbound  = descriptor_q.flags[0];
  assign span         = {1'b0, descriptor_q.offset} + {1'b0, descriptor_q.length} - 17'd1;
  assign window_base  = config_i[queue_index_q].window_base;
  assign window_limit = config_i[queue_index_q].window_limit;
  assign is_bad = descriptor_q.length == '0 || descriptor_q.flags[15:3] != '0 ||
                  descriptor_q.buffer_iova[5:0] != '0;
  assign is_too_long = descriptor_q.length > 16'(MaxPacketBytes);
  assign is_outside  = last_q[64] || first_q[63:0] < window_base || last_q[63:0] > window_limit;

  always_ff @(posedge clk_i) begin
    if (select) begin
      descriptor_q  <= descriptor_i[queue_index];
      queue_index_q <= queue_index;
    end
    if (state_q == StSum) begin
      first_q <= {1'b0, descriptor_q.buffer_iova} + {49'd0, descriptor_q.offset};
      last_q  <= {1'b0, descriptor_q.buffer_iova} + {48'd0, span};
    end
    if (state_q == StCheck) begin
      reason_q <= DropReasonNone;
      if (is_bad)           reason_q <= DropReasonBadDescriptor;
      else if (is_too_long) reason_q <= DropReasonTooLong;
      else if (is_outside)  reason_q <= DropReasonDmaWindow;
    end
  end

  // ---------------------------------------------------------------- push
  logic [13:0] length_bytes, end_bytes;
  logic        push;

  assign length_bytes = (reason_q == DropReasonNone) ? descriptor_q.length[13:0] : '0;
  assign end_bytes    = length_bytes + {12'd0, first_q[1:0]} + 14'd15;
  // The job FIFO is filled only from here, so that the order record stays offered.
  assign order_valid_o = state_q == StPush && job_ready_i;
  assign push          = order_valid_o && order_ready_i;
  assign job_valid_o   = push;
  always_comb begin
    slot_take_o = '0;
    slot_take_o[is_outbound] = push;
  end
  assign order_o = '{
    queue_index:  queue_index_q,
    is_outbound:  is_outbound,
    length_bytes: descriptor_q.length,
    buffer_iova:  descriptor_q.buffer_iova
  };
  assign job_o = '{
    is_outbound:  is_outbound,
    slot:         slot_i[is_outbound],
    row:          row_i[is_outbound],
    address:      first_q[63:0],
    length_bytes: length_bytes
  };
  assign slot_packet_o = '{
    ingress: '{
      reason:             reason_q,
      has_ethernet:       descriptor_q.flags[1],
      checksum_not_valid: descriptor_q.flags[2],
      sa_index:           descriptor_q.sa_index
    },
    length_bytes: length_bytes,
    shift:        first_q[1:0],
    num_rows:     (reason_q == DropReasonNone) ? end_bytes[13:4] : '0
  };

  always_comb begin
    state_d = state_q;
    unique case (state_q)
      StSelect: if (is_any) state_d = StSum;    // the descriptor is registered
      StSum:    state_d = StCheck;              // its first and last byte
      StCheck:  state_d = StPush;               // its reason
      StPush:   if (push) state_d = StSelect;
      default:  state_d = StSelect;
    endcase
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) state_q <= StSelect;
    else         state_q <= state_d;
  end

  logic unused;
  assign unused = ^{first_q[64], end_bytes[3:0]};

  `ASSERT(PushHasRoom_A, push |-> has_room_i[is_outbound])
  `ASSERT_STREAM_STABLE(Order, order_valid_o, order_ready_i, order_o)
endmodule

// SPDX-License-Identifier: Apache-2.0
`include "common_assert.svh"

/// Remembers in which order packets went into the pipeline, and says which result may be written.
///
/// One FIFO a direction holds the records (a direction keeps its order); one FIFO a queue holds
/// only the direction of each of its packets. A direction's oldest packet may go when it is also
/// the oldest of its queue. The oldest packet of all always may, so nothing waits in a circle.
/// The window is looked at here, before the result is there, but for the length.
module dma_order #(
  /// Packets of one direction between take and write.
  parameter int unsigned Depth = 64
) (
  input  logic clk_i,
  input  logic rst_ni,
  input  dma_pkg::queue_config_t [dma_pkg::MaxQueues-1:0] config_i,

  input  dma_pkg::order_t order_i,
  input  logic            valid_i,
  output logic            ready_o,

  /// Index 0 inbound, 1 outbound: the oldest packet, and whether it may be written.
  output dma_pkg::checked_order_t [1:0] order_o,
  output logic [1:0]                    may_go_o,
  input  logic [1:0]                    take_i
);
  import dma_pkg::*;

  logic [1:0]           record_ready;
  logic [MaxQueues-1:0] turn_ready, turn_valid, turn, turn_pop;
  assign ready_o = record_ready == '1 && turn_ready == '1;

  // ---------------------------------------------------------------- turns of each queue
  for (genvar q = 0; q < MaxQueues; q++) begin : gen_queue
    logic [$clog2(2 * Depth + 1)-1:0] unused_count;
    common_fifo #(.T(logic), .Depth(2 * Depth)) u_turns (
      .clk_i, .rst_ni,
      .data_i (order_i.is_outbound),
      .valid_i(valid_i && ready_o && order_i.queue_index == 2'(q)),
      .ready_o(turn_ready[q]),
      .data_o (turn[q]),
      .valid_o(turn_valid[q]),
      .ready_i(turn_pop[q]),
      .count_o(unused_count)
    );
    assign turn_pop[q] = (take_i[0] && order_o[0].order.queue_index == 2'(q)) ||
                         (take_i[1] && order_o[1].order.queue_index == 2'(q));
  end

  // ---------------------------------------------------------------- records of each direction
  for (genvar d = 0; d < 2; d++) begin : gen_direction
    logic [$clog2(Depth + 1)-1:0] unused_count;
    order_t         record;
    checked_order_t checked_q;
    logic           record_valid, record_pop, valid_q;
    logic [63:0]    base, limit, room;
    logic [1:0]     q;

    common_fifo #(.T(order_t), .Depth(Depth)) u_records (
      .clk_i, .rst_ni,
      .data_i (order_i),
      .valid_i(valid_i && ready_o && order_i.is_outbound == (d == 1)),
      .ready_o(record_ready[d]),
      .data_o (record),
      .valid_o(record_valid),
      .ready_i(record_pop),
      .count_o(unused_count)
    );
    assign record_pop = !valid_q || take_i[d];
    assign base  = config_i[record.queue_index].window_base;
    assign limit = config_i[record.queue_index].window_limit;
    assign room  = limit - record.buffer_iova;

    always_ff @(posedge clk_i) begin
      if (!rst_ni) valid_q <= 1'b0;
      else if (record_pop) valid_q <= record_valid;
      if (record_pop) begin
        checked_q <= '{
          order:      record,
          is_inside:  record.buffer_iova >= base && record.buffer_iova <= limit,
          room_bytes: (room[63:16] != '0) ? 16'hFFFF : room[15:0]
        };
      end
    end
    assign order_o[d]  = checked_q;
    assign q           = checked_q.order.queue_index;
    assign may_go_o[d] = valid_q && turn_valid[q] && turn[q] == (d == 1);

    `ASSERT(TakeMayGo_A, take_i[d] |-> may_go_o[d])
  end

  `ASSERT(OneAtATime_A, take_i != '1)
endmodule

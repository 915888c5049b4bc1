// SPDX-License-Identifier: Apache-2.0
`include "common_assert.svh"

/// One queue: takes its configuration, reads its submission ring ahead, offers one descriptor after
/// the other, stops.
///
///   taken ≤ fetched ≤ producer: free-running indices of the submission ring.
///
/// Doorbells are looked at as they are: the host writes both before `enable`, at first 0.
/// A queue that stops takes nothing more; it runs on until what was taken is completed and its
/// reads are over, then a new rise of `enable` may start it again.
module dma_queue #(
  parameter logic [1:0] QueueIndex = '0
) (
  input  logic clk_i,
  input  logic rst_ni,
  input  logic may_fetch_i,           // memories are swept

  input  dma_pkg::queue_config_t config_i,
  output dma_pkg::queue_config_t taken_o,      // see dma_read
  output dma_pkg::queue_status_t status_o,
  input  logic [15:0]            cq_producer_i,
  output logic stopped_o,             // pulse: stopped by itself
  output logic stall_o,               // pulse: began to wait for completion space

  // Descriptor reads
  output dma_pkg::fetch_t      fetch_o,
  output logic                 fetch_valid_o,
  input  logic                 fetch_ready_i,
  input  dma_pkg::store_t      store_i,
  input  logic                 over_i,
  input  dma_pkg::read_owner_t over_owner_i,
  input  logic                 over_failed_i,

  /// The next descriptor; `valid_o` only while there is completion space for it.
  output dma_pkg::descriptor_t descriptor_o,
  output logic                 valid_o,
  input  logic                 take_i
);
  import dma_pkg::*;
  import card_csr_enums_pkg::*;

  typedef enum logic [1:0] {StIdle, StRunning, StDraining} state_e;
  state_e        state_q, state_d;
  queue_config_t config_q;
  queue_cause_e  cause_q, cause_d;
  logic          armed_q;             // `enable` was low since the last start
  logic          start, is_config_bad, is_doorbell_bad, is_own_over;
  logic [15:0]   taken_q, fetched_q, sq_entries, cq_entries;
  logic [15:0]   num_ahead, num_prefetched, num_open;
  logic [5:0]    num_fetches_q;

  // ---------------------------------------------------------------- configuration and state
  function automatic logic is_size(logic [4:0] log2);
    return log2 >= 5'd3 && log2 <= 5'd15;
  endfunction

  assign is_config_bad = config_i.sq_base[5:0] != '0 || config_i.cq_base[5:0] != '0 ||
                         !is_size(config_i.sq_log2) || !is_size(config_i.cq_log2);
  assign sq_entries     = 16'd1 << config_q.sq_log2[3:0];
  assign cq_entries     = 16'd1 << config_q.cq_log2[3:0];
  assign num_ahead      = config_i.sq_producer - taken_q;
  assign num_prefetched = fetched_q - taken_q;
  assign num_open       = taken_q - config_i.cq_consumer;
  assign is_doorbell_bad = num_ahead > sq_entries || num_ahead < num_prefetched ||
                           num_open > cq_entries;
  assign is_own_over = over_i && over_owner_i.target == TargetDescriptors &&
                       over_owner_i.queue_index == QueueIndex;

  always_comb begin
    state_d   = state_q;
    cause_d   = cause_q;
    start     = 1'b0;
    stopped_o = 1'b0;
    unique case (state_q)
      StIdle: if (config_i.enable && armed_q) begin
        start     = 1'b1;
        state_d   = is_config_bad ? StIdle : StRunning;
        cause_d   = is_config_bad ? QueueCauseBadConfig : QueueCauseNone;
        stopped_o = is_config_bad;
      end
      StRunning: begin
        if (is_own_over && over_failed_i) cause_d = QueueCauseDescriptorRead;
        else if (is_doorbell_bad)         cause_d = QueueCauseDoorbell;
        else if (!config_i.enable)        cause_d = QueueCauseHostStop;
        if (cause_d != QueueCauseNone) state_d = StDraining;
        stopped_o = cause_d != QueueCauseNone && cause_d != QueueCauseHostStop;
      end
      StDraining: if (num_fetches_q == '0 && cq_producer_i == taken_q) state_d = StIdle;
      default: state_d = StIdle;
    endcase
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q <= StIdle;
      cause_q <= QueueCauseNone;
      armed_q <= 1'b1;
    end else begin
      state_q <= state_d;
      cause_q <= cause_d;
      armed_q <= !config_i.enable || (armed_q && !start);
    end
    if (start) config_q <= config_i;
  end

  always_comb begin
    taken_o = config_q;
    taken_o.enable      = state_q != StIdle;
    taken_o.sq_producer = config_i.sq_producer;
    taken_o.sq_ring     = config_i.sq_ring;
    taken_o.cq_consumer = config_i.cq_consumer;
  end

  // ---------------------------------------------------------------- reading ahead
  // A batch ends at the next multiple of 128 bytes (so it crosses neither 4 KiB nor the smallest
  // read request), at the end of the ring, and at the producer.
  logic [15:0] num_left, sq_index;
  logic [3:0]  num_to_line;
  logic [2:0]  line_index;
  logic        is_near_end;

  assign num_left    = config_i.sq_producer - fetched_q;
  assign sq_index    = fetched_q & (sq_entries - 16'd1);
  assign line_index  = config_q.sq_base[6:4] + sq_index[2:0];
  // Ring sizes are multiples of 8 descriptors and bases of 4: the end is at a line or in its
  // middle.
  assign is_near_end = sq_entries - sq_index <= 16'd4;
  assign num_to_line = (is_near_end && line_index < 3'd4) ? 4'd4 - {1'b0, line_index}
                                                          : 4'd8 - {1'b0, line_index};
  assign fetch_o = '{
    address:         config_q.sq_base + {44'd0, sq_index, 4'd0},
    first:           fetched_q[4:0],
    num_descriptors: (num_left < {12'd0, num_to_line}) ? num_left[3:0] : num_to_line
  };
  // Stays valid until it is ready: the producer only grows, the count may.
  assign fetch_valid_o = state_q == StRunning && may_fetch_i && num_left != '0 &&
                         num_prefetched <= 16'(RingDescriptors - MaxBatch) && !is_doorbell_bad;

  // ---------------------------------------------------------------- prefetch ring
  logic [RingDescriptors-1:0] arrived_q, arrived_d;
  logic [127:0] row;
  logic         head_valid_q, has_space, waits, waits_q, fetched, is_last_free;

  assign fetched = fetch_valid_o && fetch_ready_i;

  dma_packet_ram #(.Rows(RingDescriptors)) u_ring (
    .clk_i, .rst_ni,
    .dw_enable_i(store_i.dw_enable & {4{store_i.target == TargetDescriptors &&
                                        store_i.queue_index == QueueIndex}}),
    .place_i    (store_i.place[$clog2(RingDescriptors)+1:0]),
    .data_i     (store_i.data),
    .read_i     (!head_valid_q),
    .row_i      (taken_q[4:0]),
    .data_o     (row),
    .swept_o    (is_last_free)
  );

  always_comb begin
    arrived_d = arrived_q;
    for (int unsigned i = 0; i < MaxBatch; i++) begin
      if (is_own_over && !over_failed_i && 4'(i) < over_owner_i.num_descriptors)
        arrived_d[over_owner_i.index + 5'(i)] = 1'b1;
    end
    if (take_i) arrived_d[taken_q[4:0]] = 1'b0;
    if (start)  arrived_d = '0;
  end

  always_ff @(posedge clk_i) begin
    arrived_q <= arrived_d;
    if (!rst_ni) begin
      taken_q       <= '0;
      fetched_q     <= '0;
      num_fetches_q <= '0;
      head_valid_q  <= 1'b0;
      waits_q       <= 1'b0;
    end else begin
      taken_q   <= start ? '0 : taken_q + {15'd0, take_i};
      fetched_q <= start ? '0 : fetched_q + (fetched ? {12'd0, fetch_o.num_descriptors} : '0);
      num_fetches_q <= num_fetches_q + {5'd0, fetched} - {5'd0, is_own_over};
      // What the ring's read register holds is valid: read last cycle, arrived before.
      head_valid_q  <= !take_i && state_q == StRunning && (head_valid_q || arrived_q[taken_q[4:0]]);
      waits_q       <= waits;
    end
  end

  assign has_space    = num_open < cq_entries;
  assign waits        = state_q == StRunning && head_valid_q && !has_space;
  assign stall_o      = waits && !waits_q;
  assign descriptor_o = row;
  assign valid_o      = state_q == StRunning && head_valid_q && has_space && !is_doorbell_bad;

  assign status_o = '{
    is_running:  state_q != StIdle,
    cause:       cause_q,
    waits:       waits,
    sq_consumer: taken_q,
    cq_producer: cq_producer_i
  };

  logic unused;
  assign unused = ^{is_last_free, config_q.enable, config_q.sq_producer, config_q.sq_ring,
                    config_q.cq_consumer, config_q.sq_log2[4], config_q.cq_log2[4],
                    store_i.place[12:7], over_owner_i.index};

  `ASSERT(NotBeyondProducer_A, state_q == StRunning && fetched |->
          {12'd0, fetch_o.num_descriptors} <= num_left && fetch_o.num_descriptors != '0)
  `ASSERT(TakeIsValid_A, take_i |-> valid_o)
  `ASSERT(FetchesNotNegative_A, is_own_over |-> num_fetches_q != '0)
endmodule

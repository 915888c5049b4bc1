// SPDX-License-Identifier: Apache-2.0
`include "common_assert.svh"

/// Takes descriptors from the submission rings, fetches their packets and plays them into the two
/// directions of the ESP pipeline, in order.
///
/// Reading order: dma_queue (a ring) → dma_take (one descriptor) → dma_request (read requests) →
/// dma_tags and dma_cpl (completions) → dma_slots (order) → dma_play (stream).
/// Nothing is read before `swept_i` and `swept_o`. rx_cpl is always ready.
module dma_read #(
  parameter int unsigned NumQueues = 4
) (
  input  logic clk_i,
  input  logic rst_ni,
  input  pcie_pkg::pcie_config_t cfg_i,
  input  logic                   swept_i,           // nothing is taken before
  output logic                   swept_o,           // the packet RAMs are zero
  input  logic [15:0]            read_timeout_us_i,
  input  logic                   tick_us_i,

  input  dma_pkg::queue_config_t [dma_pkg::MaxQueues-1:0] queue_config_i,
  /// Configuration as it was taken when `enable` rose; `enable` here means running. Doorbell
  /// fields are live.
  output dma_pkg::queue_config_t [dma_pkg::MaxQueues-1:0] queue_taken_o,
  output dma_pkg::queue_status_t [dma_pkg::MaxQueues-1:0] queue_status_o,
  /// From dma_write: completions written, free-running. A stopped queue is idle when it has
  /// caught up.
  input  logic [dma_pkg::MaxQueues-1:0][15:0]             cq_producer_i,

  /// A descriptor became a packet, index 0 inbound, 1 outbound.
  output logic [1:0]          taken_o,

  // DMA reads (header only) and their completions
  output pcie_pkg::tlp_beat_t tx_rd_req_o,
  output logic                tx_rd_req_valid_o,
  input  logic                tx_rd_req_ready_i,
  input  pcie_pkg::tlp_beat_t rx_cpl_i,
  input  logic [3:0]          rx_cpl_error_i,
  input  logic                rx_cpl_valid_i,
  output logic                rx_cpl_ready_o,

  // Packets to the pipeline: index 0 inbound (wire side), 1 outbound (plain side)
  output logic [1:0][127:0]       data_o,
  output logic [1:0][15:0]        keep_o,
  output logic [1:0]              last_o,
  output esp_pkg::ingress_t [1:0] ingress_o,
  output logic [1:0]              valid_o,
  input  logic [1:0]              ready_i,

  // One record a packet, in order of dispatch, before its packet begins
  output dma_pkg::order_t order_o,
  output logic            order_valid_o,
  input  logic            order_ready_i,

  // Pulses
  output logic dma_read_o,          // a read was sent
  output logic dma_read_error_o,    // a read failed (UR, CA, poison, mismatch)
  output logic dma_read_timeout_o,
  output logic bad_completion_o,    // no tag waits for it
  output logic completion_stall_o,  // a queue began to wait for completion space
  output logic queue_stopped_o
);
  import dma_pkg::*;
  if (NumQueues < 1 || NumQueues > MaxQueues) begin : gen_bad_num_queues
    $error("dma_read: NumQueues must be 1 to 4");
  end

  store_t      store;
  read_owner_t over_owner;
  logic        over, over_failed, over_timeout;

  // ---------------------------------------------------------------- queues
  fetch_t [MaxQueues-1:0]      fetch;
  descriptor_t [MaxQueues-1:0] descriptor;
  logic [MaxQueues-1:0]        fetch_valid, fetch_ready, descriptor_valid, descriptor_take;
  logic [MaxQueues-1:0]        stopped, stall, stall_q, stall_sent;
  logic [1:0]                  fetch_queue_index;
  logic                        fetch_any, fetch_any_ready;

  for (genvar q = 0; q < MaxQueues; q++) begin : gen_queue
    if (q < NumQueues) begin : gen_real
      dma_queue #(.QueueIndex(2'(q))) u_queue (
        .clk_i, .rst_ni,
        .may_fetch_i  (swept_i && swept_o),
        .config_i     (queue_config_i[q]),
        .taken_o      (queue_taken_o[q]),
        .status_o     (queue_status_o[q]),
        .cq_producer_i(cq_producer_i[q]),
        .stopped_o    (stopped[q]),
        .stall_o      (stall[q]),
        .fetch_o      (fetch[q]),
        .fetch_valid_o(fetch_valid[q]),
        .fetch_ready_i(fetch_ready[q]),
        .store_i      (store),
        .over_i       (over),
        .over_owner_i (over_owner),
        .over_failed_i(over_failed),
        .descriptor_o (descriptor[q]),
        .valid_o      (descriptor_valid[q]),
        .take_i       (descriptor_take[q])
      );
    end else begin : gen_none
      assign queue_taken_o[q]    = '0;
      assign queue_status_o[q]   = '0;
      assign stopped[q]          = 1'b0;
      assign stall[q]            = 1'b0;
      assign fetch[q]            = '0;
      assign fetch_valid[q]      = 1'b0;
      assign descriptor[q]       = '0;
      assign descriptor_valid[q] = 1'b0;
    end
  end

  dma_round_robin u_fetch_turn (
    .clk_i, .rst_ni,
    .request_i(fetch_valid),
    .index_o  (fetch_queue_index),
    .valid_o  (fetch_any),
    .take_i   (fetch_any_ready)
  );
  always_comb begin
    fetch_ready = '0;
    fetch_ready[fetch_queue_index] = fetch_any_ready;
  end

  // ---------------------------------------------------------------- take
  logic [1:0]       has_room, slot_take;
  assign taken_o = slot_take;
  logic [1:0][4:0]  take_slot, done_slot;
  logic [1:0][10:0] take_row;
  slot_t            take_packet;
  job_t             take_job, job;
  logic             take_job_valid, take_job_ready, job_valid, job_ready;

  dma_take u_take (
    .clk_i, .rst_ni,
    .config_i     (queue_taken_o),
    .descriptor_i (descriptor),
    .valid_i      (descriptor_valid),
    .take_o       (descriptor_take),
    .has_room_i   (has_room),
    .slot_i       (take_slot),
    .row_i        (take_row),
    .slot_take_o  (slot_take),
    .slot_packet_o(take_packet),
    .job_o        (take_job),
    .job_valid_o  (take_job_valid),
    .job_ready_i  (take_job_ready),
    .order_o, .order_valid_o, .order_ready_i
  );

  logic [2:0] unused_job_count;
  common_fifo #(.T(job_t), .Depth(4)) u_jobs (
    .clk_i, .rst_ni,
    .data_i (take_job),
    .valid_i(take_job_valid),
    .ready_o(take_job_ready),
    .data_o (job),
    .valid_o(job_valid),
    .ready_i(job_ready),
    .count_o(unused_job_count)
  );

  // ---------------------------------------------------------------- requests and completions
  logic        issue_ready, issue, is_waiting, update_valid;
  logic [1:0]  issued, is_pending;
  tag_t        issue_tag, tag;
  read_owner_t issue_owner, owner;
  read_rest_t  issue_rest, rest, rest_after;
  outcome_e    outcome;

  dma_request u_request (
    .clk_i, .rst_ni, .cfg_i,
    .fetch_i            (fetch[fetch_queue_index]),
    .fetch_queue_index_i(fetch_queue_index),
    .fetch_valid_i      (fetch_any),
    .fetch_ready_o      (fetch_any_ready),
    .job_i              (job),
    .job_valid_i        (job_valid),
    .job_ready_o        (job_ready),
    .issued_o           (issued),
    .issue_ready_i      (issue_ready),
    .issue_tag_i        (issue_tag),
    .issue_o            (issue),
    .issue_owner_o      (issue_owner),
    .issue_rest_o       (issue_rest),
    .tx_rd_req_o, .tx_rd_req_valid_o, .tx_rd_req_ready_i
  );

  dma_tags u_tags (
    .clk_i, .rst_ni, .tick_us_i, .read_timeout_us_i,
    .issue_ready_o (issue_ready),
    .issue_tag_o   (issue_tag),
    .issue_i       (issue),
    .issue_owner_i (issue_owner),
    .issue_rest_i  (issue_rest),
    .unsent_i      (tx_rd_req_valid_o),
    .unsent_tag_i  (tx_rd_req_o.hdr[76:72]),
    .tag_i         (tag),
    .is_waiting_o  (is_waiting),
    .rest_o        (rest),
    .owner_o       (owner),
    .update_valid_i(update_valid),
    .outcome_i     (outcome),
    .rest_i        (rest_after),
    .over_o        (over),
    .over_owner_o  (over_owner),
    .over_failed_o (over_failed),
    .over_timeout_o(over_timeout),
    .slot_i        (done_slot),
    .is_pending_o  (is_pending)
  );

  dma_cpl u_cpl (
    .clk_i, .rst_ni,
    .requester_id_i(cfg_i.completer_id),
    .rx_cpl_i, .rx_cpl_error_i, .rx_cpl_valid_i,
    .tag_o         (tag),
    .is_waiting_i  (is_waiting),
    .rest_i        (rest),
    .owner_i       (owner),
    .update_valid_o(update_valid),
    .outcome_o     (outcome),
    .rest_o        (rest_after),
    .store_o       (store),
    .bad_completion_o
  );
  assign rx_cpl_ready_o = 1'b1;

  // ---------------------------------------------------------------- the two directions
  logic [1:0] swept;
  assign swept_o = &swept;

  for (genvar d = 0; d < 2; d++) begin : gen_direction
    localparam target_e Target = (d == 0) ? TargetInbound : TargetOutbound;
    slot_t        packet;
    logic [10:0]  row, read_row;
    logic         packet_valid, packet_ready, read;
    logic [127:0] read_data;

    dma_slots u_slots (
      .clk_i, .rst_ni,
      .has_room_o   (has_room[d]),
      .take_slot_o  (take_slot[d]),
      .take_row_o   (take_row[d]),
      .take_i       (slot_take[d]),
      .take_packet_i(take_packet),
      .issued_i     (issued[d]),
      .failed_i     (over && over_failed && over_owner.target == Target),
      .failed_slot_i(over_owner.index),
      .done_slot_o  (done_slot[d]),
      .is_pending_i (is_pending[d]),
      .packet_o     (packet),
      .row_o        (row),
      .valid_o      (packet_valid),
      .ready_i      (packet_ready)
    );

    dma_packet_ram #(.Rows(PacketRows)) u_ram (
      .clk_i, .rst_ni,
      .dw_enable_i(store.dw_enable & {4{store.target == Target}}),
      .place_i    (store.place),
      .data_i     (store.data),
      .read_i     (read),
      .row_i      (read_row),
      .data_o     (read_data),
      .swept_o    (swept[d])
    );

    dma_play u_play (
      .clk_i, .rst_ni,
      .packet_i   (packet),
      .row_i      (row),
      .valid_i    (packet_valid),
      .ready_o    (packet_ready),
      .read_o     (read),
      .read_row_o (read_row),
      .read_data_i(read_data),
      .data_o     (data_o[d]),
      .keep_o     (keep_o[d]),
      .last_o     (last_o[d]),
      .ingress_o  (ingress_o[d]),
      .valid_o    (valid_o[d]),
      .ready_i    (ready_i[d])
    );
  end

  // ---------------------------------------------------------------- pulses
  assign dma_read_o         = tx_rd_req_valid_o && tx_rd_req_ready_i;
  assign dma_read_error_o   = over && over_failed && !over_timeout;
  assign dma_read_timeout_o = over && over_timeout;
  assign queue_stopped_o    = stopped != '0;

  // Two queues may begin to wait in one cycle; each has a pulse.
  assign stall_sent         = stall_q & (~stall_q + 1'b1);
  assign completion_stall_o = stall_q != '0;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) stall_q <= '0;
    else         stall_q <= (stall_q & ~stall_sent) | stall;
  end

  `ASSERT(OrderBeforePacket_A, slot_take != '0 |-> order_valid_o && order_ready_i)
endmodule

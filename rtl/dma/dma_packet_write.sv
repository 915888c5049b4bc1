// SPDX-License-Identifier: Apache-2.0
`include "common_assert.svh"

/// Makes the TLPs of finished packets: data at the start of the buffer, cut at multiples of the
/// largest payload, then the completion entry (PCIe 3.0, 2.2.7 and 2.4: posted writes stay in
/// order, so the host that sees the entry sees the data).
///
/// A packet that was dropped has only its entry. One whose result does not fit into the queue's
/// window is discarded, and its entry says dma_window.
///
/// Throughput: one beat a cycle, without a pause between packets; 2 cycles for a dropped packet.
module dma_packet_write (
  input  logic clk_i,
  input  logic rst_ni,
  input  pcie_pkg::pcie_config_t cfg_i,
  input  dma_pkg::queue_config_t [dma_pkg::MaxQueues-1:0] config_i,
  /// Completion entries that the link has accepted.
  output logic [dma_pkg::MaxQueues-1:0][15:0]             cq_producer_o,
  /// Pulse: one more.
  output logic [dma_pkg::MaxQueues-1:0]                   completed_o,

  input  dma_pkg::checked_order_t [1:0] order_i,
  input  logic [1:0]                    may_go_i,
  output logic [1:0]                    order_take_o,

  input  logic [1:0][127:0]      data_i,
  input  logic [1:0][15:0]       keep_i,
  input  logic [1:0]             last_i,
  input  esp_pkg::result_t [1:0] result_i,
  input  logic [1:0]             valid_i,
  output logic [1:0]             ready_o,

  output pcie_pkg::tlp_beat_t tlp_o,
  output logic                valid_o,
  input  logic                ready_i,

  output dma_pkg::retired_t [1:0] retired_o,
  output logic [1:0]              retired_valid_o
);
  import dma_pkg::*;
  import card_csr_enums_pkg::*;

  typedef enum logic [1:0] {StStart, StData, StDiscard, StComplete} state_e;
  state_e state_q, state_d;

  // ---------------------------------------------------------------- which packet
  logic [1:0] eligible;
  logic       d_q, d, d_first;
  esp_pkg::result_t result;
  checked_order_t   order;
  logic             is_dropped, fits, start;

  assign eligible = may_go_i & valid_i;
  assign d_first  = (eligible == 2'b11) ? !d_q : eligible[1];
  assign d        = (state_q == StStart) ? d_first : d_q;
  assign result   = result_i[d];
  assign order    = order_i[d];
  assign is_dropped = result.reason != DropReasonNone || result.length_bytes == '0;
  assign fits       = order.is_inside && result.length_bytes - 16'd1 <= order.room_bytes;

  // ---------------------------------------------------------------- entry
  retired_t    retired_q;         // of the packet at work
  logic [1:0]  queue_index_q, q;
  logic [31:0] generation_q;
  logic [MaxQueues-1:0][15:0] cq_next_q;
  logic [MaxQueues-1:0]       was_running_q;
  queue_config_t queue;
  completion_t entry;
  logic [15:0] cq_next;
  logic [63:0] entry_address;

  assign q       = queue_index_q;
  assign queue   = config_i[q];
  assign cq_next = cq_next_q[q];
  assign entry_address = queue.cq_base +
      {44'd0, cq_next & ((16'd1 << queue.cq_log2[3:0]) - 16'd1), 4'd0};
  assign entry = '{
    flags:      {15'd0, !cq_next[queue.cq_log2[3:0]]},
    reserved:   '0,
    generation: generation_q,
    sa_index:   retired_q.sa_index,
    length:     retired_q.bytes_out,
    reason:     {10'd0, retired_q.reason},
    index:      cq_next
  };

  // ---------------------------------------------------------------- data
  logic [63:0]  address, address_q;
  logic [13:0]  bytes_left, bytes_left_q;
  logic [12:0]  tlp_bytes, tlp_bytes_q, tlp_left;   // of the data TLP
  logic         tlp_first_q, is_sop, is_eop, can_load, is_data_beat, is_entry;
  logic [127:0] data;
  logic [3:0]   strb;

  assign address    = (state_q == StStart) ? order.order.buffer_iova : address_q;
  assign bytes_left = (state_q == StStart) ? result.length_bytes[13:0] : bytes_left_q;
  assign is_sop     = state_q == StStart || tlp_first_q;
  assign tlp_bytes  = request_bytes(address[11:0], bytes_left, cfg_i.max_payload);
  assign tlp_left   = is_sop ? tlp_bytes : tlp_bytes_q;
  assign is_eop     = tlp_left <= 13'd16;
  assign can_load   = (!valid_o || ready_i) && (cfg_i.bus_master_en || !(is_sop || is_entry));
  always_comb begin
    for (int unsigned i = 0; i < 16; i++) begin
      data[8*i +: 8] = keep_i[d][i] ? data_i[d][8*i +: 8] : '0;
    end
    for (int unsigned i = 0; i < 4; i++) strb[i] = tlp_left > 13'(4 * i);
  end

  // ---------------------------------------------------------------- states
  always_comb begin
    state_d      = state_q;
    start        = 1'b0;
    is_data_beat = 1'b0;
    is_entry     = state_q == StComplete;
    ready_o      = '0;
    unique case (state_q)
      // The first beat of a packet; it leaves in the same cycle.
      StStart: if (eligible != '0) begin
        if (is_dropped || !fits) begin
          start      = 1'b1;
          ready_o[d] = 1'b1;
          state_d    = last_i[d] ? StComplete : StDiscard;
        end else if (can_load) begin
          start        = 1'b1;
          is_data_beat = 1'b1;
          ready_o[d]   = 1'b1;
          state_d      = (bytes_left <= 14'd16) ? StComplete : StData;
        end
      end
      // The beats after it.
      StData: begin
        ready_o[d]   = can_load;
        is_data_beat = can_load && valid_i[d];
        if (is_data_beat && bytes_left <= 14'd16) state_d = StComplete;
      end
      // Nowhere to write it.
      StDiscard: begin
        ready_o[d] = 1'b1;
        if (valid_i[d] && last_i[d]) state_d = StComplete;
      end
      StComplete: if (can_load) state_d = StStart;
      default: state_d = StStart;
    endcase
    order_take_o    = '0;
    order_take_o[d] = start;
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q <= StStart;
      d_q     <= 1'b0;
    end else begin
      state_q <= state_d;
      if (start) d_q <= d;
    end
    if (start) begin
      queue_index_q <= order.order.queue_index;
      generation_q  <= result.generation;
      retired_q <= '{
        is_outbound: d,
        has_ticket:  result.has_ticket,
        reason:      (is_dropped || fits) ? result.reason : DropReasonDmaWindow,
        sa_index:    result.sa_index,
        bytes_in:    order.order.length_bytes,
        bytes_out:   (is_dropped || !fits) ? '0 : result.length_bytes
      };
    end
    if (is_data_beat) begin
      address_q    <= address + 64'd16;
      bytes_left_q <= bytes_left - 14'd16;
      tlp_bytes_q  <= tlp_left - 13'd16;
      tlp_first_q  <= is_eop;
    end
  end

  // ---------------------------------------------------------------- output register
  logic       entry_q;            // it holds an entry, and then also:
  logic [1:0] entry_queue_q;
  retired_t   entry_retired_q;
  logic       load, load_entry, accepted;

  assign load_entry = is_entry && can_load;
  assign load       = is_data_beat || load_entry;
  assign accepted   = valid_o && ready_i && entry_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      valid_o <= 1'b0;
      entry_q <= 1'b0;
      tlp_o   <= '0;              // may hold plaintext
    end else begin
      if (load) valid_o <= 1'b1;
      else if (ready_i) valid_o <= 1'b0;
      if (load) begin
        entry_q    <= load_entry;
        tlp_o.data <= load_entry ? entry : data;
        tlp_o.strb <= load_entry ? 4'hF : strb;
        tlp_o.sop  <= load_entry || is_sop;
        tlp_o.eop  <= load_entry || is_eop;
        if (load_entry || is_sop) begin
          tlp_o.hdr <= memory_header(1'b1, cfg_i.completer_id, '0,
                                     load_entry ? entry_address : address,
                                     load_entry ? 13'(CompletionBytes) : tlp_bytes);
        end
      end
    end
    if (load_entry) begin
      entry_queue_q   <= q;
      entry_retired_q <= retired_q;
    end
  end

  for (genvar i = 0; i < MaxQueues; i++) begin : gen_queue
    logic has_started;
    assign has_started    = config_i[i].enable && !was_running_q[i];
    assign completed_o[i] = accepted && entry_queue_q == 2'(i);

    always_ff @(posedge clk_i) begin
      if (!rst_ni) begin
        was_running_q[i] <= 1'b0;
        cq_next_q[i]     <= '0;
        cq_producer_o[i] <= '0;
      end else begin
        was_running_q[i] <= config_i[i].enable;
        if (has_started) begin
          cq_next_q[i]     <= '0;
          cq_producer_o[i] <= '0;
        end else begin
          if (load_entry && q == 2'(i)) cq_next_q[i] <= cq_next + 16'd1;
          if (completed_o[i]) cq_producer_o[i] <= cq_producer_o[i] + 16'd1;
        end
      end
    end
  end

  assign retired_o = {entry_retired_q, entry_retired_q};
  assign retired_valid_o = {accepted && entry_retired_q.is_outbound,
                            accepted && !entry_retired_q.is_outbound};

  `ASSERT(LengthIsThatOfTheStream_A, is_data_beat |-> last_i[d] == (bytes_left <= 14'd16))
  `ASSERT(NotAcross4KiB_A, is_data_beat && is_sop |->
          {1'b0, address[11:0]} + tlp_bytes <= 13'd4096)
  `ASSERT_STREAM_STABLE(Tlp, valid_o, ready_i, tlp_o)
endmodule

// SPDX-License-Identifier: Apache-2.0
`include "common_assert.svh"

/// Takes request TLPs whole, checks them, and offers what is left, one at a time and in order.
///
/// A write is offered when all of its payload has come and is known to be well-formed, so that a
/// malformed one changes nothing. While a request is offered no other is taken.
///
/// A payload may be a key: it is overwritten as soon as nobody needs it, a beat a cycle, the last
/// beat in the cycle that ends the request; so a payload of n beats costs n - 1 cycles more.
///
/// A write whose first beat came in another epoch than `epoch_i` is stale: a function level reset
/// came between (PCIe 3.0, 6.6.2). It is offered with `write_is_stale_o` if it was good, and has to
/// be dropped.
/// Reset:      256 cycles after `rst_ni` rose the whole memory is overwritten; then the first
///             request is taken.
module pcie_request_receive (
  input  logic clk_i,
  input  logic rst_ni,
  input  logic [2:0]          max_payload_i,

  input  pcie_pkg::tlp_beat_t rx_req_i,
  input  logic [2:0]          rx_req_bar_id_i,
  input  logic [7:0]          rx_req_func_num_i,
  /// Epoch in which the first beat came to the card, and the one that is now.
  input  logic [7:0]          rx_req_epoch_i,
  input  logic [7:0]          epoch_i,
  input  logic                rx_req_valid_i,
  output logic                rx_req_ready_o,

  /// The request that is offered, as a non-posted one or as a write.
  output pcie_pkg::request_t  request_o,
  output logic                non_posted_valid_o,
  input  logic                non_posted_ready_i,
  output logic                write_valid_o,
  output logic                write_is_stale_o,
  input  logic                write_ready_i,
  /// Payload of the offered write: beat `payload_index_i` of 4 DWs, a cycle later.
  input  logic [7:0]          payload_index_i,
  output logic [127:0]        payload_o,

  output logic bad_request_o,
  output logic unsupported_request_o
);
  import pcie_pkg::*;

  localparam int unsigned MaxBeats = 256;

  typedef enum logic [2:0] {StReceive, StDecide, StNonPosted, StWrite, StForget} state_e;
  state_e state_d, state_q;

  logic         is_first_q, is_torn_q;
  logic [8:0]   beat_q, beat;
  logic [10:0]  payload_dw_q;
  logic [127:0] hdr_q;
  logic [2:0]   bar_id_q;
  logic [7:0]   func_num_q, epoch_q;
  request_t     request_q, checked;
  verdict_e     verdict;
  logic         take, is_strb_full, is_strb_contiguous;
  logic [2:0]   beat_dw;

  assign beat = is_first_q ? '0 : beat_q;
  assign take = rx_req_valid_i && rx_req_ready_o;
  assign is_strb_full       = &rx_req_i.strb;
  assign is_strb_contiguous = (rx_req_i.strb & (rx_req_i.strb + 4'd1)) == '0;
  assign beat_dw = 3'(rx_req_i.strb[0]) + 3'(rx_req_i.strb[1]) + 3'(rx_req_i.strb[2]) +
                   3'(rx_req_i.strb[3]);

  pcie_request_check u_check (
    .hdr_i        (hdr_q),
    .bar_id_i     (bar_id_q),
    .func_num_i   (func_num_q),
    .max_payload_i,
    .payload_dw_i (payload_dw_q),
    .is_torn_i    (is_torn_q),
    .verdict_o    (verdict),
    .request_o    (checked)
  );

  // One payload, 4 KiB. Nothing is taken while it is forgotten, so there is one write port.
  logic       forget, is_forgotten, payload_write;
  logic [8:0] last_beat;
  logic [7:0] payload_write_index;
  logic [127:0] payload_mem [MaxBeats];
  assign last_beat    = beat_q - 9'd1;
  assign is_forgotten = last_beat == '0;
  assign payload_write       = forget || (take && !beat[8]);
  assign payload_write_index = forget ? last_beat[7:0] : beat[7:0];
  always_ff @(posedge clk_i) begin
    if (payload_write) payload_mem[payload_write_index] <= forget ? '0 : rx_req_i.data;
    if (!rst_ni || forget)       payload_o <= '0;
    else if (state_q == StWrite) payload_o <= payload_mem[payload_index_i];
  end

  always_comb begin
    state_d               = state_q;
    rx_req_ready_o        = 1'b0;
    non_posted_valid_o    = 1'b0;
    bad_request_o         = 1'b0;
    unsupported_request_o = 1'b0;
    forget                = 1'b0;
    unique case (state_q)
      // Beats of one TLP.
      StReceive: begin
        rx_req_ready_o = 1'b1;
        if (rx_req_valid_i && rx_req_i.eop) state_d = StDecide;
      end
      // All of it is here.
      StDecide: begin
        unique case (verdict)
          VerdictWrite:                    state_d = StWrite;
          VerdictRead, VerdictUnsupported: state_d = StNonPosted;
          default:                         forget = 1'b1;
        endcase
        bad_request_o = verdict == VerdictBad;
        unsupported_request_o = verdict == VerdictUnsupported ||
                                verdict == VerdictUnsupportedPosted;
      end
      // Until it stands in the queue of those to be answered.
      StNonPosted: begin
        non_posted_valid_o = 1'b1;
        forget = non_posted_ready_i;
      end
      // Until the registers are written.
      StWrite: forget = write_ready_i;
      // Until the rest of its payload is overwritten.
      StForget: forget = 1'b1;
      default: state_d = StReceive;
    endcase
    if (forget) state_d = is_forgotten ? StReceive : StForget;
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q    <= StForget;
      is_first_q <= 1'b1;
      beat_q     <= 9'(MaxBeats);
    end else begin
      state_q <= state_d;
      if (take) is_first_q <= rx_req_i.eop;
      if (take && !beat[8]) beat_q <= beat + 9'd1;
      else if (forget)      beat_q <= last_beat;
    end
    if (take) begin
      if (is_first_q) begin
        hdr_q      <= rx_req_i.hdr;
        bar_id_q   <= rx_req_bar_id_i;
        func_num_q <= rx_req_func_num_i;
        epoch_q    <= rx_req_epoch_i;
      end
      // The payload has no gaps, and sop is on the first beat only.
      is_torn_q <= (!is_first_q && is_torn_q) || is_first_q != rx_req_i.sop ||
                   !is_strb_contiguous || (!rx_req_i.eop && !is_strb_full);
      if (is_first_q)                    payload_dw_q <= 11'(beat_dw);
      else if (payload_dw_q <= 11'd1024) payload_dw_q <= payload_dw_q + 11'(beat_dw);
      else                               payload_dw_q <= '1;
    end
    if (state_q == StDecide) request_q <= checked;
  end

  assign request_o        = request_q;
  assign write_valid_o    = state_q == StWrite;
  assign write_is_stale_o = epoch_q != epoch_i;

  `ASSERT_STREAM_STABLE(NonPosted, non_posted_valid_o, non_posted_ready_i, request_o)
  `ASSERT_STREAM_STABLE(Write, write_valid_o, write_ready_i, request_o)
  `ASSERT(SomethingToForget_A, forget |-> beat_q != '0 && !take)
  `ASSERT(OneOffer_A, !(non_posted_valid_o && write_valid_o))
endmodule

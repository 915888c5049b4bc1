// SPDX-License-Identifier: Apache-2.0
`include "common_assert.svh"

/// Completions of DMA reads (PCIe 3.0, 2.2.9 and 2.3.2): asks the tag table what is expected,
/// checks, sends good data to its place and says what became of the read.
///
/// Never stalls. A completion is looked at one cycle after it came; its data leaves one cycle
/// later, in the cycle in which the tag table reports the read as over.
/// PCIe 3.0, 2.3.1.1 has completions end at the read completion boundary; not checked, because any
/// DW will do. Traffic class and attributes of completions are not compared with the request's.
module dma_cpl (
  input  logic clk_i,
  input  logic rst_ni,
  input  logic [15:0]         requester_id_i,
  input  pcie_pkg::tlp_beat_t rx_cpl_i,
  input  logic [3:0]          rx_cpl_error_i,
  input  logic                rx_cpl_valid_i,

  // Tag table: asked and answered in the same cycle
  output dma_pkg::tag_t       tag_o,
  input  logic                is_waiting_i,
  input  dma_pkg::read_rest_t rest_i,
  input  dma_pkg::read_owner_t owner_i,
  /// With the last beat of a completion whose tag is waiting.
  output logic                update_valid_o,
  output dma_pkg::outcome_e   outcome_o,
  output dma_pkg::read_rest_t rest_o,

  output dma_pkg::store_t     store_o,
  output logic                bad_completion_o
);
  import dma_pkg::*;
  import pcie_pkg::*;

  // ---------------------------------------------------------------- registered input
  tlp_beat_t  beat_q;
  logic [3:0] error_q, error_before_q, error;
  logic       valid_q, frame_bad_q;
  logic [7:0] beat_index_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      beat_q  <= '0;              // data may be plaintext
      valid_q <= 1'b0;
    end else begin
      if (rx_cpl_valid_i) beat_q <= rx_cpl_i;
      valid_q <= rx_cpl_valid_i;
    end
    if (rx_cpl_valid_i) error_q <= rx_cpl_error_i;
  end

  // ---------------------------------------------------------------- header
  // DW 0: fmt, type [31:24] … EP [14] … length [9:0]
  // DW 1: completer [31:16] status [15:13] BCM [12] byte count [11:0]
  // DW 2: requester [31:16] tag [15:8] lower address [6:0]
  logic [31:0] dw0, dw1, dw2;
  logic        has_data, is_completion, is_bad_status, is_poisoned, is_mismatch, is_whole;
  logic [10:0] length_dw, need_dw;
  logic [12:0] byte_count, num_bytes;

  assign {dw0, dw1, dw2} = beat_q.hdr[127:32];
  assign tag_o         = dw2[12:8];
  assign has_data      = dw0[31:24] == TlpCplData;
  assign is_completion = (has_data || dw0[31:24] == TlpCpl) && dw2[15:13] == '0;
  assign length_dw     = {dw0[9:0] == '0, dw0[9:0]};
  assign byte_count    = {dw1[11:0] == '0, dw1[11:0]};
  assign error         = beat_q.sop ? error_q : error_q | error_before_q;
  assign is_bad_status = dw1[15:13] != StatusSuccess || error == 4'd2;
  assign is_poisoned   = dw0[14] || error == 4'd1;
  assign need_dw       = touched_dws(rest_i.address[1:0], rest_i.bytes_left);
  assign is_whole      = length_dw == need_dw;
  assign num_bytes     = is_whole ? rest_i.bytes_left
                                  : {length_dw, 2'b00} - {11'd0, rest_i.address[1:0]};

  always_comb begin
    is_mismatch = dw2[31:16] != requester_id_i || error > 4'd2;
    if (!is_bad_status) begin
      if (!has_data || length_dw > need_dw || byte_count != rest_i.bytes_left ||
          dw2[6:0] != rest_i.address) is_mismatch = 1'b1;
    end
  end

  // ---------------------------------------------------------------- frame
  // Every beat but the last is full, and all together are as long as the header says.
  logic [10:0] dws_before, dws_left;
  logic [3:0]  expected_strb;
  logic        is_frame_bad, is_good;

  assign dws_before = beat_q.sop ? '0 : {1'b0, beat_index_q, 2'b00};
  assign dws_left   = (has_data ? length_dw : '0) - dws_before;
  assign expected_strb = (dws_left > 11'd3) ? 4'hF : ~(4'hF << dws_left[1:0]);
  assign is_frame_bad  = (!beat_q.sop && frame_bad_q) || beat_q.strb != expected_strb ||
                         beat_q.eop != (dws_left <= 11'd4);
  assign is_good = is_completion && is_waiting_i && !is_bad_status && !is_poisoned &&
                   !is_mismatch && !is_frame_bad;

  always_ff @(posedge clk_i) begin
    if (valid_q) begin
      beat_index_q   <= beat_q.sop ? 8'd1 : beat_index_q + 8'd1;
      frame_bad_q    <= is_frame_bad;
      error_before_q <= error;
    end
  end

  // ---------------------------------------------------------------- what becomes of the read
  assign update_valid_o = valid_q && beat_q.eop && is_completion && is_waiting_i;
  assign rest_o = '{
    bytes_left:  rest_i.bytes_left - num_bytes,
    address:     rest_i.address + num_bytes[6:0],
    place:       rest_i.place + {2'd0, length_dw},
    is_poisoned: rest_i.is_poisoned || is_poisoned
  };

  always_comb begin
    outcome_o = OutcomeMore;
    if (is_mismatch || is_frame_bad)             outcome_o = OutcomeRest;
    else if (is_bad_status)                      outcome_o = OutcomeFailed;
    else if (is_whole)
      outcome_o = rest_o.is_poisoned ? OutcomeFailed : OutcomeDone;
  end

  // ---------------------------------------------------------------- outputs
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      store_o          <= '0;
      bad_completion_o <= 1'b0;
    end else begin
      bad_completion_o <= valid_q && beat_q.eop && !(is_completion && is_waiting_i);
      store_o.dw_enable <= (valid_q && is_good) ? beat_q.strb : '0;
      if (valid_q && is_good) begin
        store_o.target      <= owner_i.target;
        store_o.queue_index <= owner_i.queue_index;
        store_o.place       <= rest_i.place + {2'd0, dws_before};
        store_o.data        <= beat_q.data;
      end
    end
  end

  `ASSERT(NoMoreThanExpected_A, update_valid_o && outcome_o == OutcomeMore |->
          num_bytes < rest_i.bytes_left)
endmodule

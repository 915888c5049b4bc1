// SPDX-License-Identifier: Apache-2.0
`include "common_assert.svh"

/// Account of one direction whose packets come and go over streams: remembers the size of each
/// packet that entered until its result leaves. A frame of 65,535 bytes or more, which no packet
/// is, counts as 65,535.
module card_stream_account #(
  parameter int unsigned DataWidth = 128,
  parameter bit IsOutbound = 1'b0,
  /// Packets in flight that are remembered; more than the pipeline holds.
  parameter int unsigned Depth = 512
) (
  input  logic clk_i,
  input  logic rst_ni,
  /// A beat that enters, when `taken_i`.
  input  logic [DataWidth/8-1:0] keep_i,
  input  logic                   last_i,
  input  logic                   taken_i,
  /// The oldest packet has entered whole. Until then its result must wait: a packet can be dropped
  /// by its first bytes, while the rest is still coming in.
  output logic                   may_retire_o,
  /// The result of the oldest packet leaves with its last beat.
  input  esp_pkg::result_t       result_i,
  input  logic                   retire_i,
  /// Valid with `retire_i`.
  output dma_pkg::retired_t      retired_o,
  output logic                   in_flight_o
);
  logic [15:0] bytes_q, bytes_now, bytes_in;
  logic [16:0] sum;
  logic [$clog2(Depth + 1)-1:0] count;
  logic valid, ready, midway_q;

  assign sum       = {1'b0, midway_q ? bytes_q : 16'd0} + 17'($countones(keep_i));
  assign bytes_now = sum[16] ? '1 : sum[15:0];

  always_ff @(posedge clk_i) begin
    if (taken_i) bytes_q <= bytes_now;
    if (!rst_ni)      midway_q <= 1'b0;
    else if (taken_i) midway_q <= !last_i;
  end

  common_fifo #(.T(logic [15:0]), .Depth(Depth)) u_sizes (
    .clk_i, .rst_ni,
    .data_i (bytes_now),
    .valid_i(taken_i && last_i),
    .ready_o(ready),
    .data_o (bytes_in),
    .valid_o(valid),
    .ready_i(retire_i),
    .count_o(count)
  );

  assign retired_o = '{is_outbound: IsOutbound, has_ticket: result_i.has_ticket,
                       reason: result_i.reason, sa_index: result_i.sa_index, bytes_in: bytes_in,
                       bytes_out: result_i.length_bytes};
  assign may_retire_o = valid;
  assign in_flight_o = count != '0 || midway_q;

  `ASSERT(Remembered_A, taken_i && last_i |-> ready)
  `ASSERT(ResultHasPacket_A, retire_i |-> valid)
endmodule

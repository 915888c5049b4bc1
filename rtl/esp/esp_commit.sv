// SPDX-License-Identifier: Apache-2.0
`include "common_assert.svh"

/// Holds packets until it is decided what becomes of them: nothing leaves before.
///
/// Beats are written as they come, the next packet's behind the last one's. One exit a packet, in
/// the same order, says how many of its beats stand here and how many bytes of them leave: all but
/// those are passed over (trailer, or the whole of a dropped packet).
///
///        exits:      A: 3 of 4 beats      B: dropped     C: not decided yet
///     memory:    │ A0 A1 A2 (A3) │ (B0 B1 B2) │ C0 C1 …  ▶ write
///
/// Latency:    2 cycles from the exit to the first beat out.
/// Throughput: one beat in, one beat out a cycle, packets back to back. A dropped packet leaves as
///             one beat with keep 0.
/// Reset:      the memory is overwritten with zeros, NumBeats cycles after reset; then `swept_o`
///             rises. Nothing is taken before.
module esp_commit #(
  /// What is known of a packet, constant over its beats at the output.
  parameter type Exit = logic,
  /// Beats of 16 bytes. Two largest packets, so that one can collect while one leaves.
  parameter int unsigned NumBeats = 2 * ((net_pkg::MaxWireBytes + 15) / 16)
) (
  input  logic              clk_i,
  input  logic              rst_ni,
  output logic              swept_o,
  input  logic [127:0]      data_i,
  input  logic              valid_i,
  output logic              ready_o,
  /// After the packet's last beat was written.
  input  Exit               exit_i,
  input  logic [9:0]        num_beats_i,
  /// 0: dropped.
  input  logic [13:0]       num_bytes_i,
  input  logic              exit_valid_i,
  output logic              exit_ready_o,
  output common_pkg::beat_t beat_o,
  output Exit               exit_o,
  output logic              is_first_o,
  output logic              valid_o,
  input  logic              ready_i
);
  import common_pkg::*;

  localparam int unsigned AddressWidth = $clog2(NumBeats);
  localparam int unsigned NumExits = 32;
  typedef logic [AddressWidth-1:0] address_t;
  typedef logic [AddressWidth:0] amount_t;

  typedef struct packed {
    Exit         leaving;
    logic [9:0]  num_beats;
    logic [13:0] num_bytes;
  } entry_t;

  function automatic address_t advance(address_t from, logic [9:0] by);
    amount_t sum;
    sum = amount_t'(from) + amount_t'(by);
    return address_t'(sum >= amount_t'(NumBeats) ? sum - amount_t'(NumBeats) : sum);
  endfunction

  logic [127:0] mem [NumBeats];
  address_t     write_q, read_q;
  amount_t      used_q;
  logic         swept_q, write;

  // ---- In -------------------------------------------------------------------------------------

  assign swept_o = swept_q;
  assign ready_o = swept_q && used_q != amount_t'(NumBeats);
  assign write   = valid_i && ready_o;

  always_ff @(posedge clk_i) begin
    if (write || !swept_q) mem[write_q] <= swept_q ? data_i : '0;
    if (!rst_ni) begin
      write_q <= '0;
      swept_q <= 1'b0;
    end else begin
      if (write || !swept_q) write_q <= advance(write_q, 10'd1);
      if (write_q == address_t'(NumBeats - 1)) swept_q <= 1'b1;
    end
  end

  entry_t     entry;
  logic       entry_valid, entry_taken;
  logic [5:0] unused_count;
  common_fifo #(.T(entry_t), .Depth(NumExits)) u_exit_fifo (
    .clk_i, .rst_ni,
    .data_i('{leaving: exit_i, num_beats: num_beats_i, num_bytes: num_bytes_i}),
    .valid_i(exit_valid_i), .ready_o(exit_ready_o),
    .data_o(entry), .valid_o(entry_valid), .ready_i(entry_taken), .count_o(unused_count)
  );

  // ---- Out ------------------------------------------------------------------------------------

  logic [9:0]   index_q;        // beat of the packet at the head
  logic [9:0]   beats_left, freed;
  logic [13:0]  bytes_left;
  logic         is_last, read, is_dropped;
  logic         valid_q, last_q, is_first_q;
  logic [15:0]  keep_q;
  logic [127:0] data_q;
  Exit          exit_q;

  assign is_dropped = entry.num_bytes == '0;
  assign bytes_left = entry.num_bytes - {index_q, 4'd0};
  assign beats_left = entry.num_beats - index_q;
  assign is_last    = bytes_left <= 14'd16;
  assign read        = entry_valid && (!valid_q || ready_i);
  assign entry_taken = read && is_last;
  // The last beat that leaves takes those behind it along.
  assign freed = is_last ? beats_left : 10'd1;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      index_q <= '0;
      read_q  <= '0;
      used_q  <= '0;
      valid_q <= 1'b0;
    end else begin
      if (read) begin
        index_q <= is_last ? '0 : index_q + 10'd1;
        read_q  <= advance(read_q, freed);
      end
      used_q <= used_q + {{AddressWidth{1'b0}}, write} - (read ? amount_t'(freed) : '0);
      if (!valid_q || ready_i) valid_q <= entry_valid;
    end
    if (read && !is_dropped) data_q <= mem[read_q];
    if (read) begin
      keep_q     <= is_last ? keep_of(bytes_left[4:0]) : '1;
      last_q     <= is_last;
      is_first_q <= index_q == '0;
      if (index_q == '0) exit_q <= entry.leaving;
    end
  end

  assign valid_o = valid_q;
  assign beat_o  = '{last: last_q, fault: FaultNone, keep: keep_q,
                     data: data_q & byte_mask(keep_q)};
  assign exit_o     = exit_q;
  assign is_first_o = is_first_q;

  `ASSERT(NoOverflow_A, used_q <= amount_t'(NumBeats))
  `ASSERT(BytesAreHere_A, exit_valid_i |-> {4'd0, num_bytes_i} <= {4'd0, num_beats_i, 4'd0})
  `ASSERT(BeatsWereWritten_A, read && index_q == '0 |-> used_q >= amount_t'(entry.num_beats))
  `ASSERT_STREAM_STABLE(Output, valid_o, ready_i, {beat_o, exit_o})
endmodule

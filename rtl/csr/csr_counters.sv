// SPDX-License-Identifier: Apache-2.0
`include "common_assert.svh"

/// The 64-bit counters and their snapshot.
///
/// Events are counted in small registers. A walker that never rests takes all of them at the same
/// cycle, once in 64 cycles, and adds one a cycle to a memory of 64-bit values. After `take_i` the
/// next walk also fills the snapshot memory, which therefore holds the values of one cycle. A host
/// read waits until the snapshot that was asked for is complete: at most 130 cycles.
///
/// Slots are numbered as in card_csr.rdl; those below 32 and the drops lie in the memory.
module csr_counters (
  input  logic clk_i,
  input  logic rst_ni,

  /// All counters start at 0 again; at least 64 cycles long. The host's access goes on.
  input  logic                    clear_i,
  /// Pulse by slot: the counter goes up by 1. Slots of packets, bytes and cycles are not used.
  input  logic [31:0]             pulse_i,
  /// A packet came in, index 0 inbound, 1 outbound. It is counted out, or dropped, when it retires:
  /// two different places, so that the counters tell when one is lost between them.
  input  logic [1:0]              taken_i,
  input  dma_pkg::retired_t [1:0] retired_i,
  input  logic [1:0]              retired_valid_i,

  /// Pulse: latch all counters together.
  input  logic        take_i,
  // Host access: `request_i` is a pulse, so is its answer.
  input  logic        request_i,
  input  logic        is_write_i,
  input  logic [9:0]  address_i,
  output logic        read_ack_o,
  output logic [31:0] read_data_o,
  output logic        write_ack_o
);
  import card_csr_enums_pkg::*;

  localparam int unsigned NumPulses  = 32;
  localparam int unsigned WalkCycles = 64;

  if (NumDropReasons > 32 || (CounterExists & 128'h0000_0000_0000_0000_FFFF_FFFF_0000_0000) != '0 ||
      CounterDrops != 64) begin : gen_map_does_not_fit
    $error("csr_counters: the map has counters that this memory has no place for");
  end

  // ---------------------------------------------------------------- small registers
  logic [5:0] index_q;
  logic       latch, drop_any;
  logic [1:0] drop;
  logic [NumPulses-1:0]      pulse;
  logic [NumPulses-1:0][7:0] events_q, events_shadow_q;
  logic [31:0][7:0]          drops_q, drops_shadow_q;
  // Up to 64 packets of 65,535 bytes.
  logic [1:0][21:0] bytes_in_q, bytes_out_q, bytes_in_shadow_q, bytes_out_shadow_q;
  logic [21:0]      credit_q, credit_shadow_q;
  logic             is_held;
  assign is_held = retired_valid_i[1] && retired_i[1].reason == DropReasonCredit;

  assign latch = index_q == 6'(WalkCycles - 1);
  assign drop_any = drop != '0;

  always_comb begin
    pulse = pulse_i;
    for (int unsigned d = 0; d < 2; d++) begin
      drop[d] = retired_valid_i[d] && retired_i[d].reason != DropReasonNone;
      pulse[CounterPacketsIn + d]  = taken_i[d];
      pulse[CounterPacketsOut + d] = retired_valid_i[d] && !drop[d];
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni || clear_i) begin
      events_q    <= '0;
      drops_q     <= '0;
      bytes_in_q  <= '0;
      bytes_out_q <= '0;
      credit_q    <= '0;
    end else begin
      if (latch || is_held) begin
        credit_q <= (latch ? '0 : credit_q) + (is_held ? 22'(retired_i[1].bytes_in) : '0);
      end
      if (latch || pulse != '0) begin
        for (int unsigned i = 0; i < NumPulses; i++)
          events_q[i] <= (latch ? 8'd0 : events_q[i]) + 8'(pulse[i]);
      end
      if (latch || drop_any) begin
        for (int unsigned i = 0; i < NumDropReasons; i++)
          drops_q[i] <= (latch ? 8'd0 : drops_q[i]) + 8'(drop[0] && 32'(retired_i[0].reason) == i)
                                                    + 8'(drop[1] && 32'(retired_i[1].reason) == i);
      end
      for (int unsigned d = 0; d < 2; d++) begin
        if (latch || retired_valid_i[d]) begin
          bytes_in_q[d]  <= (latch ? '0 : bytes_in_q[d]) +
                            (retired_valid_i[d] ? 22'(retired_i[d].bytes_in) : '0);
          bytes_out_q[d] <= (latch ? '0 : bytes_out_q[d]) +
                            (retired_valid_i[d] ? 22'(retired_i[d].bytes_out) : '0);
        end
      end
    end
    if (latch) begin
      events_shadow_q    <= events_q;
      drops_shadow_q     <= drops_q;
      bytes_in_shadow_q  <= bytes_in_q;
      bytes_out_shadow_q <= bytes_out_q;
      credit_shadow_q    <= credit_q;
    end
  end

  // ---------------------------------------------------------------- walk
  logic [63:0] live_mem [WalkCycles];
  logic [63:0] snapshot_mem [WalkCycles];
  logic        asked_q;          // a snapshot waits for the next walk
  logic        is_snapshot_q;    // this walk fills the snapshot
  logic        is_clearing_q;    // the first walk after reset writes zeros
  logic        add_snapshot_q, add_clearing_q;
  logic [5:0]  add_index_q;
  logic [63:0] live_q, sum;
  logic [21:0] amount, amount_q;

  always_comb begin
    if (index_q[5])                                    amount = 22'(drops_shadow_q[index_q[4:0]]);
    else if (index_q == 6'(CounterCycles))             amount = 22'(WalkCycles);
    else if (index_q[5:1] == 5'(CounterBytesIn / 2))   amount = bytes_in_shadow_q[index_q[0]];
    else if (index_q[5:1] == 5'(CounterBytesOut / 2))  amount = bytes_out_shadow_q[index_q[0]];
    else if (index_q == 6'(CounterCreditBytes))        amount = credit_shadow_q;
    else                                               amount = 22'(events_shadow_q[index_q[4:0]]);
  end

  assign sum = add_clearing_q ? '0 : live_q + 64'(amount_q);

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      index_q        <= '0;
      asked_q        <= 1'b0;
      is_snapshot_q  <= 1'b1;
      is_clearing_q  <= 1'b1;
      add_snapshot_q <= 1'b0;
    end else begin
      index_q        <= index_q + 1'b1;
      add_snapshot_q <= is_snapshot_q;
      if (take_i)     asked_q <= 1'b1;
      else if (latch) asked_q <= 1'b0;
      if (latch) begin
        is_snapshot_q <= asked_q;
        is_clearing_q <= clear_i;
      end
      if (clear_i) is_clearing_q <= 1'b1;
    end
    live_q         <= live_mem[index_q];
    amount_q       <= amount;
    add_index_q    <= index_q;
    add_clearing_q <= is_clearing_q;
    live_mem[add_index_q] <= sum;
    if (add_snapshot_q) snapshot_mem[add_index_q] <= sum;
  end

  // ---------------------------------------------------------------- host
  logic [63:0] snapshot_q;
  logic        waits_q, is_read_q, is_high_q, is_stored_q, is_settled;
  logic [5:0]  read_index_q;

  assign is_settled = !(asked_q || is_snapshot_q || add_snapshot_q);

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      waits_q     <= 1'b0;
      is_read_q   <= 1'b0;
      write_ack_o <= 1'b0;
    end else begin
      waits_q     <= (waits_q && !is_settled) || (request_i && !is_write_i);
      is_read_q   <= waits_q && is_settled;
      write_ack_o <= request_i && is_write_i;
    end
    if (request_i) begin
      is_high_q    <= address_i[2];
      read_index_q <= {address_i[9], address_i[7:3]};
      // Of the drops, only the reasons that there are.
      is_stored_q  <= !address_i[8];
    end
    if (waits_q) snapshot_q <= snapshot_mem[read_index_q];
  end

  assign read_ack_o  = is_read_q;
  assign read_data_o = !is_stored_q ? '0 : is_high_q ? snapshot_q[63:32] : snapshot_q[31:0];

  `ASSERT(OneAccessAtATime_A, request_i || take_i |-> !waits_q && !is_read_q)
  // Flags, because an assertion samples the whole of each vector that it names.
  logic reason_missing_q, count_full_q;
  always_ff @(posedge clk_i) begin
    reason_missing_q <= rst_ni && ((drop[0] && 32'(retired_i[0].reason) >= NumDropReasons) ||
                                   (drop[1] && 32'(retired_i[1].reason) >= NumDropReasons));
    count_full_q     <= rst_ni && latch && (events_q[CounterPacketsIn] > 8'(WalkCycles));
  end
  `ASSERT(ReasonExists_A, !reason_missing_q)
  `ASSERT(CountsFit_A, !count_full_q)
endmodule

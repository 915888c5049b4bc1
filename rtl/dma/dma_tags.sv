// SPDX-License-Identifier: Apache-2.0
`include "common_assert.svh"

/// The tags of DMA reads: who waits for what, and since when (PCIe 3.0, 2.2.6.2 and 2.8).
///
/// A tag is free, waits, or rests. It waits until its read is over or `read_timeout_us_i` has
/// passed; it rests until twice that time has passed since the read left, so that a late completion
/// finds no owner. Reads that waited at reset rest too: their completions may still come.
/// One read is over in a cycle at most; a timeout lets a completion go first.
module dma_tags (
  input  logic clk_i,
  input  logic rst_ni,
  input  logic        tick_us_i,
  input  logic [15:0] read_timeout_us_i,

  // A read takes a tag.
  output logic                 issue_ready_o,
  output dma_pkg::tag_t        issue_tag_o,
  input  logic                 issue_i,
  input  dma_pkg::read_owner_t issue_owner_i,
  input  dma_pkg::read_rest_t  issue_rest_i,
  /// The read with this tag has not left yet: its time begins when it does.
  input  logic                 unsent_i,
  input  dma_pkg::tag_t        unsent_tag_i,

  // A completion asks about a tag, answered in the same cycle, and says what became of it.
  input  dma_pkg::tag_t        tag_i,
  output logic                 is_waiting_o,
  output dma_pkg::read_rest_t  rest_o,
  output dma_pkg::read_owner_t owner_o,
  input  logic                 update_valid_i,
  input  dma_pkg::outcome_e    outcome_i,
  input  dma_pkg::read_rest_t  rest_i,

  // A read is over.
  output logic                 over_o,
  output dma_pkg::read_owner_t over_owner_o,
  output logic                 over_failed_o,
  output logic                 over_timeout_o,

  /// Does any read for this slot (index 0 inbound, 1 outbound) wait?
  input  logic [1:0][4:0]      slot_i,
  output logic [1:0]           is_pending_o
);
  import dma_pkg::*;

  // Set to 0 at power-up, but not by reset: see above.
  logic [NumTags-1:0] waits_q = '0, rests_q = '0;
  logic [17:0]        now_q = '0;
  logic [NumTags-1:0] waits_d, rests_d;
  read_owner_t [NumTags-1:0] owner_q;
  read_rest_t  rest_mem [NumTags];
  logic [17:0] start_mem [NumTags];

  // ---------------------------------------------------------------- who is free
  logic [NumTags-1:0] free;
  assign free = ~(waits_q | rests_q);
  always_comb begin
    issue_tag_o = '0;
    for (int unsigned t = NumTags; t > 0; t--) begin
      if (free[t-1]) issue_tag_o = tag_t'(t - 1);
    end
  end
  // The memory has one write port; a completion goes first.
  assign issue_ready_o = (free != '0) && !update_valid_i;

  // ---------------------------------------------------------------- timeouts, one tag a cycle
  tag_t        scan_q;
  logic [17:0] age;
  logic        is_unsent, is_old, is_rested, is_timeout;

  assign age        = now_q - start_mem[scan_q];
  assign is_unsent  = unsent_i && unsent_tag_i == scan_q;
  assign is_old     = waits_q[scan_q] && !is_unsent && age > {2'b00, read_timeout_us_i};
  assign is_rested  = rests_q[scan_q] && age > {1'b0, read_timeout_us_i, 1'b0};
  assign is_timeout = is_old && !update_valid_i;

  always_comb begin
    waits_d = waits_q;
    rests_d = rests_q;
    if (issue_i) waits_d[issue_tag_o] = 1'b1;
    if (update_valid_i && outcome_i != OutcomeMore) waits_d[tag_i] = 1'b0;
    if (update_valid_i && outcome_i == OutcomeRest) rests_d[tag_i] = 1'b1;
    if (is_timeout) begin
      waits_d[scan_q] = 1'b0;
      rests_d[scan_q] = 1'b1;
    end
    if (is_rested) rests_d[scan_q] = 1'b0;
  end

  always_ff @(posedge clk_i) begin
    if (tick_us_i) now_q <= now_q + 18'd1;
    if (!rst_ni) begin
      waits_q <= '0;
      rests_q <= rests_q | waits_q;
      scan_q  <= '0;
      over_o  <= 1'b0;
    end else begin
      waits_q <= waits_d;
      rests_q <= rests_d;
      if (!is_old || is_timeout) scan_q <= scan_q + 5'd1;
      over_o  <= is_timeout || (update_valid_i && outcome_i != OutcomeMore);
    end
    over_owner_o   <= is_timeout ? owner_q[scan_q] : owner_q[tag_i];
    over_failed_o  <= is_timeout || outcome_i != OutcomeDone;
    over_timeout_o <= is_timeout;
  end

  // ---------------------------------------------------------------- contents
  always_ff @(posedge clk_i) begin
    if (issue_i) owner_q[issue_tag_o] <= issue_owner_i;
    if (unsent_i) start_mem[unsent_tag_i] <= now_q;
    if (update_valid_i)  rest_mem[tag_i]       <= rest_i;
    else if (issue_i)    rest_mem[issue_tag_o] <= issue_rest_i;
  end
  assign is_waiting_o = waits_q[tag_i];
  assign rest_o       = rest_mem[tag_i];
  assign owner_o      = owner_q[tag_i];

  always_comb begin
    is_pending_o = '0;
    for (int unsigned t = 0; t < NumTags; t++) begin
      if (waits_q[t]) begin
        if (owner_q[t].target == TargetInbound && owner_q[t].index == slot_i[0])
          is_pending_o[0] = 1'b1;
        if (owner_q[t].target == TargetOutbound && owner_q[t].index == slot_i[1])
          is_pending_o[1] = 1'b1;
      end
    end
  end

  `ASSERT(WaitsOrRests_A, (waits_q & rests_q) == '0)
  `ASSERT(IssueIsFree_A, issue_i |-> issue_ready_o && free[issue_tag_o])
  `ASSERT(UnsentWaits_A, unsent_i |-> waits_q[unsent_tag_i])
  `ASSERT(UpdateWaits_A, update_valid_i |-> waits_q[tag_i])
endmodule

// SPDX-License-Identifier: Apache-2.0
`include "common_assert.svh"

/// Inbound, last part: compares ICVs, tells sad, and decides what becomes of each packet: steps 12
/// to 20 of the inbound table in docs/esp_pipeline.md.
///
///     job, plaintext, ICVs ─▶ steps 12, 13 and 15 to 19 ─┬─▶ update ─▶ sad ─▶ verdict ─┐
///                                                        └─▶ FIFO ───────────────────▶ exit
///
/// Latency:    1 cycle and that of sad.
/// Throughput: one packet a cycle as far as sad does it. Packets leave in order.
module esp_decap_finish (
  input  logic                      clk_i,
  input  logic                      rst_ni,
  input  esp_pkg::inbound_job_t     job_i,
  input  logic                      job_valid_i,
  output logic                      job_ready_o,
  /// The next three once for each job without a reason.
  input  esp_pkg::plaintext_t       plaintext_i,
  input  logic                      plaintext_valid_i,
  output logic                      plaintext_ready_o,
  input  esp_pkg::received_icv_t    received_i,
  input  logic                      received_valid_i,
  output logic                      received_ready_o,
  input  logic [127:0]              computed_i,
  input  logic                      computed_valid_i,
  output logic                      computed_ready_o,
  output sad_pkg::inbound_update_t  update_o,
  output logic                      update_valid_o,
  input  logic                      update_ready_i,
  input  sad_pkg::inbound_verdict_t verdict_i,
  input  logic                      verdict_valid_i,
  output logic                      verdict_ready_o,
  output esp_pkg::inbound_exit_t    exit_o,
  output logic [9:0]                num_beats_o,
  /// Of the IP packet that leaves; 0: dropped.
  output logic [13:0]               num_bytes_o,
  output logic                      exit_valid_o,
  input  logic                      exit_ready_i
);
  import card_csr_enums_pkg::*;
  import net_pkg::*;

  typedef struct packed {
    drop_reason_e           early;    // up to step 13: sad was not told
    drop_reason_e           late;     // steps 15 to 19
    logic [9:0]             num_beats;
    logic [13:0]            num_bytes;
    esp_pkg::inbound_exit_t leaving;  // as it is if there is no reason at all
  } entry_t;

  // ---- ECN out of the tunnel (RFC 6040, 4.2) --------------------------------------------------

  logic [1:0]  inner_ecn, ecn;
  logic        is_selected, is_ecn_illegal;
  logic [15:0] checksum;

  assign inner_ecn = plaintext_i.tos[1:0];
  assign is_ecn_illegal = job_i.has_ecn && job_i.outer_ecn == EcnCe && inner_ecn == EcnNotEct;
  always_comb begin
    ecn = inner_ecn;
    if (job_i.has_ecn && inner_ecn != EcnNotEct) begin
      if (job_i.outer_ecn == EcnCe) ecn = EcnCe;
      else if (job_i.outer_ecn == EcnEct1 && inner_ecn == EcnEct0) ecn = EcnEct1;
    end
  end
  // HC' = ~(~HC + ~m + m') (RFC 1624, 3)
  assign checksum = ~fold({16'd0, ~plaintext_i.checksum} + {16'd0, ~{8'd0, plaintext_i.tos}}
                          + {24'd0, plaintext_i.tos[7:2], ecn});

  sad_selector_match u_selector_match (
    .selector_i(job_i.selector), .is_ipv6_i(plaintext_i.is_ipv6),
    .source_i(plaintext_i.source), .destination_i(plaintext_i.destination),
    .match_o(is_selected)
  );

  // ---- All but sad's verdict ------------------------------------------------------------------

  entry_t entry, waiting;
  logic   has_data, has_all, is_told, entry_space, go, waiting_valid, waiting_taken;
  logic [15:0] length;

  assign has_data = job_i.reason == DropReasonNone;
  assign has_all  = job_valid_i
      && (!has_data || (plaintext_valid_i && received_valid_i && computed_valid_i));
  assign length   = plaintext_i.length + (job_i.ethernet.is_present ? 16'(EthernetBytes) : '0);

  always_comb begin
    entry = '{
      early: job_i.reason, late: plaintext_i.reason,
      num_beats: has_data ? plaintext_i.num_beats : '0,
      num_bytes: plaintext_i.length[13:0],
      leaving: '{
        result: '{reason: DropReasonNone, has_ticket: job_i.has_ticket, length_bytes: length,
                  sa_index: job_i.sa_index, generation: job_i.generation},
        ethernet: job_i.ethernet, is_ipv6: plaintext_i.is_ipv6,
        is_remarked: ecn != inner_ecn, ecn: ecn, checksum: checksum
      }
    };
    if (has_data) begin
      unique case (received_i.fault)
        common_pkg::FaultSource: entry.early = DropReasonSource;
        common_pkg::FaultShort:  entry.early = DropReasonTruncated;
        default: if (received_i.icv != computed_i) entry.early = DropReasonIcv;
      endcase
    end
    if (entry.late == DropReasonNone) begin
      if (!is_selected) entry.late = DropReasonSelector;
      else if (is_ecn_illegal) entry.late = DropReasonEcn;
    end
  end

  // The window moves only for what is authentic (RFC 4303, 3.4.3).
  assign is_told        = entry.early == DropReasonNone;
  assign update_o       = '{sa_index: job_i.sa_index, epoch: job_i.epoch, seq: job_i.seq,
                            is_charged: entry.late == DropReasonNone,
                            inner_bytes: plaintext_i.length, arrival: job_i.arrival};
  assign update_valid_o = has_all && is_told && entry_space;
  assign go             = has_all && entry_space && (!is_told || update_ready_i);
  assign job_ready_o       = go;
  assign plaintext_ready_o = go && has_data;
  assign received_ready_o  = go && has_data;
  assign computed_ready_o  = go && has_data;

  logic [3:0] unused_count;
  common_fifo #(.T(entry_t), .Depth(8)) u_entry_fifo (
    .clk_i, .rst_ni,
    .data_i(entry), .valid_i(go), .ready_o(entry_space),
    .data_o(waiting), .valid_o(waiting_valid), .ready_i(waiting_taken), .count_o(unused_count)
  );

  // ---- The verdict ----------------------------------------------------------------------------

  logic         is_judged;
  drop_reason_e reason;

  assign is_judged = waiting.early == DropReasonNone;
  always_comb begin
    reason = waiting.early;
    if (is_judged) begin
      if (verdict_i.reason == DropReasonStale || verdict_i.reason == DropReasonReplayLate)
        reason = verdict_i.reason;
      else if (waiting.late != DropReasonNone) reason = waiting.late;
      else reason = verdict_i.reason;  // lifetime, or none
    end
    exit_o = waiting.leaving;
    exit_o.result.reason = reason;
    if (reason != DropReasonNone) begin
      exit_o.result.length_bytes = '0;
      exit_o.ethernet            = '0;
      exit_o.is_remarked         = 1'b0;
    end
  end

  assign num_beats_o     = waiting.num_beats;
  assign num_bytes_o     = (reason != DropReasonNone) ? '0 : waiting.num_bytes;
  assign exit_valid_o    = waiting_valid && (!is_judged || verdict_valid_i);
  assign waiting_taken   = exit_valid_o && exit_ready_i;
  assign verdict_ready_o = waiting_valid && is_judged && exit_ready_i;

  `ASSERT(VerdictIsExpected_A, verdict_valid_i |-> waiting_valid)
  `ASSERT_STREAM_STABLE(Update, update_valid_o, update_ready_i, update_o)
  `ASSERT_STREAM_STABLE(Exit, exit_valid_o, exit_ready_i, {exit_o, num_beats_o, num_bytes_o})
endmodule

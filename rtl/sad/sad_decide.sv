// SPDX-License-Identifier: Apache-2.0

/// The answer to one query or update, and what it changes (RFC 4303, 3.3.3 and 3.4.3).
///
/// The order of reasons is that of docs/esp_pipeline.md. A query inbound changes nothing.
///
/// Latency:    0 cycles (combinational).
module sad_decide (
  input  sad_pkg::visit_t           visit_i,
  input  sad_pkg::replay_position_t position_i,
  /// The bit of the number in the window.
  input  logic                      seen_i,
  input  sad_pkg::charge_t          charge_i,
  input  logic                      selector_match_i,
  /// Inbound: how the packet came.
  input  logic                      is_elsewhere_i,
  input  sad_pkg::generation_t      origin_generation_i,
  /// Inbound: the packet gives credit to its path, if it is accepted.
  input  logic                      is_giving_i,
  /// Outbound: the path's credit is enough, or not limited; that it is not was told before.
  input  logic                      has_credit_i,
  input  logic                      is_credit_told_i,
  input  logic [63:0]               cycle_i,

  output card_csr_enums_pkg::drop_reason_e reason_o,
  /// The number of this packet, inferred or taken; outbound and dropped: the next one.
  output logic [63:0]               seq_o,
  output logic                      is_highest_o,
  output logic                      window_write_o,
  output logic                      state_write_o,
  output sad_pkg::state_row_t       state_o,
  output sad_pkg::credit_op_e       credit_op_o,
  output sad_pkg::kinds_t           raised_o
);
  import card_csr_enums_pkg::*;
  import sad_pkg::*;

  logic is_here, is_acceptable, is_used_up, is_last;
  logic is_charged, is_refused, is_held, has_taken;
  state_row_t state;
  assign state = visit_i.state;
  assign is_here = visit_i.is_found && visit_i.sa.is_active
      && visit_i.sa.row.is_outbound == (visit_i.kind == WalkOutQuery);
  assign is_acceptable = position_i.exists && position_i.is_inside
      && (position_i.is_new || !seen_i);

  // The counter stands behind its last number: it never cycles (RFC 4303, 3.3.3).
  assign is_used_up = visit_i.sa.row.has_esn ? state.seq == '0 : state.seq[63:32] != '0;
  assign is_last = state.seq[31:0] == '1 && (!visit_i.sa.row.has_esn || state.seq[63:32] == '1);

  assign seq_o = visit_i.kind == WalkOutQuery ? state.seq : position_i.seq;

  always_comb begin
    reason_o   = DropReasonNone;
    has_taken  = 1'b0;
    is_charged = 1'b0;
    is_refused = 1'b0;
    is_held    = 1'b0;
    unique case (visit_i.kind)
      WalkInQuery: begin
        // RFC 4303, 3.4.2: without a valid SA the packet is discarded.
        if (!is_here) reason_o = DropReasonNoSa;
        else if (!is_acceptable) reason_o = DropReasonReplayEarly;
      end
      // The check after the ICV, and only that one moves the window (RFC 4303, 3.4.3).
      WalkInUpdate: begin
        // The row has another owner by now, or none.
        if (!is_here || visit_i.sa.row.epoch != visit_i.epoch) reason_o = DropReasonStale;
        else if (!is_acceptable) reason_o = DropReasonReplayLate;
        else begin
          has_taken  = 1'b1;
          is_refused = visit_i.is_charged && charge_i.is_over;
          is_charged = visit_i.is_charged && !charge_i.is_over;
          if (is_refused) reason_o = DropReasonLifetime;
        end
      end
      WalkOutQuery: begin
        if (!is_here) reason_o = DropReasonNoSa;
        else if (!selector_match_i) reason_o = DropReasonSelector;
        else if (is_used_up) reason_o = DropReasonSequence;
        else if (charge_i.is_over) begin
          reason_o   = DropReasonLifetime;
          is_refused = 1'b1;
        end else if (!has_credit_i) begin
          reason_o = DropReasonCredit;
          is_held  = 1'b1;
        end else begin
          has_taken  = 1'b1;
          is_charged = 1'b1;
        end
      end
      WalkProbe: ;
    endcase
  end

  assign raised_o.soft_lifetime = is_charged && charge_i.is_soft && !state.has_soft_event;
  assign raised_o.hard_lifetime = is_refused && !state.has_hard_event;
  assign raised_o.last_number = has_taken && visit_i.kind == WalkOutQuery && is_last
      && !state.has_sequence_event;
  assign raised_o.credit = is_held && !is_credit_told_i;
  // Only an authentic packet that is newer than all others says where the peer is now.
  assign raised_o.roam = is_highest_o && is_elsewhere_i
      && state.roam_generation != origin_generation_i;

  always_comb begin
    credit_op_o = CreditKeep;
    if (has_taken && visit_i.kind == WalkOutQuery) credit_op_o = CreditSpend;
    else if (has_taken && is_giving_i) credit_op_o = CreditGain;
    else if (raised_o.credit) credit_op_o = CreditTell;
  end

  assign is_highest_o   = has_taken && visit_i.kind == WalkInUpdate && position_i.is_new;
  assign window_write_o = has_taken && visit_i.kind == WalkInUpdate;
  assign state_write_o  = has_taken || is_refused;

  always_comb begin
    state_o = state;
    if (has_taken) begin
      state_o.last_used = cycle_i;
      if (visit_i.kind == WalkOutQuery) state_o.seq = state.seq + 64'd1;
      else if (position_i.is_new) state_o.seq = position_i.seq;
    end
    if (is_charged) begin
      state_o.bytes   = charge_i.bytes;
      state_o.packets = charge_i.packets;
    end
    if (raised_o.roam) state_o.roam_generation = origin_generation_i;
    state_o.has_soft_event     = state.has_soft_event || raised_o.soft_lifetime;
    state_o.has_hard_event     = state.has_hard_event || raised_o.hard_lifetime;
    state_o.has_sequence_event = state.has_sequence_event || raised_o.last_number;
  end
endmodule

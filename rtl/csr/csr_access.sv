// SPDX-License-Identifier: Apache-2.0
`include "common_assert.svh"

/// Brings register accesses to card_csr and refuses the writes that must not happen.
///
/// One access at a time: `ack_o` comes a cycle after `valid_i`, for counters later. A refused write
/// reaches card_csr as a read: so an offset that does not exist is told from one that refuses.
module csr_access (
  input  logic clk_i,
  input  logic rst_ni,
  input  pcie_pkg::csr_request_t request_i,
  input  logic                   valid_i,
  output logic                   ack_o,
  output logic [31:0]            data_o,

  // To card_csr
  output logic        req_o,
  output logic        req_is_write_o,
  output logic [31:0] write_bit_enable_o,
  input  logic        read_ack_i,
  input  logic        read_error_i,
  input  logic [31:0] read_data_i,
  input  logic        write_ack_i,
  input  logic        write_error_i,

  input  logic        command_busy_i,
  // Pulses, with the offset of the access.
  output logic        unknown_offset_o,
  output logic        partial_write_o,
  output logic        command_busy_o,
  output logic [16:0] offset_o
);
  import card_csr_enums_pkg::*;

  /// What an offset that is no register reads as.
  localparam logic [31:0] UnknownData = 32'hDEAD_DEAD;

  function automatic logic lies_in(logic [16:0] offset, int unsigned base, int unsigned size);
    return 32'(offset) >= base && 32'(offset) < base + size;
  endfunction

  logic start, done, waits_q, ack_q;
  logic is_command, is_whole_only, is_partial, is_busy, is_refused, is_missing_counter, is_unknown;
  logic partial_q, busy_q, missing_q, is_partial_now, is_busy_now;
  logic [16:0] counter_offset;

  assign start = valid_i && !ack_q && !waits_q;
  assign done  = read_ack_i || write_ack_i;

  // What must not happen. Looked at only when an access starts.
  always_comb begin
    is_command         = 1'b0;
    is_whole_only      = 1'b0;
    is_missing_counter = 1'b0;
    counter_offset     = request_i.offset - 17'(CountersBase);
    if (start) begin
      is_command    = lies_in(request_i.offset, CommandBase, CommandSize);
      is_whole_only = is_command || lies_in(request_i.offset, DoorbellBase, DoorbellSize) ||
                      lies_in(request_i.offset, EventDoorbellBase, EventDoorbellSize) ||
                      lies_in(request_i.offset, MsixBase, MsixSize);
      is_missing_counter = lies_in(request_i.offset, CountersBase, CountersSize) &&
                           !CounterExists[counter_offset[9:3]];
    end
  end

  assign is_partial = request_i.is_write && is_whole_only && request_i.byte_enable != 4'hF;
  assign is_busy    = request_i.is_write && is_command && command_busy_i && !is_partial;
  assign is_refused = is_partial || is_busy;

  assign req_o              = start;
  assign req_is_write_o     = request_i.is_write && !is_refused;
  assign write_bit_enable_o = {{8{request_i.byte_enable[3]}}, {8{request_i.byte_enable[2]}},
                               {8{request_i.byte_enable[1]}}, {8{request_i.byte_enable[0]}}};

  // The answer may come in the cycle of the request or later.
  assign is_partial_now = start ? is_partial : partial_q;
  assign is_busy_now    = start ? is_busy : busy_q;
  assign is_unknown     = (read_ack_i && read_error_i) || (write_ack_i && write_error_i) ||
                          (start ? is_missing_counter : missing_q);

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      waits_q          <= 1'b0;
      ack_q            <= 1'b0;
      unknown_offset_o <= 1'b0;
      partial_write_o  <= 1'b0;
      command_busy_o   <= 1'b0;
    end else begin
      waits_q          <= (waits_q || start) && !done;
      ack_q            <= done;
      unknown_offset_o <= done && is_unknown;
      partial_write_o  <= done && is_partial_now && !is_unknown;
      command_busy_o   <= done && is_busy_now && !is_unknown;
    end
    if (start) begin
      partial_q <= is_partial;
      busy_q    <= is_busy;
      missing_q <= is_missing_counter;
      offset_o  <= request_i.offset;
    end
    if (done) data_o <= is_unknown ? UnknownData : request_i.is_write ? '0 : read_data_i;
  end

  assign ack_o = ack_q;

  `ASSERT(AnswerHasRequest_A, done |-> start || waits_q)
  `ASSERT(RequestHolds_A, valid_i && !ack_o |=> valid_i && $stable(request_i))
endmodule

// SPDX-License-Identifier: Apache-2.0
`include "common_assert.svh"

/// The register file (card_csr.rdl) and what stands directly behind it: error latch, counters with
/// their snapshot, the operands of the command window, the MSI-X table.
///
/// Any access is acknowledged; an unknown offset reads 0xDEADDEAD and sets an error bit; a write of
/// less than 32 bits to the command window, a doorbell or the MSI-X table is refused with one.
module csr_block #(
  parameter int unsigned DataWidth = 128,
  parameter int unsigned NumSas = 256,
  parameter int unsigned NumPaths = 64,
  parameter int unsigned MaxReplayWindow = 1024,
  parameter int unsigned NumQueues = 4,
  parameter int unsigned ClockHz = 125_000_000,
  parameter logic [31:0] Build = 0,
  parameter logic [31:0] GitHash = 0,
  parameter logic [31:0] Board = 0
) (
  input  logic clk_i,
  input  logic rst_ni,
  /// The card behind the registers is in reset.
  input  logic clear_counters_i,

  input  pcie_pkg::csr_request_t request_i,
  input  logic                   valid_i,
  output logic                   ack_o,
  output logic [31:0]            data_o,

  // Control and status
  output logic        enable_o,
  output logic        soft_reset_o,      // pulse
  output logic [15:0] read_timeout_us_o,
  output logic        tick_us_o,         // pulse, once a microsecond of ClockHz
  input  logic        swept_i,
  input  logic        idle_i,
  input  logic [31:0] sweep_cycles_i,
  input  sad_pkg::generation_t generation_i,
  input  sad_pkg::generation_t drain_fence_i,

  // SA and path commands
  output sad_pkg::command_t        command_o,
  output logic                     command_start_o,
  input  logic                     command_busy_i,
  input  sad_pkg::command_result_t command_result_i,

  // Queues, event ring, MSI-X
  output dma_pkg::queue_config_t [dma_pkg::MaxQueues-1:0] queue_config_o,
  input  dma_pkg::queue_status_t [dma_pkg::MaxQueues-1:0] queue_status_i,
  output dma_pkg::event_config_t                          event_config_o,
  input  logic [15:0]                                     event_producer_i,
  input  card_csr_enums_pkg::event_kind_e                 event_last_kind_i,
  output dma_pkg::msix_entry_t [dma_pkg::MaxVectors-1:0]  msix_table_o,
  input  logic [dma_pkg::MaxVectors-1:0]                  msix_pending_i,

  // Pulses that are counted and, where the latch has a bit for them, latched
  input  logic bad_request_i,
  input  logic unsupported_request_i,
  input  logic bad_completion_i,
  input  logic dma_read_i,
  input  logic dma_read_error_i,
  input  logic dma_read_timeout_i,
  input  logic dma_write_i,
  input  logic interrupt_i,
  input  logic event_i,
  input  logic event_lost_i,
  input  logic completion_stall_i,
  input  logic queue_stopped_i,
  /// One packet per direction and cycle at most: index 0 inbound, 1 outbound.
  input  logic [1:0]              taken_i,
  input  dma_pkg::retired_t [1:0] retired_i,
  input  logic [1:0]              retired_valid_i,
  /// The error latch, for the error event; rises are pulsed.
  output logic [31:0] error_latch_o,
  output logic        error_rise_o
);
  import card_csr_enums_pkg::*;

  localparam int unsigned NumErrors = 9;

  card_csr_pkg::card_csr__in_t  hwif_in;
  card_csr_pkg::card_csr__out_t hwif_out;

  // ---------------------------------------------------------------- accesses
  logic req, req_is_write, read_ack, read_error, write_ack, write_error, stall_write, stall_read;
  logic [31:0] write_bit_enable, read_data;
  logic is_command_busy, unknown_offset, partial_write, refused_command;
  logic [16:0] error_offset;

  csr_access u_access (
    .clk_i, .rst_ni, .request_i, .valid_i, .ack_o, .data_o,
    .req_o(req), .req_is_write_o(req_is_write), .write_bit_enable_o(write_bit_enable),
    .read_ack_i(read_ack), .read_error_i(read_error), .read_data_i(read_data),
    .write_ack_i(write_ack), .write_error_i(write_error),
    .command_busy_i(is_command_busy),
    .unknown_offset_o(unknown_offset), .partial_write_o(partial_write),
    .command_busy_o(refused_command), .offset_o(error_offset)
  );

  card_csr u_registers (
    .clk(clk_i), .rst_n(rst_ni),
    .s_cpuif_req(req), .s_cpuif_req_is_wr(req_is_write), .s_cpuif_addr(request_i.offset),
    .s_cpuif_wr_data(request_i.data), .s_cpuif_wr_biten(write_bit_enable),
    .s_cpuif_req_stall_wr(stall_write), .s_cpuif_req_stall_rd(stall_read),
    .s_cpuif_rd_ack(read_ack), .s_cpuif_rd_err(read_error), .s_cpuif_rd_data(read_data),
    .s_cpuif_wr_ack(write_ack), .s_cpuif_wr_err(write_error),
    .hwif_in, .hwif_out
  );

  // ---------------------------------------------------------------- control
  csr_tick #(.ClockHz(ClockHz)) u_tick (.clk_i, .rst_ni, .tick_us_o);

  assign enable_o          = hwif_out.control.control.enable.value;
  assign soft_reset_o      = hwif_out.control.control.soft_reset.value;
  assign read_timeout_us_o = hwif_out.control.read_timeout.microseconds.value;

  // ---------------------------------------------------------------- commands
  // The write of `command` starts it a cycle later, when `op` stands in its register. Then the
  // operands are cleared. Whoever works on it is busy from the cycle after.
  logic started_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      command_start_o <= 1'b0;
      started_q       <= 1'b0;
    end else begin
      command_start_o <= hwif_out.command.command.op.swmod;
      started_q       <= command_start_o;
    end
  end

  assign is_command_busy = command_start_o || started_q || command_busy_i;

  // ---------------------------------------------------------------- errors
  logic [NumErrors-1:0] error_set, error_latch, is_of_access;
  logic first_error_valid;
  logic [4:0]  first_error_bit_index;
  logic [16:0] first_error_offset;

  always_comb begin
    error_set = '0;
    error_set[ErrorBitUnknownOffset]      = unknown_offset;
    error_set[ErrorBitPartialWrite]       = partial_write;
    error_set[ErrorBitBadRequest]         = bad_request_i;
    error_set[ErrorBitUnsupportedRequest] = unsupported_request_i;
    error_set[ErrorBitBadCompletion]      = bad_completion_i;
    error_set[ErrorBitReadTimeout]        = dma_read_timeout_i;
    error_set[ErrorBitCommandBusy]        = refused_command;
    error_set[ErrorBitEventOverflow]      = event_lost_i;
    error_set[ErrorBitQueueStopped]       = queue_stopped_i;
    is_of_access = '0;
    is_of_access[ErrorBitUnknownOffset] = 1'b1;
    is_of_access[ErrorBitPartialWrite]  = 1'b1;
    is_of_access[ErrorBitCommandBusy]   = 1'b1;
    error_latch[ErrorBitUnknownOffset]      = hwif_out.control.error.unknown_offset.value;
    error_latch[ErrorBitPartialWrite]       = hwif_out.control.error.partial_write.value;
    error_latch[ErrorBitBadRequest]         = hwif_out.control.error.bad_request.value;
    error_latch[ErrorBitUnsupportedRequest] = hwif_out.control.error.unsupported_request.value;
    error_latch[ErrorBitBadCompletion]      = hwif_out.control.error.bad_completion.value;
    error_latch[ErrorBitReadTimeout]        = hwif_out.control.error.read_timeout.value;
    error_latch[ErrorBitCommandBusy]        = hwif_out.control.error.command_busy.value;
    error_latch[ErrorBitEventOverflow]      = hwif_out.control.error.event_overflow.value;
    error_latch[ErrorBitQueueStopped]       = hwif_out.control.error.queue_stopped.value;
  end

  csr_errors #(.NumBits(NumErrors)) u_errors (
    .clk_i, .rst_ni,
    .latch_i(error_latch), .is_of_access_i(is_of_access), .offset_i(error_offset),
    .rise_o(error_rise_o), .first_valid_o(first_error_valid),
    .first_bit_index_o(first_error_bit_index), .first_offset_o(first_error_offset)
  );
  assign error_latch_o = 32'(error_latch);

  // ---------------------------------------------------------------- counters
  logic [31:0] pulse, counter_read_data;
  logic counter_read_ack, counter_write_ack;
  dma_pkg::retired_t last_drop_q;

  always_comb begin
    pulse = '0;
    pulse[CounterCompletionStalls]    = completion_stall_i;
    pulse[CounterEvents]              = event_i;
    pulse[CounterEventsLost]          = event_lost_i;
    pulse[CounterDmaReads]            = dma_read_i;
    pulse[CounterDmaReadErrors]       = dma_read_error_i;
    pulse[CounterDmaReadTimeouts]     = dma_read_timeout_i;
    pulse[CounterDmaWrites]           = dma_write_i;
    pulse[CounterInterrupts]          = interrupt_i;
    pulse[CounterBadRequests]         = bad_request_i;
    pulse[CounterUnsupportedRequests] = unsupported_request_i;
    pulse[CounterBadCompletions]      = bad_completion_i;
  end

  csr_counters u_counters (
    .clk_i, .rst_ni,
    .clear_i(clear_counters_i), .pulse_i(pulse), .taken_i, .retired_i, .retired_valid_i,
    .take_i(hwif_out.counter_snapshot.take.value),
    .request_i(hwif_out.counters.req), .is_write_i(hwif_out.counters.req_is_wr),
    .address_i(hwif_out.counters.addr),
    .read_ack_o(counter_read_ack), .read_data_o(counter_read_data),
    .write_ack_o(counter_write_ack)
  );

  always_ff @(posedge clk_i) begin
    if (!rst_ni) last_drop_q <= '0;
    else begin
      for (int unsigned d = 0; d < 2; d++) begin
        if (retired_valid_i[d] && retired_i[d].reason != DropReasonNone)
          last_drop_q <= retired_i[d];
      end
    end
  end

  // ---------------------------------------------------------------- registers to ports and back
  csr_status #(
    .DataWidth(DataWidth), .NumSas(NumSas), .NumPaths(NumPaths), .MaxReplayWindow(MaxReplayWindow),
    .NumQueues(NumQueues), .ClockHz(ClockHz), .Build(Build), .GitHash(GitHash), .Board(Board),
    .NumErrors(NumErrors)
  ) u_status (
    .swept_i, .idle_i, .sweep_cycles_i, .generation_i, .drain_fence_i,
    .clear_enables_i(soft_reset_o), .clear_operands_i(command_start_o || soft_reset_o),
    .command_busy_i(is_command_busy), .command_result_i,
    .queue_status_i, .event_producer_i, .event_last_kind_i, .msix_pending_i,
    .error_set_i(error_set), .first_error_valid_i(first_error_valid),
    .first_error_bit_index_i(first_error_bit_index), .first_error_offset_i(first_error_offset),
    .last_drop_i(last_drop_q),
    .counter_read_ack_i(counter_read_ack), .counter_read_data_i(counter_read_data),
    .counter_write_ack_i(counter_write_ack),
    .hwif_o(hwif_in)
  );

  csr_pack #(.NumQueues(NumQueues)) u_pack (
    .clk_i, .rst_ni, .hwif_i(hwif_out), .command_o, .queue_config_o, .event_config_o, .msix_table_o
  );

  logic unused_stall;
  assign unused_stall = &{1'b0, stall_write, stall_read, hwif_out.counters.wr_data,
                          hwif_out.counters.wr_biten, hwif_out};

  `ASSERT(NoStallWhileIdle_A, req |-> !stall_write && !stall_read)
  // A register, because an assertion samples all that it names, and Verilator 5.006 cannot sample
  // the whole command.
  logic keys_left_q;
  always_ff @(posedge clk_i)
    keys_left_q <= rst_ni && started_q && (command_o.key != '0 || command_o.salt != '0);
  `ASSERT(OperandsAreCleared_A, !keys_left_q)
  `ASSERT(NoStartWhileBusy_A, command_start_o |-> !command_busy_i)
endmodule

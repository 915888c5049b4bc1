// SPDX-License-Identifier: Apache-2.0
/// Everything that card_csr is told by the card, put into its input struct. Combinational.
module csr_status #(
  parameter int unsigned DataWidth = 128,
  parameter int unsigned NumSas = 256,
  parameter int unsigned NumPaths = 64,
  parameter int unsigned MaxReplayWindow = 1024,
  parameter int unsigned NumQueues = 4,
  parameter int unsigned ClockHz = 125_000_000,
  parameter logic [31:0] Build = 0,
  parameter logic [31:0] GitHash = 0,
  parameter logic [31:0] Board = 0,
  parameter int unsigned NumErrors = 9
) (
  input  logic        swept_i,
  input  logic        idle_i,
  input  logic [31:0] sweep_cycles_i,
  input  sad_pkg::generation_t generation_i,
  input  sad_pkg::generation_t drain_fence_i,
  /// Every `enable` falls.
  input  logic        clear_enables_i,
  /// The operands of the command window become 0.
  input  logic        clear_operands_i,
  input  logic        command_busy_i,
  input  sad_pkg::command_result_t command_result_i,
  input  dma_pkg::queue_status_t [dma_pkg::MaxQueues-1:0] queue_status_i,
  input  logic [15:0] event_producer_i,
  input  card_csr_enums_pkg::event_kind_e event_last_kind_i,
  input  logic [dma_pkg::MaxVectors-1:0] msix_pending_i,
  input  logic [NumErrors-1:0] error_set_i,
  input  logic        first_error_valid_i,
  input  logic [4:0]  first_error_bit_index_i,
  input  logic [16:0] first_error_offset_i,
  input  dma_pkg::retired_t last_drop_i,
  input  logic        counter_read_ack_i,
  input  logic [31:0] counter_read_data_i,
  input  logic        counter_write_ack_i,
  output card_csr_pkg::card_csr__in_t hwif_o
);
  import card_csr_enums_pkg::*;

  localparam logic [31:0] Suites = (32'd1 << SuiteAes128gcm16) | (32'd1 << SuiteAes192gcm16) |
                                   (32'd1 << SuiteAes256gcm16);

  always_comb begin
    hwif_o.identity.build.value.next             = Build;
    hwif_o.identity.git_hash.value.next          = GitHash;
    hwif_o.identity.board.value.next             = Board;
    hwif_o.identity.cap_suites.value.next        = Suites;
    hwif_o.identity.cap_tables.num_sas.next      = 16'(NumSas);
    hwif_o.identity.cap_tables.num_paths.next    = 16'(NumPaths);
    hwif_o.identity.cap_widths.data_width.next   = 8'(DataWidth);
    hwif_o.identity.cap_widths.num_queues.next   = 8'(NumQueues);
    hwif_o.identity.cap_widths.num_vectors.next  = 8'(dma_pkg::MaxVectors);
    hwif_o.identity.cap_window.max_replay_window.next = 16'(MaxReplayWindow);
    hwif_o.identity.clock_hz.value.next          = ClockHz;
  end

  always_comb begin
    hwif_o.control.control.enable.hwclr          = clear_enables_i;
    hwif_o.control.status.swept.next             = swept_i;
    hwif_o.control.status.idle.next              = idle_i;
    hwif_o.control.error.unknown_offset.hwset      = error_set_i[ErrorBitUnknownOffset];
    hwif_o.control.error.partial_write.hwset       = error_set_i[ErrorBitPartialWrite];
    hwif_o.control.error.bad_request.hwset         = error_set_i[ErrorBitBadRequest];
    hwif_o.control.error.unsupported_request.hwset = error_set_i[ErrorBitUnsupportedRequest];
    hwif_o.control.error.bad_completion.hwset      = error_set_i[ErrorBitBadCompletion];
    hwif_o.control.error.read_timeout.hwset        = error_set_i[ErrorBitReadTimeout];
    hwif_o.control.error.command_busy.hwset        = error_set_i[ErrorBitCommandBusy];
    hwif_o.control.error.event_overflow.hwset      = error_set_i[ErrorBitEventOverflow];
    hwif_o.control.error.queue_stopped.hwset       = error_set_i[ErrorBitQueueStopped];
    hwif_o.control.first_error.valid.next        = first_error_valid_i;
    hwif_o.control.first_error.bit_index.next    = first_error_bit_index_i;
    hwif_o.control.first_error.offset.next       = first_error_offset_i;
    hwif_o.control.sweep.cycles.next             = sweep_cycles_i;
    hwif_o.control.generation.value.next         = generation_i;
    hwif_o.control.drain_fence.generation.next   = drain_fence_i;
    hwif_o.control.last_drop.reason.next         = last_drop_i.reason;
    hwif_o.control.last_drop.outbound.next       = last_drop_i.is_outbound;
    hwif_o.control.last_drop.sa_index.next       = last_drop_i.sa_index;
  end

  always_comb begin
    // All inputs of the operands are `hwclr`; the results follow.
    hwif_o.command = {$bits(hwif_o.command){clear_operands_i}};
    hwif_o.command.status.busy.next              = command_busy_i;
    hwif_o.command.status.result.next            = command_result_i.result;
    hwif_o.command.result_generation.value.next  = command_result_i.generation;
    hwif_o.command.result_sequence_lo.value.next = command_result_i.seq[31:0];
    hwif_o.command.result_sequence_hi.value.next = command_result_i.seq[63:32];
    hwif_o.command.result_bytes_lo.value.next    = command_result_i.bytes[31:0];
    hwif_o.command.result_bytes_hi.value.next    = command_result_i.bytes[63:32];
    hwif_o.command.result_packets_lo.value.next  = command_result_i.packets[31:0];
    hwif_o.command.result_packets_hi.value.next  = command_result_i.packets[63:32];
    hwif_o.command.result_last_used_lo.value.next = command_result_i.last_used[31:0];
    hwif_o.command.result_last_used_hi.value.next = command_result_i.last_used[63:32];
    hwif_o.command.result_sa.path_index.next     = command_result_i.path_index;
    hwif_o.command.result_sa.outbound.next       = command_result_i.is_outbound;
  end

  always_comb begin
    hwif_o.counters.rd_ack  = counter_read_ack_i;
    hwif_o.counters.rd_data = counter_read_data_i;
    hwif_o.counters.wr_ack  = counter_write_ack_i;
  end

  for (genvar i = 0; i < int'(dma_pkg::MaxQueues); i++) begin : gen_queue
    assign hwif_o.queues[i].control.enable.hwclr     = clear_enables_i;
    assign hwif_o.queues[i].status.running.next      = queue_status_i[i].is_running;
    assign hwif_o.queues[i].status.cause.next        = queue_status_i[i].cause;
    assign hwif_o.queues[i].status.waits.next        = queue_status_i[i].waits;
    assign hwif_o.queues[i].indices.sq_consumer.next = queue_status_i[i].sq_consumer;
    assign hwif_o.queues[i].indices.cq_producer.next = queue_status_i[i].cq_producer;
  end
  assign hwif_o.event_ring.control.enable.hwclr  = clear_enables_i;
  assign hwif_o.event_ring.status.producer.next  = event_producer_i;
  assign hwif_o.event_ring.status.last_kind.next = event_last_kind_i;
  assign hwif_o.msix_pending.value.next          = msix_pending_i;

  logic unused_drop;
  assign unused_drop = &{1'b0, last_drop_i};
endmodule

// SPDX-License-Identifier: Apache-2.0
/// Of the tests, not of the card: csr_block with every field of a command and of its result at a
/// port of its own name, so that a test names fields and not bits of a vector.
module csr_operands (
  input  logic clk_i,
  input  logic rst_ni,

  // One register access at a time, see csr_block
  input  logic         valid_i,
  input  logic         is_write_i,
  input  logic [16:0]  offset_i,
  input  logic [31:0]  data_i,
  output logic         ack_o,
  output logic [31:0]  data_o,

  // sad_pkg::command_t
  output logic         start_o,
  output logic [3:0]   op_o,
  output logic [15:0]  sa_index_o,
  output logic [15:0]  path_index_o,
  output logic [31:0]  row_spi_o,
  output logic [3:0]   row_suite_o,
  output logic         row_is_outbound_o,
  output logic         row_has_esn_o,
  output logic [15:0]  row_replay_window_o,
  output logic [1:0]   row_df_o,
  output logic         row_copy_dscp_o,
  output logic [5:0]   row_dscp_o,
  output logic         row_has_ecn_o,
  output logic         selector_is_ipv6_o,
  output logic [127:0] selector_source_o,
  output logic [127:0] selector_destination_o,
  output logic [7:0]   selector_source_bits_o,
  output logic [7:0]   selector_destination_bits_o,
  output logic [15:0]  row_path_index_o,
  output logic [7:0]   row_epoch_o,
  output logic [63:0]  soft_bytes_o,
  output logic [63:0]  hard_bytes_o,
  output logic [63:0]  soft_packets_o,
  output logic [63:0]  hard_packets_o,
  output logic [255:0] key_o,
  output logic [31:0]  salt_o,
  output logic [63:0]  first_seq_o,
  output logic         path_is_ipv6_o,
  output logic         path_has_udp_o,
  output logic         path_is_limited_o,
  output logic [127:0] path_own_address_o,
  output logic [127:0] path_peer_address_o,
  output logic [15:0]  path_own_port_o,
  output logic [15:0]  path_peer_port_o,
  output logic [31:0]  path_generation_o,
  output logic [31:0]  credit_o,

  // sad_pkg::command_result_t
  input  logic [3:0]   result_i,
  input  logic [31:0]  result_generation_i,
  input  logic [63:0]  result_seq_i,
  input  logic [63:0]  result_bytes_i,
  input  logic [63:0]  result_packets_i,
  input  logic [63:0]  result_last_used_i,
  input  logic [15:0]  result_path_index_i,
  input  logic         result_is_outbound_i,

  // What else the host reads as the card gives it
  input  logic [31:0]  sweep_cycles_i,
  input  logic [31:0]  generation_i,
  input  logic [31:0]  drain_fence_i,
  input  logic [15:0]  event_producer_i,
  input  logic [3:0]   event_last_kind_i,

  // Pulses that are counted
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

  // dma_pkg::retired_t of direction `retired_is_outbound_i`; the packet is taken in the same cycle
  input  logic         retired_valid_i,
  input  logic         retired_is_outbound_i,
  input  logic [5:0]   retired_reason_i,
  input  logic [15:0]  retired_sa_index_i,
  input  logic [15:0]  retired_bytes_in_i,
  input  logic [15:0]  retired_bytes_out_i
);
  import card_csr_enums_pkg::*;

  pcie_pkg::csr_request_t   request;
  sad_pkg::command_t        command;
  sad_pkg::command_result_t result;
  dma_pkg::retired_t        retired;

  logic        unused_enable, unused_soft_reset, unused_tick, unused_rise;
  logic [15:0] unused_timeout;
  logic [31:0] unused_latch;
  dma_pkg::queue_config_t [dma_pkg::MaxQueues-1:0] unused_queue_config;
  dma_pkg::event_config_t                          unused_event_config;
  dma_pkg::msix_entry_t [dma_pkg::MaxVectors-1:0]  unused_msix_table;

  always_comb begin
    request.is_write    = is_write_i;
    request.offset      = offset_i;
    request.data        = data_i;
    request.byte_enable = 4'hF;
    result.result       = command_result_e'(result_i);
    result.generation   = result_generation_i;
    result.seq          = result_seq_i;
    result.bytes        = result_bytes_i;
    result.packets      = result_packets_i;
    result.last_used    = result_last_used_i;
    result.path_index   = result_path_index_i;
    result.is_outbound  = result_is_outbound_i;
    retired.is_outbound = retired_is_outbound_i;
    retired.has_ticket  = 1'b0;
    retired.reason      = drop_reason_e'(retired_reason_i);
    retired.sa_index    = retired_sa_index_i;
    retired.bytes_in    = retired_bytes_in_i;
    retired.bytes_out   = retired_bytes_out_i;
  end

  csr_block u_csr (
    .clk_i, .rst_ni,
    .clear_counters_i  (1'b0),
    .request_i         (request),
    .valid_i, .ack_o, .data_o,
    .enable_o          (unused_enable),
    .soft_reset_o      (unused_soft_reset),
    .read_timeout_us_o (unused_timeout),
    .tick_us_o         (unused_tick),
    .swept_i           (1'b1),
    .idle_i            (1'b1),
    .sweep_cycles_i, .generation_i, .drain_fence_i,
    .command_o         (command),
    .command_start_o   (start_o),
    .command_busy_i    (1'b0),
    .command_result_i  (result),
    .queue_config_o    (unused_queue_config),
    .queue_status_i    ('0),
    .event_config_o    (unused_event_config),
    .event_producer_i,
    .event_last_kind_i (event_kind_e'(event_last_kind_i)),
    .msix_table_o      (unused_msix_table),
    .msix_pending_i    ('0),
    .bad_request_i, .unsupported_request_i, .bad_completion_i, .dma_read_i, .dma_read_error_i,
    .dma_read_timeout_i, .dma_write_i, .interrupt_i, .event_i, .event_lost_i, .completion_stall_i,
    .queue_stopped_i   (1'b0),
    .taken_i           ({retired_valid_i && retired_is_outbound_i,
                         retired_valid_i && !retired_is_outbound_i}),
    .retired_i         ({2{retired}}),
    .retired_valid_i   ({retired_valid_i && retired_is_outbound_i,
                         retired_valid_i && !retired_is_outbound_i}),
    .error_latch_o     (unused_latch),
    .error_rise_o      (unused_rise)
  );

  assign op_o                        = command.op;
  assign sa_index_o                  = command.sa_index;
  assign path_index_o                = command.path_index;
  assign row_spi_o                   = command.row.spi;
  assign row_suite_o                 = command.row.suite;
  assign row_is_outbound_o           = command.row.is_outbound;
  assign row_has_esn_o               = command.row.has_esn;
  assign row_replay_window_o         = command.row.replay_window;
  assign row_df_o                    = command.row.df;
  assign row_copy_dscp_o             = command.row.copy_dscp;
  assign row_dscp_o                  = command.row.dscp;
  assign row_has_ecn_o               = command.row.has_ecn;
  assign selector_is_ipv6_o          = command.row.selector.is_ipv6;
  assign selector_source_o           = command.row.selector.source;
  assign selector_destination_o      = command.row.selector.destination;
  assign selector_source_bits_o      = command.row.selector.source_bits;
  assign selector_destination_bits_o = command.row.selector.destination_bits;
  assign row_path_index_o            = command.row.path_index;
  assign row_epoch_o                 = command.row.epoch;
  assign soft_bytes_o                = command.lifetime.soft_bytes;
  assign hard_bytes_o                = command.lifetime.hard_bytes;
  assign soft_packets_o              = command.lifetime.soft_packets;
  assign hard_packets_o              = command.lifetime.hard_packets;
  assign key_o                       = command.key;
  assign salt_o                      = command.salt;
  assign first_seq_o                 = command.first_seq;
  assign path_is_ipv6_o              = command.path.is_ipv6;
  assign path_has_udp_o              = command.path.has_udp;
  assign path_is_limited_o           = command.path.is_limited;
  assign path_own_address_o          = command.path.own_address;
  assign path_peer_address_o         = command.path.peer_address;
  assign path_own_port_o             = command.path.own_port;
  assign path_peer_port_o            = command.path.peer_port;
  assign path_generation_o           = command.path.generation;
  assign credit_o                    = command.credit;

  if ($bits(command) != $bits({
      op_o, sa_index_o, path_index_o, row_spi_o, row_suite_o, row_is_outbound_o, row_has_esn_o,
      row_replay_window_o, row_df_o, row_copy_dscp_o, row_dscp_o, row_has_ecn_o,
      selector_is_ipv6_o, selector_source_o, selector_destination_o, selector_source_bits_o,
      selector_destination_bits_o, row_path_index_o, row_epoch_o, soft_bytes_o, hard_bytes_o,
      soft_packets_o, hard_packets_o, key_o, salt_o, first_seq_o, path_is_ipv6_o, path_has_udp_o,
      path_is_limited_o, path_own_address_o, path_peer_address_o, path_own_port_o,
      path_peer_port_o, path_generation_o, credit_o})) begin : gen_field_is_missing
    $error("csr_operands: give each field of command_t a port");
  end
endmodule

// SPDX-License-Identifier: Apache-2.0
/// What the host wrote, from the output struct of card_csr to the structs of the rooms behind it.
/// Combinational, but for the pulse of a doorbell, which comes with the new value.
module csr_pack #(
  parameter int unsigned NumQueues = 4
) (
  input  logic clk_i,
  input  logic rst_ni,
  input  card_csr_pkg::card_csr__out_t hwif_i,
  output sad_pkg::command_t command_o,
  output dma_pkg::queue_config_t [dma_pkg::MaxQueues-1:0] queue_config_o,
  output dma_pkg::event_config_t event_config_o,
  output dma_pkg::msix_entry_t [dma_pkg::MaxVectors-1:0] msix_table_o
);
  import card_csr_enums_pkg::*;

  // ---------------------------------------------------------------- command operands
  // Word 0 of a key or an address stands in the top bits.
  always_comb begin
    command_o.row.path_index  = '0;
    command_o.row.epoch       = '0;
    command_o.path.generation = '0;
    command_o.op         = command_op_e'(hwif_i.command.command.op.value);
    command_o.sa_index   = hwif_i.command.sa_index.value.value;
    command_o.path_index = hwif_i.command.path_index.value.value;
    command_o.row.spi           = hwif_i.command.spi.value.value;
    command_o.row.suite         = suite_e'(hwif_i.command.sa_flags.suite.value);
    command_o.row.is_outbound   = hwif_i.command.sa_flags.outbound.value;
    command_o.row.has_esn       = hwif_i.command.sa_flags.esn.value;
    command_o.row.replay_window = hwif_i.command.replay_window.packets.value;
    command_o.row.df            = df_mode_e'(hwif_i.command.sa_flags.df.value);
    command_o.row.copy_dscp     = hwif_i.command.sa_flags.copy_dscp.value;
    command_o.row.dscp          = hwif_i.command.sa_flags.dscp.value;
    command_o.row.has_ecn       = hwif_i.command.sa_flags.ecn.value;
    command_o.row.selector.is_ipv6          = hwif_i.command.sa_flags.selector_ipv6.value;
    command_o.row.selector.source_bits      = hwif_i.command.selector_prefix.source_bits.value;
    command_o.row.selector.destination_bits = hwif_i.command.selector_prefix.destination_bits.value;
    for (int unsigned i = 0; i < 4; i++) begin
      command_o.row.selector.source[127-32*i -: 32] = hwif_i.command.selector_source[i].value.value;
      command_o.row.selector.destination[127-32*i -: 32] =
        hwif_i.command.selector_destination[i].value.value;
      command_o.path.own_address[127-32*i -: 32]  = hwif_i.command.path_own_address[i].value.value;
      command_o.path.peer_address[127-32*i -: 32] = hwif_i.command.path_peer_address[i].value.value;
    end
    for (int unsigned i = 0; i < 8; i++)
      command_o.key[255-32*i -: 32] = hwif_i.command.key[i].value.value;
    command_o.salt      = hwif_i.command.salt.value.value;
    command_o.first_seq = {hwif_i.command.first_sequence_hi.value.value,
                           hwif_i.command.first_sequence_lo.value.value};
    command_o.lifetime.soft_bytes   = {hwif_i.command.soft_bytes_hi.value.value,
                                       hwif_i.command.soft_bytes_lo.value.value};
    command_o.lifetime.hard_bytes   = {hwif_i.command.hard_bytes_hi.value.value,
                                       hwif_i.command.hard_bytes_lo.value.value};
    command_o.lifetime.soft_packets = {hwif_i.command.soft_packets_hi.value.value,
                                       hwif_i.command.soft_packets_lo.value.value};
    command_o.lifetime.hard_packets = {hwif_i.command.hard_packets_hi.value.value,
                                       hwif_i.command.hard_packets_lo.value.value};
    command_o.path.is_ipv6    = hwif_i.command.path_flags.ipv6.value;
    command_o.path.has_udp    = hwif_i.command.path_flags.udp_encap.value;
    command_o.path.is_limited = hwif_i.command.path_flags.limited.value;
    command_o.path.own_port   = hwif_i.command.path_ports.own.value;
    command_o.path.peer_port  = hwif_i.command.path_ports.peer.value;
    command_o.credit          = hwif_i.command.path_credit.bytes.value;
  end

  // ---------------------------------------------------------------- queues
  logic [dma_pkg::MaxQueues-1:0] ring_q;

  for (genvar i = 0; i < int'(dma_pkg::MaxQueues); i++) begin : gen_queue
    always_ff @(posedge clk_i) begin
      if (!rst_ni) ring_q[i] <= 1'b0;
      else         ring_q[i] <= hwif_i.doorbell[i].sq_producer.value.swmod;
    end
    // A queue that this card does not have never starts.
    assign queue_config_o[i].enable = hwif_i.queues[i].control.enable.value && i < int'(NumQueues);
    assign queue_config_o[i].sq_base = {hwif_i.queues[i].sq_base_hi.value.value,
                                        hwif_i.queues[i].sq_base_lo.value.value};
    assign queue_config_o[i].cq_base = {hwif_i.queues[i].cq_base_hi.value.value,
                                        hwif_i.queues[i].cq_base_lo.value.value};
    assign queue_config_o[i].sq_log2 = hwif_i.queues[i].size.sq_log2.value;
    assign queue_config_o[i].cq_log2 = hwif_i.queues[i].size.cq_log2.value;
    assign queue_config_o[i].window_base  = {hwif_i.queues[i].window_base_hi.value.value,
                                             hwif_i.queues[i].window_base_lo.value.value};
    assign queue_config_o[i].window_limit = {hwif_i.queues[i].window_limit_hi.value.value,
                                             hwif_i.queues[i].window_limit_lo.value.value};
    assign queue_config_o[i].vector_index = hwif_i.queues[i].irq.vector_index.value;
    assign queue_config_o[i].irq_enable   = hwif_i.queues[i].irq.enable.value;
    assign queue_config_o[i].moderation_packets = hwif_i.queues[i].moderation.packets.value;
    assign queue_config_o[i].moderation_us      = hwif_i.queues[i].moderation.microseconds.value;
    assign queue_config_o[i].sq_producer  = hwif_i.doorbell[i].sq_producer.value.value;
    assign queue_config_o[i].sq_ring      = ring_q[i];
    assign queue_config_o[i].cq_consumer  = hwif_i.doorbell[i].cq_consumer.value.value;
  end

  // ---------------------------------------------------------------- event ring, MSI-X
  assign event_config_o.enable       = hwif_i.event_ring.control.enable.value;
  assign event_config_o.base         = {hwif_i.event_ring.base_hi.value.value,
                                        hwif_i.event_ring.base_lo.value.value};
  assign event_config_o.log2         = hwif_i.event_ring.size.log2.value;
  assign event_config_o.vector_index = hwif_i.event_ring.irq.vector_index.value;
  assign event_config_o.irq_enable   = hwif_i.event_ring.irq.enable.value;
  assign event_config_o.consumer     = hwif_i.event_doorbell.value.value;

  for (genvar i = 0; i < int'(dma_pkg::MaxVectors); i++) begin : gen_vector
    assign msix_table_o[i].address   = {hwif_i.msix[i].address_hi.value.value,
                                        hwif_i.msix[i].address_lo.value.value, 2'b00};
    assign msix_table_o[i].data      = hwif_i.msix[i].data.value.value;
    assign msix_table_o[i].is_masked = hwif_i.msix[i].control.mask.value;
  end

  logic unused_hwif;
  assign unused_hwif = &{1'b0, hwif_i};
endmodule

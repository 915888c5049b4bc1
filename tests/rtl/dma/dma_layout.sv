// SPDX-License-Identifier: Apache-2.0
/// Of the tests, not of the card: every field of the structs that host and card share (dma_pkg) at
/// a port of its own name, so that a test names fields and not bits of a vector.
///
/// A descriptor goes through dma_queue as memory gives it. Completions and events are shown twice:
/// the struct alone, where every bit can be set, and as dma_packet_write and dma_events write them,
/// which set only some. Bit 8n of a vector is the lowest bit of byte n in memory.
module dma_layout (
  input  logic clk_i,
  input  logic rst_ni,
  input  logic enable_i,                // of queue 0 and of the event ring
  input  logic [4:0]   queue_log2_i,    // of both rings of queue 0
  input  logic [4:0]   event_log2_i,

  // Submission ring: doorbell, read, its data, the descriptor that came of it
  input  logic [63:0]  sq_base_i,
  input  logic [15:0]  sq_producer_i,
  output logic [63:0]  fetch_address_o,
  output logic         fetch_valid_o,
  input  logic [127:0] fetch_data_i,
  input  logic         fetch_data_valid_i,
  output logic         descriptor_valid_o,
  input  logic         descriptor_take_i,
  output logic [63:0]  descriptor_buffer_iova_o,
  output logic [15:0]  descriptor_length_o,
  output logic [15:0]  descriptor_offset_o,
  output logic [15:0]  descriptor_sa_index_o,
  output logic [15:0]  descriptor_flags_o,

  // Completion: fields, the struct of them, the result that has them
  input  logic [15:0]  completion_index_i,
  input  logic [15:0]  completion_reason_i,
  input  logic [15:0]  completion_length_i,
  input  logic [15:0]  completion_sa_index_i,
  input  logic [31:0]  completion_generation_i,
  input  logic [15:0]  completion_reserved_i,
  input  logic [15:0]  completion_flags_i,
  output logic [127:0] completion_struct_o,
  input  logic         result_valid_i,
  input  logic         result_last_i,
  output logic         result_ready_o,
  output logic [127:0] completion_o,
  output logic         completion_valid_o,   // pulse

  // Event: fields, the struct of them, and the entry as it is written
  input  logic [15:0]  event_sa_index_i,
  input  logic [15:0]  event_path_index_i,
  input  logic [31:0]  event_generation_i,
  input  logic [63:0]  event_seq_i,
  input  logic [63:0]  event_detail_i,       // low half: error latch
  input  logic [15:0]  event_own_port_i,
  input  logic [15:0]  event_peer_port_i,
  input  logic [7:0]   event_kind_i,
  input  logic [7:0]   event_address_family_i,
  input  logic [15:0]  event_flags_i,
  input  logic [127:0] event_own_address_i,
  input  logic [127:0] event_peer_address_i,
  output logic [511:0] event_struct_o,
  input  logic         event_valid_i,
  output logic         event_ready_o,
  input  logic         error_rise_i,
  output logic [127:0] event_beat_o,         // a quarter of an entry
  output logic         event_beat_valid_o
);
  import dma_pkg::*;
  import card_csr_enums_pkg::*;

  // ---------------------------------------------------------------- the structs alone
  completion_t  completion;
  event_entry_t event_entry;

  always_comb begin
    completion.index      = completion_index_i;
    completion.reason     = completion_reason_i;
    completion.length     = completion_length_i;
    completion.sa_index   = completion_sa_index_i;
    completion.generation = completion_generation_i;
    completion.reserved   = completion_reserved_i;
    completion.flags      = completion_flags_i;
    event_entry.sa_index       = event_sa_index_i;
    event_entry.path_index     = event_path_index_i;
    event_entry.generation     = event_generation_i;
    event_entry.seq            = event_seq_i;
    event_entry.detail         = event_detail_i;
    event_entry.own_port       = event_own_port_i;
    event_entry.peer_port      = event_peer_port_i;
    event_entry.kind           = event_kind_i;
    event_entry.address_family = event_address_family_i;
    event_entry.flags          = event_flags_i;
    event_entry.own_address    = event_own_address_i;
    event_entry.peer_address   = event_peer_address_i;
  end
  assign completion_struct_o = completion;
  assign event_struct_o      = event_entry;

  // ---------------------------------------------------------------- descriptor, through dma_queue
  queue_config_t queue_config;
  queue_status_t status;
  fetch_t        fetch, fetch_q;
  descriptor_t   descriptor;
  store_t        store;
  read_owner_t   over_owner;
  logic          over_q, unused_stopped, unused_stall;

  always_comb begin
    queue_config              = '0;
    queue_config.enable       = enable_i;
    queue_config.sq_base      = sq_base_i;
    queue_config.sq_log2      = queue_log2_i;
    queue_config.cq_log2      = queue_log2_i;
    queue_config.window_limit = '1;
    queue_config.sq_producer  = sq_producer_i;
    queue_config.cq_consumer  = status.sq_consumer;   // completion space never ends
    store             = '0;
    store.target      = TargetDescriptors;
    store.place       = {6'd0, fetch_q.first, 2'b00};
    store.data        = fetch_data_i;
    store.dw_enable   = {4{fetch_data_valid_i}};
    over_owner        = '0;
    over_owner.target = TargetDescriptors;
    over_owner.index  = fetch_q.first;
    over_owner.num_descriptors = fetch_q.num_descriptors;
  end

  always_ff @(posedge clk_i) begin
    over_q <= rst_ni && fetch_data_valid_i;
    if (fetch_valid_o) fetch_q <= fetch;
  end

  queue_config_t queue_taken;
  dma_queue u_queue (
    .clk_i, .rst_ni,
    .may_fetch_i  (1'b1),
    .config_i     (queue_config),
    .taken_o      (queue_taken),
    .status_o     (status),
    .cq_producer_i('0),
    .stopped_o    (unused_stopped),
    .stall_o      (unused_stall),
    .fetch_o      (fetch),
    .fetch_valid_o,
    .fetch_ready_i(1'b1),
    .store_i      (store),
    .over_i       (over_q),
    .over_owner_i (over_owner),
    .over_failed_i(1'b0),
    .descriptor_o (descriptor),
    .valid_o      (descriptor_valid_o),
    .take_i       (descriptor_take_i)
  );
  assign fetch_address_o          = fetch.address;
  assign descriptor_buffer_iova_o = descriptor.buffer_iova;
  assign descriptor_length_o      = descriptor.length;
  assign descriptor_offset_o      = descriptor.offset;
  assign descriptor_sa_index_o    = descriptor.sa_index;
  assign descriptor_flags_o       = descriptor.flags;

  // ---------------------------------------------------------------- completion, of a result
  pcie_pkg::pcie_config_t cfg;
  checked_order_t         order;
  esp_pkg::result_t       result;
  pcie_pkg::tlp_beat_t    packet_tlp, event_tlp;
  retired_t [1:0]         unused_retired;
  logic [MaxQueues-1:0]   completed;
  logic [MaxQueues-1:0][15:0] unused_cq_producer;
  logic [1:0]             result_ready, unused_order_take, unused_retired_valid;
  logic                   unused_packet_valid;

  always_comb begin
    cfg                 = '0;
    cfg.bus_master_en   = 1'b1;
    order               = '0;
    order.is_inside     = 1'b1;
    order.room_bytes    = '1;
    result              = '0;
    result.reason       = drop_reason_e'(completion_reason_i[5:0]);
    result.length_bytes = completion_length_i;
    result.sa_index     = completion_sa_index_i;
    result.generation   = completion_generation_i;
  end

  dma_packet_write u_packets (
    .clk_i, .rst_ni,
    .cfg_i          (cfg),
    .config_i       ({{3{queue_config_t'('0)}}, queue_taken}),
    .cq_producer_o  (unused_cq_producer),
    .completed_o    (completed),
    .order_i        ({checked_order_t'('0), order}),
    .may_go_i       ({1'b0, result_valid_i}),
    .order_take_o   (unused_order_take),
    .data_i         ('0),
    .keep_i         ('0),
    .last_i         ({1'b0, result_last_i}),
    .result_i       ({esp_pkg::result_t'('0), result}),
    .valid_i        ({1'b0, result_valid_i}),
    .ready_o        (result_ready),
    .tlp_o          (packet_tlp),
    .valid_o        (unused_packet_valid),
    .ready_i        (1'b1),
    .retired_o      (unused_retired),
    .retired_valid_o(unused_retired_valid)
  );
  assign result_ready_o     = result_ready[0];
  assign completion_o       = packet_tlp.data;
  assign completion_valid_o = completed[0];

  // ---------------------------------------------------------------- event, of what sad raises
  event_config_t   event_config;
  sad_pkg::event_t card_event;
  logic [15:0]     producer;
  event_kind_e     unused_last_kind;
  logic [MaxVectors-1:0] unused_interrupt;
  logic            unused_written, unused_lost;

  always_comb begin
    event_config          = '0;
    event_config.enable   = enable_i;
    event_config.log2     = event_log2_i;
    event_config.consumer = producer;                        // the ring is never full
    card_event.kind       = event_kind_e'(event_kind_i[3:0]);
    card_event.sa_index   = event_sa_index_i;
    card_event.path_index = event_path_index_i;
    card_event.seq        = event_seq_i;
    card_event.generation = event_generation_i;
    // In sad the first byte on the wire is in the top bits.
    card_event.endpoints.is_ipv6      = event_address_family_i[1];  // 6, not 4
    card_event.endpoints.own_address  = common_pkg::reverse_bytes(event_own_address_i);
    card_event.endpoints.peer_address = common_pkg::reverse_bytes(event_peer_address_i);
    card_event.endpoints.own_port     = event_own_port_i;
    card_event.endpoints.peer_port    = event_peer_port_i;
  end

  dma_events u_events (
    .clk_i, .rst_ni,
    .cfg_i        (cfg),
    .config_i     (event_config),
    .event_i      (card_event),
    .event_valid_i,
    .event_ready_o,
    .error_latch_i(event_detail_i[31:0]),
    .error_rise_i,
    .tlp_o        (event_tlp),
    .valid_o      (event_beat_valid_o),
    .ready_i      (1'b1),
    .producer_o   (producer),
    .last_kind_o  (unused_last_kind),
    .interrupt_o  (unused_interrupt),
    .written_o    (unused_written),
    .lost_o       (unused_lost)
  );
  assign event_beat_o = event_tlp.data;
endmodule

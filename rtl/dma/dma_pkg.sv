// SPDX-License-Identifier: Apache-2.0
/// Layouts in host memory, twins of driver/include/holdfast/layout.h, and types inside the DMA.
/// The first byte in memory is the lowest: a packed struct lists the last field first.
package dma_pkg;
  import card_csr_enums_pkg::*;

  localparam int unsigned DescriptorBytes = 16;
  localparam int unsigned CompletionBytes = 16;
  localparam int unsigned EventBytes      = 64;
  localparam logic [15:0] NoSa            = 16'hFFFF;
  localparam int unsigned MaxQueues       = 4;
  localparam int unsigned MaxVectors      = 8;

  /// flags: bit 0 outbound, bit 1 Ethernet header present, bit 2 outer checksums not valid; the
  /// others are 0.
  typedef struct packed {
    logic [15:0] flags;
    logic [15:0] sa_index;
    logic [15:0] offset;        // bytes from the buffer's start to the first byte of the packet
    logic [15:0] length;        // bytes
    logic [63:0] buffer_iova;   // 64-byte aligned
  } descriptor_t;

  /// flags: bit 0 phase.
  typedef struct packed {
    logic [15:0] flags;
    logic [15:0] reserved;
    logic [31:0] generation;
    logic [15:0] sa_index;
    logic [15:0] length;        // bytes written at the buffer's start; 0 if dropped
    logic [15:0] reason;        // drop_reason_e; 0: done
    logic [15:0] index;         // free-running index of the descriptor in its ring
  } completion_t;

  /// 64 bytes; flags: bit 0 phase. Addresses stand in memory as on the wire: byte 0 of the address
  /// in the lowest byte of the field.
  typedef struct packed {
    logic [127:0] peer_address; // roam: source of the packet
    logic [127:0] own_address;  // roam: its destination
    logic [15:0]  flags;
    logic [7:0]   address_family; // 4 or 6; 0: no addresses
    logic [7:0]   kind;         // event_kind_e
    logic [15:0]  peer_port;
    logic [15:0]  own_port;
    logic [63:0]  detail;       // error: the error latch
    logic [63:0]  seq;
    logic [31:0]  generation;
    logic [15:0]  path_index;
    logic [15:0]  sa_index;
  } event_entry_t;

  /// One queue as the host configured it.
  typedef struct packed {
    logic        enable;
    logic [63:0] sq_base;
    logic [63:0] cq_base;
    logic [4:0]  sq_log2;
    logic [4:0]  cq_log2;
    logic [63:0] window_base;   // first byte
    logic [63:0] window_limit;  // last byte
    logic [7:0]  vector_index;
    logic        irq_enable;
    logic [15:0] moderation_packets;
    logic [15:0] moderation_us;
    logic [15:0] sq_producer;   // doorbells
    logic        sq_ring;       // pulse: sq_producer was written
    logic [15:0] cq_consumer;
  } queue_config_t;

  /// What the registers show of a queue.
  typedef struct packed {
    logic         is_running;
    queue_cause_e cause;
    logic         waits;        // for completion space
    logic [15:0]  sq_consumer;
    logic [15:0]  cq_producer;
  } queue_status_t;

  typedef struct packed {
    logic        enable;
    logic [63:0] base;
    logic [4:0]  log2;
    logic [7:0]  vector_index;
    logic        irq_enable;
    logic [15:0] consumer;
  } event_config_t;

  typedef struct packed {
    logic [63:0] address;
    logic [31:0] data;
    logic        is_masked;
  } msix_entry_t;

  /// One packet that was handed to the pipeline, in order of dispatch; dma_read makes it, dma_write
  /// pairs it with the result that comes out of the pipeline of that direction.
  typedef struct packed {
    logic [1:0]  queue_index;
    logic        is_outbound;
    logic [15:0] length_bytes;  // that the descriptor promised
    logic [63:0] buffer_iova;
  } order_t;

  /// One packet whose completion has been accepted by the link.
  typedef struct packed {
    logic         is_outbound;
    logic         has_ticket;
    drop_reason_e reason;
    logic [15:0]  sa_index;
    logic [15:0]  bytes_in;
    logic [15:0]  bytes_out;
  } retired_t;

  // ---------------------------------------------------------------- inside rtl/dma only

  /// The longest packet that a descriptor may announce: wire packet and Ethernet header.
  localparam int unsigned MaxPacketBytes = 9216 + 14;
  localparam int unsigned NumTags        = 32;    // fit in 5 bits, so ext_tag_en does not matter
  localparam int unsigned NumSlots       = 32;    // packets of a direction between take and play
  localparam int unsigned PacketRows     = 2048;  // 16-byte rows of a direction's packet RAM
  localparam int unsigned MaxPacketRows  = (MaxPacketBytes + 3 + 15) / 16;
  localparam int unsigned RingDescriptors = 32;   // prefetched descriptors of a queue
  localparam int unsigned MaxBatch       = 8;     // descriptors of one read: 128 bytes

  typedef logic [4:0]  tag_t;
  /// A DW in a packet RAM or prefetch ring: row and, in the low two bits, bank.
  typedef logic [12:0] place_t;

  typedef enum logic [1:0] {
    TargetInbound     = 2'd0,
    TargetOutbound    = 2'd1,
    TargetDescriptors = 2'd2
  } target_e;

  /// Whom a read serves.
  typedef struct packed {
    target_e    target;
    logic [1:0] queue_index;      // TargetDescriptors
    logic [4:0] index;            // slot of the packet, or first descriptor in the prefetch ring
    logic [3:0] num_descriptors;  // TargetDescriptors
  } read_owner_t;

  /// What is still expected of a read.
  typedef struct packed {
    logic [12:0] bytes_left;
    logic [6:0]  address;         // low bits of the next byte's address
    place_t      place;           // of its DW
    logic        is_poisoned;     // a part was
  } read_rest_t;

  /// What one completion does to its read.
  typedef enum logic [1:0] {
    OutcomeMore,                  // more completions will come
    OutcomeDone,
    OutcomeFailed,                // over, without data
    OutcomeRest                   // failed, and completions may still come: the tag must rest
  } outcome_e;

  /// Up to four DWs on their way into a RAM.
  typedef struct packed {
    target_e      target;
    logic [1:0]   queue_index;
    place_t       place;          // of DW 0
    logic [127:0] data;
    logic [3:0]   dw_enable;
  } store_t;

  /// A descriptor read that a queue wants.
  typedef struct packed {
    logic [63:0] address;
    logic [4:0]  first;           // in the prefetch ring
    logic [3:0]  num_descriptors;
  } fetch_t;

  /// A packet to be read. length_bytes 0: nothing to read.
  typedef struct packed {
    logic        is_outbound;
    logic [4:0]  slot;
    logic [10:0] row;             // of its first DW, in bank 0
    logic [63:0] address;
    logic [13:0] length_bytes;
  } job_t;

  /// A packet in its slot; with ingress.reason the length is 0.
  typedef struct packed {
    esp_pkg::ingress_t ingress;
    logic [13:0]       length_bytes;
    logic [1:0]        shift;     // bytes in front of the packet in its first DW
    logic [9:0]        num_rows;
  } slot_t;

  /// An order_t with what is known of its window before the result is there.
  typedef struct packed {
    order_t      order;
    logic        is_inside;       // the buffer's first byte
    logic [15:0] room_bytes;      // after its first byte, up to the window's end; 65,535 or more
  } checked_order_t;

  /// Bytes of a request that starts at `address`: not beyond the next multiple of the limit
  /// (128 << limit_code), and so never across 4 KiB (PCIe 3.0, 2.2.7).
  function automatic logic [12:0] request_bytes(logic [11:0] address, logic [13:0] bytes_left,
                                                logic [2:0] limit_code);
    logic [12:0] limit, room;
    limit = (limit_code > 3'd5) ? 13'd4096 : 13'd128 << limit_code;
    room  = limit - ({1'b0, address} & (limit - 13'd1));
    return (bytes_left > {1'b0, room}) ? room : bytes_left[12:0];
  endfunction

  /// DWs that `num_bytes` touch when they start in byte `first` of a DW.
  function automatic logic [10:0] touched_dws(logic [1:0] first, logic [12:0] num_bytes);
    logic [13:0] last;
    last = {1'b0, num_bytes} + {12'd0, first} + 14'd3;
    return last[12:2];
  endfunction

  /// Header of a memory read or write (PCIe 3.0, 2.2.4.1, 2.2.5, 2.2.7). Relaxed ordering, no
  /// snoop and traffic class are 0. An address below 4 GiB must use the short form.
  function automatic logic [127:0] memory_header(logic is_write, logic [15:0] requester_id,
                                                 tag_t tag, logic [63:0] address,
                                                 logic [12:0] num_bytes);
    logic        is_long;
    logic [10:0] dws;
    logic [1:0]  tail;
    logic [3:0]  first_be, last_be;
    logic [63:0] head;
    is_long  = address[63:32] != '0;
    dws      = touched_dws(address[1:0], num_bytes);
    tail     = address[1:0] + num_bytes[1:0];
    first_be = 4'hF << address[1:0];
    last_be  = (tail == 2'd0) ? 4'hF : 4'hF >> (3'd4 - {1'b0, tail});
    if (dws == 11'd1) begin
      first_be = first_be & last_be;
      last_be  = 4'h0;
    end
    head = {1'b0, is_write, is_long, 5'd0, 14'd0, dws[9:0],
            requester_id, 3'd0, tag, last_be, first_be};
    return is_long ? {head, address[63:2], 2'b00} : {head, address[31:2], 2'b00, 32'd0};
  endfunction
endpackage

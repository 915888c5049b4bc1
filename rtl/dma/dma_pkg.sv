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
endpackage

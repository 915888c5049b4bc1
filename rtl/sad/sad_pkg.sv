// SPDX-License-Identifier: Apache-2.0
/// Rows of the SA database and the questions that may be asked of it (RFC 4301, 4.4.2).
///
/// An address is 128 bits, its first byte on the wire in bits 127:120; IPv4 fills bits 127:96 and
/// leaves the rest 0.
package sad_pkg;
  import card_csr_enums_pkg::*;

  typedef logic [15:0] sa_index_t;
  typedef logic [15:0] path_index_t;
  typedef logic [31:0] generation_t;

  /// Inner prefixes that an SA may carry (RFC 4301, 4.4.1.1).
  typedef struct packed {
    logic         is_ipv6;
    logic [127:0] source;
    logic [127:0] destination;
    logic [7:0]   source_bits;
    logic [7:0]   destination_bits;
  } selector_t;

  /// Written by the host when the SA is added; only `path_index` changes later.
  typedef struct packed {
    logic [31:0]  spi;
    suite_e       suite;
    logic         is_outbound;
    logic         has_esn;
    logic [15:0]  replay_window;  // packets
    df_mode_e     df;
    logic         copy_dscp;
    logic [5:0]   dscp;
    logic         has_ecn;
    selector_t    selector;
    path_index_t  path_index;
    logic [7:0]   epoch;          // of the row's owner; a late write-back of an older one is dropped
  } static_row_t;

  /// Limits in inner IP bytes and packets; 0 is none.
  typedef struct packed {
    logic [63:0] soft_bytes;
    logic [63:0] hard_bytes;
    logic [63:0] soft_packets;
    logic [63:0] hard_packets;
  } lifetime_row_t;

  /// Key as crypto_pkg::gcm_request_t wants it, and what was derived from it.
  typedef struct packed {
    logic [255:0] key;
    logic [31:0]  salt;
    logic [127:0] subkey;
  } key_row_t;

  /// The binding: one peer as it is reached now. Swapped whole in one cycle.
  typedef struct packed {
    logic         is_ipv6;
    logic         has_udp;
    logic         is_limited;
    logic [127:0] own_address;
    logic [127:0] peer_address;
    logic [15:0]  own_port;
    logic [15:0]  peer_port;
    generation_t  generation;
  } path_row_t;

  /// All operands of one command (card_csr.rdl, SA and path command window).
  typedef struct packed {
    command_op_e   op;
    sa_index_t     sa_index;
    path_index_t   path_index;
    static_row_t   row;           // path_index and epoch inside are ignored
    lifetime_row_t lifetime;
    logic [255:0]  key;
    logic [31:0]   salt;
    logic [63:0]   first_seq;
    path_row_t     path;          // generation inside is ignored
    logic [31:0]   credit;        // bytes
  } command_t;

  typedef struct packed {
    command_result_e result;
    generation_t     generation;
    logic [63:0]     seq;
    logic [63:0]     bytes;
    logic [63:0]     packets;
    logic [63:0]     last_used;   // cycle
    path_index_t     path_index;
    logic            is_outbound;
  } command_result_t;

  /// Inbound: which SA is this, and is its number new?
  typedef struct packed {
    logic [31:0] spi;
    logic [31:0] seq_lo;
  } inbound_query_t;

  /// Outbound: may this packet leave through that SA? On yes a sequence number is taken and the
  /// lifetime charged.
  typedef struct packed {
    sa_index_t    sa_index;
    logic [15:0]  inner_bytes;
    logic         is_ipv6;
    logic [127:0] source;
    logic [127:0] destination;
  } outbound_query_t;

  /// Answer to both: the rows as they were in one cycle. Nothing is looked up again later.
  /// `reason` not DropReasonNone: the packet is dropped and only sa_index is meaningful.
  typedef struct packed {
    drop_reason_e reason;
    sa_index_t    sa_index;
    logic [63:0]  seq;
    static_row_t  row;
    path_row_t    path;
    key_row_t     key;
  } ticket_t;

  /// Inbound, after the ICV passed: moves the window and charges the lifetime.
  typedef struct packed {
    sa_index_t   sa_index;
    logic [7:0]  epoch;
    logic [63:0] seq;
    logic        is_charged;   // 0: the packet is dropped for another reason; only the window moves
    logic [15:0] inner_bytes;
  } inbound_update_t;

  typedef struct packed {
    drop_reason_e reason;      // none, replay_late, lifetime or stale
    logic         is_highest;  // the highest sequence number so far
  } inbound_verdict_t;

  /// What the host is told; at most once per SA and kind until the SA is added anew.
  typedef struct packed {
    event_kind_e kind;
    sa_index_t   sa_index;
    path_index_t path_index;
    logic [63:0] seq;
    generation_t generation;
  } event_t;
endpackage

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
    logic [7:0]   epoch;          // of the row's owner; an update of an older one is stale
  } static_row_t;

  /// Limits in inner IP bytes and packets (RFC 4301, 4.4.2.1); 0 is none.
  typedef struct packed {
    logic [63:0] soft_bytes;
    logic [63:0] hard_bytes;
    logic [63:0] soft_packets;
    logic [63:0] hard_packets;
  } lifetime_row_t;

  /// Key and salt (RFC 4106, 8.1) as crypto_pkg::gcm_request_t wants them, and what was derived.
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

  /// Outbound: may this packet leave through that SA? On yes a sequence number is taken, the
  /// lifetime charged and the path's credit reduced.
  typedef struct packed {
    sa_index_t    sa_index;
    logic [15:0]  inner_bytes;
    logic [15:0]  esp_bytes;      // that it becomes, SPI to ICV
    logic         is_ipv6;
    logic [127:0] source;
    logic [127:0] destination;
  } outbound_query_t;

  /// Both ends of an inbound packet, as its outer headers name them.
  typedef struct packed {
    logic         is_ipv6;
    logic [127:0] own_address;    // its destination
    logic [127:0] peer_address;   // its source
    logic [15:0]  own_port;       // 0 without UDP
    logic [15:0]  peer_port;
  } endpoints_t;

  /// How an inbound packet came, and the path row that it was measured against: the one it read.
  typedef struct packed {
    endpoints_t  endpoints;
    path_index_t path_index;
    generation_t generation;
  } origin_t;

  typedef struct packed {
    origin_t     origin;
    logic        is_from_peer;    // from the path's peer endpoint: it gives credit
    logic        is_elsewhere;    // its endpoints are not those of the binding
    logic [15:0] bytes;           // of the whole IP packet
  } arrival_t;

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

  /// Inbound, after the ICV passed: moves the window, charges the lifetime, gives credit.
  typedef struct packed {
    sa_index_t   sa_index;
    logic [7:0]  epoch;
    logic [63:0] seq;
    logic        is_charged;   // 0: the packet is dropped for another reason; only the window moves
    logic [15:0] inner_bytes;
    arrival_t    arrival;
  } inbound_update_t;

  typedef struct packed {
    drop_reason_e reason;      // none, replay_late, lifetime or stale
    logic         is_highest;  // the highest sequence number so far
  } inbound_verdict_t;

  /// What the host is told; at most once per SA and kind until the SA is added anew, credit once
  /// per write of a path row, roam once per SA and write of its path row.
  typedef struct packed {
    event_kind_e kind;
    sa_index_t   sa_index;
    path_index_t path_index;
    logic [63:0] seq;
    generation_t generation;
    endpoints_t  endpoints;      // of the packet that roamed; else 0
  } event_t;

  // ---------------------------------------------------------------- inside rtl/sad only

  /// A static row as it lies in memory. Deleting clears all of it but the epoch.
  typedef struct packed {
    logic        is_active;
    static_row_t row;
  } sa_row_t;

  /// What packets change. No command sets it but add_sa and delete_sa.
  typedef struct packed {
    logic [63:0] seq;                 // outbound: next number; inbound: top (RFC 4303, 3.4.3)
    logic [63:0] bytes;
    logic [63:0] packets;
    logic [63:0] last_used;           // cycle
    logic        has_soft_event;      // raised before; never again until the SA is added anew
    logic        has_hard_event;
    logic        has_sequence_event;
    generation_t roam_generation;     // inbound: of the path row that a roam was told against
  } state_row_t;

  /// Who walks through the pipeline.
  typedef enum logic [1:0] {
    WalkInQuery  = 2'd0,
    WalkInUpdate = 2'd1,
    WalkOutQuery = 2'd2,
    WalkProbe    = 2'd3               // the command engine looks at rows
  } walk_e;

  /// One walk through the pipeline; each kind uses some of the fields.
  typedef struct packed {
    walk_e        kind;
    sa_index_t    sa_index;           // all but WalkInQuery
    logic [31:0]  spi;                // WalkInQuery, WalkProbe
    logic [63:0]  seq;                // WalkInQuery: low 32 bits; WalkInUpdate
    logic [7:0]   epoch;              // WalkInUpdate
    logic         is_charged;         // WalkInUpdate
    logic [15:0]  inner_bytes;        // WalkInUpdate, WalkOutQuery
    logic [15:0]  esp_bytes;          // WalkOutQuery
    logic         is_ipv6;            // WalkOutQuery, as the two addresses
    logic [127:0] source;
    logic [127:0] destination;
    logic         has_path_index;     // WalkProbe: look at this path row, not at the SA's
    path_index_t  path_index;
  } walk_t;

  /// A walk after its SA was read.
  typedef struct packed {
    walk_e       kind;
    logic        is_found;            // the SPI was found, or the index is in the table
    sa_index_t   sa_index;
    logic [7:0]  epoch;
    logic        is_charged;
    logic [15:0] esp_bytes;
    sa_row_t     sa;
    state_row_t  state;
    path_index_t path_index;          // that is read
  } visit_t;

  /// Where a sequence number lies, but for its bit in the window.
  typedef struct packed {
    logic [63:0] seq;
    logic        exists;              // not 0, not below 0, not beyond 2^64 - 1
    logic        is_new;              // right of the top
    logic        is_far;              // right of it by the largest window or more
    logic        is_inside;           // not left of the window
  } replay_position_t;

  /// A lifetime after one packet more.
  typedef struct packed {
    logic [63:0] bytes;
    logic [63:0] packets;
    logic        is_over;             // beyond a hard limit: the packet must not pass
    logic        is_soft;             // at or beyond a soft limit
  } charge_t;

  /// What one packet may do to the byte credit of its path.
  typedef enum logic [1:0] {
    CreditKeep  = 2'd0,
    CreditSpend = 2'd1,
    CreditGain  = 2'd2,
    CreditTell  = 2'd3                // the packet was held back: an event that is not told again
  } credit_op_e;

  /// What a probe saw.
  typedef struct packed {
    sa_row_t     sa;
    state_row_t  state;
    generation_t path_generation;     // 0: this path row was never written
    logic        has_spi;             // an inbound SA has the SPI that was asked for
  } probe_t;

  /// All rows of one SA, written in one cycle by a command.
  typedef struct packed {
    sa_index_t     sa_index;
    logic          is_whole;          // 0: only the static row
    sa_row_t       sa;
    lifetime_row_t lifetime;
    key_row_t      key;
    state_row_t    state;
    logic          window_fill;       // every bit of the replay window
  } sa_write_t;

  /// Events that one packet can raise (RFC 4303, 3.3.3; RFC 4301, 4.4.2.1).
  typedef struct packed {
    logic credit;
    logic last_number;
    logic hard_lifetime;
    logic soft_lifetime;
    logic roam;
  } kinds_t;

  typedef struct packed {
    kinds_t      kinds;
    sa_index_t   sa_index;
    path_index_t path_index;
    logic [63:0] seq;
    generation_t generation;
    origin_t     origin;              // of a roam
  } raised_t;
endpackage

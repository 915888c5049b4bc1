// SPDX-License-Identifier: Apache-2.0
/// One beat of a TLP stream inside the card, 128 bits wide (PCIe 3.0, 2.2).
///
///   hdr[127:96] first header DW as on the wire … hdr[31:0] fourth (0 for 3-DW headers);
///   data[31:0]  payload DW 0 of this beat, its first byte on the wire in data[7:0];
///   strb[n]     payload DW n of this beat is there.
/// hdr is constant over the TLP. A TLP without payload is one beat with strb 0.
package pcie_pkg;
  typedef struct packed {
    logic [127:0] hdr;
    logic [127:0] data;
    logic [3:0]   strb;
    logic         sop;
    logic         eop;
  } tlp_beat_t;

  /// Configuration that the hard core hands over. All 0 is legal.
  typedef struct packed {
    logic [2:0]  max_payload;     // 128 << n bytes
    logic [2:0]  max_read_req;    // 128 << n bytes
    logic [15:0] completer_id;
    logic        bus_master_en;
    logic        msix_en;
    logic        msix_mask;
    logic        rcb;             // read completion boundary: 0: 64 bytes, 1: 128 bytes
    logic        ext_tag_en;      // 0: 5-bit tags, 1: 8-bit tags
  } pcie_config_t;

  // fmt and type of the first header byte (PCIe 3.0, table 2-3), fmt in bits 7:5.
  localparam logic [7:0] TlpMemRead32  = 8'h00;
  localparam logic [7:0] TlpMemRead64  = 8'h20;
  localparam logic [7:0] TlpMemWrite32 = 8'h40;
  localparam logic [7:0] TlpMemWrite64 = 8'h60;
  localparam logic [7:0] TlpCpl        = 8'h0A;
  localparam logic [7:0] TlpCplLocked  = 8'h0B;
  localparam logic [7:0] TlpCplData    = 8'h4A;
  // The type alone, bits 4:0, of what pcie_endpoint must tell apart.
  localparam logic [4:0] TypeMem       = 5'b00000;
  localparam logic [4:0] TypeMemLocked = 5'b00001;
  localparam logic [4:0] TypeIo        = 5'b00010;
  localparam logic [4:0] TypeConfig0   = 5'b00100;
  localparam logic [4:0] TypeConfig1   = 5'b00101;
  localparam logic [4:0] TypeConfigT   = 5'b11011;  // trusted configuration space, deprecated
  localparam logic [4:0] TypeFetchAdd  = 5'b01100;
  localparam logic [4:0] TypeSwap      = 5'b01101;
  localparam logic [4:0] TypeCas       = 5'b01110;
  // Completion status (PCIe 3.0, table 2-29).
  localparam logic [2:0] StatusSuccess     = 3'b000;
  localparam logic [2:0] StatusUnsupported = 3'b001;
  localparam logic [2:0] StatusAbort       = 3'b100;

  /// One 32-bit register access.
  typedef struct packed {
    logic        is_write;
    logic [16:0] offset;          // bytes in BAR0, a multiple of 4
    logic [31:0] data;
    logic [3:0]  byte_enable;
  } csr_request_t;

  /// What becomes of a request.
  typedef enum logic [2:0] {
    VerdictIgnore,              // message: nothing happens
    VerdictBad,                 // malformed or poisoned: counted, never answered
    VerdictUnsupportedPosted,   // counted; posted requests are never answered
    VerdictUnsupported,         // counted and answered with status unsupported request
    VerdictWrite,
    VerdictRead
  } verdict_e;

  /// A request as far as it is worked on and answered.
  typedef struct packed {
    logic        is_read;         // 0: unsupported request
    logic        is_locked;
    logic [2:0]  tc;
    logic [1:0]  attr;            // no snoop, relaxed ordering
    logic [15:0] requester_id;
    logic [7:0]  tag;
    logic [14:0] dw_address;      // in BAR0
    logic [10:0] length_dw;       // 1 to 1024
    logic [3:0]  first_be;
    logic [3:0]  last_be;         // 0 if length_dw is 1
    logic [12:0] byte_count;      // 1 to 4096: from the first enabled byte to the last
    logic [1:0]  first_byte;      // first enabled byte in the first DW
  } request_t;

  /// One completion, without its payload.
  typedef struct packed {
    logic        has_data;        // 0: unsupported request
    logic        is_locked;
    logic [2:0]  tc;
    logic [1:0]  attr;
    logic [15:0] requester_id;
    logic [7:0]  tag;
    logic [5:0]  length_dw;       // 0 to 32
    logic [12:0] byte_count;
    logic [6:0]  lower_address;
  } completion_t;
endpackage

// SPDX-License-Identifier: Apache-2.0
/// Side-bands of the packet streams at the ESP pipeline, and the records that travel beside the
/// packets inside.
package esp_pkg;
  import card_csr_enums_pkg::*;
  import sad_pkg::*;

  /// Comes with every beat of a packet that enters, constant over the packet.
  typedef struct packed {
    /// Not DropReasonNone: the packet was given up before it came here. It is one beat without
    /// data and leaves as a result with this reason, so that every packet has its account.
    drop_reason_e reason;
    logic         has_ethernet;          // 14 bytes of Ethernet stand in front of the IP packet
    logic         checksum_not_valid;    // inbound: do not verify the outer IPv4 header checksum
    sa_index_t    sa_index;              // outbound: the SA; kNoSa (0xFFFF): none
  } ingress_t;

  /// Comes with every beat of a packet that leaves, constant over the packet. A dropped packet
  /// leaves as one beat with keep 0.
  typedef struct packed {
    drop_reason_e reason;
    /// A ticket was taken for it: sad must be told when it is done (drain fence, delete).
    logic         has_ticket;
    logic [15:0]  length_bytes;          // of the packet that leaves; 0 if dropped
    sa_index_t    sa_index;              // 0xFFFF: none was found
    generation_t  generation;            // of the path row that was used; 0 without a ticket
  } result_t;

  // ---- Inside ---------------------------------------------------------------------------------

  /// An inbound packet from parser to dispatcher.
  typedef struct packed {
    drop_reason_e         reason;        // steps 1 to 10; none: sad was asked
    net_pkg::ethernet_t   ethernet;
    net_pkg::esp_header_t esp;
  } inbound_packet_t;

  /// An inbound packet that was dispatched: what is needed when its plaintext is there.
  typedef struct packed {
    drop_reason_e       reason;          // not none: there is no plaintext, only a result
    logic               has_ticket;
    sa_index_t          sa_index;
    generation_t        generation;      // of the path row that was read; 0: no ticket
    arrival_t           arrival;
    logic [7:0]         epoch;
    logic [63:0]        seq;
    selector_t          selector;
    logic               has_ecn;
    logic [1:0]         outer_ecn;
    net_pkg::ethernet_t ethernet;
  } inbound_job_t;

  /// The ICV that came with a packet, and whether the packet came whole.
  typedef struct packed {
    common_pkg::fault_e fault;
    logic [127:0]       icv;             // first byte on the wire in bits 7:0
  } received_icv_t;

  /// What plaintext says about itself.
  typedef struct packed {
    drop_reason_e reason;                // steps 15 to 17
    logic [9:0]   num_beats;             // padding and trailer included
    logic         is_ipv6;
    logic [15:0]  length;                // of the inner packet
    logic [7:0]   tos;
    logic [15:0]  checksum;
    logic [127:0] source;
    logic [127:0] destination;
  } plaintext_t;

  /// An inbound packet that is ready to leave.
  typedef struct packed {
    result_t            result;
    net_pkg::ethernet_t ethernet;        // not present if dropped
    logic               is_ipv6;
    logic               is_remarked;     // the ECN field changes
    logic [1:0]         ecn;
    logic [15:0]        checksum;        // IPv4, if the ECN field changes
  } inbound_exit_t;

  /// An outbound packet from parser to dispatcher.
  typedef struct packed {
    drop_reason_e       reason;          // steps 1 to 5; none: sad was asked
    sa_index_t          sa_index;
    net_pkg::ethernet_t ethernet;
    logic               is_ipv6;
    logic [7:0]         tos;
    logic               has_df;
    logic [13:0]        length;
  } outbound_packet_t;

  /// An outbound packet that is ready to leave, or will be when its ICV and the sum over its
  /// ciphertext are in.
  typedef struct packed {
    result_t            result;
    net_pkg::ethernet_t ethernet;        // not present if dropped
    logic               is_ipv6;         // outside
    logic               has_udp_sum;
    logic [15:0]        udp_sum;         // over pseudo-header and headers
    logic [6:0]         header_bytes;    // outer IP header to IV
    logic [511:0]       header;          // first byte on the wire in bits 7:0
    logic [127:0]       icv;
  } outbound_exit_t;

  /// Bytes from SPI to ICV around an inner packet: SPI, sequence number, IV, the packet with
  /// padding and a trailer of 2 bytes, ICV (RFC 4303, 2; RFC 4106, 3).
  function automatic logic [15:0] esp_bytes(logic [13:0] inner_bytes);
    return {2'd0, (inner_bytes + 14'd5) & ~14'd3} + 16'd32;
  endfunction
endpackage

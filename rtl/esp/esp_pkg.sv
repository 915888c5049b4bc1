// SPDX-License-Identifier: Apache-2.0
/// Side-bands of the packet streams at the ESP pipeline.
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
endpackage

// SPDX-License-Identifier: Apache-2.0

/// Is a packet inside the prefixes that an SA may carry (RFC 4301, 4.4.1.1 and 5.2)?
///
/// The family must be that of the selector and the first `*_bits` bits of each address must be
/// equal; a prefix of 0 bits matches every address of the family.
///
/// Latency:    0 cycles (combinational).
module sad_selector_match (
  input  sad_pkg::selector_t selector_i,
  input  logic               is_ipv6_i,
  /// First byte on the wire in 127:120; IPv4 in 127:96 (see sad_pkg).
  input  logic [127:0]       source_i,
  input  logic [127:0]       destination_i,
  output logic               match_o
);
  // Ones where an address counts. A length of 128 or more counts all bits; the command engine
  // does not accept one beyond the family's address.
  logic [127:0] source_mask, destination_mask;
  assign source_mask      = ~({128{1'b1}} >> selector_i.source_bits);
  assign destination_mask = ~({128{1'b1}} >> selector_i.destination_bits);

  assign match_o = is_ipv6_i == selector_i.is_ipv6
      && ((source_i ^ selector_i.source) & source_mask) == '0
      && ((destination_i ^ selector_i.destination) & destination_mask) == '0;
endmodule

// SPDX-License-Identifier: Apache-2.0

/// Steps 1 to 5 of docs/esp_pipeline.md, the same in both directions: what came with the packet,
/// Ethernet, and an IP header that is whole and makes sense.
///
/// Latency: 0 cycles (combinational).
module net_header_check #(
  /// A longer IP packet is `too_long`.
  parameter int unsigned MaxBytes = net_pkg::MaxWireBytes
) (
  /// Reason from before the IP header, or none.
  input  card_csr_enums_pkg::drop_reason_e reason_i,
  input  logic                             has_ethernet_i,
  input  logic                             type_is_ipv6_i,
  input  net_pkg::ip_header_t              header_i,
  /// Bytes that were seen. If they are too few, the packet has ended.
  input  logic [6:0]                       num_bytes_i,
  /// What a packet is that ends inside of what is needed: `truncated` or `source`.
  input  card_csr_enums_pkg::drop_reason_e missing_i,
  output card_csr_enums_pkg::drop_reason_e reason_o
);
  import card_csr_enums_pkg::*;

  always_comb begin
    reason_o = DropReasonNone;
    if (reason_i != DropReasonNone) reason_o = reason_i;
    else if (num_bytes_i == '0) reason_o = missing_i;
    else if (!header_i.is_legal || (has_ethernet_i && header_i.is_ipv6 != type_is_ipv6_i))
      reason_o = DropReasonBadHeader;
    else if (num_bytes_i < {1'b0, header_i.header_bytes}) reason_o = missing_i;
    else if (header_i.length < {11'd0, header_i.header_bytes}) reason_o = DropReasonBadHeader;
    else if (header_i.length > 17'(MaxBytes)) reason_o = DropReasonTooLong;
  end
endmodule

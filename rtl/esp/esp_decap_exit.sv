// SPDX-License-Identifier: Apache-2.0
`include "common_assert.svh"

/// Inbound, on the way out: writes a changed ECN field and the IPv4 checksum into the first beat,
/// and puts Ethernet in front again.
///
/// Latency:    0 cycles (combinational).
/// Throughput: one output beat a cycle, packets back to back.
module esp_decap_exit (
  input  logic                   clk_i,
  input  logic                   rst_ni,
  input  common_pkg::beat_t      beat_i,
  input  esp_pkg::inbound_exit_t exit_i,
  input  logic                   is_first_i,
  input  logic                   valid_i,
  output logic                   ready_o,
  output common_pkg::beat_t      beat_o,
  output logic                   valid_o,
  input  logic                   ready_i
);
  common_pkg::beat_t marked;

  always_comb begin
    marked = beat_i;
    if (is_first_i && exit_i.is_remarked) begin
      if (exit_i.is_ipv6) begin
        marked.data[13:12] = exit_i.ecn;  // low bits of the traffic class: byte 1, bits 5:4
      end else begin
        marked.data[9:8]   = exit_i.ecn;
        marked.data[95:80] = {exit_i.checksum[7:0], exit_i.checksum[15:8]};
      end
    end
  end

  net_ethernet_prepend u_prepend (
    .clk_i, .rst_ni, .ethernet_i(exit_i.ethernet), .is_ipv6_i(exit_i.is_ipv6),
    .beat_i(marked), .valid_i, .ready_o, .beat_o, .valid_o, .ready_i
  );

  `ASSERT(NothingOfADrop_A, valid_i && exit_i.result.reason != card_csr_enums_pkg::DropReasonNone
          |-> beat_i.keep == '0 && beat_i.last && !exit_i.ethernet.is_present)
endmodule

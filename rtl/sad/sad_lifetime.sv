// SPDX-License-Identifier: Apache-2.0

/// What the lifetime of an SA is after one packet more (RFC 4301, 4.4.2.1).
///
/// Counts inner IP bytes and packets. A limit of 0 is none. A packet may reach a hard limit but
/// not go beyond it; a soft limit counts as soon as it is reached.
///
/// Latency:    2 cycles; the first adds, the second compares.
/// Throughput: one a cycle.
module sad_lifetime (
  input  logic                   clk_i,
  input  logic                   rst_ni,
  input  logic                   valid_i,
  input  sad_pkg::lifetime_row_t lifetime_i,
  input  logic [63:0]            bytes_i,
  input  logic [63:0]            packets_i,
  input  logic [15:0]            inner_bytes_i,
  output sad_pkg::charge_t       charge_o
);
  logic                   valid_q;
  logic [63:0]            bytes_q, packets_q;
  sad_pkg::lifetime_row_t lifetime_q;
  sad_pkg::charge_t       charge_q;

  always_ff @(posedge clk_i) begin
    valid_q <= valid_i && rst_ni;
    if (valid_i) begin
      bytes_q    <= bytes_i + {48'd0, inner_bytes_i};
      packets_q  <= packets_i + 64'd1;
      lifetime_q <= lifetime_i;
    end
    if (valid_q) begin
      charge_q.bytes   <= bytes_q;
      charge_q.packets <= packets_q;
      charge_q.is_over <=
          (lifetime_q.hard_bytes != '0 && bytes_q > lifetime_q.hard_bytes)
          || (lifetime_q.hard_packets != '0 && packets_q > lifetime_q.hard_packets);
      charge_q.is_soft <=
          (lifetime_q.soft_bytes != '0 && bytes_q >= lifetime_q.soft_bytes)
          || (lifetime_q.soft_packets != '0 && packets_q >= lifetime_q.soft_packets);
    end
  end

  assign charge_o = charge_q;
endmodule

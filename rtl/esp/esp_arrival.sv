// SPDX-License-Identifier: Apache-2.0

/// Measures the outer headers of an inbound packet against the path row that it read: did it come
/// from the peer's endpoint, and is it where the path is bound? An endpoint is an address and, with
/// UDP encapsulation, a port; with it on one side only there is no equal.
///
/// Latency:    0 cycles (combinational).
module esp_arrival (
  input  net_pkg::esp_header_t esp_i,
  input  sad_pkg::path_row_t   path_i,
  input  sad_pkg::path_index_t path_index_i,
  output sad_pkg::arrival_t    arrival_o
);
  /// IPv4 is in the top 32 bits, and nothing is said of the others.
  function automatic logic is_equal(logic [127:0] a, logic [127:0] b);
    return a[127:96] == b[127:96] && (!path_i.is_ipv6 || a[95:0] == b[95:0]);
  endfunction

  logic is_same_kind, is_peer, is_own;
  assign is_same_kind = esp_i.is_ipv6 == path_i.is_ipv6 && esp_i.has_udp == path_i.has_udp;
  assign is_peer = is_same_kind && is_equal(esp_i.source, path_i.peer_address)
      && (!path_i.has_udp || esp_i.source_port == path_i.peer_port);
  assign is_own  = is_same_kind && is_equal(esp_i.destination, path_i.own_address)
      && (!path_i.has_udp || esp_i.destination_port == path_i.own_port);

  assign arrival_o = '{
    origin: '{
      endpoints: '{
        is_ipv6:      esp_i.is_ipv6,
        own_address:  esp_i.destination,
        peer_address: esp_i.source,
        own_port:     esp_i.destination_port,
        peer_port:    esp_i.source_port
      },
      path_index: path_index_i,
      generation: path_i.generation
    },
    is_from_peer: is_peer,
    is_elsewhere: !is_peer || !is_own,
    bytes:        esp_i.outer_bytes
  };

  logic unused;
  assign unused = ^{esp_i.offset, esp_i.length, esp_i.spi, esp_i.seq_lo, esp_i.iv, esp_i.ecn,
                    path_i.is_limited};
endmodule

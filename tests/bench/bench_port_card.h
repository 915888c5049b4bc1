// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "bench_traffic.h"
#include "verilated/stream_card.h"

namespace holdfast::bench {

/// card_stream with a tunnel in its tables.
struct PortCard {
  PortCard(unsigned width_bits, const TunnelPlan& plan)
      : tunnel(plan), streams(options(width_bits)) {
    auto opened = Card::open(streams);
    HOLDFAST_CHECK(opened.has_value());
    card = std::move(*opened);
    HOLDFAST_CHECK(tunnel.install(*card).has_value());
    card->enable(true);
    card->is_idle();  // a read: the write before it has arrived when this is answered
  }
  Packet packet(Direction direction, std::size_t inner_bytes) {
    return direction == Direction::kInbound ? tunnel.wire_packet(inner_bytes)
                                            : tunnel.inner_packet(inner_bytes);
  }
  static sim::PacketFlags flags(Direction direction) {
    sim::PacketFlags flags;
    if (direction == Direction::kOutbound) flags.sa_index = to_number(kOutboundRow);
    return flags;
  }

  Tunnel tunnel;
  sim::StreamCard streams;
  std::unique_ptr<Card> card;

 private:
  static sim::CardOptions options(unsigned width_bits) {
    sim::CardOptions options;
    options.width_bits = width_bits;
    return options;
  }
};

}  // namespace holdfast::bench

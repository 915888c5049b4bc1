// SPDX-License-Identifier: Apache-2.0
#include "bench_traffic.h"

#include <algorithm>

#include "support/packets.h"

namespace holdfast::bench {
namespace {

constexpr Spi kInboundSpi{0x1001'2002}, kOutboundSpi{0x3003'4004};
constexpr std::size_t kSecretBytes = 36;  // of one SA: the longest key, and the salt

Binding binding(Encap encap) {
  Binding binding;
  binding.own = {test::address("192.0.2.1"), 4500};
  binding.peer = {test::address("198.51.100.7"), 4500};
  binding.encap = encap;
  return binding;
}

}  // namespace

Tunnel::Tunnel(const TunnelPlan& plan) : plan_(plan), random_(plan.seed), peer_({4, 4, 1024}) {
  // The driver refuses to install an outbound key twice, so no two tunnels may have the same.
  static std::uint64_t num_tunnels = 0;
  std::mt19937_64 random(plan.seed ^ ++num_tunnels << 32);
  keys_.resize(2 * kSecretBytes);
  for (auto& byte : keys_) byte = static_cast<std::uint8_t>(random());

  const Binding here = binding(plan.encap);
  peer_.write_path(PathIndex{0}, {here.peer, here.own, here.encap});
  SaConfig sender = config(Direction::kInbound);
  sender.direction = Direction::kOutbound;
  HOLDFAST_CHECK(peer_.add_sa(kOutboundRow, std::move(sender), PathIndex{0}) == CommandResult::kOk);
}

SaConfig Tunnel::config(Direction direction) const {
  SaConfig config;
  config.direction = direction;
  config.spi = direction == Direction::kInbound ? kInboundSpi : kOutboundSpi;
  config.suite = plan_.suite;
  const auto secret =
      std::span(keys_).subspan(direction == Direction::kInbound ? 0 : kSecretBytes, kSecretBytes);
  config.key = SecretBytes(secret.first(8 + 8 * static_cast<std::size_t>(plan_.suite)));
  config.salt = SecretBytes(secret.last(4));
  config.selector = {test::prefix("10.1.0.0/16"), test::prefix("10.2.0.0/16")};
  return config;
}

Status Tunnel::install(Card& card) const {
  const auto generation = card.rebind(PathIndex{0}, binding(plan_.encap));
  if (!generation) return tl::unexpected(generation.error());
  for (const Direction direction : {Direction::kInbound, Direction::kOutbound}) {
    const SaIndex row = direction == Direction::kInbound ? kInboundRow : kOutboundRow;
    const Status status = card.add_sa(row, config(direction), PathIndex{0});
    if (!status) return status;
  }
  return {};
}

Packet Tunnel::inner_packet(std::size_t bytes) {
  Packet payload(bytes - model::kIpv4HeaderBytes);
  for (auto& byte : payload) byte = static_cast<std::uint8_t>(random_());
  return test::ip_packet(test::address("10.1.2.3"), test::address("10.2.3.4"), payload);
}

Packet Tunnel::seal(const Packet& inner) {
  model::Ingress ingress;
  ingress.sa_index = to_number(kOutboundRow);
  model::Processed sent = peer_.process(Direction::kOutbound, inner, ingress);
  HOLDFAST_CHECK(sent.reason == DropReason::kNone);
  return std::move(sent.bytes);
}

std::size_t wire_bytes(std::size_t inner_bytes, Encap encap) {
  const std::size_t ciphertext = (inner_bytes + 2 + 3) / 4 * 4;
  return model::kIpv4HeaderBytes + (encap == Encap::kUdp ? model::kUdpHeaderBytes : 0) + 16 +
         ciphertext + model::kIcvBytes;
}

}  // namespace holdfast::bench

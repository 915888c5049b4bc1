// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "holdfast/sa.h"
#include "model/esp_model.h"
#include "support/packets.h"

/// One model with one SA in each direction, and ESP packets made by hand for it.
namespace holdfast::test {

using model::EspModel;
using model::Ingress;
using model::Processed;

inline constexpr PathIndex kPath{1};
inline constexpr SaIndex kIn{3};
inline constexpr SaIndex kOut{4};

inline SecretBytes secret(std::size_t bytes, unsigned seed) {
  Packet key(bytes);
  for (std::size_t i = 0; i < bytes; ++i) key[i] = static_cast<std::uint8_t>(seed + 31 * i);
  return SecretBytes(key);
}

/// Everything of an SA but its keys.
inline SaConfig copy_of(const SaConfig& config) {
  SaConfig copy;
  copy.direction = config.direction;
  copy.spi = config.spi;
  copy.suite = config.suite;
  copy.key = config.key.clone();
  copy.salt = config.salt.clone();
  copy.has_esn = config.has_esn;
  copy.replay_window = config.replay_window;
  copy.first_sequence = config.first_sequence;
  copy.selector = config.selector;
  copy.lifetime = config.lifetime;
  copy.df = config.df;
  copy.copy_dscp = config.copy_dscp;
  copy.dscp = config.dscp;
  copy.has_ecn = config.has_ecn;
  return copy;
}

/// An SA that takes any IPv4 packet, or any IPv6 packet.
inline SaConfig sa_config(Direction direction, bool is_ipv6 = false) {
  SaConfig config;
  config.direction = direction;
  config.spi = Spi{0xC0DE0001};
  config.key = secret(16, 1);
  config.salt = secret(4, 2);
  config.selector.source = prefix(is_ipv6 ? "::/0" : "0.0.0.0/0");
  config.selector.destination = config.selector.source;
  return config;
}

inline Binding binding_of(bool is_ipv6, bool has_udp) {
  Binding binding;
  binding.own = {address(is_ipv6 ? "2001:db8::1" : "192.0.2.1"), 4500};
  binding.peer = {address(is_ipv6 ? "2001:db8::2" : "192.0.2.2"), 4501};
  binding.encap = has_udp ? Encap::kUdp : Encap::kNone;
  return binding;
}

inline Binding reversed(const Binding& binding) {
  return {binding.peer, binding.own, binding.encap};
}

/// Pad length and next header behind `payload`, with the least padding.
inline Packet with_trailer(Packet payload, std::uint8_t next_header) {
  const auto pad = static_cast<std::uint8_t>((4 - (payload.size() + 2) % 4) % 4);
  for (std::uint8_t i = 1; i <= pad; ++i) payload.push_back(i);
  payload.push_back(pad);
  payload.push_back(next_header);
  return payload;
}

/// From SPI to ICV: `plaintext` (trailer included) under the SA's key.
inline Packet esp(const SaConfig& config, std::uint64_t sequence, Packet plaintext) {
  Packet out(16);
  model::store(out, 0, 4, to_number(config.spi));
  model::store(out, 4, 4, sequence & 0xFFFFFFFF);
  model::store(out, 8, 8, ~sequence);  // any IV will do inbound
  Packet nonce(config.salt.view().begin(), config.salt.view().end());
  nonce.insert(nonce.end(), out.begin() + 8, out.end());
  Packet aad(config.has_esn ? 12 : 8);
  model::store(aad, 0, 4, to_number(config.spi));
  model::store(aad, 4, aad.size() - 4, sequence);
  const auto icv = model::Gcm().seal(config.key.view(), nonce, aad, plaintext);
  return joined(joined(out, plaintext), icv);
}

inline Packet inner4(std::size_t bytes = 60, const IpOptions& options = {}) {
  return ip_packet_of(address("10.1.0.5"), address("10.2.0.7"), bytes, options);
}
inline Packet inner6(std::size_t bytes = 60, const IpOptions& options = {}) {
  return ip_packet_of(address("fd01::5"), address("fd02::7"), bytes, options);
}

/// An ESP packet around `payload`, from peer to own endpoint of the IPv4 binding.
inline Packet raw(const Packet& payload, IpOptions options = {}) {
  options.protocol = 50;
  return ip_packet(address("192.0.2.2"), address("192.0.2.1"), payload, options);
}
inline Packet raw6(const Packet& payload, IpOptions options = {}) {
  options.protocol = 50;
  return ip_packet(address("2001:db8::2"), address("2001:db8::1"), payload, options);
}
inline Packet in_udp(const Packet& payload, unsigned source_port = 4500,
                     unsigned destination_port = 4500) {
  return ip_packet(address("192.0.2.2"), address("192.0.2.1"),
                   udp(source_port, destination_port, payload));
}

/// Model with path 1, an inbound SA at 3 and an outbound SA at 4.
struct EspBench {
  SaConfig in = sa_config(Direction::kInbound);
  SaConfig out = sa_config(Direction::kOutbound);
  EspModel model;

  /// Call after the configurations were changed.
  void install(const Binding& binding = binding_of(false, false)) {
    HOLDFAST_CHECK(model.write_path(kPath, binding) == CommandResult::kOk);
    HOLDFAST_CHECK(model.add_sa(kIn, copy_of(in), kPath) == CommandResult::kOk);
    HOLDFAST_CHECK(model.add_sa(kOut, copy_of(out), kPath) == CommandResult::kOk);
  }
  Processed inbound(const Packet& packet, const Ingress& ingress = {}) {
    return model.process(Direction::kInbound, packet, ingress);
  }
  Processed outbound(const Packet& packet, Ingress ingress = {}) {
    if (ingress.sa_index == kNoSa) ingress.sa_index = to_number(kOut);
    return model.process(Direction::kOutbound, packet, ingress);
  }
  SaState state(SaIndex index) const {
    SaState state{};
    HOLDFAST_CHECK(model.read_sa(index, state) == CommandResult::kOk);
    return state;
  }
};

}  // namespace holdfast::test

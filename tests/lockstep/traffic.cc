// SPDX-License-Identifier: Apache-2.0
#include "traffic.h"

#include <algorithm>

#include "packets.h"

namespace holdfast::lockstep {
namespace {

constexpr std::size_t kHistory = 200;

Binding reversed(const Binding& binding) { return {binding.peer, binding.own, binding.encap}; }

}  // namespace

SaConfig clone(const SaConfig& config) {
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

Traffic::Traffic(std::uint64_t seed, unsigned max_replay_window, TrafficMix mix)
    : random_(seed), max_replay_window_(max_replay_window), mix_(mix), peer_({4096, 4096, 1024}) {}

IpAddress Traffic::inside(const Prefix& prefix) {
  IpAddress address = prefix.address;
  const std::size_t bits = address.is_ipv6 ? 128 : 32;
  for (std::size_t bit = prefix.length; bit < bits; ++bit) {
    if (random_() & 1) address.bytes[bit / 8] |= static_cast<std::uint8_t>(0x80u >> (bit % 8));
  }
  return address;
}

SaPlan Traffic::make_sa(SaIndex index, PathIndex path, Direction direction, Spi spi) {
  SaPlan plan{index, path, {}};
  SaConfig& config = plan.config;
  config.direction = direction;
  config.spi = spi;
  config.suite = static_cast<Suite>(1 + below(3));
  const std::size_t key_bytes = 8 + 8 * static_cast<std::size_t>(config.suite);
  std::vector<std::uint8_t> secret(key_bytes + 4);
  for (auto& byte : secret) byte = static_cast<std::uint8_t>(random_());
  config.key = SecretBytes(std::span(secret).first(key_bytes));
  config.salt = SecretBytes(std::span(secret).last(4));
  config.has_esn = chance(50);
  const unsigned windows[] = {32, 64, 100, max_replay_window_};
  config.replay_window = static_cast<std::uint16_t>(windows[below(4)]);
  const std::uint64_t firsts[] = {1, 1, 1 + below(1u << 30),
                                  config.has_esn ? 0xFFFF'FF00u + below(300) : 1000,
                                  config.has_esn ? 0x7'FFFF'FFE0u : 1};
  config.first_sequence = firsts[below(5)];
  const bool ipv6 = chance(40);
  for (Prefix* prefix : {&config.selector.source, &config.selector.destination}) {
    prefix->address.is_ipv6 = ipv6;
    prefix->length = static_cast<std::uint8_t>(below(ipv6 ? 129 : 33));
    prefix->address = inside({prefix->address, 0});
    for (std::size_t bit = prefix->length; bit < 128; ++bit) {
      prefix->address.bytes[bit / 8] &= static_cast<std::uint8_t>(~(0x80u >> (bit % 8)));
    }
  }
  config.df = static_cast<DfMode>(below(3));
  config.copy_dscp = chance(50);
  config.dscp = static_cast<std::uint8_t>(below(64));
  config.has_ecn = chance(70);

  SaConfig sender = clone(config);
  if (chance(mix_.end_percent)) limit(config);
  if (direction == Direction::kInbound) {
    sender.direction = Direction::kOutbound;
    sender.has_ecn = true;
    peer_.delete_sa(index);
    peer_.add_sa(index, std::move(sender), path);
  }
  forget(index);
  known_.push_back({SaPlan{index, path, clone(config)}, {}});
  return plan;
}

/// An SA that will not live long.
void Traffic::limit(SaConfig& config) {
  switch (below(config.direction == Direction::kOutbound ? 3 : 2)) {
    case 0:
      config.lifetime.soft_packets = 1 + below(100);
      config.lifetime.hard_packets = config.lifetime.soft_packets + below(100);
      break;
    case 1:
      config.lifetime.soft_bytes = 1 + below(50'000);
      config.lifetime.hard_bytes = config.lifetime.soft_bytes + below(50'000);
      break;
    default:
      config.first_sequence = (config.has_esn ? ~std::uint64_t{0} : 0xFFFF'FFFFu) - below(150);
  }
}

void Traffic::forget(SaIndex index) {
  std::erase_if(known_, [&](const Known& known) { return known.plan.index == index; });
}

void Traffic::move_sa(SaIndex index, PathIndex path) {
  for (Known& known : known_) {
    if (known.plan.index != index) continue;
    known.plan.path = path;
    if (known.plan.config.direction == Direction::kInbound) peer_.move_sa(index, path);
  }
}

Binding Traffic::make_binding() {
  Binding binding;
  const bool ipv6 = chance(40);
  for (Endpoint* endpoint : {&binding.own, &binding.peer}) {
    endpoint->address.is_ipv6 = ipv6;
    endpoint->address = inside({endpoint->address, 0});
    endpoint->port = static_cast<std::uint16_t>(1 + below(65535));
  }
  binding.encap = chance(50) ? Encap::kUdp : Encap::kNone;
  if (binding.encap == Encap::kUdp) binding.own.port = 4500;
  return binding;
}

void Traffic::use_binding(PathIndex path, const Binding& binding) {
  peer_.write_path(path, reversed(binding));
}

std::size_t Traffic::choose_length(const SaPlan& plan) {
  const std::uint64_t dice = below(1000);
  if (dice < 12) return 1500 + below(7501);
  if (dice < 250) return 300 + below(1201);
  std::size_t& next = next_short_length_[static_cast<std::size_t>(plan.config.direction)];
  // A length that IPv6 cannot have waits for an IPv4 packet.
  if (plan.config.selector.source.address.is_ipv6 && next < 40) return 40 + below(261);
  if (next > 300) next = 20;
  return next++;
}

Packet Traffic::inner_packet(const Selector& selector, std::size_t length) {
  const bool ipv6 = selector.source.address.is_ipv6;
  length = std::max<std::size_t>(length, ipv6 ? 40 : 20);
  Packet packet(length);
  for (auto& byte : packet) byte = static_cast<std::uint8_t>(random_());
  const IpAddress source = inside(selector.source), destination = inside(selector.destination);
  if (ipv6) {
    packet[0] = static_cast<std::uint8_t>(0x60 | (packet[0] & 15));
    std::copy_n(source.bytes.begin(), 16, packet.begin() + 8);
    std::copy_n(destination.bytes.begin(), 16, packet.begin() + 24);
  } else {
    const std::size_t words = std::min<std::size_t>(length / 4, chance(10) ? 5 + below(11) : 5);
    packet[0] = static_cast<std::uint8_t>(0x40 | words);
    std::copy_n(source.bytes.begin(), 4, packet.begin() + 12);
    std::copy_n(destination.bytes.begin(), 4, packet.begin() + 16);
  }
  set_ip_length(packet, length);
  if (!chance(5)) fix_checksum(packet);
  return packet;
}

Traffic::Known& Traffic::choose(Direction direction) {
  std::vector<Known*> candidates;
  for (Known& known : known_) {
    if (known.plan.config.direction == direction) candidates.push_back(&known);
  }
  HOLDFAST_CHECK(!candidates.empty());
  return *candidates[below(candidates.size())];
}

TrafficPacket Traffic::next(Direction direction) {
  auto& delayed = delayed_[static_cast<std::size_t>(direction)];
  if (!delayed.empty() && chance(30)) {
    TrafficPacket packet = std::move(delayed.front());
    delayed.pop_front();
    return packet;
  }
  TrafficPacket packet = direction == Direction::kInbound ? inbound() : outbound();
  if (direction == Direction::kInbound && chance(mix_.reorder_percent)) {
    packet.kind += ", late";
    delayed.push_back(std::move(packet));
    return next(direction);
  }
  return packet;
}

void Traffic::add_ethernet(TrafficPacket& packet) {
  if (!chance(mix_.ethernet_percent)) return;
  Packet frame(14);
  for (auto& byte : frame) byte = static_cast<std::uint8_t>(random_());
  const bool ipv6 = !packet.bytes.empty() && is_ipv6(packet.bytes);
  put16(frame, 12, ipv6 ? model::kEtherTypeIpv6 : model::kEtherTypeIpv4);
  if (chance(4)) {
    put16(frame, 12, chance(50) ? 0x8100 : static_cast<std::uint32_t>(below(65536)));
    packet.kind += ", other EtherType";
  }
  frame.insert(frame.end(), packet.bytes.begin(), packet.bytes.end());
  packet.bytes = std::move(frame);
  packet.ingress.has_ethernet = true;
  if (chance(4)) {
    packet.bytes.resize(1 + below(packet.bytes.size()));
    packet.kind += ", cut";
  }
}

TrafficPacket Traffic::outbound() {
  Known& known = choose(Direction::kOutbound);
  TrafficPacket packet;
  packet.direction = Direction::kOutbound;
  packet.kind = "good";
  packet.row = to_number(known.plan.index);
  packet.bytes = inner_packet(known.plan.config.selector, choose_length(known.plan));
  packet.ingress.sa_index = packet.row;
  if (chance(mix_.fault_percent)) break_outbound(packet);
  if (chance(5)) packet.bytes.resize(packet.bytes.size() + 1 + below(40));  // Ethernet padding
  add_ethernet(packet);
  return packet;
}

/// Another outer address or, with UDP, another port; one port stays 4500, else it is not ESP.
void Traffic::send_from_elsewhere(TrafficPacket& packet) {
  packet.kind = "elsewhere";
  Packet& bytes = packet.bytes;
  const std::size_t ip_bytes = ip_header_bytes(bytes);
  const bool has_udp = esp_offset(bytes) != ip_bytes;
  if (has_udp && chance(50)) {
    put16(bytes, ip_bytes, 4500);  // the source is the peer, whose port is any
    if (chance(50)) put16(bytes, ip_bytes + 2, static_cast<std::uint32_t>(below(65536)));
  } else {
    const std::size_t at = is_ipv6(bytes) ? 8 + below(32) : 12 + below(8);
    bytes[at] ^= static_cast<std::uint8_t>(1u << below(8));
  }
  fix_checksum(bytes);
}

TrafficPacket Traffic::inbound() {
  Known& known = choose(Direction::kInbound);
  TrafficPacket packet;
  packet.direction = Direction::kInbound;
  packet.kind = "good";
  packet.row = to_number(known.plan.index);
  if (!known.history.empty() && chance(mix_.replay_percent)) {
    packet.kind = "replay";
    packet.bytes = known.history[below(known.history.size())];
    add_ethernet(packet);
    return packet;
  }
  const Packet inner = inner_packet(known.plan.config.selector, choose_length(known.plan));
  model::Ingress ingress;
  ingress.sa_index = packet.row;
  model::Processed sent = peer_.process(Direction::kOutbound, inner, ingress);
  HOLDFAST_CHECK(sent.reason == DropReason::kNone);
  packet.bytes = std::move(sent.bytes);
  known.history.push_back(packet.bytes);
  if (known.history.size() > kHistory) known.history.pop_front();

  if (chance(mix_.fault_percent)) {
    if (chance(50)) {
      break_outside(packet);
    } else {
      break_inside(packet, known.plan.config);
    }
  } else if (chance(mix_.remark_percent)) {
    const auto ecn = static_cast<model::Ecn>(below(4));
    model::set_ecn(packet.bytes, ecn);
    fix_checksum(packet.bytes);
    packet.kind = "remarked";
  } else if (chance(mix_.elsewhere_percent)) {
    send_from_elsewhere(packet);
  }
  if (chance(5)) packet.bytes.resize(packet.bytes.size() + 1 + below(40));
  add_ethernet(packet);
  return packet;
}

}  // namespace holdfast::lockstep

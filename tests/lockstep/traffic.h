// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <random>
#include <string>
#include <vector>

#include "model/esp_model.h"

namespace holdfast::lockstep {

using Packet = std::vector<std::uint8_t>;

/// One packet for the card and what was done to it.
struct TrafficPacket {
  Direction direction = Direction::kInbound;
  Packet bytes;
  model::Ingress ingress;
  std::string kind;       ///< "good", or the name of the fault.
  std::uint16_t row = 0;  ///< Row of the SA that it was made for.
};

/// A single SA of the card under test.
struct SaPlan {
  SaIndex index{};
  PathIndex path{};
  SaConfig config;
};

SaConfig clone(const SaConfig& config);

/// What the traffic is made of; percentages of all packets.
struct TrafficMix {
  unsigned fault_percent = 12;
  unsigned replay_percent = 3;
  unsigned reorder_percent = 5;
  unsigned remark_percent = 20;  ///< A router on the way changed the outer ECN field.
  unsigned ethernet_percent = 15;
  unsigned end_percent = 10;       ///< SAs that end soon: hard lifetime, last sequence number.
  unsigned elsewhere_percent = 4;  ///< Inbound packets whose outer endpoints are others.
};

/// Random SAs, bindings and packets, all from one seed: sizes from 20 to 9,000 bytes, every length
/// from 20 to 300 in turn, about 1 % above 1,500, IPv4 and IPv6 in each other, and faults by name.
///
/// The packets of inbound SAs are made by a peer of its own, a reference model with the same keys;
/// where the plaintext itself has to be wrong, it is opened, changed and sealed again.
class Traffic {
 public:
  Traffic(std::uint64_t seed, unsigned max_replay_window, TrafficMix mix = {});

  /// A random SA; remembers it, so that packets for it follow. Rows and SPIs are the caller's.
  SaPlan make_sa(SaIndex index, PathIndex path, Direction direction, Spi spi);
  /// No more packets for this row.
  void forget(SaIndex index);
  /// The SA is on `path` now.
  void move_sa(SaIndex index, PathIndex path);
  /// A random binding, for the card's side.
  Binding make_binding();
  /// Packets for path `path` come from and go to this binding from now on.
  void use_binding(PathIndex path, const Binding& binding);

  TrafficPacket next(Direction direction);
  std::mt19937_64& random() { return random_; }

 private:
  struct Known {
    SaPlan plan;
    std::deque<Packet> history;  // inbound: what was sent, without Ethernet
  };

  void limit(SaConfig& config);
  bool chance(unsigned percent) { return random_() % 100 < percent; }
  std::uint64_t below(std::uint64_t limit) { return random_() % limit; }
  std::size_t choose_length(const SaPlan& plan);
  IpAddress inside(const Prefix& prefix);
  Packet inner_packet(const Selector& selector, std::size_t length);
  TrafficPacket outbound();
  TrafficPacket inbound();
  void break_outbound(TrafficPacket& packet);
  void send_from_elsewhere(TrafficPacket& packet);
  void break_outside(TrafficPacket& packet);
  void break_inside(TrafficPacket& packet, const SaConfig& config);
  void add_ethernet(TrafficPacket& packet);
  Known& choose(Direction direction);

  std::mt19937_64 random_;
  unsigned max_replay_window_;
  TrafficMix mix_;
  model::EspModel peer_;
  model::Gcm gcm_;
  std::vector<Known> known_;
  std::array<std::deque<TrafficPacket>, 2> delayed_;
  std::array<std::size_t, 2> next_short_length_{20, 20};
};

}  // namespace holdfast::lockstep

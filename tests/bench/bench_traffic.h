// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "holdfast/card.h"
#include "model/esp_model.h"

namespace holdfast::bench {

using Packet = std::vector<std::uint8_t>;

inline constexpr std::size_t kSizes[] = {64, 512, 1500};  ///< Bytes of inner packets.
inline constexpr SaIndex kInboundRow{0}, kOutboundRow{1};
inline constexpr Direction kDirections[] = {Direction::kInbound, Direction::kOutbound};
inline std::size_t index(Direction direction) { return static_cast<std::size_t>(direction); }

struct TunnelPlan {
  Suite suite = Suite::kAes128gcm16;
  Encap encap = Encap::kNone;
  std::uint64_t seed = 1;
};

/// An IPv4 tunnel with one SA each way on one path, and the gateway at its other end, which is a
/// reference model.
class Tunnel {
 public:
  explicit Tunnel(const TunnelPlan& plan);

  /// Writes path 0 and both SAs.
  Status install(Card& card) const;
  /// An IPv4 packet of `bytes` bytes that both SAs take.
  Packet inner_packet(std::size_t bytes);
  /// `inner` as ESP from the other end, with the next sequence number.
  Packet seal(const Packet& inner);
  Packet wire_packet(std::size_t inner_bytes) { return seal(inner_packet(inner_bytes)); }

 private:
  SaConfig config(Direction direction) const;

  TunnelPlan plan_;
  std::vector<std::uint8_t> keys_;  // of this tunnel alone: inbound, then outbound
  std::mt19937_64 random_;
  model::EspModel peer_;
};

/// Bytes of an inner IPv4 packet in an IPv4 tunnel with a 16-byte ICV (RFC 4303, 2; RFC 4106, 3):
/// IP, UDP if there is any, SPI, sequence number, IV, padding to a multiple of 4, ICV.
std::size_t wire_bytes(std::size_t inner_bytes, Encap encap);

}  // namespace holdfast::bench

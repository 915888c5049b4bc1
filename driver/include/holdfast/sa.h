// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "base/address.h"
#include "base/secret_bytes.h"
#include "holdfast/csr_enums.h"

namespace holdfast {

/// Row of the card's SA table, and of its path table.
enum class SaIndex : std::uint16_t {};
enum class PathIndex : std::uint16_t {};
constexpr std::uint16_t to_number(SaIndex index) { return static_cast<std::uint16_t>(index); }
constexpr std::uint16_t to_number(PathIndex index) { return static_cast<std::uint16_t>(index); }
/// Security parameter index, host order (RFC 4301, 4.1).
enum class Spi : std::uint32_t {};
constexpr std::uint32_t to_number(Spi spi) { return static_cast<std::uint32_t>(spi); }

enum class Direction : std::uint8_t { kInbound, kOutbound };

/// Inner prefixes, as they stand in a packet that travels in the SA's direction; both of one
/// family.
struct Selector {
  Prefix source;
  Prefix destination;
};

/// 0 is no limit. Inner IP bytes and packets.
struct Lifetime {
  std::uint64_t soft_bytes = 0, hard_bytes = 0;
  std::uint64_t soft_packets = 0, hard_packets = 0;
};

/// Everything of a single SA that does not change while it lives.
struct SaConfig {
  Direction direction = Direction::kInbound;
  Spi spi{};
  Suite suite = Suite::kAes128gcm16;
  SecretBytes key;   ///< 16, 24 or 32 bytes by suite.
  SecretBytes salt;  ///< 4 bytes.
  bool has_esn = false;
  std::uint16_t replay_window = 64;  ///< Packets; inbound only.
  /// Outbound: first number used. Inbound: first number expected. At least 1.
  std::uint64_t first_sequence = 1;
  Selector selector;
  Lifetime lifetime;
  DfMode df = DfMode::kCopy;
  bool copy_dscp = true;
  std::uint8_t dscp = 0;
  bool has_ecn = true;
};

enum class Encap : std::uint8_t { kNone, kUdp };

/// One peer as it is reached now. Both endpoints of one family; ports only matter with kUdp.
struct Binding {
  Endpoint own;
  Endpoint peer;
  Encap encap = Encap::kNone;
};

/// State of an SA, as the card counts it.
struct SaState {
  Direction direction;
  PathIndex path;
  /// Outbound: next number. Inbound: highest authenticated one.
  std::uint64_t sequence;
  std::uint64_t bytes, packets;
  std::uint64_t last_used_cycle;
};

}  // namespace holdfast

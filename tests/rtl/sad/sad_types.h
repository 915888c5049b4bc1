// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <stdexcept>

#include "packed_bits.h"

/// C++ twins of the structs in rtl/sad/sad_pkg.sv, field by field, for tests.
namespace holdfast::test {

using Key = std::array<std::uint64_t, 4>;  // first byte of the key in the top bits of word 0

enum class Op : unsigned { kNone, kAddSa, kDeleteSa, kReadSa, kWritePath, kMoveSa, kReadPath };

enum class Code : unsigned {
  kOk,
  kBadOp,
  kBadIndex,
  kIndexInUse,
  kEmpty,
  kSpiInUse,
  kBadSpi,
  kBadSuite,
  kBadWindow,
  kBadSequence,
  kBadSelector,
  kNotSwept
};

enum class Reason : unsigned {
  kNone = 0,
  kNoSa = 15,
  kReplayEarly = 16,
  kReplayLate = 18,
  kSelector = 23,
  kLifetime = 25,
  kSequence = 26,
  kCredit = 27,
  kStale = 28
};

enum class Kind : unsigned {
  kRoam = 1,
  kSoftLifetime = 2,
  kHardLifetime = 3,
  kSequence = 4,
  kCredit = 5
};

struct Selector {
  bool is_ipv6 = false;
  Bits128 source, destination;
  unsigned source_bits = 0, destination_bits = 0;
  bool operator==(const Selector&) const = default;
};

struct StaticRow {
  std::uint32_t spi = 0x1000;
  unsigned suite = 1;
  bool is_outbound = false, has_esn = false;
  unsigned replay_window = 64;
  unsigned df = 0;
  bool copy_dscp = false;
  unsigned dscp = 0;
  bool has_ecn = false;
  Selector selector;
  unsigned path_index = 0, epoch = 0;

  void write(PackedWriter& w) const {
    w.put(spi, 32).put(suite, 4).put(is_outbound, 1).put(has_esn, 1).put(replay_window, 16);
    w.put(df, 2).put(copy_dscp, 1).put(dscp, 6).put(has_ecn, 1).put(selector.is_ipv6, 1);
    w.put(selector.source).put(selector.destination);
    w.put(selector.source_bits, 8).put(selector.destination_bits, 8);
    w.put(path_index, 16).put(epoch, 8);
  }
  static StaticRow read(PackedReader& r) {
    StaticRow row;
    row.spi = static_cast<std::uint32_t>(r.get(32));
    row.suite = static_cast<unsigned>(r.get(4));
    row.is_outbound = r.get(1);
    row.has_esn = r.get(1);
    row.replay_window = static_cast<unsigned>(r.get(16));
    row.df = static_cast<unsigned>(r.get(2));
    row.copy_dscp = r.get(1);
    row.dscp = static_cast<unsigned>(r.get(6));
    row.has_ecn = r.get(1);
    row.selector.is_ipv6 = r.get(1);
    row.selector.source = r.get128();
    row.selector.destination = r.get128();
    row.selector.source_bits = static_cast<unsigned>(r.get(8));
    row.selector.destination_bits = static_cast<unsigned>(r.get(8));
    row.path_index = static_cast<unsigned>(r.get(16));
    row.epoch = static_cast<unsigned>(r.get(8));
    return row;
  }
  bool operator==(const StaticRow&) const = default;
};

struct Lifetime {
  std::uint64_t soft_bytes = 0, hard_bytes = 0, soft_packets = 0, hard_packets = 0;
};

struct PathRow {
  bool is_ipv6 = false, has_udp = false, is_limited = false;
  Bits128 own, peer;
  unsigned own_port = 0, peer_port = 0;
  std::uint32_t generation = 0;

  void write(PackedWriter& w) const {
    w.put(is_ipv6, 1).put(has_udp, 1).put(is_limited, 1).put(own).put(peer);
    w.put(own_port, 16).put(peer_port, 16).put(generation, 32);
  }
  static PathRow read(PackedReader& r) {
    PathRow row;
    row.is_ipv6 = r.get(1);
    row.has_udp = r.get(1);
    row.is_limited = r.get(1);
    row.own = r.get128();
    row.peer = r.get128();
    row.own_port = static_cast<unsigned>(r.get(16));
    row.peer_port = static_cast<unsigned>(r.get(16));
    row.generation = static_cast<std::uint32_t>(r.get(32));
    return row;
  }
  /// All fields made from one number, so that a torn row shows.
  static PathRow made_from(std::uint64_t n) {
    PathRow row;
    row.is_ipv6 = n & 1;
    row.has_udp = n >> 1 & 1;
    row.is_limited = n >> 2 & 1;
    row.own = {n * 0x9E3779B97F4A7C15, n ^ 0x1111111111111111};
    row.peer = {~n * 0xC2B2AE3D27D4EB4F, n ^ 0x2222222222222222};
    row.own_port = n * 31 & 0xFFFF;
    row.peer_port = n * 37 & 0xFFFF;
    return row;
  }
  /// Equal but for the generation, which the card sets.
  bool same_binding(PathRow other) const {
    other.generation = generation;
    return *this == other;
  }
  bool operator==(const PathRow&) const = default;
};

struct Command {
  Op op = Op::kNone;
  unsigned sa_index = 0, path_index = 0;
  StaticRow row;
  Lifetime lifetime;
  Key key{};
  std::uint32_t salt = 0;
  std::uint64_t first_seq = 1;
  PathRow path;
  std::uint32_t credit = 0xFFFFFFFF;

  template <typename Port>
  void store(Port& port) const {
    PackedWriter w;
    w.put(static_cast<unsigned>(op), 4).put(sa_index, 16).put(path_index, 16);
    row.write(w);
    w.put(lifetime.soft_bytes, 64).put(lifetime.hard_bytes, 64);
    w.put(lifetime.soft_packets, 64).put(lifetime.hard_packets, 64);
    for (std::uint64_t word : key) w.put(word, 64);
    w.put(salt, 32).put(first_seq, 64);
    path.write(w);
    w.put(credit, 32);
    if (w.width() != 1360) throw std::logic_error("command_t is not 1360 bits");
    w.store(port);
  }
};

struct CommandResult {
  Code code = Code::kOk;
  std::uint32_t generation = 0;
  std::uint64_t seq = 0, bytes = 0, packets = 0, last_used = 0;
  unsigned path_index = 0;
  bool is_outbound = false;

  template <typename Port>
  static CommandResult load(const Port& port) {
    PackedReader r(port, 309);
    CommandResult result;
    result.code = static_cast<Code>(r.get(4));
    result.generation = static_cast<std::uint32_t>(r.get(32));
    result.seq = r.get(64);
    result.bytes = r.get(64);
    result.packets = r.get(64);
    result.last_used = r.get(64);
    result.path_index = static_cast<unsigned>(r.get(16));
    result.is_outbound = r.get(1);
    return result;
  }
};

struct InQuery {
  std::uint32_t spi = 0, seq_lo = 0;
};

struct OutQuery {
  unsigned sa_index = 0, inner_bytes = 0;
  bool is_ipv6 = false;
  Bits128 source, destination;
  unsigned esp_bytes = 0;
};

struct Endpoints {
  bool is_ipv6 = false;
  Bits128 own, peer;
  unsigned own_port = 0, peer_port = 0;

  void write(PackedWriter& w) const {
    w.put(is_ipv6, 1).put(own).put(peer).put(own_port, 16).put(peer_port, 16);
  }
  static Endpoints read(PackedReader& r) {
    Endpoints endpoints;
    endpoints.is_ipv6 = r.get(1);
    endpoints.own = r.get128();
    endpoints.peer = r.get128();
    endpoints.own_port = static_cast<unsigned>(r.get(16));
    endpoints.peer_port = static_cast<unsigned>(r.get(16));
    return endpoints;
  }
  bool operator==(const Endpoints&) const = default;
};

/// arrival_t, with its origin_t flat.
struct Arrival {
  Endpoints endpoints;
  unsigned path_index = 0;
  std::uint32_t generation = 0;
  bool is_from_peer = false, is_elsewhere = false;
  unsigned bytes = 0;
};

struct Update {
  unsigned sa_index = 0, epoch = 0;
  std::uint64_t seq = 0;
  bool is_charged = true;
  unsigned inner_bytes = 0;
  Arrival arrival{};

  template <typename Port>
  void store(Port& port) const {
    PackedWriter w;
    w.put(sa_index, 16).put(epoch, 8).put(seq, 64).put(is_charged, 1).put(inner_bytes, 16);
    arrival.endpoints.write(w);
    w.put(arrival.path_index, 16).put(arrival.generation, 32);
    w.put(arrival.is_from_peer, 1).put(arrival.is_elsewhere, 1).put(arrival.bytes, 16);
    if (w.width() != 460) throw std::logic_error("inbound_update_t is not 460 bits");
    w.store(port);
  }
};

struct Ticket {
  Reason reason = Reason::kNone;
  unsigned sa_index = 0;
  std::uint64_t seq = 0;
  StaticRow row;
  PathRow path;
  Key key{};
  std::uint32_t salt = 0;
  Bits128 subkey;
  std::uint64_t cycle = 0;  // at which it was taken

  template <typename Port>
  static Ticket load(const Port& port) {
    PackedReader r(port, 1186);
    Ticket ticket;
    ticket.reason = static_cast<Reason>(r.get(6));
    ticket.sa_index = static_cast<unsigned>(r.get(16));
    ticket.seq = r.get(64);
    ticket.row = StaticRow::read(r);
    ticket.path = PathRow::read(r);
    for (std::uint64_t& word : ticket.key) word = r.get(64);
    ticket.salt = static_cast<std::uint32_t>(r.get(32));
    ticket.subkey = r.get128();
    if (r.left() != 0) throw std::logic_error("ticket_t is not 1186 bits");
    return ticket;
  }
};

struct Verdict {
  Reason reason = Reason::kNone;
  bool is_highest = false;
};

struct Event {
  Kind kind{};
  unsigned sa_index = 0, path_index = 0;
  std::uint64_t seq = 0;
  std::uint32_t generation = 0;
  Endpoints endpoints;

  template <typename Port>
  static Event load(const Port& port) {
    PackedReader r(port, 421);
    Event event;
    event.kind = static_cast<Kind>(r.get(4));
    event.sa_index = static_cast<unsigned>(r.get(16));
    event.path_index = static_cast<unsigned>(r.get(16));
    event.seq = r.get(64);
    event.generation = static_cast<std::uint32_t>(r.get(32));
    event.endpoints = Endpoints::read(r);
    if (r.left() != 0) throw std::logic_error("event_t is not 421 bits");
    return event;
  }
};

}  // namespace holdfast::test

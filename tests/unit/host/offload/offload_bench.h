// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "offload/card_offload.h"
#include "offload/packet_mover.h"
#include "support/packets.h"
#include "unit/host/offload/late_io.h"

/// A soft card with CardOffload and mover between ports in memory, and two of them back to back.
namespace holdfast::test {

using namespace holdfast::offload;

class FakeClock : public Clock {
 public:
  TimePoint now() const override { return time; }
  TimePoint time{std::chrono::hours(1)};
};

class MemoryPlain : public PlainPort {
 public:
  std::optional<std::size_t> read(std::span<std::uint8_t> buffer) override {
    if (to_read.empty()) return std::nullopt;
    const Packet packet = to_read.front();
    to_read.pop_front();
    std::ranges::copy(packet, buffer.begin());
    return packet.size();
  }
  bool write(ByteView packet) override {
    if (!accepts) return false;
    written.emplace_back(packet.begin(), packet.end());
    return true;
  }
  bool has_more() const override { return come_together && !to_read.empty(); }
  std::size_t flush() override { return std::exchange(num_to_refuse, 0); }
  std::deque<Packet> to_read;
  std::vector<Packet> written;
  bool accepts = true;
  bool come_together = false;  // what is read belongs to one packet of the kernel's
  std::size_t num_to_refuse = 0;
};

/// A packet on the wire with bytes of its own.
struct Carried {
  net::WirePacket packet;
  Bytes esp;
};

class MemoryWire : public WirePort {
 public:
  std::size_t send(std::span<const net::WirePacket> packets) override {
    const std::size_t taken = std::min(packets.size(), most);
    for (const net::WirePacket& packet : packets.first(taken))
      sent.push_back({packet, {packet.esp.begin(), packet.esp.end()}});
    return taken;
  }
  std::deque<Carried> sent;
  std::size_t most = 1000;
};

class MemoryClear : public ClearPort {
 public:
  bool send(ByteView packet) override {
    sent.emplace_back(packet.begin(), packet.end());
    return true;
  }
  std::vector<Packet> sent;
};

class MockObserver : public Offload::Observer {
 public:
  MOCK_METHOD(void, on_soft_lifetime, (SaId sa), (override));
  MOCK_METHOD(void, on_hard_lifetime, (SaId sa), (override));
  MOCK_METHOD(void, on_acquire, (std::uint32_t policy_id), (override));
  MOCK_METHOD(void, on_roam, (SaId sa, const Endpoint& own, const Endpoint& peer), (override));
  MOCK_METHOD(void, on_credit_used_up, (PathId path), (override));
};

inline TrafficSelector selector(std::string_view text, std::uint8_t protocol = 0,
                                std::uint16_t port = 0) {
  TrafficSelector result;
  result.prefix = prefix(text);
  result.protocol = protocol;
  result.port = port;
  return result;
}

inline Binding binding(std::string_view own, std::string_view peer, bool has_udp = false) {
  Binding result;
  const std::uint16_t port = has_udp ? 4500 : 0;
  result.own = {address(own), port};
  result.peer = {address(peer), port};
  result.encap = has_udp ? Encap::kUdp : Encap::kNone;
  return result;
}

/// A key that no SA of this program had before.
inline SecretBytes fresh_key() {
  static unsigned count = 0;
  ++count;
  Packet key(16, 0x5A);
  put16(key, 0, count);
  return SecretBytes(key);
}

inline SaRequest sa_request(Direction direction, std::uint32_t spi, PathId path,
                            const TrafficSelector& local, const TrafficSelector& remote,
                            const SecretBytes& key) {
  SaRequest request;
  request.config.direction = direction;
  request.config.spi = Spi{spi};
  request.config.key = key.clone();
  request.config.salt = SecretBytes(Packet(4, 7));
  request.path = path;
  request.local = local;
  request.remote = remote;
  return request;
}

/// One end.
struct Station {
  explicit Station(const model::Limits& limits = {}, const PacketMover::Config& config = {},
                   bool has_clear_port = false)
      : io(limits), card(Card::open(io).value()) {
    offload = CardOffload::create(*card, clock, nullptr).value();
    offload->set_observer(&observer);
    PacketMover::Ports ports{plain, wire, has_clear_port ? &clear : nullptr,
                             [this] { ++num_wakes; }};
    mover = PacketMover::create(*card, *offload, ports, clock, config).value();
  }
  ~Station() {
    settle();
    EXPECT_TRUE(mover->adds_up());
    EXPECT_TRUE(card->counters().adds_up());
  }

  /// Polls as the owner of a loop would.
  void settle() {
    for (unsigned i = 0; i < 100'000 && mover->busy(); ++i) mover->poll();
    EXPECT_FALSE(mover->busy());
  }
  void send_plain(const Packet& packet) {
    plain.to_read.push_back(packet);
    mover->on_plain_readable();
  }
  std::uint64_t dropped(MoverDrop reason) const { return mover->counters().dropped(reason); }
  std::uint64_t card_dropped(Direction direction, DropReason reason) const {
    return mover->counters()
        .card_drops[static_cast<std::size_t>(direction)][static_cast<std::size_t>(reason)];
  }

  FakeClock clock;
  LateIo io;
  std::unique_ptr<Card> card;
  MemoryPlain plain;
  MemoryWire wire;
  MemoryClear clear;
  ::testing::NiceMock<MockObserver> observer;
  std::unique_ptr<CardOffload> offload;
  std::unique_ptr<PacketMover> mover;
  unsigned num_wakes = 0;
};

/// What a connected pair of stations is told to be.
struct Tunnel {
  TrafficSelector left, right;
  Binding binding;  ///< As the left end sees it.
  DfMode df = DfMode::kCopy;
};

struct SaPair {
  SaId out{}, in{};
};

/// Two stations whose wires are joined.
struct TwoStations {
  explicit TwoStations(const Tunnel& wanted, const PacketMover::Config& config = {})
      : tunnel(wanted), left({}, config), right({}, config) {
    Binding other = tunnel.binding;
    std::swap(other.own, other.peer);
    left_path = left.offload->add_path(tunnel.binding).value();
    right_path = right.offload->add_path(other).value();
  }
  /// One SA in each direction.
  void connect() {
    const std::uint32_t spi = next_spi;
    next_spi += 2;
    const SecretBytes there = fresh_key(), back = fresh_key();
    const auto request = [&](Direction direction, std::uint32_t number, bool is_left,
                             const SecretBytes& key) {
      SaRequest result = sa_request(direction, number, is_left ? left_path : right_path,
                                    is_left ? tunnel.left : tunnel.right,
                                    is_left ? tunnel.right : tunnel.left, key);
      result.config.df = tunnel.df;
      return result;
    };
    right_sas.in = right.offload->add_sa(request(Direction::kInbound, spi, false, there)).value();
    left_sas.in = left.offload->add_sa(request(Direction::kInbound, spi + 1, true, back)).value();
    left_sas.out = left.offload->add_sa(request(Direction::kOutbound, spi, true, there)).value();
    right_sas.out =
        right.offload->add_sa(request(Direction::kOutbound, spi + 1, false, back)).value();
  }
  /// Everything on the wires arrives; both ends come to rest.
  void carry() {
    left.settle();
    right.settle();
    while (!left.wire.sent.empty() || !right.wire.sent.empty()) {
      deliver(left, right);
      deliver(right, left);
    }
  }
  static void deliver(Station& from, Station& to) {
    while (!from.wire.sent.empty()) {
      const Carried carried = std::move(from.wire.sent.front());
      from.wire.sent.pop_front();
      net::WirePacket packet = carried.packet;
      std::swap(packet.own, packet.peer);
      packet.esp = carried.esp;
      to.mover->on_wire_packet(packet);
    }
    to.settle();
  }

  Tunnel tunnel;
  Station left, right;
  PathId left_path{}, right_path{};
  SaPair left_sas, right_sas;  // the newest
  std::uint32_t next_spi = 0xC0DE0000;
};

inline unsigned seed_of_test() {
  const char* text = std::getenv("HOLDFAST_SEED");
  return text == nullptr ? 1 : static_cast<unsigned>(std::strtoul(text, nullptr, 0));
}

}  // namespace holdfast::test

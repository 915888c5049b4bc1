// SPDX-License-Identifier: Apache-2.0
#include "net/sockets.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "net/daemon_socket.h"
#include "net/error_queue.h"
#include "net/receive_batch.h"
#include "net/send_batch.h"

namespace holdfast::net {
namespace {

constexpr std::array<std::uint8_t, 4> kNonEspMarker{};  // RFC 3948, 2.2
constexpr std::uint8_t kKeepalive = 0xFF;               // RFC 3948, 2.3
constexpr std::size_t kEspHeaderBytes = 8;              // RFC 4303, 2: SPI, sequence number
/// Packets that one socket may read before the others have their turn; a little more if the kernel
/// gives many as one.
constexpr std::size_t kMaxPackets = 128;
constexpr std::chrono::seconds kNoWayPause(1);

bool is_keepalive(ByteView bytes) { return bytes.size() == 1 && bytes[0] == kKeepalive; }

bool has_marker(ByteView bytes) {
  return bytes.size() >= kNonEspMarker.size() &&
         std::ranges::equal(bytes.first(kNonEspMarker.size()), kNonEspMarker);
}

}  // namespace

struct Sockets::Native {
  /// A socket, and the packets that wait for it to be written: all ESP, or all ISAKMP.
  struct Door {
    explicit Door(DaemonSocket opened) : socket(std::move(opened)) {}
    DaemonSocket socket;
    SendBatch batch;
    bool is_isakmp = false;
    std::size_t most_segments = 1;  // of what came last
  };

  Native(EventLoop& event_loop, const Config& settings)
      : loop(event_loop), config(settings), no_way_pause(event_loop) {}
  ~Native() {
    flush();
    for (auto& door : doors) loop.unwatch(door->socket.fd());
  }

  Status open(SocketKind kind, std::uint16_t port);
  Door* find(SocketKind kind, bool is_ipv6);
  void on_readable(Door& door);
  std::size_t take_all(const DaemonSocket& socket, Arrival arrival);
  void take(const DaemonSocket& socket, const Arrival& arrival);
  void take_isakmp(const Arrival& arrival, ByteView message);
  void take_esp(const DaemonSocket& socket, const Arrival& arrival);
  void prepare(Door& door, bool is_isakmp, bool dont_fragment);
  Door* add_esp(const WirePacket& packet, bool is_lent);
  void flush(Door& door);
  void flush();
  void flush_soon();
  void tell_no_way();

  EventLoop& loop;
  Config config;
  OnIsakmp on_isakmp;
  OnEsp on_esp;
  OnMtu on_mtu;
  OnNoWay on_no_way;
  SocketCounters counters;
  std::vector<std::unique_ptr<Door>> doors;
  ReceiveBatch arrivals;
  bool is_flush_posted = false;
  Timer no_way_pause;
  /// Work that is posted outlives nobody.
  std::shared_ptr<Native*> self = std::make_shared<Native*>(this);
};

Status Sockets::Native::open(SocketKind kind, std::uint16_t port) {
  for (const bool is_ipv6 : {false, true}) {
    auto socket = DaemonSocket::open(kind, is_ipv6, port, config.mark);
    if (!socket) return tl::unexpected(socket.error());
    if (!*socket) continue;
    doors.push_back(std::make_unique<Door>(std::move(**socket)));
    Door& door = *doors.back();
    loop.watch(door.socket.fd(), [this, &door] { on_readable(door); });
  }
  return {};
}

Sockets::Native::Door* Sockets::Native::find(SocketKind kind, bool is_ipv6) {
  const auto found = std::ranges::find_if(doors, [&](const auto& door) {
    return door->socket.kind() == kind && door->socket.is_ipv6() == is_ipv6;
  });
  return found == doors.end() ? nullptr : found->get();
}

void Sockets::Native::on_readable(Door& door) {
  std::size_t num_taken = 0;
  while (num_taken < kMaxPackets) {
    // Each may be many, so few are asked for when the last were.
    const std::size_t most = std::max<std::size_t>(1, kMaxPackets / 4 / door.most_segments);
    const std::size_t asked = std::min(most, ReceiveBatch::kMaxPackets);
    const std::size_t count = arrivals.receive(door.socket, asked);
    door.most_segments = 1;
    for (std::size_t n = 0; n < count; ++n) {
      const auto arrival = arrivals.arrival(door.socket, n);
      const std::size_t segments = arrival ? take_all(door.socket, *arrival) : 1;
      if (!arrival) ++counters.runts;
      num_taken += segments;
      door.most_segments = std::max(door.most_segments, segments);
    }
    if (count == 0) {
      // Readable, but nothing there: it is the error queue.
      read_errors(door.socket, [this](const IpAddress& peer, unsigned mtu) {
        if (on_mtu) on_mtu(peer, mtu);
      });
    }
    if (count < asked) return;
  }
}

std::size_t Sockets::Native::take_all(const DaemonSocket& socket, Arrival arrival) {
  Arrival one = arrival;
  std::size_t count = 0;
  do {
    one.bytes = arrival.take_segment();
    take(socket, one);
    ++count;
  } while (!arrival.bytes.empty());
  return count;
}

/// RFC 3948, 2: what a datagram on the port for NAT is.
void Sockets::Native::take(const DaemonSocket& socket, const Arrival& arrival) {
  if (socket.kind() == SocketKind::kRawEsp) return take_esp(socket, arrival);
  if (is_keepalive(arrival.bytes)) {
    ++counters.keepalives_in;
  } else if (socket.kind() == SocketKind::kIke) {
    take_isakmp(arrival, arrival.bytes);
  } else if (has_marker(arrival.bytes)) {
    take_isakmp(arrival, arrival.bytes.subspan(kNonEspMarker.size()));
  } else {
    take_esp(socket, arrival);
  }
}

void Sockets::Native::take_isakmp(const Arrival& arrival, ByteView message) {
  if (message.empty()) {
    ++counters.runts;
    return;
  }
  ++counters.datagrams_in;
  if (on_isakmp) on_isakmp(arrival.own, arrival.peer, message);
}

void Sockets::Native::take_esp(const DaemonSocket& socket, const Arrival& arrival) {
  if (arrival.bytes.size() < kEspHeaderBytes) {
    ++counters.runts;
    return;
  }
  ++counters.esp_in;
  if (!on_esp) return;
  on_esp({.own = arrival.own,
          .peer = arrival.peer,
          .encap = socket.kind() == SocketKind::kNat ? Encap::kUdp : Encap::kNone,
          .tos = arrival.tos,
          .dont_fragment = arrival.dont_fragment,
          .esp = arrival.bytes});
}

/// Makes room for one. What waits and is of another kind, or was given in another mode, leaves
/// first; so nothing overtakes.
void Sockets::Native::prepare(Door& door, bool is_isakmp, bool dont_fragment) {
  SendMode mode = door.socket.mode();
  mode.dont_fragment = dont_fragment;
  if (door.batch.is_full() || door.is_isakmp != is_isakmp || door.socket.mode() != mode)
    flush(door);
  door.is_isakmp = is_isakmp;
  door.socket.set_mode(mode);
}

void Sockets::Native::flush(Door& door) {
  if (door.batch.is_empty()) return;
  const SendBatch::Sent sent = door.batch.flush(door.socket, door.is_isakmp);
  (door.is_isakmp ? counters.datagrams_out : counters.esp_out) += sent.packets;
  counters.send_errors += sent.errors;
  if (sent.has_no_way) tell_no_way();
}

void Sockets::Native::tell_no_way() {
  if (!on_no_way || no_way_pause.is_running()) return;
  no_way_pause.start(kNoWayPause, [] {});
  loop.post([weak = std::weak_ptr(self)] {
    if (const auto alive = weak.lock()) (*alive)->on_no_way();
  });
}

void Sockets::Native::flush() {
  for (auto& door : doors) flush(*door);
}

void Sockets::Native::flush_soon() {
  if (std::exchange(is_flush_posted, true)) return;
  loop.post([weak = std::weak_ptr(self)] {
    const auto alive = weak.lock();
    if (!alive) return;
    (*alive)->is_flush_posted = false;
    (*alive)->flush();
  });
}

Sockets::Sockets(std::unique_ptr<Native> native) : native_(std::move(native)) {}
Sockets::~Sockets() = default;

Result<std::unique_ptr<Sockets>> Sockets::open(EventLoop& loop, const Config& config) {
  HOLDFAST_CHECK(config.ike_port != config.nat_port);
  auto native = std::make_unique<Native>(loop, config);
  if (auto status = native->open(SocketKind::kIke, config.ike_port); !status)
    return tl::unexpected(status.error());
  if (auto status = native->open(SocketKind::kNat, config.nat_port); !status)
    return tl::unexpected(status.error());
  if (config.has_raw_esp)
    if (auto status = native->open(SocketKind::kRawEsp, 0); !status)
      return tl::unexpected(status.error());
  return std::unique_ptr<Sockets>(new Sockets(std::move(native)));
}

void Sockets::set_handlers(OnIsakmp on_isakmp, OnEsp on_esp, OnMtu on_mtu) {
  native_->on_isakmp = std::move(on_isakmp);
  native_->on_esp = std::move(on_esp);
  native_->on_mtu = std::move(on_mtu);
}

void Sockets::on_no_way(OnNoWay on_no_way) { native_->on_no_way = std::move(on_no_way); }

void Sockets::send(const Endpoint& own, const Endpoint& peer, ByteView message) {
  const bool is_nat = own.port == native_->config.nat_port;
  HOLDFAST_CHECK(is_nat || own.port == native_->config.ike_port);
  auto* door = native_->find(is_nat ? SocketKind::kNat : SocketKind::kIke, peer.address.is_ipv6);
  if (door == nullptr) {
    ++native_->counters.send_errors;
    return;
  }
  native_->prepare(*door, true, false);
  door->batch.add(own.address, peer, is_nat ? ByteView(kNonEspMarker) : ByteView(), message);
  native_->flush_soon();
}

void Sockets::send_keepalive(const Endpoint& own, const Endpoint& peer) {
  HOLDFAST_CHECK(own.port == native_->config.nat_port);
  auto* door = native_->find(SocketKind::kNat, peer.address.is_ipv6);
  const bool is_sent =
      door != nullptr && send_datagram(door->socket, own.address, peer, ByteView(&kKeepalive, 1));
  ++(is_sent ? native_->counters.datagrams_out : native_->counters.send_errors);
}

/// Into the door's batch. The checksum of UDP around ESP should be 0 (RFC 3948,
/// 2.1): the batch decides, when it knows which packets leave as one.
Sockets::Native::Door* Sockets::Native::add_esp(const WirePacket& packet, bool is_lent) {
  const bool is_udp = packet.encap == Encap::kUdp;
  HOLDFAST_CHECK(!is_udp || packet.own.port == config.nat_port);
  Door* door = find(is_udp ? SocketKind::kNat : SocketKind::kRawEsp, packet.peer.address.is_ipv6);
  if (door == nullptr) {
    ++counters.send_errors;
    return nullptr;
  }
  prepare(*door, false, packet.dont_fragment);
  const Endpoint peer{packet.peer.address, is_udp ? packet.peer.port : std::uint16_t{0}};
  door->batch.add(packet.own.address, peer, packet.tos, packet.esp, is_lent);
  return door;
}

void Sockets::send_esp(const WirePacket& packet) {
  if (native_->add_esp(packet, false) != nullptr) native_->flush_soon();
}

void Sockets::send_esp(std::span<const WirePacket> packets) {
  Native::Door* last = nullptr;
  for (const WirePacket& packet : packets) {
    Native::Door* door = native_->add_esp(packet, true);
    if (last != nullptr && last != door) native_->flush(*last);
    last = door;
  }
  if (last != nullptr) native_->flush(*last);
}

Result<IpAddress> Sockets::source_address(const IpAddress& peer, int if_index) const {
  return net::source_address(peer, native_->config.mark, if_index);
}

const SocketCounters& Sockets::counters() const { return native_->counters; }

}  // namespace holdfast::net

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <span>

#include "base/result.h"
#include "holdfast/sa.h"
#include "net/datagram_sink.h"
#include "net/event_loop.h"

namespace holdfast::net {

/// ESP as it came from the network or goes to it: from the SPI on, with what its outer header says.
struct WirePacket {
  Endpoint own, peer;  ///< Ports are 0 for raw ESP.
  Encap encap = Encap::kNone;
  std::uint8_t tos = 0;  ///< Traffic class, with ECN.
  /// Sent: IPv4 has DF; longer than the first link is lost, and OnMtu tells. Without it, and over
  /// IPv6 too, the outer packet is fragmented. Received: known of raw IPv4 alone, else false.
  bool dont_fragment = false;
  ByteView esp;
};

/// Packets and datagrams. ISAKMP: datagrams_in and _out, keepalives sent included. A runt is too
/// short for what it claims to be: ESP below 8 bytes (RFC 4303, 2), or nothing after a marker.
struct SocketCounters {
  std::uint64_t datagrams_in = 0, datagrams_out = 0, send_errors = 0, keepalives_in = 0, esp_in = 0,
                esp_out = 0, runts = 0;
};

/// The sockets of the daemon: UDP 500 and 4500 and raw ESP (protocol 50), IPv4 and IPv6. On 4500
/// the first four bytes tell ISAKMP (zero) from ESP, one byte 0xFF is a keepalive (RFC 3948, 2).
/// The kernel's own UDP encapsulation is never switched on.
class Sockets : public DatagramSink {
 public:
  struct Config {
    std::uint16_t ike_port = 500, nat_port = 4500;
    bool has_raw_esp = true;
    std::uint32_t mark = 0;  ///< SO_MARK of all that is sent; 0: none.
  };
  using OnIsakmp = std::function<void(const Endpoint& own, const Endpoint& peer, ByteView message)>;
  using OnEsp = std::function<void(const WirePacket& packet)>;
  /// ICMP, or the first link, said that packets to `peer` must be at most `mtu` bytes (outer IP
  /// packet). ICMP is not authenticated: how far to believe it is the receiver's to judge.
  using OnMtu = std::function<void(const IpAddress& peer, unsigned mtu)>;
  /// The kernel refused to send: it has no way to a peer, or an own address is gone.
  using OnNoWay = std::function<void()>;

  /// A machine without IPv6 has none. Errors: kInUse (port taken: says which), kRefused (no
  /// capability), kIo.
  static Result<std::unique_ptr<Sockets>> open(EventLoop& loop, const Config& config);
  ~Sockets() override;

  /// Called from the loop alone; packets that come earlier are lost. Handlers must not end the
  /// object.
  void set_handlers(OnIsakmp on_isakmp, OnEsp on_esp, OnMtu on_mtu);
  /// Called at once, but at most once a second.
  void on_no_way(OnNoWay on_no_way);

  /// `own.port` is one of Config's and decides on the marker. Copies the message; it leaves as ESP
  /// does, in order with the packets of the same port.
  void send(const Endpoint& own, const Endpoint& peer, ByteView message) override;
  void send_keepalive(const Endpoint& own, const Endpoint& peer) override;
  /// Copies the packet; it leaves, with others, before the loop waits again. Order is kept among
  /// packets of one encapsulation and family. Loss is no error, but counted.
  void send_esp(const WirePacket& packet);
  /// The same for many, which leave at once and are not copied.
  void send_esp(std::span<const WirePacket> packets);
  /// The address that the kernel would send from to `peer`, through interface `if_index` if it is
  /// not 0. Errors: kNotFound (no route).
  Result<IpAddress> source_address(const IpAddress& peer, int if_index = 0) const;
  const SocketCounters& counters() const;

 private:
  struct Native;
  explicit Sockets(std::unique_ptr<Native> native);
  std::unique_ptr<Native> native_;
};

}  // namespace holdfast::net

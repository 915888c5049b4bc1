// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ike/manager.h"
#include "net/netlink.h"
#include "net/sockets.h"
#include "net/tun.h"
#include "offload/mover_ports.h"

/// What the packet mover asks of the system, on the daemon's own TUN, sockets and addresses.
namespace holdfast::app {

class TunPort : public offload::PlainPort {
 public:
  explicit TunPort(net::Tun& tun) : tun_(tun) {}
  std::optional<std::size_t> read(std::span<std::uint8_t> buffer) override {
    return tun_.read(buffer);
  }
  bool write(ByteView packet) override { return tun_.write(packet); }

 private:
  net::Tun& tun_;
};

class SocketPort : public offload::WirePort {
 public:
  explicit SocketPort(net::Sockets& sockets) : sockets_(sockets) {}
  std::size_t send(std::span<const net::WirePacket> packets) override {
    for (const net::WirePacket& packet : packets) sockets_.send_esp(packet);
    return packets.size();
  }

 private:
  net::Sockets& sockets_;
};

/// How the kernel reaches peers, around our tunnels.
class KernelView : public ike::Manager::NetworkView {
 public:
  KernelView(net::Netlink& netlink, net::Sockets& sockets) : netlink_(netlink), sockets_(sockets) {}
  bool is_usable(const IpAddress& own) const override {
    for (const auto& local : netlink_.addresses())
      if (local.address == own) return local.is_usable;
    return false;
  }
  std::optional<IpAddress> source_to(const IpAddress& peer) const override {
    const auto source = sockets_.source_address(peer);
    if (!source) return std::nullopt;
    return *source;
  }

 private:
  net::Netlink& netlink_;
  net::Sockets& sockets_;
};

class InnerAddresses : public offload::AddressPort {
 public:
  InnerAddresses(net::Netlink& netlink, int if_index) : netlink_(netlink), if_index_(if_index) {}
  Status add_address(const IpAddress& address) override {
    return netlink_.add_address(address, if_index_);
  }
  void remove_address(const IpAddress& address) override {
    static_cast<void>(netlink_.remove_address(address, if_index_));
  }

 private:
  net::Netlink& netlink_;
  int if_index_;
};

}  // namespace holdfast::app

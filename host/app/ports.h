// SPDX-License-Identifier: Apache-2.0
#pragma once

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
  bool has_more() const override { return tun_.has_more(); }
  bool write(ByteView packet) override { return tun_.write(packet); }
  std::size_t flush() override { return tun_.flush(); }

 private:
  net::Tun& tun_;
};

class SocketPort : public offload::WirePort {
 public:
  explicit SocketPort(net::Sockets& sockets) : sockets_(sockets) {}
  std::size_t send(std::span<const net::WirePacket> packets) override {
    sockets_.send_esp(packets);
    return packets.size();
  }

 private:
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

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/socket.h>

#include <array>
#include <memory>

#include "base/address.h"
#include "base/bytes.h"
#include "net/daemon_socket.h"
#include "net/socket_address.h"

namespace holdfast::net {

/// Where one packet goes, from which own address (unspecified: the kernel chooses) and with which
/// traffic class: the parts of a msghdr. Must not move while it is in use.
class SendHeader {
 public:
  void fill(msghdr& header, const IpAddress& own, const Endpoint& peer, std::uint8_t tos);

 private:
  template <typename T>
  void add(msghdr& header, int level, int type, const T& value);

  SocketAddress peer_;
  alignas(cmsghdr) std::array<char, 64> control_;
};

/// Sends one datagram of up to two parts. False if the kernel did not take it.
bool send_datagram(const DaemonSocket& socket, const IpAddress& own, const Endpoint& peer,
                   ByteView first, ByteView second = {});

/// Packets for one socket and one mode that leave with one sendmmsg().
class SendBatch {
 public:
  static constexpr std::size_t kMaxPackets = 32;
  struct Sent {
    std::size_t packets = 0, errors = 0;
  };

  SendBatch();
  bool is_empty() const { return count_ == 0; }
  bool is_full() const { return count_ == kMaxPackets; }
  /// Copies the packet; there must be room.
  void add(const IpAddress& own, const Endpoint& peer, std::uint8_t tos, ByteView packet);
  /// Sends all and is empty. What a full send buffer refuses is lost.
  Sent flush(const DaemonSocket& socket);

 private:
  struct Slot {
    SendHeader header;
    Bytes bytes;
    iovec vector;
  };

  std::unique_ptr<Slot[]> slots_;
  std::array<mmsghdr, kMaxPackets> headers_{};
  std::size_t count_ = 0;
};

}  // namespace holdfast::net

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
  /// The message is cut into datagrams of so many bytes; after fill(). take_segments() undoes it.
  void add_segments(msghdr& header, std::size_t bytes);
  void take_segments(msghdr& header);

 private:
  template <typename T>
  void add(msghdr& header, int level, int type, const T& value);

  SocketAddress peer_;
  alignas(cmsghdr) std::array<char, 96> control_;
  std::size_t plain_bytes_ = 0;  // of the control data without segments
};

/// Sends one datagram of up to two parts. False if the kernel did not take it.
bool send_datagram(const DaemonSocket& socket, const IpAddress& own, const Endpoint& peer,
                   ByteView first, ByteView second = {});

/// Packets for one socket and one mode that leave with one sendmmsg().
///
/// UDP datagrams of one size for one peer that follow each other are one message that the kernel
/// cuts (UDP_SEGMENT), so that they pass its stack as one. Such datagrams need a checksum, which
/// RFC 3948, 2.1 would rather see as 0, but wants every receiver to accept; those that leave alone
/// have none. What the kernel does not take so, for its size or for want of a device that makes
/// checksums, leaves one by one, and so does what follows for a while.
class SendBatch {
 public:
  static constexpr std::size_t kMaxPackets = 64;
  struct Sent {
    std::size_t packets = 0, errors = 0;
    bool has_no_way = false;  ///< The kernel knows no way for one, or not from its own address.
  };

  SendBatch();
  bool is_empty() const { return count_ == 0; }
  bool is_full() const { return count_ == kMaxPackets; }
  /// There must be room. Copies the packet, or with `is_lent` relies on it until flush().
  void add(const IpAddress& own, const Endpoint& peer, std::uint8_t tos, ByteView packet,
           bool is_lent = false);
  /// A copy of two parts as one datagram.
  void add(const IpAddress& own, const Endpoint& peer, ByteView first, ByteView second);
  /// Sends all and is empty. What a full send buffer refuses is lost. ESP has no checksum where it
  /// can do without, and is joined; ISAKMP has one, and each message leaves alone.
  Sent flush(DaemonSocket& socket, bool is_isakmp = false);

 private:
  struct Slot {
    IpAddress own;
    Endpoint peer;
    std::uint8_t tos = 0;
    SendHeader header;
    Bytes copy;
  };
  /// One message: slots_[first] and those behind it.
  struct Message {
    std::size_t first = 0, count = 0;
  };

  void make_messages(bool can_join);
  std::size_t run_length(std::size_t first) const;
  std::size_t send_singly(const DaemonSocket& socket, const Message& message);

  std::unique_ptr<Slot[]> slots_;
  std::array<iovec, kMaxPackets> vectors_{};
  std::array<mmsghdr, kMaxPackets> headers_{};
  std::array<Message, kMaxPackets> messages_{};
  std::size_t count_ = 0, num_messages_ = 0;
  std::size_t num_alone_ = 0;  // packets that will not be joined
};

}  // namespace holdfast::net

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <memory>

#include "base/address.h"
#include "base/bytes.h"
#include "net/daemon_socket.h"

namespace holdfast::net {

/// One datagram or raw packet as it arrived; bytes are without IP and UDP header. Or several
/// datagrams behind each other that differ in nothing but their bytes (UDP_GRO).
struct Arrival {
  Endpoint own, peer;
  std::uint8_t tos = 0;
  bool dont_fragment = false;     ///< Known of raw IPv4 alone.
  std::size_t segment_bytes = 0;  ///< Of each but the last; 0: it is one.
  ByteView bytes;                 ///< Until the next receive().

  /// Takes the next datagram off `bytes`.
  ByteView take_segment() {
    const ByteView taken =
        bytes.first(segment_bytes == 0 ? bytes.size() : std::min(segment_bytes, bytes.size()));
    bytes = bytes.subspan(taken.size());
    return taken;
  }
};

/// Buffers for one recvmmsg().
class ReceiveBatch {
 public:
  static constexpr std::size_t kMaxPackets = 32;

  ReceiveBatch();
  /// Takes what waits at `socket`, at most `most` of up to kMaxPackets. Their number; 0 also if the
  /// socket has an error to tell.
  std::size_t receive(const DaemonSocket& socket, std::size_t most = kMaxPackets);
  /// The arrival at `index` of the last receive() of `socket`. Empty if its IP header is broken.
  std::optional<Arrival> arrival(const DaemonSocket& socket, std::size_t index) const;

 private:
  static constexpr std::size_t kSlotBytes = 65'536, kControlBytes = 128;
  struct Slot {
    std::array<std::uint8_t, kSlotBytes> bytes;
    alignas(cmsghdr) std::array<char, kControlBytes> control;
    sockaddr_storage peer;
    iovec vector;
  };

  std::unique_ptr<Slot[]> slots_;
  std::array<mmsghdr, kMaxPackets> headers_{};
};

}  // namespace holdfast::net

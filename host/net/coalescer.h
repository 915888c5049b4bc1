// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <vector>

#include "base/bytes.h"
#include "net/super_packet.h"

namespace holdfast::net {

/// Joins TCP and UDP packets that follow each other in a flow into one that the kernel takes as
/// several: the other way round of SuperPacket, and exactly that. Whoever cuts it again gets the
/// packets that went in, but for the identification of IPv4 packets with DF, which means nothing
/// (RFC 6864, 4.1).
///
/// Packets are joined only if their checksums are right, because the kernel makes new ones. The
/// order of packets of one flow is kept. Nothing is held beyond flush().
class Coalescer {
 public:
  /// One packet or several that became one: `count` of them.
  using Emit = std::function<void(ByteView packet, const VnetHeader& header, unsigned count)>;
  static constexpr std::size_t kMaxFlows = 8;
  static constexpr unsigned kMaxSegments = 64;

  explicit Coalescer(Emit emit) : emit_(std::move(emit)) {}
  /// Whether UDP is joined too, as kernels from 6.2 on take it.
  void allow_udp(bool on) { is_udp_allowed_ = on; }

  /// Copies the packet, which leaves by flush() at the latest. False if it is none that could be
  /// joined; everything before it has left then.
  bool take(ByteView packet);
  void flush();

 private:
  /// Where things are in a packet that can be joined.
  struct Layout {
    bool is_ipv6 = false, is_tcp = false;
    std::size_t upper = 0, header_bytes = 0;
  };
  struct Run {
    Layout layout;
    Bytes bytes;
    std::size_t size = 0;  // used of them
    std::size_t segment_bytes = 0;
    unsigned count = 0;  // 0: free
    bool is_closed = false, is_verified = false;
  };

  bool read_layout(ByteView packet, Layout& layout) const;
  static bool is_same_flow(const Run& run, ByteView packet, const Layout& layout);
  static bool fits(Run& run, ByteView packet, const Layout& layout);
  static void append(Run& run, ByteView packet, const Layout& layout);
  static void begin(Run& run, ByteView packet, const Layout& layout);
  void end(Run& run);

  Emit emit_;
  bool is_udp_allowed_ = false;
  std::array<Run, kMaxFlows> runs_;
  std::size_t num_open_ = 0;  // the first so many of runs_
};

}  // namespace holdfast::net

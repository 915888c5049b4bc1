// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "net/coalescer.h"
#include "net/super_packet.h"

namespace holdfast::net {

/// A TUN interface: whole IP packets, no link layer (IFF_NO_PI). Ends with the object, also where
/// it was made persistent by somebody else.
///
/// Where the kernel can, it gives and takes TCP and UDP packets many at a time (IFF_VNET_HDR,
/// TUNSETOFFLOAD): what it gives is cut here, what follows each other in a flow is joined here. The
/// caller sees nothing of it but that read() may go on when the descriptor is not readable, and
/// that packets leave by flush().
class Tun {
 public:
  /// Makes it and sets it up with `mtu`. One left behind by a program that was killed is taken
  /// over. Errors: kNotFound (/dev/net/tun missing or not writable; says what to do), kBadValue
  /// (name), kInUse (a living program holds it), kRefused (no capability, or no TUN interface),
  /// kIo.
  static Result<std::unique_ptr<Tun>> open(const std::string& name, unsigned mtu);
  ~Tun();
  Tun(const Tun&) = delete;
  Tun& operator=(const Tun&) = delete;

  int fd() const { return fd_; }
  const std::string& name() const { return name_; }
  int index() const { return index_; }
  /// One packet into `buffer`; its size, or nothing when there is none now. What is longer than
  /// the buffer is cut, so it should hold the MTU.
  std::optional<std::size_t> read(std::span<std::uint8_t> buffer);
  /// read() has one that does not make the descriptor readable.
  bool has_more() const { return super_packet_.has_more(); }
  /// Copies the packet; flush() sends what waits. False if the kernel did not take it.
  bool write(ByteView packet);
  /// How many packets that write() took the kernel then did not.
  std::size_t flush();
  Status set_mtu(unsigned mtu);

 private:
  Tun(int fd, std::string name, int index);
  void ask_for_offloads();
  std::optional<std::size_t> read_several(std::span<std::uint8_t> buffer, std::size_t size,
                                          const VnetHeader& header);
  bool write_whole(ByteView packet, const VnetHeader& header);
  void emit(ByteView packet, const VnetHeader& header, unsigned count);

  int fd_;
  std::string name_;
  int index_;
  Bytes incoming_;  // of which super_packet_ has a part
  SuperPacket super_packet_;
  Coalescer coalescer_;
  bool can_join_ = false;
  std::size_t num_refused_ = 0;  // since the last flush()
};

}  // namespace holdfast::net

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "base/bytes.h"

namespace holdfast::net {

/// What stands before each packet of a TUN with IFF_VNET_HDR, in the machine's order: the checksum
/// is not made yet, or the packet stands for several (virtio 1.2, 5.1.6).
struct VnetHeader {
  static constexpr std::uint8_t kNeedsChecksum = 1;
  enum Kind : std::uint8_t { kNone = 0, kTcp4 = 1, kTcp6 = 4, kUdp = 5, kEcn = 0x80 };

  std::uint8_t flags = 0;
  std::uint8_t kind = kNone;        ///< Kind; kEcn or-ed.
  std::uint16_t header_bytes = 0;   ///< A hint.
  std::uint16_t segment_bytes = 0;  ///< Payload of each but the last.
  /// Where checksumming begins, and where behind it the checksum goes; that of the pseudo-header is
  /// there already.
  std::uint16_t checksum_start = 0, checksum_offset = 0;
};
static_assert(sizeof(VnetHeader) == 10);

/// Makes the checksum that `header` says is missing. False if it points outside.
bool complete_checksum(std::span<std::uint8_t> packet, const VnetHeader& header);

/// Cuts a TCP or UDP packet that stands for several into those: each with its own lengths, IPv4
/// identification, sequence number, flags and checksum. CWR stays on the first (RFC 3168, 6.1.2),
/// FIN and PSH on the last.
class SuperPacket {
 public:
  /// `packet` must stay where it is until has_more() is false. False if it is not what `header`
  /// says, or if a segment were longer than `most`.
  bool start(ByteView packet, const VnetHeader& header, std::size_t most);
  bool has_more() const { return at_ < packet_.size(); }
  /// The next one into `out`, which has room for `most` bytes; its size.
  std::size_t next(std::span<std::uint8_t> out);

 private:
  void write_upper_layer(std::span<std::uint8_t> segment, bool is_last) const;

  ByteView packet_;
  VnetHeader header_;
  bool is_tcp_ = false;
  std::size_t header_bytes_ = 0;  // of IP and TCP or UDP
  std::size_t at_ = 0;            // payload that was not cut off yet
  unsigned index_ = 0;            // of the next segment
  std::uint16_t pseudo_sum_ = 0;  // of the pseudo-header without the length
};

}  // namespace holdfast::net

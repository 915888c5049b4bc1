// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace holdfast::pcap {

/// What stands in front of the IP packet. The numbers are those of libpcap on Linux.
enum class LinkType : int {
  kNull = 0,  ///< BSD loopback: 4 bytes of address family in the order of the writer.
  kEthernet = 1,
  kRaw = 12,      ///< IP without anything; LINKTYPE_RAW 101 in files.
  kLoop = 108,    ///< OpenBSD loopback: as kNull, in network order.
  kCooked = 113,  ///< Linux cooked capture v1 ("any" device).
  kIpv4 = 228,
  kIpv6 = 229,
  kCooked2 = 276,  ///< Linux cooked capture v2.
};

struct Timestamp {
  std::int64_t seconds = 0;
  std::uint32_t nanoseconds = 0;

  bool operator==(const Timestamp&) const = default;
  /// "1700000000.000000001"
  std::string text() const;
};

/// One packet as it stands in a file.
struct CapturedPacket {
  std::uint64_t number = 0;  ///< In the file, from 1, as Wireshark counts.
  Timestamp time;
  std::vector<std::uint8_t> bytes;
  std::size_t wire_length = 0;  ///< When it was on the wire.

  bool is_truncated() const { return bytes.size() < wire_length; }
};

}  // namespace holdfast::pcap

// SPDX-License-Identifier: Apache-2.0
#include "net/coalescer.h"

#include <algorithm>

#include "net/checksum.h"

namespace holdfast::net {
namespace {

constexpr std::size_t kIpv4Bytes = 20, kIpv6Bytes = 40, kTcpBytes = 20, kUdpBytes = 8;
constexpr std::size_t kMaxBytes = 65'535;
constexpr std::uint8_t kTcp = 6, kUdp = 17;
constexpr std::uint8_t kPsh = 8, kAck = 0x10, kEce = 0x40;

unsigned get16(ByteView bytes, std::size_t at) {
  return static_cast<unsigned>(bytes[at]) << 8 | bytes[at + 1];
}

std::uint32_t get32(ByteView bytes, std::size_t at) {
  return static_cast<std::uint32_t>(get16(bytes, at)) << 16 | get16(bytes, at + 2);
}

void put16(std::span<std::uint8_t> bytes, std::size_t at, std::size_t value) {
  bytes[at] = static_cast<std::uint8_t>(value >> 8);
  bytes[at + 1] = static_cast<std::uint8_t>(value);
}

bool is_equal(ByteView a, ByteView b, std::size_t from, std::size_t to) {
  return std::equal(a.begin() + static_cast<std::ptrdiff_t>(from),
                    a.begin() + static_cast<std::ptrdiff_t>(to),
                    b.begin() + static_cast<std::ptrdiff_t>(from));
}

/// RFC 9293, 3.1; RFC 768; RFC 8200, 8.1.
std::uint16_t pseudo_sum(ByteView packet, bool is_ipv6, bool is_tcp, std::size_t upper_bytes) {
  const auto rest = static_cast<std::uint32_t>((is_tcp ? kTcp : kUdp) + upper_bytes);
  return is_ipv6 ? sum16(packet.subspan(8, 32), rest) : sum16(packet.subspan(12, 8), rest);
}

bool is_checksum_right(ByteView packet, bool is_ipv6, bool is_tcp, std::size_t upper) {
  const ByteView rest = packet.subspan(upper);
  return sum16(rest, pseudo_sum(packet, is_ipv6, is_tcp, rest.size())) == 0xFFFF;
}

/// IPv4: no options, no fragment, a checksum that is right; nothing behind the packet.
bool is_plain_ipv4(ByteView packet) {
  return packet.size() >= kIpv4Bytes && packet[0] == 0x45 && get16(packet, 2) == packet.size() &&
         (get16(packet, 6) & 0xBFFF) == 0 && sum16(packet.first(kIpv4Bytes)) == 0xFFFF;
}

bool is_plain_ipv6(ByteView packet) {
  return packet.size() >= kIpv6Bytes && packet[0] >> 4 == 6 &&
         kIpv6Bytes + get16(packet, 4) == packet.size();
}

/// Data, with no more flags than ACK, PSH and ECE.
bool is_tcp_data(ByteView segment, std::size_t& header_bytes) {
  if (segment.size() <= kTcpBytes) return false;
  header_bytes = std::size_t{segment[12]} >> 4 << 2;
  return header_bytes >= kTcpBytes && header_bytes < segment.size() && (segment[12] & 15) == 0 &&
         (segment[13] & ~(kPsh | kEce)) == kAck;
}

/// With a checksum: one without cannot be made of several.
bool is_udp_data(ByteView datagram) {
  return datagram.size() > kUdpBytes && get16(datagram, 4) == datagram.size() &&
         get16(datagram, 6) != 0;
}

}  // namespace

bool Coalescer::read_layout(ByteView packet, Layout& layout) const {
  if (packet.size() > kMaxBytes) return false;
  layout.is_ipv6 = is_plain_ipv6(packet);
  if (!layout.is_ipv6 && !is_plain_ipv4(packet)) return false;
  const std::uint8_t protocol = packet[layout.is_ipv6 ? 6 : 9];
  layout.upper = layout.is_ipv6 ? kIpv6Bytes : kIpv4Bytes;
  const ByteView upper = packet.subspan(layout.upper);
  std::size_t header_bytes = kUdpBytes;
  layout.is_tcp = protocol == kTcp;
  if (layout.is_tcp) {
    if (!is_tcp_data(upper, header_bytes)) return false;
  } else if (!is_udp_allowed_ || protocol != kUdp || !is_udp_data(upper)) {
    return false;
  }
  layout.header_bytes = layout.upper + header_bytes;
  return true;
}

bool Coalescer::is_same_flow(const Run& run, ByteView packet, const Layout& layout) {
  if (run.layout.is_ipv6 != layout.is_ipv6 || run.layout.is_tcp != layout.is_tcp) return false;
  const std::size_t addresses = layout.is_ipv6 ? 8 : 12;  // ports follow
  return is_equal(run.bytes, packet, addresses, layout.upper + 4);
}

/// All that SuperPacket writes the same into each segment must be the same in both.
bool Coalescer::fits(Run& run, ByteView packet, const Layout& layout) {
  const ByteView first(run.bytes);
  const std::size_t payload = packet.size() - layout.header_bytes;
  if (run.is_closed || run.count == kMaxSegments ||
      run.layout.header_bytes != layout.header_bytes || payload > run.segment_bytes ||
      run.size + payload > kMaxBytes)
    return false;
  if (layout.is_ipv6) {
    if (!is_equal(first, packet, 0, 4) || first[7] != packet[7]) return false;
  } else {
    const bool has_df = (packet[6] & 0x40) != 0;
    const unsigned id = (get16(first, 4) + run.count) & 0xFFFF;
    if (!is_equal(first, packet, 0, 2) || !is_equal(first, packet, 6, 9) ||
        (!has_df && get16(packet, 4) != id))
      return false;
  }
  const std::size_t tcp = layout.upper;
  if (layout.is_tcp) {
    const auto carried = static_cast<std::uint32_t>(run.size - layout.header_bytes);
    if (get32(packet, tcp + 4) != get32(first, tcp + 4) + carried ||
        !is_equal(first, packet, tcp + 8, tcp + 13) ||
        ((first[tcp + 13] ^ packet[tcp + 13]) & ~kPsh) != 0 ||
        !is_equal(first, packet, tcp + 14, tcp + 16) ||
        !is_equal(first, packet, tcp + 18, layout.header_bytes))
      return false;
  }
  if (!run.is_verified)
    run.is_verified = is_checksum_right(first.first(run.size), layout.is_ipv6, layout.is_tcp, tcp);
  return run.is_verified && is_checksum_right(packet, layout.is_ipv6, layout.is_tcp, tcp);
}

void Coalescer::append(Run& run, ByteView packet, const Layout& layout) {
  const ByteView payload = packet.subspan(layout.header_bytes);
  std::ranges::copy(payload, run.bytes.begin() + static_cast<std::ptrdiff_t>(run.size));
  run.size += payload.size();
  ++run.count;
  const bool has_psh = layout.is_tcp && (packet[layout.upper + 13] & kPsh) != 0;
  if (has_psh) run.bytes[layout.upper + 13] |= kPsh;
  run.is_closed = has_psh || payload.size() < run.segment_bytes;
}

void Coalescer::begin(Run& run, ByteView packet, const Layout& layout) {
  run.bytes.resize(kMaxBytes);
  std::ranges::copy(packet, run.bytes.begin());
  run.layout = layout;
  run.size = packet.size();
  run.segment_bytes = packet.size() - layout.header_bytes;
  run.count = 1;
  run.is_closed = layout.is_tcp && (packet[layout.upper + 13] & kPsh) != 0;
  run.is_verified = false;
}

bool Coalescer::take(ByteView packet) {
  Layout layout;
  if (!read_layout(packet, layout)) {
    flush();
    return false;
  }
  for (Run& run : std::span(runs_).first(num_open_)) {
    if (!is_same_flow(run, packet, layout)) continue;
    if (fits(run, packet, layout)) {
      append(run, packet, layout);
    } else {
      end(run);
      begin(run, packet, layout);
    }
    return true;
  }
  if (num_open_ == kMaxFlows) flush();
  begin(runs_[num_open_++], packet, layout);
  return true;
}

void Coalescer::flush() {
  for (Run& run : std::span(runs_).first(num_open_)) end(run);
  num_open_ = 0;
}

void Coalescer::end(Run& run) {
  const auto packet = std::span(run.bytes).first(run.size);
  if (run.count == 1) {
    emit_(packet, {}, 1);
    return;
  }
  const Layout& layout = run.layout;
  const std::size_t upper_bytes = run.size - layout.upper;
  if (layout.is_ipv6) {
    put16(packet, 4, run.size - kIpv6Bytes);
  } else {
    put16(packet, 2, run.size);
    put16(packet, 10, 0);
    put16(packet, 10, sum16(packet.first(kIpv4Bytes)) ^ 0xFFFFu);
  }
  VnetHeader header;
  header.flags = VnetHeader::kNeedsChecksum;
  header.kind = !layout.is_tcp   ? VnetHeader::kUdp
                : layout.is_ipv6 ? VnetHeader::kTcp6
                                 : VnetHeader::kTcp4;
  header.header_bytes = static_cast<std::uint16_t>(layout.header_bytes);
  header.segment_bytes = static_cast<std::uint16_t>(run.segment_bytes);
  header.checksum_start = static_cast<std::uint16_t>(layout.upper);
  header.checksum_offset = layout.is_tcp ? 16 : 6;
  if (!layout.is_tcp) put16(packet, layout.upper + 4, upper_bytes);
  put16(packet, layout.upper + header.checksum_offset,
        pseudo_sum(packet, layout.is_ipv6, layout.is_tcp, upper_bytes));
  emit_(packet, header, run.count);
}

}  // namespace holdfast::net

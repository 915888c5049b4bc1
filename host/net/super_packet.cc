// SPDX-License-Identifier: Apache-2.0
#include "net/super_packet.h"

#include <algorithm>

#include "base/wire.h"
#include "net/checksum.h"

namespace holdfast::net {
namespace {

constexpr std::size_t kIpv4Bytes = 20, kIpv6Bytes = 40, kTcpBytes = 20, kUdpBytes = 8;
constexpr std::size_t kTcpChecksum = 16, kUdpChecksum = 6;
constexpr std::uint8_t kFin = 1, kPsh = 8, kCwr = 0x80;

unsigned get16(ByteView bytes, std::size_t at) {
  return static_cast<unsigned>(bytes[at]) << 8 | bytes[at + 1];
}

void put16(std::span<std::uint8_t> bytes, std::size_t at, std::size_t value) {
  bytes[at] = static_cast<std::uint8_t>(value >> 8);
  bytes[at + 1] = static_cast<std::uint8_t>(value);
}

void add32(std::span<std::uint8_t> bytes, std::size_t at, std::size_t value) {
  const std::size_t sum = (std::size_t{get16(bytes, at)} << 16 | get16(bytes, at + 2)) + value;
  put16(bytes, at, sum >> 16);
  put16(bytes, at + 2, sum);
}

/// `a - b` of one's complement sums.
std::uint16_t minus16(std::uint16_t a, std::size_t b) {
  return fold16(std::uint64_t{a} + (fold16(b) ^ 0xFFFFu));
}

}  // namespace

bool complete_checksum(std::span<std::uint8_t> packet, const VnetHeader& header) {
  if ((header.flags & VnetHeader::kNeedsChecksum) == 0) return true;
  const std::size_t field = std::size_t{header.checksum_start} + header.checksum_offset;
  if (field + 2 > packet.size()) return false;
  put16(packet, field, checksum_of(sum16(packet.subspan(header.checksum_start))));
  return true;
}

bool SuperPacket::start(ByteView packet, const VnetHeader& header, std::size_t most) {
  packet_ = {};
  at_ = 0;
  const unsigned kind = header.kind & ~unsigned{VnetHeader::kEcn};
  is_tcp_ = kind == VnetHeader::kTcp4 || kind == VnetHeader::kTcp6;
  if (!is_tcp_ && kind != VnetHeader::kUdp) return false;
  const std::size_t upper = header.checksum_start;
  if ((header.flags & VnetHeader::kNeedsChecksum) == 0 || header.segment_bytes == 0 ||
      header.checksum_offset != (is_tcp_ ? kTcpChecksum : kUdpChecksum))
    return false;
  if (packet.size() < kIpv4Bytes || upper + (is_tcp_ ? kTcpBytes : kUdpBytes) > packet.size())
    return false;
  const bool is_ipv6 = packet[0] >> 4 == 6;
  if (upper < (is_ipv6 ? kIpv6Bytes : kIpv4Bytes)) return false;
  if ((is_ipv6 ? kIpv6Bytes + get16(packet, 4) : get16(packet, 2)) != packet.size()) return false;
  header_bytes_ = upper + (is_tcp_ ? std::size_t{packet[upper + 12]} >> 4 << 2 : kUdpBytes);
  if (header_bytes_ < upper + (is_tcp_ ? kTcpBytes : kUdpBytes) || header_bytes_ >= packet.size() ||
      header_bytes_ + header.segment_bytes > most)
    return false;
  packet_ = packet;
  header_ = header;
  at_ = header_bytes_;
  index_ = 0;
  pseudo_sum_ = minus16(static_cast<std::uint16_t>(get16(packet, upper + header.checksum_offset)),
                        packet.size() - upper);
  return true;
}

std::size_t SuperPacket::next(std::span<std::uint8_t> out) {
  const std::size_t payload = std::min<std::size_t>(header_.segment_bytes, packet_.size() - at_);
  const auto segment = out.first(header_bytes_ + payload);
  std::ranges::copy(packet_.first(header_bytes_), segment.begin());
  std::ranges::copy(packet_.subspan(at_, payload), segment.subspan(header_bytes_).begin());
  at_ += payload;
  if (segment[0] >> 4 == 6) {
    put16(segment, 4, segment.size() - kIpv6Bytes);
  } else {
    const std::size_t ip_bytes = std::size_t{4} * (segment[0] & 15u);
    put16(segment, 2, segment.size());
    put16(segment, 4, get16(segment, 4) + index_);
    put16(segment, 10, 0);
    put16(segment, 10, sum16(segment.first(ip_bytes)) ^ 0xFFFFu);
  }
  write_upper_layer(segment.subspan(header_.checksum_start), !has_more());
  ++index_;
  return segment.size();
}

void SuperPacket::write_upper_layer(std::span<std::uint8_t> segment, bool is_last) const {
  if (is_tcp_) {
    add32(segment, 4, std::size_t{index_} * header_.segment_bytes);
    if (!is_last) segment[13] &= static_cast<std::uint8_t>(~(kFin | kPsh));
    if (index_ > 0) segment[13] &= static_cast<std::uint8_t>(~kCwr);
  } else {
    put16(segment, 4, segment.size());
  }
  put16(segment, header_.checksum_offset, 0);
  const auto pseudo = static_cast<std::uint32_t>(pseudo_sum_ + segment.size());
  put16(segment, header_.checksum_offset, checksum_of(sum16(segment, pseudo)));
}

}  // namespace holdfast::net

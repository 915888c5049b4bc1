// SPDX-License-Identifier: Apache-2.0
#include "offload/icmp_too_big.h"

#include <algorithm>

#include "base/wire.h"

namespace holdfast::offload {
namespace {

constexpr std::size_t kIpv4Bytes = 20, kIpv6Bytes = 40, kIcmpBytes = 8;
constexpr std::size_t kMaxIpv4Error = 576;   // RFC 1812, 4.3.2.3
constexpr std::size_t kMaxIpv6Error = 1280;  // RFC 4443, 2.4 (c)
constexpr std::uint8_t kIcmp = 1, kIcmpV6 = 58, kHopLimit = 64;

bool is_icmpv4_error(std::uint8_t type) {
  return type == 3 || type == 4 || type == 5 || type == 11 || type == 12;  // RFC 1122, 3.2.2
}

bool is_ipv4_host(const IpAddress& address) {
  const unsigned first = address.bytes[0];
  return first != 0 && first != 127 && first < 224;
}

bool is_ipv6_host(const IpAddress& address) {
  return address.bytes[0] != 0xFF && address != IpAddress{.is_ipv6 = true, .bytes = {}};
}

std::optional<Bytes> answer_ipv4(ByteView packet, const Flow& flow, unsigned mtu) {
  if (flow.protocol == kIcmp && is_icmpv4_error(flow.icmp_type)) return std::nullopt;
  if (!is_ipv4_host(flow.source) || !is_ipv4_host(flow.destination)) return std::nullopt;
  const ByteView quote =
      packet.first(std::min(flow.total_bytes, kMaxIpv4Error - kIpv4Bytes - kIcmpBytes));
  WireWriter writer;
  writer.u16(0x45C0);  // precedence of network control (RFC 1812, 4.3.2.5)
  writer.u16(static_cast<std::uint16_t>(kIpv4Bytes + kIcmpBytes + quote.size()));
  writer.u32(0);  // identification and flags
  writer.u8(kHopLimit);
  writer.u8(kIcmp);
  writer.u16(0);
  writer.append(ByteView(flow.destination.bytes).first(4));
  writer.append(ByteView(flow.source.bytes).first(4));
  writer.put_u16(10, internet_checksum(writer.view()));
  writer.u16(0x0304);  // destination unreachable, fragmentation needed
  writer.u32(0);       // checksum, unused
  writer.u16(static_cast<std::uint16_t>(mtu));
  writer.append(quote);
  writer.put_u16(kIpv4Bytes + 2, internet_checksum(writer.view().subspan(kIpv4Bytes)));
  return writer.take();
}

std::optional<Bytes> answer_ipv6(ByteView packet, const Flow& flow, unsigned mtu) {
  if (flow.protocol == kIcmpV6 && flow.icmp_type < 128) return std::nullopt;  // RFC 4443, 2.1
  if (!is_ipv6_host(flow.source) || !is_ipv6_host(flow.destination)) return std::nullopt;
  const ByteView quote =
      packet.first(std::min(flow.total_bytes, kMaxIpv6Error - kIpv6Bytes - kIcmpBytes));
  const std::size_t icmp_bytes = kIcmpBytes + quote.size();
  WireWriter writer;
  writer.u32(0x60000000);
  writer.u16(static_cast<std::uint16_t>(icmp_bytes));
  writer.u8(kIcmpV6);
  writer.u8(kHopLimit);
  writer.append(flow.destination.bytes);
  writer.append(flow.source.bytes);
  writer.u32(0x02000000);  // packet too big
  writer.u32(mtu);
  writer.append(quote);
  // Pseudo-header: the addresses, the length, the next header (RFC 8200, 8.1).
  writer.put_u16(kIpv6Bytes + 2,
                 internet_checksum(writer.view().subspan(8),
                                   static_cast<std::uint32_t>(icmp_bytes) + kIcmpV6));
  return writer.take();
}

}  // namespace

std::optional<Bytes> icmp_too_big(ByteView packet, const Flow& flow, unsigned mtu) {
  if (flow.is_later_fragment) return std::nullopt;
  return flow.source.is_ipv6 ? answer_ipv6(packet, flow, mtu) : answer_ipv4(packet, flow, mtu);
}

}  // namespace holdfast::offload

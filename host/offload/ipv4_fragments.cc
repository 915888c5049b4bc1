// SPDX-License-Identifier: Apache-2.0
#include "offload/ipv4_fragments.h"

#include <algorithm>

#include "base/wire.h"
#include "offload/inner_packet.h"

namespace holdfast::offload {
namespace {

constexpr std::size_t kPlainHeader = 20;
constexpr std::uint8_t kOptionEnd = 0, kOptionNop = 1, kCopied = 0x80;
constexpr unsigned kMoreFragments = 0x2000, kOffsetMask = 0x1FFF;

/// The header without the options that stay in the first fragment (RFC 791, 3.1), padded.
Bytes later_header(ByteView header) {
  Bytes result(header.begin(), header.begin() + kPlainHeader);
  for (std::size_t at = kPlainHeader; at < header.size();) {
    if (header[at] == kOptionEnd) break;
    if (header[at] == kOptionNop) {
      ++at;
      continue;
    }
    const std::size_t left = header.size() - at;
    const std::size_t bytes = left < 2 ? 0 : header[at + 1];
    if (bytes < 2 || bytes > left) break;  // broken options go no further
    const ByteView option = header.subspan(at, bytes);
    if ((option[0] & kCopied) != 0) result.insert(result.end(), option.begin(), option.end());
    at += bytes;
  }
  while (result.size() % 4 != 0) result.push_back(kOptionEnd);
  result[0] = static_cast<std::uint8_t>(0x40 | result.size() / 4);
  return result;
}

/// `offset` in units of 8 bytes.
Bytes fragment_of(ByteView header, ByteView payload, unsigned offset, bool has_more) {
  WireWriter writer;
  writer.append(header);
  writer.append(payload);
  writer.put_u16(2, static_cast<std::uint16_t>(writer.size()));
  writer.put_u16(6, static_cast<std::uint16_t>((has_more ? kMoreFragments : 0) | offset));
  writer.put_u16(10, 0);
  writer.put_u16(10, internet_checksum(writer.view().first(header.size())));
  return writer.take();
}

}  // namespace

std::vector<Bytes> fragment_ipv4(ByteView packet, std::size_t max_bytes) {
  const std::size_t header_bytes = std::size_t{4} * (packet[0] & 15);
  const ByteView first_header = packet.first(header_bytes);
  const Bytes other_header = later_header(first_header);
  const std::size_t total = static_cast<std::size_t>(packet[2]) << 8 | packet[3];
  const unsigned field = static_cast<unsigned>(packet[6]) << 8 | packet[7];
  if (max_bytes < header_bytes + 8) return {};
  std::vector<Bytes> fragments;
  ByteView rest = packet.subspan(header_bytes, total - header_bytes);
  unsigned offset = field & kOffsetMask;
  while (!rest.empty()) {
    const ByteView header = fragments.empty() ? first_header : ByteView(other_header);
    const std::size_t room = (max_bytes - header.size()) / 8 * 8;
    const bool is_last = rest.size() <= max_bytes - header.size();
    const ByteView payload = rest.first(is_last ? rest.size() : room);
    rest = rest.subspan(payload.size());
    fragments.push_back(
        fragment_of(header, payload, offset, !is_last || (field & kMoreFragments) != 0));
    offset += static_cast<unsigned>(payload.size() / 8);
    if (offset > kOffsetMask + 1) return {};  // a fragment beyond 65,535 bytes (RFC 791, 3.1)
  }
  return fragments;
}

}  // namespace holdfast::offload

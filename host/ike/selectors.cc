// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <bit>

#include "ike/negotiation.h"

namespace holdfast::ike {

using namespace isakmp;

namespace {

Bytes mask_of(std::size_t size, unsigned length) {
  Bytes mask(size);
  for (unsigned i = 0; i < length; ++i)
    mask[i / 8] = static_cast<std::uint8_t>(mask[i / 8] | 0x80u >> (i % 8));
  return mask;
}

IpAddress address_of(ByteView bytes) {
  IpAddress address;
  address.is_ipv6 = bytes.size() == 16;
  std::copy(bytes.begin(), bytes.end(), address.bytes.begin());
  return address;
}

Result<TrafficSelector> refused(ErrorCode code, const char* sentence) {
  return fail(code, "client identity", sentence);
}

/// A range is a prefix if its ends differ in low bits alone: all 0 in the first, all 1 in the last.
Result<TrafficSelector> selector_of_range(ByteView data) {
  const std::size_t size = data.size() / 2;
  const ByteView low = data.first(size), high = data.subspan(size);
  for (unsigned length = 0; length <= 8 * size; ++length) {
    const Bytes mask = mask_of(size, length);
    bool fits = true;
    for (std::size_t i = 0; i < size; ++i)
      fits = fits && (low[i] & ~mask[i] & 0xFF) == 0 && high[i] == (low[i] | (~mask[i] & 0xFF));
    TrafficSelector selector;
    selector.prefix = {address_of(low), static_cast<std::uint8_t>(length)};
    if (fits) return selector;
  }
  return refused(ErrorCode::kUnsupported, "is an address range that is no prefix");
}

Result<TrafficSelector> selector_of_subnet(ByteView data) {
  const std::size_t size = data.size() / 2;
  unsigned length = 0;
  for (const std::uint8_t byte : data.subspan(size))
    length += static_cast<unsigned>(std::popcount(byte));
  const Bytes mask = mask_of(size, length);
  if (!std::equal(mask.begin(), mask.end(), data.begin() + static_cast<std::ptrdiff_t>(size)))
    return refused(ErrorCode::kBadValue, "has a mask with holes");
  Bytes network(data.begin(), data.begin() + static_cast<std::ptrdiff_t>(size));
  for (std::size_t i = 0; i < size; ++i) network[i] &= mask[i];
  TrafficSelector selector;
  selector.prefix = {address_of(network), static_cast<std::uint8_t>(length)};
  return selector;
}

}  // namespace

Identification id_of(const TrafficSelector& selector) {
  const IpAddress& address = selector.prefix.address;
  const std::size_t size = address.is_ipv6 ? 16 : 4;
  const bool is_host = selector.prefix.length == 8 * size;
  Identification id;
  id.protocol = selector.protocol;
  id.port = selector.port;
  id.data.assign(address.bytes.begin(), address.bytes.begin() + static_cast<std::ptrdiff_t>(size));
  const IdType type = address.is_ipv6 ? (is_host ? IdType::kIpv6Addr : IdType::kIpv6Subnet)
                                      : (is_host ? IdType::kIpv4Addr : IdType::kIpv4Subnet);
  id.type = static_cast<std::uint8_t>(type);
  if (!is_host) {
    const Bytes mask = mask_of(size, selector.prefix.length);
    id.data.insert(id.data.end(), mask.begin(), mask.end());
  }
  return id;
}

Result<TrafficSelector> selector_of(const Identification& id) {
  Result<TrafficSelector> selector = TrafficSelector{};
  const auto type = static_cast<IdType>(id.type);
  const bool is_ipv6 =
      type == IdType::kIpv6Addr || type == IdType::kIpv6Subnet || type == IdType::kIpv6Range;
  switch (type) {
    case IdType::kIpv4Addr:
    case IdType::kIpv6Addr:
      if (id.data.size() != (is_ipv6 ? 16u : 4u))
        return refused(ErrorCode::kBadValue, "is an address of a wrong size");
      selector->prefix = {address_of(id.data), static_cast<std::uint8_t>(8 * id.data.size())};
      break;
    case IdType::kIpv4Subnet:
    case IdType::kIpv6Subnet:
    case IdType::kIpv4Range:
    case IdType::kIpv6Range:
      if (id.data.size() != (is_ipv6 ? 32u : 8u))
        return refused(ErrorCode::kBadValue, "is a pair of addresses of a wrong size");
      selector = id.type == static_cast<std::uint8_t>(IdType::kIpv4Subnet) ||
                         id.type == static_cast<std::uint8_t>(IdType::kIpv6Subnet)
                     ? selector_of_subnet(id.data)
                     : selector_of_range(id.data);
      break;
    default:
      return refused(ErrorCode::kUnsupported, "is neither an address, a subnet nor a range");
  }
  if (!selector) return selector;
  selector->protocol = id.protocol;
  selector->port = id.port;
  return selector;
}

}  // namespace holdfast::ike

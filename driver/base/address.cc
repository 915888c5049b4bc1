// SPDX-License-Identifier: Apache-2.0
#include "base/address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

namespace holdfast {

Result<IpAddress> IpAddress::parse(std::string_view text) {
  const std::string copy(text);
  IpAddress address;
  if (inet_pton(AF_INET, copy.c_str(), address.bytes.data()) == 1) return address;
  address.is_ipv6 = true;
  if (inet_pton(AF_INET6, copy.c_str(), address.bytes.data()) == 1) return address;
  return fail(ErrorCode::kBadFormat, "", "'" + copy + "' is not an IPv4 or IPv6 address");
}

std::string IpAddress::text() const {
  char buffer[INET6_ADDRSTRLEN];
  if (is_ipv6) return inet_ntop(AF_INET6, bytes.data(), buffer, sizeof buffer);
  // Often asked for, and what inet_ntop() does with sprintf() takes long.
  char* at = buffer;
  for (std::size_t i = 0; i < 4; ++i) {
    if (i > 0) *at++ = '.';
    at = std::to_chars(at, buffer + sizeof buffer, bytes[i]).ptr;
  }
  return {buffer, at};
}

Result<Prefix> Prefix::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  auto address = IpAddress::parse(text.substr(0, slash));
  if (!address) return tl::unexpected(address.error());
  const unsigned max_length = address->is_ipv6 ? 128 : 32;
  unsigned length = max_length;
  if (slash != std::string_view::npos) {
    const std::string_view digits = text.substr(slash + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), length);
    if (error != std::errc{} || end != digits.data() + digits.size())
      return fail(ErrorCode::kBadFormat, "", "'" + std::string(text) + "' has no prefix length");
  }
  if (length > max_length)
    return fail(
        ErrorCode::kBadValue, "",
        "'" + std::string(text) + "' has a prefix length over " + std::to_string(max_length));
  for (unsigned bit = length; bit < max_length; ++bit)
    if (address->bytes[bit / 8] & (0x80u >> (bit % 8)))
      return fail(ErrorCode::kBadValue, "",
                  "'" + std::string(text) + "' has bits set beyond its prefix length");
  return Prefix{*address, static_cast<std::uint8_t>(length)};
}

std::string Prefix::text() const { return address.text() + "/" + std::to_string(length); }

bool Prefix::contains(const IpAddress& other) const {
  if (other.is_ipv6 != address.is_ipv6) return false;
  const std::size_t whole = length / 8u;
  if (!std::equal(address.bytes.begin(), address.bytes.begin() + whole, other.bytes.begin()))
    return false;
  const unsigned rest = length % 8u;
  return rest == 0 || ((address.bytes[whole] ^ other.bytes[whole]) >> (8 - rest)) == 0;
}

}  // namespace holdfast

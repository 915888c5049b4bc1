// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace holdfast {

/// An IPv4 or IPv6 address. Bytes as on the wire; IPv4 uses the first four, the rest are 0.
struct IpAddress {
  bool is_ipv6 = false;
  std::array<std::uint8_t, 16> bytes{};

  bool operator==(const IpAddress&) const = default;
  /// Errors: kBadFormat.
  static Result<IpAddress> parse(std::string_view text);
  std::string text() const;
};

/// Address and UDP port (host order); port 0 where there is none.
struct Endpoint {
  IpAddress address;
  std::uint16_t port = 0;

  bool operator==(const Endpoint&) const = default;
};

/// Address prefix, as in 10.1.0.0/16. Bits beyond `length` are 0.
struct Prefix {
  IpAddress address;
  std::uint8_t length = 0;

  bool operator==(const Prefix&) const = default;
  /// A plain address is a prefix of full length. Errors: kBadFormat, kBadValue (length too large,
  /// or bits set beyond it).
  static Result<Prefix> parse(std::string_view text);
  std::string text() const;
  /// The address is of the prefix's family and begins with its bits; of the other family, never.
  bool contains(const IpAddress& other) const;
};

}  // namespace holdfast

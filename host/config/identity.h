// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "base/address.h"
#include "base/bytes.h"
#include "base/result.h"

namespace holdfast {

/// Identification types (RFC 2407, 4.6.2.1); kAny is ours and never sent.
enum class IdType : std::uint8_t {
  kAny = 0,
  kIpv4Addr = 1,
  kFqdn = 2,
  kUserFqdn = 3,
  kIpv4Subnet = 4,
  kIpv6Addr = 5,
  kIpv6Subnet = 6,
  kIpv4Range = 7,
  kIpv6Range = 8,
  kDerAsn1Dn = 9,
  kDerAsn1Gn = 10,
  kKeyId = 11,
};

/// Who somebody is in phase 1. `data` is as in an ID payload.
struct Identity {
  IdType type = IdType::kAny;
  Bytes data;

  bool operator==(const Identity&) const = default;
  bool is_any() const { return type == IdType::kAny; }
  /// Spellings of swanctl.conf: "%any", an address, "a@b", a name, "@name", "@#0a0b" (key id),
  /// "C=CH, CN=x" (DN), and prefixes such as "fqdn:". Errors: kBadFormat.
  static Result<Identity> parse(std::string_view text);
  static Identity of_address(const IpAddress& address);
  /// For logs and vici; "%any" for kAny.
  std::string text() const;
  /// `other` is what a peer sent, `*this` what is configured: kAny fits all, a name fits in any
  /// case, a DN with "*" for a part fits any value of it.
  bool fits(const Identity& other) const;
};

}  // namespace holdfast

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace holdfast {

/// One attribute of a distinguished name (RFC 5280, 4.1.2.4).
struct DnAttribute {
  Bytes oid;                    ///< Content of the OBJECT IDENTIFIER.
  std::uint8_t string_tag = 0;  ///< Type of the value: PrintableString, UTF8String …
  std::string value;
  bool is_same_set = false;  ///< Belongs to the RelativeDistinguishedName of the one before.
};
using DistinguishedName = std::vector<DnAttribute>;

/// "C=CH, O=Lab, CN=gw" or "/C=CH/O=Lab/CN=gw". Types by their short names in any case, or by
/// numbers with dots; a value in quotes keeps its commas, a backslash keeps what follows.
/// Errors: kBadFormat.
Result<DistinguishedName> parse_dn_text(std::string_view text);
/// DER of a Name, and nothing behind it. Errors: kTruncated, kBadFormat.
Result<DistinguishedName> parse_dn_der(ByteView der);
Bytes write_dn_der(const DistinguishedName& name);
std::string dn_text(const DistinguishedName& name);

/// `other` has the same attributes in the same order, and their values are equal in any case of
/// letters and whatever their string type; the value "*" of `pattern` fits any.
bool dn_fits(const DistinguishedName& pattern, const DistinguishedName& other);

}  // namespace holdfast

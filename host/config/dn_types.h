// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace holdfast {

/// Content of the OBJECT IDENTIFIER for "CN" and the like, or for "2.5.4.3".
std::optional<Bytes> dn_type_oid(std::string_view name);
/// Short name of a type; numbers with dots where it has none.
std::string dn_type_name(ByteView oid);
/// String type of a value: IA5String for mail and domain components, else PrintableString where its
/// alphabet suffices, UTF8String where not (RFC 5280, 4.1.2.4 and appendix A.1).
std::uint8_t dn_string_tag(ByteView oid, std::string_view value);

}  // namespace holdfast

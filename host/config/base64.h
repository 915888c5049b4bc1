// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace holdfast {

/// Bytes of base64 text (RFC 4648, 4), with or without its padding. Errors: kBadFormat; the
/// sentence never repeats the text, which may be a key.
Result<Bytes> parse_base64(std::string_view text);

}  // namespace holdfast

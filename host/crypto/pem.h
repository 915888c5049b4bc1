// SPDX-License-Identifier: Apache-2.0
// Private to the room: files that may be PEM or DER.
#pragma once

#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace holdfast::openssl {

/// Whether the data can be DER of a certificate, key or list: all of them are sequences.
bool looks_like_der(ByteView data);
/// DER of the one object that the data holds: as it is, or from PEM under one of the two labels;
/// other objects of a PEM file are passed over. `what` is for the sentence, as in "certificate".
/// Errors: kBadFormat (none, several, encrypted, or not base64).
Result<Bytes> der_of(ByteView data, std::string_view label, std::string_view old_label,
                     std::string_view what);

}  // namespace holdfast::openssl

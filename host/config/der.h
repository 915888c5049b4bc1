// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.h"

namespace holdfast {

/// The little of DER (ITU-T X.690) that a distinguished name needs.
namespace der {

inline constexpr std::uint8_t kOid = 0x06, kUtf8String = 0x0C, kPrintableString = 0x13,
                              kT61String = 0x14, kIa5String = 0x16, kSequence = 0x30, kSet = 0x31;

struct Element {
  std::uint8_t tag = 0;
  ByteView content;
};

/// Takes one element off the front of `bytes`. False if tag, length or content are cut off, the
/// length is not in its shortest form, or the tag has several bytes; `bytes` is spoilt then.
bool take(ByteView& bytes, Element& element);
/// Appends tag, length and content; at most 65,535 bytes of it.
void put(Bytes& out, std::uint8_t tag, ByteView content);

}  // namespace der
}  // namespace holdfast

// SPDX-License-Identifier: Apache-2.0
#include "config/der.h"

#include "base/result.h"

namespace holdfast::der {

bool take(ByteView& bytes, Element& element) {
  if (bytes.size() < 2) return false;
  element.tag = bytes[0];
  if ((element.tag & 0x1F) == 0x1F) return false;
  std::size_t length = bytes[1];
  std::size_t header_bytes = 2;
  if (length >= 0x80) {
    const std::size_t num_bytes = length & 0x7F;
    if (num_bytes == 0 || num_bytes > 2 || bytes.size() < 2 + num_bytes) return false;
    length = 0;
    for (std::size_t i = 0; i < num_bytes; ++i) length = length << 8 | bytes[2 + i];
    if (length < (num_bytes == 1 ? 0x80u : 0x100u)) return false;
    header_bytes += num_bytes;
  }
  if (bytes.size() - header_bytes < length) return false;
  element.content = bytes.subspan(header_bytes, length);
  bytes = bytes.subspan(header_bytes + length);
  return true;
}

void put(Bytes& out, std::uint8_t tag, ByteView content) {
  HOLDFAST_CHECK(content.size() <= 0xFFFF);
  out.push_back(tag);
  if (content.size() >= 0x100) {
    out.push_back(0x82);
    out.push_back(static_cast<std::uint8_t>(content.size() >> 8));
  } else if (content.size() >= 0x80) {
    out.push_back(0x81);
  }
  out.push_back(static_cast<std::uint8_t>(content.size()));
  out.insert(out.end(), content.begin(), content.end());
}

}  // namespace holdfast::der

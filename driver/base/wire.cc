// SPDX-License-Identifier: Apache-2.0
#include "base/wire.h"

#include <algorithm>
#include <array>

namespace holdfast {

ByteView WireReader::take(std::size_t size) {
  if (size > bytes_.size()) {
    is_failed_ = true;
    bytes_ = {};
    return {};
  }
  const ByteView taken = bytes_.first(size);
  bytes_ = bytes_.subspan(size);
  return taken;
}

std::uint64_t WireReader::number(std::size_t size) {
  std::uint64_t value = 0;
  for (const std::uint8_t byte : take(size)) value = value << 8 | byte;
  return value;
}

// Not inline: where GCC 12 sees the size, it warns of an overflow in the vector's own code.
void WireWriter::append(ByteView bytes) {
  constexpr std::size_t kLeast = 256;  // few messages are longer
  if (bytes_.capacity() == 0) bytes_.reserve(std::max(kLeast, bytes.size()));
  bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
}

void WireWriter::number(std::uint64_t value, std::size_t size) {
  std::array<std::uint8_t, sizeof value> bytes;
  for (std::size_t i = size; i-- > 0; value >>= 8) bytes[i] = static_cast<std::uint8_t>(value);
  append(ByteView(bytes).first(size));
}

void WireWriter::put_u16(std::size_t offset, std::uint16_t value) {
  HOLDFAST_CHECK(bytes_.size() >= 2 && offset <= bytes_.size() - 2);
  bytes_[offset] = static_cast<std::uint8_t>(value >> 8);
  bytes_[offset + 1] = static_cast<std::uint8_t>(value);
}

void WireWriter::put_u32(std::size_t offset, std::uint32_t value) {
  put_u16(offset, static_cast<std::uint16_t>(value >> 16));
  put_u16(offset + 2, static_cast<std::uint16_t>(value));
}

}  // namespace holdfast

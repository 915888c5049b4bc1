// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "base/result.h"

/// Network byte order, in this one place of the model.
namespace holdfast::model {

using Bytes = std::span<const std::uint8_t>;
using MutableBytes = std::span<std::uint8_t>;

inline std::uint64_t load(Bytes bytes, std::size_t offset, std::size_t count) {
  HOLDFAST_CHECK(offset + count <= bytes.size());
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < count; ++i) value = value << 8 | bytes[offset + i];
  return value;
}
inline std::uint8_t load8(Bytes b, std::size_t at) {
  return static_cast<std::uint8_t>(load(b, at, 1));
}
inline std::uint16_t load16(Bytes b, std::size_t at) {
  return static_cast<std::uint16_t>(load(b, at, 2));
}
inline std::uint32_t load32(Bytes b, std::size_t at) {
  return static_cast<std::uint32_t>(load(b, at, 4));
}

inline void store(MutableBytes bytes, std::size_t offset, std::size_t count, std::uint64_t value) {
  HOLDFAST_CHECK(offset + count <= bytes.size());
  for (std::size_t i = 0; i < count; ++i)
    bytes[offset + i] = static_cast<std::uint8_t>(value >> (8 * (count - 1 - i)));
}

}  // namespace holdfast::model

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <utility>

#include "base/bytes.h"
#include "base/result.h"

namespace holdfast {

/// Reads fields in network byte order from borrowed bytes. A read beyond the end gives 0 or an
/// empty view and makes the reader failed for good; so lengths may be looked at once, at the end.
class WireReader {
 public:
  explicit WireReader(ByteView bytes) : bytes_(bytes) {}

  std::uint8_t u8() { return static_cast<std::uint8_t>(number(1)); }
  std::uint16_t u16() { return static_cast<std::uint16_t>(number(2)); }
  std::uint32_t u32() { return static_cast<std::uint32_t>(number(4)); }
  std::uint64_t u64() { return number(8); }
  /// The next `size` bytes.
  ByteView take(std::size_t size);
  /// All that is left.
  ByteView rest() { return take(left()); }

  std::size_t left() const { return bytes_.size(); }
  /// No read went beyond the end.
  bool ok() const { return !is_failed_; }
  /// ok(), and nothing is left.
  bool is_done() const { return ok() && bytes_.empty(); }

 private:
  std::uint64_t number(std::size_t size);

  ByteView bytes_;
  bool is_failed_ = false;
};

/// Appends fields in network byte order.
class WireWriter {
 public:
  void u8(std::uint8_t value) { bytes_.push_back(value); }
  void u16(std::uint16_t value) { number(value, 2); }
  void u32(std::uint32_t value) { number(value, 4); }
  void u64(std::uint64_t value) { number(value, 8); }
  void append(ByteView bytes);
  /// Overwrites two bytes at `offset`, which must lie within what is written.
  void put_u16(std::size_t offset, std::uint16_t value);
  void put_u32(std::size_t offset, std::uint32_t value);

  std::size_t size() const { return bytes_.size(); }
  ByteView view() const { return bytes_; }
  Bytes take() { return std::move(bytes_); }

 private:
  void number(std::uint64_t value, std::size_t size);

  Bytes bytes_;
};

}  // namespace holdfast

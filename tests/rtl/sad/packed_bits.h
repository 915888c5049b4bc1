// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstring>
#include <vector>

namespace holdfast::test {

/// A value of 128 bits, as an address.
struct Bits128 {
  std::uint64_t high = 0, low = 0;
  bool operator==(const Bits128&) const = default;
};

/// Writes the fields of a SystemVerilog packed struct, in the order of its declaration (the first
/// field is in the top bits), and stores them into a Verilated port.
class PackedWriter {
 public:
  PackedWriter& put(std::uint64_t value, unsigned width) {
    for (unsigned i = width; i-- > 0;) bits_.push_back((value >> i) & 1);
    return *this;
  }
  PackedWriter& put(Bits128 value) { return put(value.high, 64).put(value.low, 64); }

  std::size_t width() const { return bits_.size(); }

  template <typename Port>
  void store(Port& port) const {
    std::vector<std::uint32_t> words((sizeof(Port) + 3) / 4);
    for (std::size_t i = 0; i < bits_.size(); ++i) {
      const std::size_t bit = bits_.size() - 1 - i;
      words[bit / 32] |= static_cast<std::uint32_t>(bits_[i]) << (bit % 32);
    }
    std::memcpy(static_cast<void*>(&port), words.data(), sizeof(Port));
  }

 private:
  std::vector<bool> bits_;
};

/// Reads the fields of a packed struct of `width` bits out of a Verilated port.
class PackedReader {
 public:
  template <typename Port>
  PackedReader(const Port& port, std::size_t width) : words_((sizeof(Port) + 3) / 4), left_(width) {
    std::memcpy(words_.data(), static_cast<const void*>(&port), sizeof(Port));
  }
  std::uint64_t get(unsigned width) {
    std::uint64_t value = 0;
    for (unsigned i = 0; i < width; ++i) {
      --left_;
      value = value << 1 | ((words_[left_ / 32] >> (left_ % 32)) & 1);
    }
    return value;
  }
  Bits128 get128() {
    const std::uint64_t high = get(64);
    return {high, get(64)};
  }
  /// Bits not read yet: 0 at the end, or the widths do not add up.
  std::size_t left() const { return left_; }

 private:
  std::vector<std::uint32_t> words_;
  std::size_t left_;
};

}  // namespace holdfast::test

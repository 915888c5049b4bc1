// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace holdfast::test {

/// Walks through a packed struct on a Verilated port, from its lowest bit up: the field that the
/// SystemVerilog struct names last comes first. Ports are little-endian words without gaps.
class PackedWriter {
 public:
  template <typename Port>
  explicit PackedWriter(Port& port) : bytes_(reinterpret_cast<std::uint8_t*>(&port)) {}

  PackedWriter& put(std::uint64_t value, unsigned width) {
    for (unsigned i = 0; i < width; ++i, ++bit_) {
      const auto mask = static_cast<std::uint8_t>(1u << (bit_ % 8));
      if ((value >> i) & 1)
        bytes_[bit_ / 8] |= mask;
      else
        bytes_[bit_ / 8] &= static_cast<std::uint8_t>(~mask);
    }
    return *this;
  }

 private:
  std::uint8_t* bytes_;
  unsigned bit_ = 0;
};

class PackedReader {
 public:
  template <typename Port>
  explicit PackedReader(const Port& port, unsigned first_bit = 0)
      : bytes_(reinterpret_cast<const std::uint8_t*>(&port)), bit_(first_bit) {}

  std::uint64_t get(unsigned width) {
    std::uint64_t value = 0;
    for (unsigned i = 0; i < width; ++i, ++bit_)
      value |= static_cast<std::uint64_t>((bytes_[bit_ / 8] >> (bit_ % 8)) & 1) << i;
    return value;
  }

 private:
  const std::uint8_t* bytes_;
  unsigned bit_;
};

}  // namespace holdfast::test

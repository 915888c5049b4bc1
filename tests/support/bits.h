// SPDX-License-Identifier: Apache-2.0
// Fields of packed structs at the ports of a Verilated model.
#pragma once

#include <cstdint>
#include <cstring>

namespace holdfast::test {

/// Bits `lsb + width - 1 : lsb` of a port of any width; `width` is 1 to 64.
template <typename Port>
std::uint64_t get_bits(const Port& port, unsigned lsb, unsigned width) {
  std::uint32_t words[sizeof(Port) / 4 + 4] = {};
  std::memcpy(words, &port, sizeof(Port));
  std::uint64_t value = 0;
  for (unsigned i = 0; i < width; ++i) {
    const unsigned bit = lsb + i;
    value |= std::uint64_t{(words[bit / 32] >> (bit % 32)) & 1} << i;
  }
  return value;
}

template <typename Port>
void set_bits(Port& port, unsigned lsb, unsigned width, std::uint64_t value) {
  std::uint32_t words[sizeof(Port) / 4 + 4] = {};
  std::memcpy(words, &port, sizeof(Port));
  for (unsigned i = 0; i < width; ++i) {
    const unsigned bit = lsb + i;
    const std::uint32_t mask = 1u << (bit % 32);
    words[bit / 32] = ((value >> i) & 1) ? words[bit / 32] | mask : words[bit / 32] & ~mask;
  }
  std::memcpy(&port, words, sizeof(Port));
}

}  // namespace holdfast::test

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

namespace holdfast::test {

/// In state.cc, which replaces operator new; a program that looks at states is built with it.
void need_zeroed_objects();

/// All that a Verilated model holds, as bytes: registers, memories, ports. `Model` needs its
/// header "V…___024root.h" where this is called.
template <typename Model>
std::span<const std::uint8_t> state_of(Model& model) {
  need_zeroed_objects();
  auto& root = *model.rootp;
  return {reinterpret_cast<const std::uint8_t*>(&root), sizeof(root)};
}

/// How often one of `secrets`, each of 32 or 64 bits, stands in `state`, at any bit.
template <std::unsigned_integral Word>
std::size_t count_secrets(std::span<const std::uint8_t> state, const std::vector<Word>& secrets) {
  std::size_t count = 0;
  for (std::size_t at = 0; at + 9 <= state.size(); ++at) {
    std::uint64_t low = 0;
    std::memcpy(&low, &state[at], 8);
    for (unsigned bit = 0; bit < 8; ++bit) {
      const std::uint64_t window =
          bit == 0 ? low : low >> bit | std::uint64_t{state[at + 8]} << (64 - bit);
      for (const Word secret : secrets) count += static_cast<Word>(window) == secret;
    }
  }
  return count;
}

}  // namespace holdfast::test

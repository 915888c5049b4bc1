// SPDX-License-Identifier: Apache-2.0
#include "mutator.h"

#include <algorithm>
#include <utility>

namespace holdfast::fuzz {
namespace {

constexpr std::size_t kMaxBytes = 4096;
// Values at which lengths and counts go wrong.
constexpr std::uint16_t kNumbers[] = {
    0,  1,   2,   3,   4,   5,   7,    8,      15,     16,     27,     28,     32,     63,    64,
    65, 127, 128, 255, 256, 511, 1023, 0x7fff, 0x8000, 0x8001, 0xfffb, 0xfffc, 0xfffe, 0xffff};

}  // namespace

Input Mutator::make(const std::vector<Input>& inputs) {
  if (below(64) == 0) {
    Input input(below(128));
    std::ranges::generate(input, [this] { return byte(); });
    return input;
  }
  Input input = inputs[below(inputs.size())];
  const std::size_t max = std::max(kMaxBytes, input.size());
  for (std::size_t left = 1 + below(8); left > 0; --left) change(input, inputs);
  input.resize(std::min(input.size(), max));
  return input;
}

void Mutator::change(Input& input, const std::vector<Input>& inputs) {
  switch (below(8)) {
    case 0:
    case 1:
      return set_byte(input);
    case 2:
    case 3:
      return set_number(input);
    case 4:
      return erase(input);
    case 5:
      return insert(input, {byte()});
    case 6:
      return insert(input, part_of(input));
    default:
      return insert(input, part_of(inputs[below(inputs.size())]));
  }
}

void Mutator::set_byte(Input& input) {
  if (input.empty()) return;
  std::uint8_t& place = input[below(input.size())];
  switch (below(3)) {
    case 0:
      place = byte();
      return;
    case 1:
      place = static_cast<std::uint8_t>(place ^ 1u << below(8));
      return;
    default:
      place = static_cast<std::uint8_t>(below(2) ? place + 1 : place - 1);
  }
}

void Mutator::set_number(Input& input) {
  const std::uint16_t number = kNumbers[below(std::size(kNumbers))];
  const std::size_t width = 1 + below(2);
  if (input.size() < width) return;
  const std::size_t at = below(input.size() - width + 1);
  if (width == 2) input[at] = static_cast<std::uint8_t>(number >> 8);
  input[at + width - 1] = static_cast<std::uint8_t>(number);
}

void Mutator::insert(Input& input, Input bytes) {
  const std::size_t at = below(input.size() + 1);
  // As often over what is there as between it.
  if (below(2) == 0) {
    const std::size_t size = std::min(bytes.size(), input.size() - at);
    std::copy_n(bytes.begin(), size, input.begin() + static_cast<std::ptrdiff_t>(at));
  } else {
    input.insert(input.begin() + static_cast<std::ptrdiff_t>(at), bytes.begin(), bytes.end());
  }
}

void Mutator::erase(Input& input) {
  const Input part = part_of(input);
  if (part.empty()) return;
  const auto at = static_cast<std::ptrdiff_t>(below(input.size() - part.size() + 1));
  input.erase(input.begin() + at, input.begin() + at + static_cast<std::ptrdiff_t>(part.size()));
}

Input Mutator::part_of(const Input& input) {
  if (input.empty()) return {};
  const std::size_t at = below(input.size());
  // Short ones more often than long ones.
  const std::size_t size = 1 + below(1 + below(input.size() - at));
  const auto begin = input.begin() + static_cast<std::ptrdiff_t>(at);
  return Input(begin, begin + static_cast<std::ptrdiff_t>(size));
}

}  // namespace holdfast::fuzz

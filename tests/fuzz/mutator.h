// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <random>
#include <vector>

namespace holdfast::fuzz {

using Input = std::vector<std::uint8_t>;

/// Makes inputs out of others, always the same ones from one seed.
class Mutator {
 public:
  explicit Mutator(std::uint64_t seed) : random_(seed) {}

  /// One of `inputs`, of which there is at least one, changed in one to eight places; now and then
  /// nothing but random bytes. At most 4,096 bytes, or as many as the longest of `inputs`.
  Input make(const std::vector<Input>& inputs);

 private:
  std::size_t below(std::size_t bound) { return static_cast<std::size_t>(random_() % bound); }
  std::uint8_t byte() { return static_cast<std::uint8_t>(random_()); }
  void change(Input& input, const std::vector<Input>& inputs);
  void set_byte(Input& input);
  void set_number(Input& input);
  void insert(Input& input, Input bytes);
  void erase(Input& input);
  Input part_of(const Input& input);

  std::mt19937_64 random_;
};

}  // namespace holdfast::fuzz

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "base/bytes.h"

namespace holdfast {

/// Unpredictable bytes. Tests give a generator with a seed.
class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(std::span<std::uint8_t> bytes) = 0;

  Bytes bytes(std::size_t size);
  std::uint32_t u32();
};

/// The generator of OpenSSL, asked for many bytes at a time, because a request costs more than its
/// bytes; what was given out is wiped here. If it fails the program stops: nothing may go on
/// without randomness. For one thread of one process: a fork would give the same bytes twice.
class SystemRandom : public Random {
 public:
  ~SystemRandom() override;
  void fill(std::span<std::uint8_t> bytes) override;

 private:
  std::array<std::uint8_t, 512> stock_;
  std::size_t num_left_ = 0;  // at the end of the stock
};

}  // namespace holdfast

// SPDX-License-Identifier: Apache-2.0
#pragma once

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

/// The generator of OpenSSL. If it fails the program stops: nothing may go on without randomness.
class SystemRandom : public Random {
 public:
  void fill(std::span<std::uint8_t> bytes) override;
};

}  // namespace holdfast

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "holdfast/card_io.h"

namespace holdfast::model {

/// DMA memory of a simulated card. Its addresses are not pointers, and between two regions lies a
/// page that belongs to nobody, so that a mistake is seen.
class SoftMemory {
 public:
  SoftMemory() = default;
  SoftMemory(const SoftMemory&) = delete;
  SoftMemory& operator=(const SoftMemory&) = delete;
  ~SoftMemory();

  /// Errors: kIo (out of memory, or nothing asked for).
  Result<DmaRegion> map(std::size_t bytes);
  /// The bytes that the card reaches at `iova`; nothing if not all of them are mapped.
  std::optional<std::span<std::uint8_t>> at(std::uint64_t iova, std::size_t bytes) const;

 private:
  static constexpr std::size_t kPageBytes = 4096;
  static constexpr std::uint64_t kFirstIova = 0x1'0000'0000;  // beyond 32 bits, on purpose

  std::vector<DmaRegion> regions_;  // by rising iova
  std::uint64_t next_iova_ = kFirstIova;
};

}  // namespace holdfast::model

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
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
  /// Adds memory of the caller at an address of the caller; it must stay until detach().
  /// Errors: kInUse (overlaps a region).
  Status attach(Iova iova, std::span<std::uint8_t> bytes);
  /// Takes away what attach() put at `iova`. False if it put nothing there.
  bool detach(Iova iova);
  /// The bytes that the card reaches at `iova`; nothing if not all of them are mapped.
  std::optional<std::span<std::uint8_t>> at(std::uint64_t iova, std::size_t bytes) const;

 private:
  static constexpr std::size_t kPageBytes = 4096;
  static constexpr std::uint64_t kFirstIova = 0x1'0000'0000;  // beyond 32 bits, on purpose

  struct Region {
    std::uint64_t iova;
    std::span<std::uint8_t> bytes;
    bool is_owned;
  };
  /// The first region that begins after `iova`.
  std::vector<Region>::const_iterator after(std::uint64_t iova) const;

  std::vector<Region> regions_;  // by rising iova
  std::uint64_t next_iova_ = kFirstIova;
};

/// Writes a ring entry so that its flags come last: the host of a card that is served to another
/// process looks at them meanwhile. `to` has the size of the entry.
template <typename Entry>
void write_entry(std::span<std::uint8_t> to, const Entry& entry) {
  constexpr std::size_t kFlags = offsetof(Entry, flags);
  constexpr std::size_t kAfter = kFlags + sizeof entry.flags;
  const auto* from = reinterpret_cast<const std::uint8_t*>(&entry);
  std::memcpy(to.data(), from, kFlags);
  std::memcpy(to.data() + kAfter, from + kAfter, sizeof entry - kAfter);
  std::atomic_thread_fence(std::memory_order_release);
  std::memcpy(to.data() + kFlags, from + kFlags, sizeof entry.flags);
}

}  // namespace holdfast::model

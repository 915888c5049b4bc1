// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <cstring>

#include "holdfast/card_io.h"
#include "holdfast/layout.h"

namespace holdfast {

/// Entry `index` (free-running) of a ring of 2^log2 entries: its place in `ring`.
template <typename Entry>
std::uint8_t* ring_slot(const DmaRegion& ring, unsigned log2, std::uint16_t index) {
  return ring.bytes.data() + sizeof(Entry) * (index & ((1u << log2) - 1));
}

/// Takes entry `index` out of a ring that the card fills, if it is there: its phase bit is 1 in the
/// first pass over the ring, 0 in the second, and so on. The card writes the flags last, so the
/// rest is read after them.
template <typename Entry>
bool read_ring(const DmaRegion& ring, unsigned log2, std::uint16_t index, Entry& entry) {
  const std::uint8_t* slot = ring_slot<Entry>(ring, log2, index);
  const auto* flags = static_cast<const volatile std::uint8_t*>(slot + offsetof(Entry, flags));
  const bool phase = (flags[0] & kPhase) != 0;
  const bool wanted = (index >> log2 & 1) == 0;
  if (phase != wanted) return false;
  std::atomic_thread_fence(std::memory_order_acquire);
  std::memcpy(&entry, slot, sizeof entry);
  return true;
}

}  // namespace holdfast

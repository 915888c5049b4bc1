// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "base/bytes.h"

namespace holdfast::link {

/// Configuration space of the card as a PCI function (PCIe 3.0, 7.5): what a VM monitor looks at
/// to recognise it, size its BAR and find its MSI-X table.
///
/// What is written is kept and read back where PCI says so; it changes nothing about the card: bus
/// mastering and MSI-X are switched by DMA_MAP and DEVICE_SET_IRQS.
class PciConfig {
 public:
  static constexpr std::size_t kBytes = 256;
  /// Of the numbers that emulators use without one being theirs.
  static constexpr std::uint16_t kVendor = 0x1234, kDevice = 0x4846;

  explicit PciConfig(unsigned num_vectors);

  /// [offset, +bytes) must lie inside.
  void read(std::size_t offset, std::span<std::uint8_t> bytes) const;
  void write(std::size_t offset, ByteView bytes);
  /// All that was written is forgotten.
  void reset() { content_ = initial_; }

 private:
  void put(std::size_t offset, std::size_t size, std::uint32_t value, std::uint32_t writable = 0);

  std::array<std::uint8_t, kBytes> initial_{}, content_{}, writable_{};
};

}  // namespace holdfast::link

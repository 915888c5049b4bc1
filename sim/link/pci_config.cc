// SPDX-License-Identifier: Apache-2.0
#include "link/pci_config.h"

#include <algorithm>

#include "base/result.h"
#include "holdfast/csr.h"

namespace holdfast::link {
namespace {

constexpr std::size_t kMsixCapability = 0x40;

}  // namespace

PciConfig::PciConfig(unsigned num_vectors) {
  // Type 0 header (PCIe 3.0, 7.5.1 and 7.5.2).
  put(0x00, 2, kVendor);
  put(0x02, 2, kDevice);
  put(0x04, 2, 0, 1 << 1 | 1 << 2 | 1 << 10);  // memory space, bus master, no INTx
  put(0x06, 2, 1 << 4);                        // capabilities list
  put(0x08, 4, 0x10'00'00'00);                 // network and computing encryption, revision 0
  put(0x0C, 1, 0, 0xFF);                       // cache line size
  put(0x10, 4, 0, ~(csr::kBar0Bytes - 1));     // BAR0: memory, 32 bits
  put(0x2C, 2, kVendor);
  put(0x2E, 2, kDevice);
  put(0x34, 1, kMsixCapability);
  put(0x3C, 1, 0, 0xFF);  // interrupt line
  // PCIe 3.0, 7.7.2: enable and function mask may be written; table and pending bits are in BAR0.
  put(kMsixCapability, 2, 0x11);
  put(kMsixCapability + 2, 2, num_vectors - 1, 0xC000);
  put(kMsixCapability + 4, 4, static_cast<std::uint32_t>(csr::kMsixAddressLo(0)));
  put(kMsixCapability + 8, 4, static_cast<std::uint32_t>(csr::kMsixPending));
  reset();
}

void PciConfig::put(std::size_t offset, std::size_t size, std::uint32_t value,
                    std::uint32_t writable) {
  for (std::size_t i = 0; i < size; ++i) {
    initial_[offset + i] = static_cast<std::uint8_t>(value >> 8 * i);
    writable_[offset + i] = static_cast<std::uint8_t>(writable >> 8 * i);
  }
}

void PciConfig::read(std::size_t offset, std::span<std::uint8_t> bytes) const {
  HOLDFAST_CHECK(offset <= kBytes && bytes.size() <= kBytes - offset);
  std::copy_n(content_.begin() + static_cast<std::ptrdiff_t>(offset), bytes.size(), bytes.begin());
}

void PciConfig::write(std::size_t offset, ByteView bytes) {
  HOLDFAST_CHECK(offset <= kBytes && bytes.size() <= kBytes - offset);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const unsigned mask = writable_[offset + i];
    std::uint8_t& byte = content_[offset + i];
    byte = static_cast<std::uint8_t>((byte & ~mask) | (bytes[i] & mask));
  }
}

}  // namespace holdfast::link

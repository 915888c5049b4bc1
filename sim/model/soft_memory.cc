// SPDX-License-Identifier: Apache-2.0
#include "model/soft_memory.h"

#include <algorithm>
#include <cstdlib>

namespace holdfast::model {

SoftMemory::~SoftMemory() {
  for (const DmaRegion& region : regions_) std::free(region.bytes.data());
}

Result<DmaRegion> SoftMemory::map(std::size_t bytes) {
  if (bytes == 0) return fail(ErrorCode::kIo, "DMA memory", "ask for at least one byte");
  const std::size_t rounded = (bytes + kPageBytes - 1) / kPageBytes * kPageBytes;
  auto* memory = static_cast<std::uint8_t*>(std::aligned_alloc(kPageBytes, rounded));
  if (memory == nullptr)
    return fail(ErrorCode::kIo, "DMA memory", "the system has no memory for a DMA region");
  std::fill_n(memory, rounded, std::uint8_t{0});
  // The card reaches whole pages; the caller sees what it asked for.
  regions_.push_back({{memory, rounded}, Iova{next_iova_}});
  next_iova_ += rounded + kPageBytes;
  return DmaRegion{{memory, bytes}, regions_.back().iova};
}

std::optional<std::span<std::uint8_t>> SoftMemory::at(std::uint64_t iova, std::size_t bytes) const {
  const auto after = std::ranges::upper_bound(
      regions_, iova, {}, [](const DmaRegion& region) { return to_number(region.iova); });
  if (after == regions_.begin()) return std::nullopt;
  const DmaRegion& region = *(after - 1);
  const std::uint64_t offset = iova - to_number(region.iova);
  if (offset > region.bytes.size() || bytes > region.bytes.size() - offset) return std::nullopt;
  return region.bytes.subspan(static_cast<std::size_t>(offset), bytes);
}

}  // namespace holdfast::model

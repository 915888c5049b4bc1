// SPDX-License-Identifier: Apache-2.0
#include "model/soft_memory.h"

#include <algorithm>
#include <cstdlib>

namespace holdfast::model {

SoftMemory::~SoftMemory() {
  for (const Region& region : regions_)
    if (region.is_owned) std::free(region.bytes.data());
}

Result<DmaRegion> SoftMemory::map(std::size_t bytes) {
  if (bytes == 0) return fail(ErrorCode::kIo, "DMA memory", "ask for at least one byte");
  const std::size_t rounded = (bytes + kPageBytes - 1) / kPageBytes * kPageBytes;
  auto* memory = static_cast<std::uint8_t*>(std::aligned_alloc(kPageBytes, rounded));
  if (memory == nullptr)
    return fail(ErrorCode::kIo, "DMA memory", "the system has no memory for a DMA region");
  std::fill_n(memory, rounded, std::uint8_t{0});
  // The card reaches whole pages; the caller sees what it asked for.
  const std::uint64_t iova = next_iova_;
  next_iova_ += rounded + kPageBytes;
  regions_.insert(after(iova), Region{iova, {memory, rounded}, true});
  return DmaRegion{{memory, bytes}, Iova{iova}};
}

Status SoftMemory::attach(Iova iova, std::span<std::uint8_t> bytes) {
  const std::uint64_t first = to_number(iova);
  const auto next = after(first);
  const bool meets_next = next != regions_.end() && next->iova - first < bytes.size();
  const bool meets_last =
      next != regions_.begin() && first - (next - 1)->iova < (next - 1)->bytes.size();
  if (meets_next || meets_last)
    return fail(ErrorCode::kInUse, "DMA memory",
                "the range overlaps memory that is mapped already");
  regions_.insert(next, Region{first, bytes, false});
  return {};
}

bool SoftMemory::detach(Iova iova) {
  return std::erase_if(regions_, [iova](const Region& region) {
           return region.iova == to_number(iova) && !region.is_owned;
         }) != 0;
}

std::vector<SoftMemory::Region>::const_iterator SoftMemory::after(std::uint64_t iova) const {
  return std::ranges::upper_bound(regions_, iova, {}, &Region::iova);
}

std::optional<std::span<std::uint8_t>> SoftMemory::at(std::uint64_t iova, std::size_t bytes) const {
  const auto next = after(iova);
  if (next == regions_.begin()) return std::nullopt;
  const Region& region = *(next - 1);
  const std::uint64_t offset = iova - region.iova;
  if (offset > region.bytes.size() || bytes > region.bytes.size() - offset) return std::nullopt;
  return region.bytes.subspan(static_cast<std::size_t>(offset), bytes);
}

}  // namespace holdfast::model

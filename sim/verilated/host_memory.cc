// SPDX-License-Identifier: Apache-2.0
#include "host_memory.h"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstring>

#include "holdfast/layout.h"
#include "tlp.h"

namespace holdfast::sim {

namespace {

// Below: BAR0 and interrupt messages live from here to 4 GiB.
constexpr std::uint64_t kEndOfLowRegions = 0xE000'0000;

// Flags are the last of the first 32 bytes of any ring entry.
constexpr std::size_t kEndOfFlags = 32;
static_assert(offsetof(Completion, flags) + sizeof(Completion::flags) == sizeof(Completion));
static_assert(offsetof(Event, flags) + sizeof(Event::flags) == kEndOfFlags);

void copy_words(std::uint8_t* to, std::span<const std::uint8_t> bytes) {
  constexpr std::size_t kWord = sizeof(std::uint64_t);
  for (std::size_t at = 0; at < bytes.size(); at += kWord) {
    std::memcpy(to + at, bytes.data() + at, std::min(kWord, bytes.size() - at));
    std::atomic_thread_fence(std::memory_order_release);
  }
}

}  // namespace

Result<DmaRegion> HostMemory::map(std::size_t bytes) {
  if (bytes == 0) return fail(ErrorCode::kBadValue, "map_dma", "0 bytes cannot be mapped");
  const std::size_t size = (bytes + kPageBytes - 1) / kPageBytes * kPageBytes;
  const bool is_above = placement_ == Placement::kAbove4Gib ||
                        (placement_ == Placement::kBoth && regions_.size() % 2 == 1);
  std::uint64_t& next = is_above ? next_above_ : next_below_;
  if (!is_above && next + size > kEndOfLowRegions) {
    return fail(ErrorCode::kIo, "map_dma", "no addresses below 4 GiB are left");
  }
  auto* memory = static_cast<std::uint8_t*>(std::aligned_alloc(kPageBytes, size));
  if (memory == nullptr) return fail(ErrorCode::kIo, "map_dma", "out of memory");
  std::memset(memory, 0, size);
  const std::uint64_t iova = next;
  next += size + kPageBytes;
  regions_.push_back(Region{iova, size, memory, std::unique_ptr<std::uint8_t, Free>(memory)});
  return DmaRegion{std::span(memory, bytes), Iova{iova}};
}

Status HostMemory::attach(Iova iova, std::span<std::uint8_t> bytes) {
  const std::uint64_t begin = to_number(iova);
  for (const Region& region : regions_) {
    if (begin < region.iova + region.bytes && region.iova < begin + bytes.size()) {
      return fail(ErrorCode::kInUse, "attach", "the range overlaps memory that is mapped already");
    }
  }
  regions_.push_back(Region{begin, bytes.size(), bytes.data(), nullptr});
  return {};
}

bool HostMemory::detach(Iova iova) {
  const auto is_it = [iova](const Region& region) { return region.iova == to_number(iova); };
  last_hit_ = 0;
  return std::erase_if(regions_, is_it) != 0;
}

std::uint8_t* HostMemory::find(std::uint64_t address, std::size_t bytes) {
  for (std::size_t i = 0; i < regions_.size(); ++i) {
    const std::size_t index = (last_hit_ + i) % regions_.size();
    Region& region = regions_[index];
    if (address < region.iova || address - region.iova >= region.bytes) continue;
    last_hit_ = index;
    const std::uint64_t offset = address - region.iova;
    return bytes <= region.bytes - offset ? region.memory + offset : nullptr;
  }
  return nullptr;
}

bool HostMemory::read(std::uint64_t address, std::span<std::uint8_t> bytes) {
  const std::uint8_t* from = find(address, bytes.size());
  if (from == nullptr) return false;
  std::memcpy(bytes.data(), from, bytes.size());
  return true;
}

bool HostMemory::write(std::uint64_t address, std::span<const std::uint8_t> bytes) {
  std::uint8_t* to = find(address, bytes.size());
  if (to == nullptr) return false;
  if (bytes.size() > sizeof(Event)) {
    std::memcpy(to, bytes.data(), bytes.size());
    return true;
  }
  const std::size_t first = std::min(bytes.size(), kEndOfFlags);
  copy_words(to + first, bytes.subspan(first));
  copy_words(to, bytes.first(first));
  return true;
}

}  // namespace holdfast::sim

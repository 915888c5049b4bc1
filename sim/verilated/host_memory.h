// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <span>
#include <vector>

#include "base/result.h"
#include "holdfast/card_io.h"

namespace holdfast::sim {

/// What a card's DMA reaches: memory by IOVA.
class DmaTarget {
 public:
  virtual ~DmaTarget() = default;
  /// False, and nothing is touched, when not all of [address, +size) is mapped.
  virtual bool read(std::uint64_t address, std::span<std::uint8_t> bytes) = 0;
  virtual bool write(std::uint64_t address, std::span<const std::uint8_t> bytes) = 0;
};

/// Memory of a simulated host, seen through an IOMMU: each region has an IOVA of its own that is
/// not its pointer. A page that is never mapped lies between regions.
class HostMemory final : public DmaTarget {
 public:
  /// Where new regions go. kBoth takes turns, so that both header formats occur.
  enum class Placement : std::uint8_t { kBelow4Gib, kAbove4Gib, kBoth };

  explicit HostMemory(Placement placement = Placement::kBoth) : placement_(placement) {}

  /// 4 KiB aligned on both sides, zeroed; lives as long as this object.
  /// Errors: kIo (no memory, or no addresses below 4 GiB left).
  Result<DmaRegion> map(std::size_t bytes);
  /// Adds memory of the caller at an address of the caller, for hosts that choose IOVAs themselves.
  /// It must stay until detach(). Errors: kInUse (overlaps a region).
  Status attach(Iova iova, std::span<std::uint8_t> bytes);
  /// Takes away what map() or attach() put at `iova`. False if nothing begins there.
  bool detach(Iova iova);
  bool is_mapped(std::uint64_t address, std::size_t bytes) {
    return find(address, bytes) != nullptr;
  }

  bool read(std::uint64_t address, std::span<std::uint8_t> bytes) override;
  /// An entry of a ring appears with its flags last (layout.h), because the owner of attached
  /// memory may be another process that looks at it meanwhile.
  bool write(std::uint64_t address, std::span<const std::uint8_t> bytes) override;

 private:
  struct Free {
    void operator()(std::uint8_t* memory) const { std::free(memory); }
  };
  struct Region {
    std::uint64_t iova;
    std::size_t bytes;
    std::uint8_t* memory;
    std::unique_ptr<std::uint8_t, Free> owned;  // null for attached memory
  };
  /// Where [address, +bytes) lies, or null.
  std::uint8_t* find(std::uint64_t address, std::size_t bytes);

  Placement placement_;
  std::vector<Region> regions_;
  std::size_t last_hit_ = 0;  // accesses come in runs
  std::uint64_t next_below_ = 0x1000'0000, next_above_ = 0x12'3000'0000;
};

}  // namespace holdfast::sim

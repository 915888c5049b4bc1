// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "holdfast/owned_fd.h"
#include "holdfast/vfio_user.h"
#include "link/served_card.h"

namespace holdfast::link {

/// Memory of the client, mapped into this process, as the card's DMA reaches it.
///
/// Numbers that are returned are those of an error reply: 0, or an errno.
class DmaMaps {
 public:
  static constexpr std::size_t kMaxMaps = 64;
  static constexpr std::uint64_t kMaxBytes = std::uint64_t{1} << 40;  ///< All together.
  static constexpr std::uint64_t kPageBytes = 4096;

  /// `card` must outlive this.
  explicit DmaMaps(ServedCard& card) : card_(card) {}
  DmaMaps(const DmaMaps&) = delete;
  DmaMaps& operator=(const DmaMaps&) = delete;
  ~DmaMaps() { clear(); }

  /// Maps what the command asks for. The file behind `fd` must be sealed against shrinking: else
  /// its owner could end this process by cutting it.
  /// Memory that cannot be written (ROM) is noted, and the card does not reach it.
  int map(const vfio_user::DmaMap& wanted, const OwnedFd* fd);
  /// Address and size must be those of one mapping.
  int unmap(std::uint64_t address, std::uint64_t size);
  void clear();
  std::size_t size() const { return maps_.size(); }

 private:
  struct Map {
    std::uint64_t address, size;
    std::span<std::uint8_t> bytes;  // empty: noted only
  };
  int check(const vfio_user::DmaMap& wanted) const;
  void release(const Map& map);

  ServedCard& card_;
  std::vector<Map> maps_;
  std::uint64_t num_bytes_ = 0;
};

}  // namespace holdfast::link

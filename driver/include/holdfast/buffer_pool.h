// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "holdfast/card.h"

namespace holdfast {

/// One packet buffer of a pool: aligned and large enough for any packet and any result.
struct Buffer {
  std::span<std::uint8_t> bytes;
  Iova iova;
};

/// Buffers of one size in one DMA region, which is the DMA window of the queue that uses them.
/// Its memory lives as long as the CardIo, also after the pool has ended.
class BufferPool {
 public:
  /// kMaxWireBytes + kEthernetBytes, rounded up to the alignment.
  static constexpr std::size_t kBufferBytes =
      (kMaxWireBytes + kEthernetBytes + kBufferAlignment - 1) / kBufferAlignment * kBufferAlignment;

  /// Errors: kBadValue (no buffers asked for), kIo.
  static Result<BufferPool> create(Card& card, std::size_t num_buffers);

  const DmaRegion& region() const { return region_; }
  std::size_t num_free() const { return free_.size(); }
  /// Nothing if all buffers are taken. Its content is whatever was left in it.
  std::optional<Buffer> take();
  /// `buffer` must come from take() and no card may own it any more.
  void give_back(const Buffer& buffer);

 private:
  BufferPool(DmaRegion region, std::size_t num_buffers);

  DmaRegion region_;
  std::size_t num_buffers_;
  std::vector<std::size_t> free_;  // indices
};

}  // namespace holdfast

// SPDX-License-Identifier: Apache-2.0
#include "holdfast/buffer_pool.h"

namespace holdfast {

Result<BufferPool> BufferPool::create(Card& card, std::size_t num_buffers) {
  if (num_buffers == 0)
    return fail(ErrorCode::kBadValue, "buffer pool", "ask for at least one buffer");
  const auto region = card.map_dma(num_buffers * kBufferBytes);
  if (!region) return tl::unexpected(region.error());
  return BufferPool(*region, num_buffers);
}

BufferPool::BufferPool(DmaRegion region, std::size_t num_buffers)
    : region_(region), num_buffers_(num_buffers) {
  free_.reserve(num_buffers);
  for (std::size_t i = num_buffers; i > 0; --i) free_.push_back(i - 1);
}

std::optional<Buffer> BufferPool::take() {
  if (free_.empty()) return std::nullopt;
  const std::size_t offset = free_.back() * kBufferBytes;
  free_.pop_back();
  return Buffer{region_.bytes.subspan(offset, kBufferBytes),
                Iova{to_number(region_.iova) + offset}};
}

void BufferPool::give_back(const Buffer& buffer) {
  const std::uint64_t offset = to_number(buffer.iova) - to_number(region_.iova);
  HOLDFAST_CHECK(offset % kBufferBytes == 0 && offset / kBufferBytes < num_buffers_);
  HOLDFAST_CHECK(free_.size() < num_buffers_);
  free_.push_back(static_cast<std::size_t>(offset / kBufferBytes));
}

}  // namespace holdfast

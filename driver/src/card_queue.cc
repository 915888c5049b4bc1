// SPDX-License-Identifier: Apache-2.0
// Opening and closing queues.
#include <algorithm>

#include "holdfast/card.h"
#include "src/limits.h"

namespace holdfast {
namespace {

constexpr unsigned kMinLog2 = 3, kMaxLog2 = 15;

bool is_ring_size(unsigned log2) { return log2 >= kMinLog2 && log2 <= kMaxLog2; }

}  // namespace

Status Card::check_queue(unsigned index, const QueueConfig& config, const DmaRegion& window) const {
  const std::string place = "queue " + std::to_string(index);
  if (index >= info_.num_queues)
    return fail(ErrorCode::kBadValue, place,
                "this card has queues 0 to " + std::to_string(info_.num_queues - 1));
  if (is_queue_open_[index])
    return fail(ErrorCode::kInUse, place, "the queue is open already; use another index");
  if (!is_ring_size(config.sq_log2) || !is_ring_size(config.cq_log2))
    return fail(ErrorCode::kBadValue, place, "sq_log2 and cq_log2 must be from 3 to 15");
  if (config.vector && *config.vector >= info_.num_vectors)
    return fail(ErrorCode::kBadValue, place,
                "this card has MSI-X vectors 0 to " + std::to_string(info_.num_vectors - 1));
  if (window.bytes.empty())
    return fail(ErrorCode::kBadValue, place, "the DMA window is empty; give it a mapped region");
  return {};
}

Result<DmaRegion> Card::take_ring(std::size_t bytes) {
  const auto found = std::ranges::find_if(
      spare_rings_, [bytes](const DmaRegion& ring) { return ring.bytes.size() >= bytes; });
  if (found == spare_rings_.end()) return io_.map_dma(bytes);
  const DmaRegion ring = *found;
  spare_rings_.erase(found);
  std::ranges::fill(ring.bytes, std::uint8_t{0});  // phase bits start at 0
  return ring;
}

Result<std::unique_ptr<Queue>> Card::open_queue(unsigned index, const QueueConfig& config,
                                                const DmaRegion& window) {
  if (Status status = check_queue(index, config, window); !status)
    return tl::unexpected(status.error());
  const auto sq = take_ring(sizeof(Descriptor) << config.sq_log2);
  if (!sq) return tl::unexpected(sq.error());
  const auto cq = take_ring(sizeof(Completion) << config.cq_log2);
  if (!cq) return tl::unexpected(cq.error());
  const std::uint64_t first = to_number(window.iova);
  write_pair(csr::kQueuesSqBaseLo(index), csr::kQueuesSqBaseHi(index), to_number(sq->iova));
  write_pair(csr::kQueuesCqBaseLo(index), csr::kQueuesCqBaseHi(index), to_number(cq->iova));
  io_.write_csr(csr::kQueuesSize(index), csr::kQueuesSizeSqLog2.set(config.sq_log2) |
                                             csr::kQueuesSizeCqLog2.set(config.cq_log2));
  write_pair(csr::kQueuesWindowBaseLo(index), csr::kQueuesWindowBaseHi(index), first);
  write_pair(csr::kQueuesWindowLimitLo(index), csr::kQueuesWindowLimitHi(index),
             first + window.bytes.size() - 1);
  io_.write_csr(csr::kQueuesIrq(index), csr::kQueuesIrqVectorIndex.set(config.vector.value_or(0)) |
                                            csr::kQueuesIrqEnable.set(config.vector.has_value()));
  io_.write_csr(csr::kQueuesModeration(index),
                csr::kQueuesModerationPackets.set(config.moderation_packets) |
                    csr::kQueuesModerationMicroseconds.set(config.moderation_us));
  // The doorbells still hold the numbers of a queue before this one, and count as soon as it runs.
  io_.write_csr(csr::kDoorbellSqProducer(index), 0);
  io_.write_csr(csr::kDoorbellCqConsumer(index), 0);
  if (config.vector) unmask_vector(*config.vector);
  io_.write_csr(csr::kQueuesControl(index), csr::kQueuesControlEnable.mask());
  const std::uint32_t running = csr::kQueuesStatusRunning.mask();
  if (!poll_until(csr::kQueuesStatus(index), running, running)) {
    const auto cause = static_cast<QueueCause>(
        csr::kQueuesStatusCause.get(io_.read_csr(csr::kQueuesStatus(index))));
    io_.write_csr(csr::kQueuesControl(index), 0);
    return fail(ErrorCode::kTimeout, "queue " + std::to_string(index),
                "the card does not start it, cause " + std::string(name_of(cause)));
  }
  is_queue_open_[index] = true;
  return std::make_unique<Queue>(*this, index, config, *sq, *cq);
}

void Card::close_queue(unsigned index, const DmaRegion& sq, const DmaRegion& cq) {
  io_.write_csr(csr::kQueuesControl(index), 0);
  // The card finishes what it took; completions that nobody will take must not hold it up.
  for (unsigned i = 0; i < kMaxPolls; ++i) {
    const std::uint32_t indices = io_.read_csr(csr::kQueuesIndices(index));
    io_.write_csr(csr::kDoorbellCqConsumer(index),
                  csr::kDoorbellCqConsumerValue.set(csr::kQueuesIndicesCqProducer.get(indices)));
    const std::uint32_t status = io_.read_csr(csr::kQueuesStatus(index));
    if (csr::kQueuesStatusRunning.get(status) == 0) {
      spare_rings_.push_back(sq);
      spare_rings_.push_back(cq);
      is_queue_open_[index] = false;
      return;
    }
    io_.poll();
  }
  // Still running: the index stays taken and the rings unused until the card is reset.
}

}  // namespace holdfast

// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "holdfast/card.h"
#include "src/ring_memory.h"

namespace holdfast {

Queue::Queue(Card& card, unsigned index, const QueueConfig& config, DmaRegion sq, DmaRegion cq)
    : card_(card), index_(index), config_(config), sq_(sq), cq_(cq), life_(card.life_) {}

Queue::~Queue() {
  if (is_alive()) card_.close_queue(index_, sq_, cq_);
}

bool Queue::is_alive() const { return life_ == card_.life_; }

std::size_t Queue::in_flight() const { return static_cast<std::uint16_t>(producer_ - consumer_); }

std::size_t Queue::space() const { return (std::size_t{1} << config_.sq_log2) - in_flight(); }

Status Queue::submit(std::span<const Descriptor> descriptors) {
  const std::string place = "queue " + std::to_string(index_);
  if (!is_alive())
    return fail(ErrorCode::kRefused, place, "the card was reset; open the queue again");
  if (descriptors.size() > space())
    return fail(ErrorCode::kFull, place,
                "the submission ring has space for " + std::to_string(space()) + " of " +
                    std::to_string(descriptors.size()) + " descriptors; take completions first");
  if (descriptors.empty()) return {};
  for (const Descriptor& descriptor : descriptors)
    std::memcpy(ring_slot<Descriptor>(sq_, config_.sq_log2, producer_++), &descriptor,
                sizeof descriptor);
  std::atomic_thread_fence(std::memory_order_release);  // descriptors before their doorbell
  card_.io_.write_csr(csr::kDoorbellSqProducer(index_),
                      csr::kDoorbellSqProducerValue.set(producer_));
  return {};
}

std::size_t Queue::poll(std::span<Completion> out) {
  if (!is_alive()) return 0;
  std::size_t count = 0;
  while (count < out.size() && in_flight() > 0 &&
         read_ring(cq_, config_.cq_log2, consumer_, out[count])) {
    ++consumer_;
    ++count;
  }
  if (count > 0)
    card_.io_.write_csr(csr::kDoorbellCqConsumer(index_),
                        csr::kDoorbellCqConsumerValue.set(consumer_));
  return count;
}

QueueCause Queue::cause() const {
  return static_cast<QueueCause>(
      csr::kQueuesStatusCause.get(card_.io_.read_csr(csr::kQueuesStatus(index_))));
}

}  // namespace holdfast

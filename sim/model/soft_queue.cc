// SPDX-License-Identifier: Apache-2.0
// Queues of the soft card: descriptors in, completions out.
#include <cstring>

#include "model/soft_card.h"

namespace holdfast::model {
namespace {

constexpr std::uint16_t kKnownFlags =
    kDescriptorOutbound | kDescriptorEthernet | kDescriptorChecksumNotValid;
constexpr std::uint64_t kBytesPerCycle = 16;

bool is_ring_size(unsigned log2) { return log2 >= 3 && log2 <= 15; }

/// All of the bytes from `first` on lie in the window; its limit is its last byte.
bool is_inside(std::uint64_t base, std::uint64_t limit, std::uint64_t first, std::uint64_t bytes) {
  return first >= base && first <= limit && bytes - 1 <= limit - first;
}

}  // namespace

void SoftCard::write_queue_register(CsrOffset offset) {
  for (unsigned i = 0; i < kNumQueues; ++i) {
    if (offset != csr::kQueuesControl(i)) continue;
    const bool is_on = csr::kQueuesControlEnable.get(registers_.get(offset)) != 0;
    if (is_on && !rings_[i].is_running && rings_[i].is_armed) start_queue(i);
    if (is_on) continue;
    if (rings_[i].is_running) stop_queue(i, QueueCause::kHostStop);
    rings_[i].is_armed = true;
  }
  if (offset == csr::kEventRingControl) start_event_ring();
}

void SoftCard::start_queue(unsigned index) {
  const SoftRegisters& r = registers_;
  Ring ring;
  ring.sq_base = r.get64(csr::kQueuesSqBaseLo(index), csr::kQueuesSqBaseHi(index));
  ring.cq_base = r.get64(csr::kQueuesCqBaseLo(index), csr::kQueuesCqBaseHi(index));
  ring.window_base = r.get64(csr::kQueuesWindowBaseLo(index), csr::kQueuesWindowBaseHi(index));
  ring.window_limit = r.get64(csr::kQueuesWindowLimitLo(index), csr::kQueuesWindowLimitHi(index));
  ring.sq_log2 = csr::kQueuesSizeSqLog2.get(r.get(csr::kQueuesSize(index)));
  ring.cq_log2 = csr::kQueuesSizeCqLog2.get(r.get(csr::kQueuesSize(index)));
  const std::uint32_t irq = r.get(csr::kQueuesIrq(index));
  if (csr::kQueuesIrqEnable.get(irq) != 0) ring.vector = csr::kQueuesIrqVectorIndex.get(irq);
  const std::uint32_t moderation = r.get(csr::kQueuesModeration(index));
  ring.moderation_packets = csr::kQueuesModerationPackets.get(moderation);
  ring.moderation_us = csr::kQueuesModerationMicroseconds.get(moderation);
  ring.is_running = true;
  ring.is_armed = false;
  rings_[index] = ring;
  if (!is_ring_size(ring.sq_log2) || !is_ring_size(ring.cq_log2) ||
      ring.sq_base % kBufferAlignment != 0 || ring.cq_base % kBufferAlignment != 0)
    stop_queue(index, QueueCause::kBadConfig);
}

void SoftCard::stop_queue(unsigned index, QueueCause cause) {
  rings_[index].is_running = false;
  rings_[index].waits = false;
  rings_[index].cause = cause;
  if (cause == QueueCause::kHostStop) return;
  latch_error(csr::kControlErrorQueueStopped);
}

std::uint16_t SoftCard::num_ahead(unsigned index) const {
  const std::uint32_t producer = registers_.get(csr::kDoorbellSqProducer(index));
  return static_cast<std::uint16_t>(producer - rings_[index].sq_consumer);
}

std::uint16_t SoftCard::num_open(unsigned index) const {
  const std::uint32_t consumer = registers_.get(csr::kDoorbellCqConsumer(index));
  return static_cast<std::uint16_t>(rings_[index].cq_producer - consumer);
}

void SoftCard::run_queue(unsigned index) {
  Ring& ring = rings_[index];
  if (!ring.is_running) return;
  const unsigned sq_entries = 1u << ring.sq_log2, cq_entries = 1u << ring.cq_log2;
  if (num_ahead(index) > sq_entries || num_open(index) > cq_entries) {
    stop_queue(index, QueueCause::kDoorbell);
    return;
  }
  while (num_ahead(index) > 0) {
    if (num_open(index) == cq_entries) {
      if (!ring.waits) ++totals_.completion_stalls;
      ring.waits = true;
      return;
    }
    ring.waits = false;
    const std::uint64_t slot = ring.sq_consumer & ((1u << ring.sq_log2) - 1);
    const auto bytes = memory_.at(ring.sq_base + sizeof(Descriptor) * slot, sizeof(Descriptor));
    ++totals_.dma_reads;
    if (!bytes) {
      ++totals_.dma_read_errors;
      stop_queue(index, QueueCause::kDescriptorRead);
      return;
    }
    Descriptor descriptor;
    std::memcpy(&descriptor, bytes->data(), sizeof descriptor);
    ++ring.sq_consumer;
    run_descriptor(index, descriptor);
  }
}

DropReason SoftCard::check_descriptor(const Ring& ring, const Descriptor& descriptor) const {
  if (descriptor.length == 0 || (descriptor.flags & ~kKnownFlags) != 0 ||
      descriptor.buffer_iova % kBufferAlignment != 0)
    return DropReason::kBadDescriptor;
  if (descriptor.length > kMaxWireBytes + kEthernetBytes) return DropReason::kTooLong;
  const std::uint64_t first = descriptor.buffer_iova + descriptor.offset;
  if (first < descriptor.buffer_iova ||
      !is_inside(ring.window_base, ring.window_limit, first, descriptor.length))
    return DropReason::kDmaWindow;
  return DropReason::kNone;
}

void SoftCard::run_descriptor(unsigned index, const Descriptor& descriptor) {
  const bool is_outbound = (descriptor.flags & kDescriptorOutbound) != 0;
  Ingress ingress;
  ingress.reason = check_descriptor(rings_[index], descriptor);
  ingress.has_ethernet = (descriptor.flags & kDescriptorEthernet) != 0;
  ingress.checksum_not_valid = (descriptor.flags & kDescriptorChecksumNotValid) != 0;
  ingress.sa_index = descriptor.sa_index;
  ingress.is_enabled = csr::kControlControlEnable.get(registers_.get(csr::kControlControl)) != 0;
  Bytes packet;
  if (ingress.reason == DropReason::kNone) {
    ++totals_.dma_reads;
    const auto bytes = memory_.at(descriptor.buffer_iova + descriptor.offset, descriptor.length);
    if (bytes) {
      packet = *bytes;
    } else {
      ++totals_.dma_read_errors;
      ingress.reason = DropReason::kDmaRead;
    }
  }
  cycle_ += packet.size() / kBytesPerCycle + 1;
  model_.table().set_cycle(cycle_);
  complete(
      index, is_outbound, descriptor,
      model_.process(is_outbound ? Direction::kOutbound : Direction::kInbound, packet, ingress));
}

/// Data first, then its completion, then its interrupt.
void SoftCard::complete(unsigned index, bool is_outbound, const Descriptor& descriptor,
                        Processed result) {
  Ring& ring = rings_[index];
  if (!result.bytes.empty() && !is_inside(ring.window_base, ring.window_limit,
                                          descriptor.buffer_iova, result.bytes.size())) {
    result.reason = DropReason::kDmaWindow;
    result.bytes.clear();
  }
  if (!result.bytes.empty()) {
    ++totals_.dma_writes;
    const auto bytes = memory_.at(descriptor.buffer_iova, result.bytes.size());
    if (bytes) std::memcpy(bytes->data(), result.bytes.data(), result.bytes.size());
    if (result.bytes.size() > descriptor.length)
      cycle_ += (result.bytes.size() - descriptor.length) / kBytesPerCycle;
  }
  count(is_outbound, descriptor, result);
  write_completion(ring, result);
  note_completion(ring);
}

void SoftCard::write_completion(Ring& ring, const Processed& result) {
  Completion completion{};
  completion.index = ring.cq_producer;
  completion.reason = static_cast<std::uint16_t>(result.reason);
  completion.length = static_cast<std::uint16_t>(result.bytes.size());
  completion.sa_index = result.sa_index;
  completion.generation = result.generation;
  completion.flags = (ring.cq_producer >> ring.cq_log2 & 1) == 0 ? kPhase : 0;
  const std::uint64_t slot = ring.cq_producer & ((1u << ring.cq_log2) - 1);
  const auto bytes = memory_.at(ring.cq_base + sizeof completion * slot, sizeof completion);
  if (bytes) write_entry(*bytes, completion);
  ++totals_.dma_writes;
  ++ring.cq_producer;
}

void SoftCard::count(bool is_outbound, const Descriptor& descriptor, const Processed& result) {
  const std::size_t direction = is_outbound ? 1 : 0;
  ++totals_.packets_in[direction];
  totals_.bytes_in[direction] += descriptor.length;
  if (result.reason == DropReason::kNone) {
    ++totals_.packets_out[direction];
    totals_.bytes_out[direction] += result.bytes.size();
    return;
  }
  const auto reason = static_cast<std::uint32_t>(result.reason);
  ++totals_.drops.at(reason);
  if (result.reason == DropReason::kCredit) totals_.credit_bytes += descriptor.length;
  registers_.set(csr::kControlLastDrop, csr::kControlLastDropReason.set(reason) |
                                            csr::kControlLastDropOutbound.set(is_outbound) |
                                            csr::kControlLastDropSaIndex.set(result.sa_index));
}

}  // namespace holdfast::model

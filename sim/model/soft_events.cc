// SPDX-License-Identifier: Apache-2.0
// Event ring and MSI-X of the soft card.
#include <algorithm>

#include "model/soft_card.h"

namespace holdfast::model {
namespace {

constexpr std::uint64_t kMessageAddress = 0xFEE00000;
constexpr std::uint64_t kCyclesPerMicrosecond = SoftCard::kClockHz / 1'000'000;

}  // namespace

CardIo::MsixMessage SoftCard::msix_message(unsigned vector) const {
  return {kMessageAddress, vector};
}

void SoftCard::tell_events() {
  for (const ModelEvent& told : model_.take_events()) {
    Event event{};
    event.kind = static_cast<std::uint8_t>(told.kind);
    event.sa_index = told.sa_index;
    event.path_index = told.path_index;
    event.sequence = told.sequence;
    event.generation = told.generation;
    if (told.kind == EventKind::kRoam) {
      event.address_family = told.own.address.is_ipv6 ? 6 : 4;
      event.own_address = told.own.address.bytes;
      event.peer_address = told.peer.address.bytes;
      event.own_port = told.own.port;
      event.peer_port = told.peer.port;
    }
    write_event(event);
  }
}

void SoftCard::start_event_ring() {
  const bool is_on = csr::kEventRingControlEnable.get(registers_.get(csr::kEventRingControl)) != 0;
  if (is_on && !is_event_ring_on_) {
    event_base_ = registers_.get64(csr::kEventRingBaseLo, csr::kEventRingBaseHi);
    event_log2_ = csr::kEventRingSizeLog2.get(registers_.get(csr::kEventRingSize));
    event_producer_ = 0;
  }
  is_event_ring_on_ = is_on;
}

/// While the ring is off, or of a size that does not exist, events are forgotten and not counted.
void SoftCard::write_event(Event event) {
  const unsigned log2 = event_log2_;
  if (!is_event_ring_on_ || log2 < 2 || log2 > 12) return;
  const auto consumer = static_cast<std::uint16_t>(registers_.get(csr::kEventDoorbell));
  if (static_cast<std::uint16_t>(event_producer_ - consumer) >= 1u << log2) {
    ++totals_.events_lost;
    latch_error(csr::kControlErrorEventOverflow);
    return;
  }
  event.flags = (event_producer_ >> log2 & 1) == 0 ? kPhase : 0;
  const std::uint64_t slot = event_producer_ & ((1u << log2) - 1);
  const auto bytes = memory_.at(event_base_ + sizeof event * slot, sizeof event);
  if (bytes) write_entry(*bytes, event);
  ++event_producer_;
  ++totals_.events;
  ++totals_.dma_writes;
  registers_.set(csr::kEventRingStatus, csr::kEventRingStatusProducer.set(event_producer_) |
                                            csr::kEventRingStatusLastKind.set(event.kind));
  const std::uint32_t irq = registers_.get(csr::kEventRingIrq);
  if (csr::kEventRingIrqEnable.get(irq) != 0) raise(csr::kEventRingIrqVectorIndex.get(irq));
}

/// One interrupt after so many completions, or so long after the first one without. A time of 0 is
/// no time: then only the number counts.
void SoftCard::note_completion(Ring& ring) {
  if (!ring.vector) return;
  ++ring.quiet_completions;
  if (ring.quiet_completions >= ring.moderation_packets) {
    ring.quiet_completions = 0;
    ring.interrupt_cycle.reset();
    raise(*ring.vector);
  } else if (!ring.interrupt_cycle && ring.moderation_us != 0) {
    ring.interrupt_cycle = cycle_ + ring.moderation_us * kCyclesPerMicrosecond;
  }
}

void SoftCard::run_moderation() {
  for (Ring& ring : rings_) {
    if (!ring.interrupt_cycle || cycle_ < *ring.interrupt_cycle) continue;
    ring.quiet_completions = 0;
    ring.interrupt_cycle.reset();
    raise(*ring.vector);
  }
}

/// PCIe 3.0, 6.8.2: a masked vector sets its pending bit instead.
void SoftCard::raise(unsigned vector) {
  if (vector >= kNumVectors) return;
  pending_ |= 1u << vector;
  send_pending();
}

void SoftCard::send_pending() {
  for (unsigned vector = 0; vector < kNumVectors; ++vector) {
    if ((pending_ >> vector & 1) == 0) continue;
    if (csr::kMsixControlMask.get(registers_.get(csr::kMsixControl(vector))) != 0) continue;
    pending_ &= ~(1u << vector);
    ++totals_.interrupts;
    const std::uint64_t address =
        registers_.get64(csr::kMsixAddressLo(vector), csr::kMsixAddressHi(vector));
    const std::uint32_t data = registers_.get(csr::kMsixData(vector));
    // The message goes where the table says; only a right one reaches a waiter.
    if (address == kMessageAddress && data < kNumVectors) ++messages_[data];
  }
}

bool SoftCard::wait_irq(unsigned vector, std::chrono::nanoseconds timeout) {
  if (vector >= kNumVectors) return false;
  run();
  constexpr std::int64_t kNanosecondsPerCycle = 1'000'000'000 / kClockHz;
  const std::int64_t cycles = std::max<std::int64_t>(timeout.count(), 0) / kNanosecondsPerCycle;
  const std::uint64_t deadline = cycle_ + static_cast<std::uint64_t>(cycles);
  while (messages_[vector] == 0 && cycle_ < deadline) {
    std::uint64_t next = deadline;  // nothing happens before the next moderation timer
    for (const Ring& ring : rings_)
      if (ring.interrupt_cycle) next = std::min(next, *ring.interrupt_cycle);
    if (!is_swept()) next = std::min(next, swept_cycle_);
    cycle_ = std::max(cycle_, next);
    run();
  }
  if (messages_[vector] == 0) return false;
  --messages_[vector];
  return true;
}

}  // namespace holdfast::model

// SPDX-License-Identifier: Apache-2.0
// The event ring.
#include "holdfast/card.h"
#include "src/ring_memory.h"

namespace holdfast {

Status Card::open_events(unsigned log2, std::optional<unsigned> vector) {
  if (log2 < 2 || log2 > 12)
    return fail(ErrorCode::kBadValue, "event ring", "log2 must be from 2 to 12");
  if (vector && *vector >= info_.num_vectors)
    return fail(ErrorCode::kBadValue, "event ring",
                "this card has MSI-X vectors 0 to " + std::to_string(info_.num_vectors - 1));
  if (!events_.bytes.empty()) return fail(ErrorCode::kInUse, "event ring", "it is open already");
  const auto ring = take_ring(sizeof(Event) << log2);
  if (!ring) return tl::unexpected(ring.error());
  events_ = *ring;
  events_log2_ = log2;
  events_consumer_ = 0;
  write_pair(csr::kEventRingBaseLo, csr::kEventRingBaseHi, to_number(ring->iova));
  io_.write_csr(csr::kEventRingSize, csr::kEventRingSizeLog2.set(log2));
  io_.write_csr(csr::kEventRingIrq, csr::kEventRingIrqVectorIndex.set(vector.value_or(0)) |
                                        csr::kEventRingIrqEnable.set(vector.has_value()));
  io_.write_csr(csr::kEventDoorbell, 0);
  if (vector) unmask_vector(*vector);
  io_.write_csr(csr::kEventRingControl, csr::kEventRingControlEnable.mask());
  return {};
}

std::optional<Event> Card::poll_event() {
  if (events_.bytes.empty()) return std::nullopt;
  Event event;
  if (!read_ring(events_, events_log2_, events_consumer_, event)) return std::nullopt;
  ++events_consumer_;
  io_.write_csr(csr::kEventDoorbell, csr::kEventDoorbellValue.set(events_consumer_));
  return event;
}

}  // namespace holdfast

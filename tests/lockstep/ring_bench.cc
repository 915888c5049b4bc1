// SPDX-License-Identifier: Apache-2.0
#include "ring_bench.h"

#include <fmt/format.h>

#include <algorithm>

namespace holdfast::lockstep {
namespace {

constexpr std::size_t kSlotBytes = 12'288;  // the longest packet that traffic makes, and an offset
constexpr std::size_t kNumSlots = 64;
constexpr std::size_t kMaxOffset = 700;
constexpr std::size_t kMaxPacketBytes = kMaxWireBytes + kEthernetBytes;

std::string event_key(EventKind kind, unsigned sa_index, unsigned path_index,
                      std::uint64_t sequence) {
  return fmt::format("{} of SA {} on path {}, number {}", name_of(kind), sa_index, path_index,
                     sequence);
}

std::string event_key(const model::ModelEvent& event) {
  const std::string key = event_key(event.kind, event.sa_index, event.path_index, event.sequence);
  if (event.kind != EventKind::kRoam) return key;
  return fmt::format("{}, from {} {} to {} {}", key, event.peer.address.text(), event.peer.port,
                     event.own.address.text(), event.own.port);
}

/// As the model has it; family, addresses and ports are 0 where there are none.
model::ModelEvent as_model_event(const Event& event) {
  const bool is_ipv6 = event.address_family == 6;
  return {static_cast<EventKind>(event.kind),
          event.sa_index,
          event.path_index,
          event.sequence,
          event.generation,
          {{is_ipv6, event.own_address}, event.own_port},
          {{is_ipv6, event.peer_address}, event.peer_port}};
}

}  // namespace

RingBench::RingBench(const RingPlan& plan, std::uint64_t seed, const TrafficMix& mix)
    : Bench(seed, mix),
      plan_(plan),
      random_(seed ^ 0x5EED),
      io_(std::make_unique<sim::VerilatedCard>(plan.card)) {
  open(*io_);
  io_->write_csr(csr::kControlReadTimeout,
                 csr::kControlReadTimeoutMicroseconds.set(plan.read_timeout_us));
  const auto window = card().map_dma(kSlotBytes * kNumSlots);
  HOLDFAST_CHECK(window.has_value());
  window_ = *window;
  for (std::size_t slot = 0; slot < kNumSlots; ++slot) free_slots_.push_back(slot);
  HOLDFAST_CHECK(card().open_events(10, std::nullopt).has_value());
  for (unsigned i = 0; i < (plan.has_queue_per_direction ? 2u : 1u); ++i) {
    auto queue = card().open_queue(i, plan.queue, window_);
    HOLDFAST_CHECK(queue.has_value());
    rings_[i].queue = std::move(*queue);
  }
}

// ---------------------------------------------------------------- into the card

bool RingBench::has_room(Direction direction) const {
  const Ring& ring = rings_[ring_of(direction)];
  return ring.queue->space() > 0 && ring.in_flight.size() < kNumSlots / 2 && !free_slots_.empty();
}

std::span<std::uint8_t> RingBench::slot_bytes(std::size_t slot) const {
  return window_.bytes.subspan(slot * kSlotBytes, kSlotBytes);
}

/// Puts the packet into its buffer, which begins with what some packet before left there.
Descriptor RingBench::place(const TrafficPacket& packet, std::size_t slot) {
  const std::size_t offset = random_() % 4 == 0 ? random_() % kMaxOffset : random_() % 8;
  std::ranges::copy(packet.bytes, slot_bytes(slot).begin() + static_cast<std::ptrdiff_t>(offset));
  Descriptor descriptor{};
  descriptor.buffer_iova = to_number(window_.iova) + slot * kSlotBytes;
  descriptor.length = static_cast<std::uint16_t>(packet.bytes.size());
  descriptor.offset = static_cast<std::uint16_t>(offset);
  descriptor.sa_index = packet.ingress.sa_index;
  descriptor.flags = static_cast<std::uint16_t>(
      (packet.direction == Direction::kOutbound ? kDescriptorOutbound : 0) |
      (packet.ingress.has_ethernet ? kDescriptorEthernet : 0) |
      (packet.ingress.checksum_not_valid ? kDescriptorChecksumNotValid : 0));
  return descriptor;
}

void RingBench::break_descriptor(TrafficPacket& packet, Descriptor& descriptor) {
  ++bad_descriptors_;
  packet.kind = "bad descriptor";
  packet.ingress.reason = DropReason::kBadDescriptor;
  switch (random_() % 6) {
    case 0:
      descriptor.length = 0;
      break;
    case 1:
      descriptor.buffer_iova += 1 + random_() % 63;
      break;
    case 2:
      descriptor.flags |= static_cast<std::uint16_t>(1u << (3 + random_() % 13));
      break;
    case 3:
      packet.ingress.reason = DropReason::kTooLong;
      descriptor.length = static_cast<std::uint16_t>(kMaxPacketBytes + 1 + random_() % 50'000);
      break;
    case 4:
      packet.ingress.reason = DropReason::kDmaWindow;
      descriptor.buffer_iova = to_number(window_.iova) - 64 * (1 + random_() % 1000);
      break;
    default:
      packet.ingress.reason = DropReason::kDmaWindow;
      descriptor.buffer_iova = ~std::uint64_t{63};  // the packet's end is beyond 64 bits
      descriptor.offset = static_cast<std::uint16_t>(64 + random_() % 1000);
  }
}

void RingBench::break_read(TrafficPacket& packet, const Descriptor& descriptor) {
  ++broken_reads_;
  packet.kind = "broken read";
  packet.ingress.reason = DropReason::kDmaRead;
  const sim::Fault faults[] = {sim::Fault::kUnsupported, sim::Fault::kAbort,
                               sim::Fault::kPoisoned,    sim::Fault::kNoCompletion,
                               sim::Fault::kTimeoutCode, sim::Fault::kMismatch,
                               sim::Fault::kLate};
  std::uint64_t first = descriptor.buffer_iova + descriptor.offset;
  std::uint64_t length = descriptor.length;
  // A packet longer than a read request has a read that begins behind its first byte.
  if (length > plan_.card.pins.max_read_request_bytes() && random_() % 2 == 0) {
    ++first;
    --length;
  }
  // The reader asks for whole DWs.
  const std::uint64_t begin = first & ~std::uint64_t{3};
  io_->root_complex().completer().inject_at(faults[random_() % std::size(faults)], begin,
                                            first + length - begin);
}

void RingBench::give(TrafficPacket& packet) {
  packet.ingress.is_given_up = false;  // a ring has the whole packet; nobody gives it up
  const std::size_t slot = free_slots_[random_() % free_slots_.size()];
  std::erase(free_slots_, slot);
  Descriptor descriptor = place(packet, slot);
  if (packet.bytes.size() > kMaxPacketBytes) {
    packet.ingress.reason = DropReason::kTooLong;
  } else if (random_() % 100 < plan_.dma_fault_percent) {
    if (random_() % 2 == 0) {
      break_descriptor(packet, descriptor);
    } else {
      break_read(packet, descriptor);
    }
  }
  Ring& ring = rings_[ring_of(packet.direction)];
  const auto bytes = slot_bytes(slot);
  ring.in_flight.push_back({descriptor, packet.direction, slot, {bytes.begin(), bytes.end()}});
  const Status status = ring.queue->submit({&descriptor, 1});
  if (!status) problem(status.error().text());
}

// ---------------------------------------------------------------- out of the card

void RingBench::advance() { io_->run(100); }

void RingBench::collect() {
  std::array<Completion, 32> completions;
  for (Ring& ring : rings_) {
    if (!ring.queue) continue;
    for (std::size_t count; (count = ring.queue->poll(completions)) > 0;) {
      for (const Completion& completion : std::span(completions).first(count)) {
        finish(ring.in_flight.front(), completion);
        ring.in_flight.pop_front();
      }
    }
  }
  collect_events();
}

void RingBench::collect_events() {
  while (const auto event = card().poll_event()) {
    const auto kind = static_cast<EventKind>(event->kind);
    if (kind == EventKind::kError) continue;  // provoked, or shown by the error latch
    got_events_.push_back({event_key(as_model_event(*event)), event->generation});
    num_roams_ += kind == EventKind::kRoam;
    const unsigned family = kind != EventKind::kRoam ? 0 : event->address_family;
    if (event->address_family != family || (kind == EventKind::kRoam && family != 4 && family != 6))
      problem(fmt::format("address family {} of {}", event->address_family, name_of(kind)));
  }
}

/// Each event of the model must have come, and no other. The two directions raise theirs
/// independently, so the order is not compared. A binding that was swapped while the packet was in
/// the card shows in its event already: the generation is the packet's or a later one.
void RingBench::judge_events() {
  std::vector<RaisedEvent> wanted;
  for (const model::ModelEvent& event : scoreboard().take_events()) {
    wanted.push_back({event_key(event), event.generation});
  }
  std::ranges::sort(wanted);
  std::ranges::sort(got_events_);
  num_events_ += wanted.size();
  for (std::size_t i = 0; i < std::max(wanted.size(), got_events_.size()); ++i) {
    const RaisedEvent want = i < wanted.size() ? wanted[i] : RaisedEvent{"no event", 0};
    const RaisedEvent got = i < got_events_.size() ? got_events_[i] : RaisedEvent{"no event", 0};
    if (want.key == got.key && want.generation <= got.generation) continue;
    problem(fmt::format("expected {}, generation {}, got {}, generation {}", want.key,
                        want.generation, got.key, got.generation));
    break;
  }
  got_events_.clear();
}

void RingBench::finish(InFlight& packet, const Completion& completion) {
  const auto bytes = slot_bytes(packet.slot);
  const std::size_t length = completion.length;
  const auto result = bytes.first(length);
  scoreboard().judge(packet.direction, {static_cast<DropReason>(completion.reason),
                                        {result.begin(), result.end()},
                                        completion.sa_index,
                                        completion.generation});
  // A write ends with a whole DW, whose bytes beyond the packet are 0 (PCIe 3.0, 2.2.5 would let
  // byte enables spare them; the card has no old bytes to leak there).
  const std::size_t touched = (length + 3) / 4 * 4;
  const bool rest_is_zero = std::ranges::all_of(bytes.subspan(length, touched - length),
                                                [](std::uint8_t byte) { return byte == 0; });
  const bool rest_is_old =
      std::ranges::equal(bytes.subspan(length, touched - length),
                         std::span(packet.before).subspan(length, touched - length));
  if ((!rest_is_zero && !rest_is_old) ||
      !std::ranges::equal(bytes.subspan(touched), std::span(packet.before).subspan(touched))) {
    problem(fmt::format("the buffer of a {}-byte result was written beyond it", length));
  }
  free_slots_.push_back(packet.slot);
}

bool RingBench::run_until_idle() {
  const auto is_done = [this] {
    return std::ranges::all_of(rings_, [](const Ring& ring) { return ring.in_flight.empty(); });
  };
  for (unsigned i = 0; i < 2'000 && !is_done(); ++i) {
    advance();
    collect();
  }
  for (const Ring& ring : rings_) {
    if (ring.in_flight.empty()) continue;
    problem(fmt::format("queue {} has {} packets in flight, cause {}", ring.queue->index(),
                        ring.in_flight.size(), name_of(ring.queue->cause())));
  }
  const bool is_quiet = io_->run_until_quiet(100'000);
  collect_events();
  if (is_done()) judge_events();
  return is_done() && is_quiet;
}

std::uint32_t RingBench::expected_errors() const {
  if (plan_.dma_fault_percent == 0) return 0;
  return csr::kControlErrorBadCompletion.mask() | csr::kControlErrorReadTimeout.mask();
}

}  // namespace holdfast::lockstep

// SPDX-License-Identifier: Apache-2.0
#include "bench_ring_load.h"

#include <fmt/format.h>

#include <algorithm>

namespace holdfast::bench {
namespace {

sim::CardOptions options(const RingSetup& setup) {
  sim::CardOptions options;
  options.link.read_latency_cycles = setup.latency_cycles;
  options.poll_cycles = 64;
  return options;
}

}  // namespace

double RingRun::bits_per_cycle(Direction direction) const {
  return 8.0 * static_cast<double>(inner_bytes[index(direction)]) / static_cast<double>(cycles);
}

RingLoad::RingLoad(const RingSetup& setup) : tunnel_(setup.tunnel), io_(options(setup)) {
  auto card = Card::open(io_);
  HOLDFAST_CHECK(card.has_value());
  card_ = std::move(*card);
  HOLDFAST_CHECK(tunnel_.install(*card_).has_value());
  for (const Direction direction : kDirections) {
    const auto buffers = card_->map_dma(kNumBuffers * kBufferBytes);
    HOLDFAST_CHECK(buffers.has_value());
    ring(direction).buffers = *buffers;
    QueueConfig config;
    config.sq_log2 = config.cq_log2 = kRingLog2;
    auto queue = card_->open_queue(static_cast<unsigned>(direction), config, *buffers);
    HOLDFAST_CHECK(queue.has_value());
    ring(direction).queue = std::move(*queue);
  }
  card_->enable(true);
}

// ---------------------------------------------------------------- the driver's side

Descriptor RingLoad::fill(Direction direction, std::size_t inner_bytes) {
  Ring& ring = this->ring(direction);
  const Packet packet = direction == Direction::kInbound ? tunnel_.wire_packet(inner_bytes)
                                                         : tunnel_.inner_packet(inner_bytes);
  HOLDFAST_CHECK(wire_bytes(inner_bytes, Encap::kUdp) <= kBufferBytes);
  const std::size_t place = ring.next_buffer++ % kNumBuffers * kBufferBytes;
  std::ranges::copy(packet, ring.buffers.bytes.subspan(place).begin());
  Descriptor descriptor{};
  descriptor.buffer_iova = to_number(ring.buffers.iova) + place;
  descriptor.length = static_cast<std::uint16_t>(packet.size());
  descriptor.sa_index = direction == Direction::kInbound ? kNoSa : to_number(kOutboundRow);
  if (direction == Direction::kOutbound) descriptor.flags = kDescriptorOutbound;
  return descriptor;
}

void RingLoad::submit(Direction direction, std::size_t inner_bytes, std::size_t count) {
  std::vector<Descriptor> descriptors;
  for (std::size_t i = 0; i < count; ++i) descriptors.push_back(fill(direction, inner_bytes));
  HOLDFAST_CHECK(ring(direction).queue->submit(descriptors).has_value());
  ring(direction).submitted += count;
}

void RingLoad::submit_one(Direction direction, std::size_t inner_bytes) {
  submit(direction, inner_bytes, 1);
}

std::size_t RingLoad::take(Direction direction, Report& report) {
  std::array<Completion, 64> completions;
  const std::size_t count = ring(direction).queue->poll(completions);
  for (const Completion& completion : std::span(completions).first(count)) {
    if (completion.reason == 0) continue;
    report.problem(fmt::format("a packet was dropped: {}",
                               name_of(static_cast<DropReason>(completion.reason))));
  }
  ring(direction).completed += count;
  return count;
}

// ---------------------------------------------------------------- a run

/// One look of the driver at both rings, then a moment for the card. False when all is done.
bool RingLoad::step(const RingPlan& plan, Report& report) {
  bool is_done = true;
  for (const Direction direction : kDirections) {
    if (!plan.is_used[index(direction)]) continue;
    Ring& ring = this->ring(direction);
    while (take(direction, report) > 0) {
    }
    for (;;) {
      const std::size_t count = std::min(plan.num_packets - ring.submitted, plan.batch);
      if (count == 0 || ring.queue->space() < count) break;
      submit(direction, plan.inner_bytes, count);
    }
    is_done = is_done && ring.completed == plan.num_packets;
  }
  if (!is_done) io_.poll();
  return !is_done;
}

RingRun RingLoad::run(const RingPlan& plan, Report& report) {
  for (Ring& ring : rings_) ring.submitted = ring.completed = 0;
  const Counters before = card_->counters();
  io_.root_complex().clear_stats();
  const std::uint64_t limit = io_.cycle() + 1'000 * plan.num_packets;
  while (step(plan, report)) {
    if (io_.cycle() < limit) continue;
    report.problem("packets are stuck in the card");
    break;
  }
  RingRun run;
  for (std::size_t i = 0; i < run.streams.size(); ++i)
    run.streams[i] = io_.root_complex().stats(static_cast<sim::TlpStream>(i));
  run.cycles = run.stream(sim::TlpStream::kTxWrite).last_cycle -
               run.stream(sim::TlpStream::kRxRequest).first_cycle + 1;
  const Counters after = card_->counters();
  run.inner_bytes = {after.bytes_out[0] - before.bytes_out[0],
                     after.bytes_in[1] - before.bytes_in[1]};
  for (const Direction direction : kDirections) {
    const std::size_t i = index(direction);
    if (after.packets_out[i] - before.packets_out[i] != (plan.is_used[i] ? plan.num_packets : 0))
      report.problem("the card's counters tell of another number of packets");
  }
  if (const auto text = io_.violations().report(); !text.empty()) report.problem(text);
  return run;
}

}  // namespace holdfast::bench

// SPDX-License-Identifier: Apache-2.0
#include "stream_card.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "core_model.h"

namespace holdfast::sim {

namespace {

constexpr unsigned kResetCycles = 8;
constexpr std::uint64_t kAccessLimitCycles = 200'000;

bool same_offer(const PacketOutputs& a, const PacketOutputs& b) {
  return a.beat.bytes == b.beat.bytes && a.beat.count == b.beat.count &&
         a.beat.last == b.beat.last && a.verdict == b.verdict;
}

}  // namespace

StreamCard::StreamCard(const CardOptions& options)
    : options_(options),
      root_complex_(options.width_bits, no_memory_, options.link, options.pins),
      model_(make_stream_model(options.width_bits)),
      random_(options.link.seed) {
  reset();
}

// ---------------------------------------------------------------- packets

void StreamCard::push(Direction direction, PacketBytes bytes, const PacketFlags& flags) {
  HOLDFAST_CHECK(!bytes.empty());
  lane(direction).queue.push_back(Packet{std::move(bytes), flags});
  ++lane(direction).pushed;
}

void StreamCard::set_pauses(Direction direction, unsigned source_percent, unsigned sink_percent) {
  HOLDFAST_CHECK(source_percent < 100 && sink_percent < 100);
  lane(direction).source_percent = source_percent;
  lane(direction).sink_percent = sink_percent;
}

std::vector<PacketResult> StreamCard::take_results(Direction direction) {
  return std::exchange(lane(direction).results, {});
}

std::uint64_t StreamCard::in_flight(Direction direction) const {
  return lane(direction).pushed - lane(direction).done;
}

std::uint64_t StreamCard::first_input_cycle(Direction direction) const {
  return lane(direction).first_input_cycle;
}
std::uint64_t StreamCard::last_input_cycle(Direction direction) const {
  return lane(direction).last_input_cycle;
}
void StreamCard::clear_input_cycles() {
  for (Lane& each : lanes_) each.has_input = false;
}

// ---------------------------------------------------------------- the clock

void StreamCard::run(std::uint64_t cycles) {
  for (std::uint64_t i = 0; i < cycles; ++i) step();
}

bool StreamCard::run_until_idle(std::uint64_t limit) {
  for (std::uint64_t i = 0; i < limit; ++i) {
    if (in_flight(Direction::kInbound) == 0 && in_flight(Direction::kOutbound) == 0) return true;
    step();
  }
  return false;
}

void StreamCard::step() {
  for (std::size_t i = 0; i < lanes_.size(); ++i) drive(lanes_[i], packets_in_[i]);
  model_->settle(root_complex_.drive(), root_complex_.pins(), packets_in_, outputs_, packets_out_);
  for (std::size_t i = 0; i < lanes_.size(); ++i) {
    sample_input(lanes_[i], packets_in_[i], packets_out_[i]);
    sample_output(lanes_[i], packets_in_[i], packets_out_[i]);
  }
  root_complex_.sample(outputs_);
  model_->clock();
}

void StreamCard::drive(Lane& lane, PacketInputs& in) {
  in.ready = !chance(lane.sink_percent);
  if (in.valid || lane.queue.empty() || chance(lane.source_percent)) return;
  const Packet& packet = lane.queue.front();
  const std::size_t beat_bytes = options_.width_bits / 8;
  const std::size_t left = packet.bytes.size() - lane.offset;
  in.beat.count = static_cast<unsigned>(std::min(beat_bytes, left));
  in.beat.last = left <= beat_bytes;
  in.beat.bytes.fill(0);
  std::memcpy(in.beat.bytes.data(), packet.bytes.data() + lane.offset, in.beat.count);
  in.flags = packet.flags;
  in.valid = true;
}

void StreamCard::sample_input(Lane& lane, PacketInputs& in, const PacketOutputs& out) {
  if (!in.valid || !out.ready) return;
  in.valid = false;
  if (!std::exchange(lane.has_input, true)) lane.first_input_cycle = cycle();
  lane.last_input_cycle = cycle();
  lane.offset += in.beat.count;
  if (!in.beat.last) return;
  lane.offset = 0;
  lane.queue.pop_front();
}

void StreamCard::sample_output(Lane& lane, const PacketInputs& in, const PacketOutputs& out) {
  check_output(lane, out);
  lane.is_stalled = out.valid && !in.ready;
  if (lane.is_stalled) lane.stalled = out;
  if (!out.valid || !in.ready) return;
  PacketResult& result = lane.current;
  if (!std::exchange(lane.in_packet, true)) {
    result = PacketResult{{}, out.verdict, cycle(), cycle()};
    result.bytes.reserve(out.verdict.length);
  } else if (result.verdict != out.verdict) {
    violation("the result of a packet changed between its beats");
  }
  const auto* bytes = out.beat.bytes.data();
  result.bytes.insert(result.bytes.end(), bytes, bytes + out.beat.count);
  if (!out.beat.last) return;
  result.last_cycle = cycle();
  lane.in_packet = false;
  if (lane.done == lane.pushed) violation("a packet left that had never entered");
  ++lane.done;
  lane.results.push_back(std::move(result));
}

void StreamCard::check_output(const Lane& lane, const PacketOutputs& out) {
  if (lane.is_stalled && !out.valid) violation("an offered beat of a packet was taken back");
  if (!out.valid) return;
  if (!out.keep_is_legal)
    violation("keep of a packet stream is not legal, or a byte beyond it not 0");
  if (lane.is_stalled && !same_offer(lane.stalled, out)) {
    violation("a beat of a packet changed while stalled");
  }
}

// ---------------------------------------------------------------- CardIo

std::uint32_t StreamCard::read_csr(CsrOffset offset) {
  const std::uint8_t tag = root_complex_.start_read(static_cast<std::uint32_t>(offset));
  HostRequests& reads = root_complex_.reads();
  for (std::uint64_t i = 0; i < kAccessLimitCycles && !reads.is_done(tag); ++i) step();
  if (!reads.is_done(tag)) {
    violation("a register read was never answered");
    reads.abandon(tag);
    return ~0u;
  }
  if (reads.finish(tag, read_data_) != CompletionStatus::kSuccess) return ~0u;
  return read_data_[0];
}

void StreamCard::write_csr(CsrOffset offset, std::uint32_t value) {
  root_complex_.write(static_cast<std::uint32_t>(offset), value);
  for (std::uint64_t i = 0; i < kAccessLimitCycles && !root_complex_.requests_sent(); ++i) step();
  if (!root_complex_.requests_sent()) violation("a register write was never taken");
}

Result<DmaRegion> StreamCard::map_dma(std::size_t) {
  return fail(ErrorCode::kUnsupported, "map_dma", "a card with packet streams has no DMA");
}

bool StreamCard::wait_irq(unsigned, std::chrono::nanoseconds timeout) {
  const auto nanoseconds = static_cast<std::uint64_t>(std::max<std::int64_t>(timeout.count(), 0));
  run(nanoseconds * (kModelClockHz / 1'000'000) / 1000);
  return false;
}

void StreamCard::poll() { run_until_idle(options_.poll_cycles); }

void StreamCard::reset() {
  model_->set_reset(true);
  root_complex_.on_card_reset();
  for (std::size_t i = 0; i < lanes_.size(); ++i) {
    Lane& each = lanes_[i];
    each.queue.clear();
    each.offset = 0;
    each.in_packet = each.is_stalled = false;
    each.pushed = each.done;
    packets_in_[i] = {};
  }
  for (unsigned i = 0; i < kResetCycles; ++i) {
    model_->settle(CardInputs{}, root_complex_.pins(), packets_in_, outputs_, packets_out_);
    model_->clock();
  }
  model_->set_reset(false);
}

}  // namespace holdfast::sim

// SPDX-License-Identifier: Apache-2.0
#include "verilated_card.h"

#include <time.h>

#include <algorithm>

namespace holdfast::sim {

namespace {

constexpr std::uint64_t kCyclesPerMicrosecond = kModelClockHz / 1'000'000;
constexpr std::uint64_t kResetCycles = 8;
// Longest that the card works on something without a word on its streams: a largest packet at 64
// bits takes 1,160 beats.
constexpr std::uint64_t kQuietCycles = 4000;
// Reset value of control.read_timeout.
constexpr std::uint64_t kDefaultTimeoutMicroseconds = 50;
// A register access that takes longer never ends.
constexpr std::uint64_t kAccessLimitCycles = 200'000;

/// Of this thread; other programs do not count.
std::chrono::nanoseconds processor_time() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

}  // namespace

VerilatedCard::VerilatedCard(const CardOptions& options)
    : options_(options),
      memory_(options.placement),
      root_complex_(options.width_bits, memory_, options.link, options.pins),
      core_(make_core_model(options.width_bits)),
      timeout_cycles_(kDefaultTimeoutMicroseconds * kCyclesPerMicrosecond) {
  root_complex_.use_high_bar = options.high_bar;
  core_->set_reset(true);
  for (std::uint64_t i = 0; i < kResetCycles; ++i) {
    core_->settle(CardInputs{}, options_.pins, outputs_);
    core_->clock();
  }
  core_->set_reset(false);
}

Result<std::unique_ptr<CardIo>> VerilatedCard::make(std::string_view options) {
  return parse_card_options(options).map([](const CardOptions& parsed) -> std::unique_ptr<CardIo> {
    return std::make_unique<VerilatedCard>(parsed);
  });
}

// ---------------------------------------------------------------- the clock

void VerilatedCard::step() {
  core_->settle(root_complex_.drive(), root_complex_.pins(), outputs_);
  root_complex_.sample(outputs_);
  core_->clock();
}

template <typename Done>
bool VerilatedCard::run_until(Done done, std::uint64_t limit) {
  const std::chrono::nanoseconds start = processor_time();
  bool is_done = done();
  for (std::uint64_t i = 0; i < limit && !is_done; ++i) {
    step();
    is_done = done();
  }
  busy_ += processor_time() - start;
  return is_done;
}

void VerilatedCard::run(std::uint64_t cycles) {
  run_until([] { return false; }, cycles);
}

bool VerilatedCard::run_until_quiet(std::uint64_t limit) {
  return run_until([this] { return is_quiet(); }, limit);
}

bool VerilatedCard::is_quiet() const {
  if (!root_complex_.idle()) return false;
  const std::uint64_t now = root_complex_.cycle();
  const std::uint64_t last = std::max(root_complex_.last_activity_cycle(), last_write_cycle_);
  if (now - last < kQuietCycles + moderation_cycles_) return false;
  const std::uint64_t lost = root_complex_.last_lost_read_cycle();
  return lost == 0 || now - lost > 2 * timeout_cycles_ + kQuietCycles;
}

double VerilatedCard::simulated_khz() const {
  const double seconds = std::chrono::duration<double>(busy_).count();
  return seconds > 0 ? static_cast<double>(cycle()) / seconds / 1000 : 0;
}

// ---------------------------------------------------------------- CardIo

std::uint32_t VerilatedCard::read_csr(CsrOffset offset) {
  const std::uint8_t tag = root_complex_.start_read(static_cast<std::uint32_t>(offset));
  HostRequests& reads = root_complex_.reads();
  if (!run_until([&] { return reads.is_done(tag); }, kAccessLimitCycles)) {
    root_complex_.violations().record(cycle(), "a register read was never answered");
    reads.abandon(tag);
    return ~0u;  // as a root complex makes of it
  }
  if (reads.finish(tag, read_data_) != CompletionStatus::kSuccess) return ~0u;
  return read_data_[0];
}

void VerilatedCard::write_csr(CsrOffset offset, std::uint32_t value) {
  watch_write(offset, value);
  root_complex_.write(static_cast<std::uint32_t>(offset), value);
  if (!run_until([this] { return root_complex_.requests_sent(); }, kAccessLimitCycles)) {
    root_complex_.violations().record(cycle(), "a register write was never taken");
  }
  awake_ = true;
  last_write_cycle_ = cycle();
}

// Times that the card may be silent for, although it has something to do.
void VerilatedCard::watch_write(CsrOffset offset, std::uint32_t value) {
  if (offset == csr::kControlReadTimeout) {
    timeout_cycles_ = csr::kControlReadTimeoutMicroseconds.get(value) * kCyclesPerMicrosecond;
  }
  for (unsigned i = 0; i < 4; ++i) {
    if (offset != csr::kQueuesModeration(i)) continue;
    moderation_cycles_ = std::max<std::uint64_t>(
        moderation_cycles_, csr::kQueuesModerationMicroseconds.get(value) * kCyclesPerMicrosecond);
  }
}

bool VerilatedCard::wait_irq(unsigned vector, std::chrono::nanoseconds timeout) {
  HOLDFAST_CHECK(vector < Interrupts::kNumVectors);
  const auto nanoseconds = static_cast<std::uint64_t>(std::max<std::int64_t>(timeout.count(), 0));
  const std::uint64_t limit = nanoseconds / 1000 * kCyclesPerMicrosecond +
                              nanoseconds % 1000 * kCyclesPerMicrosecond / 1000;
  run_until(
      [&] {
        if (awake_ && is_quiet()) awake_ = false;
        return root_complex_.interrupts().pending(vector) != 0 || !awake_;
      },
      limit);
  return root_complex_.interrupts().take(vector);
}

void VerilatedCard::poll() {
  if (!awake_) return;
  run_until(
      [this] {
        awake_ = !is_quiet();
        return !awake_;
      },
      options_.poll_cycles);
}

void VerilatedCard::reset() {
  root_complex_.pins().function_reset = true;
  run(kResetCycles);
  run_until([this] { return root_complex_.requests_rest(); }, kAccessLimitCycles);
  root_complex_.on_card_reset();
  run(kResetCycles);
  root_complex_.pins().function_reset = false;
  moderation_cycles_ = 0;
  timeout_cycles_ = kDefaultTimeoutMicroseconds * kCyclesPerMicrosecond;
  awake_ = true;
  last_write_cycle_ = cycle();
}

}  // namespace holdfast::sim

// SPDX-License-Identifier: Apache-2.0
// Registers, reset and clock of the soft card.
#include "model/soft_card.h"

#include <algorithm>
#include <charconv>

namespace holdfast::model {
namespace {

constexpr std::uint64_t kSweepCycles = 64;

bool is_between(CsrOffset offset, CsrOffset first, CsrOffset last) {
  return offset >= first && offset <= last;
}

Status take_option(std::string_view option, Limits& limits) {
  const std::size_t equals = option.find('=');
  const std::string place = "soft card option '" + std::string(option) + "'";
  unsigned value = 0;
  const std::string_view digits =
      equals == std::string_view::npos ? std::string_view() : option.substr(equals + 1);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (digits.empty() || error != std::errc{} || end != digits.data() + digits.size())
    return fail(ErrorCode::kBadFormat, place, "an option is name=number");
  const std::string_view name = option.substr(0, equals);
  const auto set = [&](unsigned& target, unsigned least, unsigned most) -> Status {
    if (value < least || value > most)
      return fail(
          ErrorCode::kBadValue, place,
          "the value must be from " + std::to_string(least) + " to " + std::to_string(most));
    target = value;
    return {};
  };
  if (name == "sas") return set(limits.num_sas, 1, 65535);
  if (name == "paths") return set(limits.num_paths, 1, 65535);
  if (name == "window") return set(limits.max_replay_window, 64, 4096);
  return fail(ErrorCode::kBadFormat, place, "the options are sas, paths and window");
}

}  // namespace

Result<std::unique_ptr<CardIo>> SoftCard::make(std::string_view options) {
  Limits limits;
  while (!options.empty()) {
    const std::size_t comma = options.find(',');
    if (Status status = take_option(options.substr(0, comma), limits); !status)
      return tl::unexpected(status.error());
    options.remove_prefix(comma == std::string_view::npos ? options.size() : comma + 1);
  }
  return std::make_unique<SoftCard>(limits);
}

SoftCard::SoftCard(const Limits& limits) : limits_(limits), model_(limits) {
  set_identity();
  sweep();
}

void SoftCard::set_identity() {
  registers_.set(csr::kIdentityCapSuites, limits_.suites);
  registers_.set(csr::kIdentityCapTables,
                 csr::kIdentityCapTablesNumSas.set(limits_.num_sas) |
                     csr::kIdentityCapTablesNumPaths.set(limits_.num_paths));
  registers_.set(csr::kIdentityCapWidths, csr::kIdentityCapWidthsDataWidth.set(128) |
                                              csr::kIdentityCapWidthsNumQueues.set(kNumQueues) |
                                              csr::kIdentityCapWidthsNumVectors.set(kNumVectors));
  registers_.set(csr::kIdentityCapWindow,
                 csr::kIdentityCapWindowMaxReplayWindow.set(limits_.max_replay_window));
  registers_.set(csr::kIdentityClockHz, kClockHz);
}

/// Keys and buffers are gone, every enable falls; other registers stay.
void SoftCard::sweep() {
  model_ = EspModel(limits_);
  rings_ = {};
  is_event_ring_on_ = false;
  event_producer_ = 0;
  registers_.set(csr::kControlControl, 0);
  registers_.set(csr::kEventRingControl, 0);
  registers_.set(csr::kEventRingStatus, 0);
  for (unsigned i = 0; i < kNumQueues; ++i) registers_.set(csr::kQueuesControl(i), 0);
  registers_.set(csr::kControlSweep, static_cast<std::uint32_t>(kSweepCycles));
  swept_cycle_ = cycle_ + kSweepCycles;
  command_done_cycle_ = cycle_;
}

void SoftCard::reset() {
  registers_.reset();
  set_identity();
  totals_ = {};
  pending_ = 0;
  messages_ = {};
  cycle_ = 0;
  sweep();
}

void SoftCard::run() {
  ++cycle_;
  if (is_swept())
    for (unsigned i = 0; i < kNumQueues; ++i) run_queue(i);
  tell_events();
  run_moderation();
}

void SoftCard::poll() { run(); }

bool SoftCard::is_asleep() const {
  return is_swept() && std::ranges::none_of(rings_, [](const Ring& ring) {
           return ring.interrupt_cycle.has_value();
         });
}

std::uint32_t SoftCard::read_csr(CsrOffset offset) {
  run();
  if (!registers_.exists(offset)) {
    latch_error(csr::kControlErrorUnknownOffset, offset);
    return SoftRegisters::kUnknown;
  }
  if (offset == csr::kControlStatus)
    return csr::kControlStatusSwept.set(is_swept()) | csr::kControlStatusIdle.mask();
  if (offset == csr::kControlGeneration || offset == csr::kControlDrainFence)
    return model_.generation();
  if (offset == csr::kCommandStatus)
    return registers_.read(offset) | csr::kCommandStatusBusy.set(is_command_busy());
  if (offset == csr::kMsixPending) return pending_;
  for (unsigned i = 0; i < kNumQueues; ++i) {
    const Ring& ring = rings_[i];
    if (offset == csr::kQueuesStatus(i))
      return csr::kQueuesStatusRunning.set(ring.is_running) |
             csr::kQueuesStatusCause.set(static_cast<std::uint32_t>(ring.cause)) |
             csr::kQueuesStatusWaits.set(ring.waits);
    if (offset == csr::kQueuesIndices(i))
      return csr::kQueuesIndicesSqConsumer.set(ring.sq_consumer) |
             csr::kQueuesIndicesCqProducer.set(ring.cq_producer);
  }
  return registers_.read(offset);
}

void SoftCard::write_csr(CsrOffset offset, std::uint32_t value) {
  if (registers_.exists(offset))
    write_register(offset, value);
  else
    latch_error(csr::kControlErrorUnknownOffset, offset);
  // Words of a command come by the dozen, and give the rings nothing to do.
  if (is_between(offset, csr::kCommandSaIndex, csr::kCommandCommand) &&
      offset != csr::kCommandCommand)
    ++cycle_;
  else
    run();
}

void SoftCard::write_register(CsrOffset offset, std::uint32_t value) {
  if (is_between(offset, csr::kCommandSaIndex, csr::kCommandCommand)) {
    write_command_window(offset, value);
    return;
  }
  registers_.write(offset, value);
  if (offset == csr::kControlControl && csr::kControlControlSoftReset.get(value) != 0) {
    totals_ = {};
    sweep();
  }
  if (offset == csr::kControlError) clear_errors(value);
  if (offset == csr::kCounterSnapshot && csr::kCounterSnapshotTake.get(value) != 0)
    snapshot_counters();
  if (is_between(offset, csr::kQueuesSqBaseLo(0), csr::kEventRingStatus))
    write_queue_register(offset);
  if (is_between(offset, csr::kMsixAddressLo(0), csr::kMsixControl(kNumVectors - 1)))
    send_pending();
}

void SoftCard::latch_error(const csr::Field& bit, CsrOffset offset) {
  const std::uint32_t errors = registers_.get(csr::kControlError);
  if ((errors & bit.mask()) != 0) return;
  if (errors == 0)
    registers_.set(csr::kControlFirstError,
                   csr::kControlFirstErrorValid.mask() |
                       csr::kControlFirstErrorBitIndex.set(bit.lsb) |
                       csr::kControlFirstErrorOffset.set(static_cast<std::uint32_t>(offset)));
  registers_.set(csr::kControlError, errors | bit.mask());
  if (bit.lsb == csr::kControlErrorEventOverflow.lsb) return;  // no place to tell it
  Event event{};
  event.kind = static_cast<std::uint8_t>(EventKind::kError);
  event.detail = errors | bit.mask();
  write_event(event);
}

void SoftCard::clear_errors(std::uint32_t bits) {
  const std::uint32_t errors = registers_.get(csr::kControlError) & ~bits;
  registers_.set(csr::kControlError, errors);
  if (errors == 0) registers_.set(csr::kControlFirstError, 0);
}

void SoftCard::snapshot_counters() {
  const Totals& t = totals_;
  SoftRegisters& r = registers_;
  r.set64(csr::kCountersCyclesLo, csr::kCountersCyclesHi, cycle_);
  r.set64(csr::kCountersCompletionStallsLo, csr::kCountersCompletionStallsHi, t.completion_stalls);
  for (unsigned i = 0; i < 2; ++i) {
    r.set64(csr::kCountersPacketsInLo(i), csr::kCountersPacketsInHi(i), t.packets_in[i]);
    r.set64(csr::kCountersPacketsOutLo(i), csr::kCountersPacketsOutHi(i), t.packets_out[i]);
    r.set64(csr::kCountersBytesInLo(i), csr::kCountersBytesInHi(i), t.bytes_in[i]);
    r.set64(csr::kCountersBytesOutLo(i), csr::kCountersBytesOutHi(i), t.bytes_out[i]);
  }
  r.set64(csr::kCountersEventsLo, csr::kCountersEventsHi, t.events);
  r.set64(csr::kCountersEventsLostLo, csr::kCountersEventsLostHi, t.events_lost);
  r.set64(csr::kCountersDmaReadsLo, csr::kCountersDmaReadsHi, t.dma_reads);
  r.set64(csr::kCountersDmaReadErrorsLo, csr::kCountersDmaReadErrorsHi, t.dma_read_errors);
  r.set64(csr::kCountersDmaWritesLo, csr::kCountersDmaWritesHi, t.dma_writes);
  r.set64(csr::kCountersInterruptsLo, csr::kCountersInterruptsHi, t.interrupts);
  r.set64(csr::kCountersBadCompletionsLo, csr::kCountersBadCompletionsHi, t.bad_completions);
  r.set64(csr::kCountersCreditBytesLo, csr::kCountersCreditBytesHi, t.credit_bytes);
  for (unsigned i = 0; i < t.drops.size(); ++i)
    r.set64(csr::kCountersDropsLo(i), csr::kCountersDropsHi(i), t.drops[i]);
}

}  // namespace holdfast::model

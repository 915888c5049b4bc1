// SPDX-License-Identifier: Apache-2.0
// One snapshot of all counters.
#include "holdfast/card.h"

namespace holdfast {

std::uint64_t Counters::all_drops() const {
  std::uint64_t sum = 0;
  for (std::size_t reason = 1; reason < drops.size(); ++reason) sum += drops[reason];
  return sum;
}

bool Counters::adds_up() const {
  return packets_in[0] + packets_in[1] == packets_out[0] + packets_out[1] + all_drops();
}

Counters Card::counters() {
  io_.write_csr(csr::kCounterSnapshot, csr::kCounterSnapshotTake.mask());
  Counters c{};
  c.cycles = read_pair(csr::kCountersCyclesLo, csr::kCountersCyclesHi);
  c.completion_stalls =
      read_pair(csr::kCountersCompletionStallsLo, csr::kCountersCompletionStallsHi);
  for (unsigned i = 0; i < 2; ++i) {
    c.packets_in[i] = read_pair(csr::kCountersPacketsInLo(i), csr::kCountersPacketsInHi(i));
    c.packets_out[i] = read_pair(csr::kCountersPacketsOutLo(i), csr::kCountersPacketsOutHi(i));
    c.bytes_in[i] = read_pair(csr::kCountersBytesInLo(i), csr::kCountersBytesInHi(i));
    c.bytes_out[i] = read_pair(csr::kCountersBytesOutLo(i), csr::kCountersBytesOutHi(i));
  }
  c.events = read_pair(csr::kCountersEventsLo, csr::kCountersEventsHi);
  c.events_lost = read_pair(csr::kCountersEventsLostLo, csr::kCountersEventsLostHi);
  c.dma_reads = read_pair(csr::kCountersDmaReadsLo, csr::kCountersDmaReadsHi);
  c.dma_read_errors = read_pair(csr::kCountersDmaReadErrorsLo, csr::kCountersDmaReadErrorsHi);
  c.dma_read_timeouts = read_pair(csr::kCountersDmaReadTimeoutsLo, csr::kCountersDmaReadTimeoutsHi);
  c.dma_writes = read_pair(csr::kCountersDmaWritesLo, csr::kCountersDmaWritesHi);
  c.interrupts = read_pair(csr::kCountersInterruptsLo, csr::kCountersInterruptsHi);
  c.bad_requests = read_pair(csr::kCountersBadRequestsLo, csr::kCountersBadRequestsHi);
  c.unsupported_requests =
      read_pair(csr::kCountersUnsupportedRequestsLo, csr::kCountersUnsupportedRequestsHi);
  c.bad_completions = read_pair(csr::kCountersBadCompletionsLo, csr::kCountersBadCompletionsHi);
  if (info_.map_minor >= 1)
    c.credit_bytes = read_pair(csr::kCountersCreditBytesLo, csr::kCountersCreditBytesHi);
  for (unsigned i = 0; i < c.drops.size(); ++i)
    c.drops[i] = read_pair(csr::kCountersDropsLo(i), csr::kCountersDropsHi(i));
  return c;
}

}  // namespace holdfast

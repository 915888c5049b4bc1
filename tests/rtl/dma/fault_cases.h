// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dma_bench.h"

namespace holdfast::test {

/// One read is one completion, and a time-out is kTimeoutCycles.
inline BenchSetup quick_timeout() {
  BenchSetup setup;
  setup.link.max_payload = setup.link.max_read_req = 1;  // so that a read is one completion
  setup.read_timeout_us = 50;
  setup.cycles_per_us = 10;
  return setup;
}
inline constexpr unsigned kTimeoutCycles = 500;

/// One failed read, and what is counted for it.
struct FaultCase {
  const char* name;
  Fault fault;
  unsigned errors, timeouts, bad_completions;
};
inline constexpr FaultCase kFaultCases[] = {
    {"unsupported request", Fault::kUnsupported, 1, 0, 0},
    {"completer abort", Fault::kAbort, 1, 0, 0},
    {"poisoned", Fault::kPoisoned, 1, 0, 0},
    {"poisoned, on the pin", Fault::kPoisonedPin, 1, 0, 0},
    {"bad status, on the pin", Fault::kBadStatusPin, 1, 0, 0},
    {"mismatch, on the pin", Fault::kMismatchPin, 1, 0, 0},
    {"byte count", Fault::kByteCount, 1, 0, 0},
    {"lower address", Fault::kLowerAddress, 1, 0, 0},
    {"requester", Fault::kRequester, 1, 0, 0},
    {"no data", Fault::kNoData, 1, 0, 0},
    {"payload too short", Fault::kShort, 1, 0, 0},
    {"never answered", Fault::kSilent, 0, 1, 0},
    {"answered while the tag rests", Fault::kLate, 0, 1, 1},
    {"other tag", Fault::kOtherTag, 0, 1, 1},
};

}  // namespace holdfast::test

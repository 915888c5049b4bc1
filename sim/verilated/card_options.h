// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.h"
#include "host_memory.h"
#include "link_config.h"

namespace holdfast::sim {

/// How a simulated card is set up; what stands behind the colon of "verilated:".
///
///   key=value, comma between; all may be left out
///   width=64|128       bits of the card's data path (128)
///   seed=N             of everything random (1)
///   latency=N          cycles from a DMA read to its first completion, at least (0)
///   jitter=N           up to N cycles more, at random (0)
///   reorder=P          completions of other reads overtake, in percent (0)
///   split=whole|boundary|random    how completions are cut (whole)
///   stalls=P           idle cycles towards the card and stalls from it, in percent (0)
///   faults=KIND:P+…    DMA reads that fail, in percent: ur ca poison lost timeout mismatch late
///   late=N             cycles until a late completion (9000)
///   unmapped=violation|answer      what an access to unmapped memory is (violation)
///   mps=128…4096       largest payload, bytes (256)
///   mrrs=128…4096      largest read request, bytes (512)
///   rcb=64|128         read completion boundary, bytes (64)
///   tags=5|8           bits of a tag (8)
///   bar=low|high       BAR0 below or above 4 GiB (low)
///   iova=low|high|both where DMA memory lies (both, in turns)
///   poll=N             cycles that one poll() runs at most (500)
struct CardOptions {
  unsigned width_bits = 128;
  LinkConfig link;
  PcieConfig pins;
  HostMemory::Placement placement = HostMemory::Placement::kBoth;
  bool high_bar = false;
  std::uint64_t poll_cycles = 500;
};

/// Errors: kBadFormat, kBadValue; the place is the key.
Result<CardOptions> parse_card_options(std::string_view text);

}  // namespace holdfast::sim

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "test_card.h"
#include "verilated/host_memory.h"

namespace holdfast::sim {

using Bytes = std::vector<std::uint8_t>;

/// A card whose requests are built field by field, to break one rule at a time.
struct RuleBench {
  explicit RuleBench(const PcieConfig& pins = {})
      : root_complex(128, memory, {}, pins), card(root_complex) {
    region = memory.map(0x8000).value();
    base = to_number(region.iova);
  }
  MemoryRequest request(bool is_write, std::uint64_t offset, unsigned bytes) const {
    MemoryRequest made = make_request(is_write, base + offset, bytes);
    made.requester_id = root_complex.pins().completer_id;
    return made;
  }
  void send_write(const MemoryRequest& made) { send_write(pack(made), made.dwords); }
  void send_write(const TlpHeader& hdr, unsigned dwords, std::uint32_t value = 0) {
    Tlp& tlp = card.tx_write.push();
    tlp.hdr = hdr;
    tlp.payload.assign(dwords, value);
  }
  /// The first text after the card has run for a while; empty if no rule was broken.
  std::string violation(std::uint64_t cycles = 400) {
    card.step(cycles);
    const auto& texts = root_complex.violations().texts();
    return texts.empty() ? "" : texts.front();
  }

  HostMemory memory{HostMemory::Placement::kBelow4Gib};
  RootComplex root_complex;
  TestCard card;
  DmaRegion region;
  std::uint64_t base = 0;
};

}  // namespace holdfast::sim
